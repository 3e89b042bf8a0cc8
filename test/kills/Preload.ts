/**
 * Loaded into the real program before its own code: counts what it does to files below a directory and each message that
 * it sends to a broker, and ends the process with SIGKILL at the one that the environment names.
 *
 * `KILLS_DIRECTORY`: files below it are counted. `KILLS_PORT`: the broker's. `KILLS_AT`: operations that are done before the
 * fatal one; none without it. `KILLS_MOMENT`: `before`, `within` or `after`. `KILLS_COUNT`: the file that is written at an
 * orderly end, with a letter for each operation: `w` for a write, `c` for another change of the disk, `m` for a message.
 */
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { Socket } from "node:net"
import { env } from "node:process"
import { isMainThread } from "node:worker_threads"

const directory = env["KILLS_DIRECTORY"]!
const port = Number(env["KILLS_PORT"])
const fatal = env["KILLS_AT"] === undefined ? -1 : Number(env["KILLS_AT"])
const moment = env["KILLS_MOMENT"]
const end = () => process.kill(process.pid, "SIGKILL")

const { closeSync, openSync, writeFileSync, writeSync } = fs
let done = ""
if (isMainThread) process.on("exit", () => writeFileSync(env["KILLS_COUNT"]!, done))

/** Counts an operation; says whether it is the fatal one. */
const isFatal = (letter: string) => {
  // The search has threads of its own, which write no more than an index.
  if (!isMainThread) return false
  done += letter
  return done.length - 1 === fatal
}

const counted = new Set<unknown>()
const isBelow = (path: unknown) => String(path).startsWith(directory)
const bytesOf = (data: unknown) => typeof data === "string" ? Buffer.from(data) : data as Uint8Array

type Call = (...given: Array<unknown>) => unknown
const calls = fs as unknown as Record<string, Call>

/** Replaces a function of `node:fs` and its synchronous twin. */
const replace = (name: string, by: (call: Call, given: Array<unknown>, sync: boolean) => unknown) => {
  for (const twin of [name, `${name}Sync`]) {
    const call = calls[twin]!
    calls[twin] = (...given) => by(call, given, twin !== name)
  }
}

/** Does an operation whose synchronous twin is `now`, and ends the process before or after it where it is the fatal one. */
const change = (call: Call, given: Array<unknown>, now: Call) => {
  if (!isFatal("c")) return call(...given)
  if (moment !== "before") now(...given.filter((value) => typeof value !== "function"))
  end()
}

for (const name of ["rename", "unlink", "rm", "mkdir", "link", "symlink", "copyFile", "truncate", "rmdir"]) {
  const now = calls[`${name}Sync`]!
  replace(name, (call, given) => isBelow(given[0]) ? change(call, given, now) : call(...given))
}
for (const name of ["fsync", "fdatasync", "ftruncate", "fchmod", "fchown"]) {
  const now = calls[`${name}Sync`]!
  replace(name, (call, given) => counted.has(given[0]) ? change(call, given, now) : call(...given))
}
replace("open", (call, given, sync) => {
  const flags: unknown = typeof given[1] === "function" ? "r" : given[1]
  const isReading = flags === undefined || flags === "r" || typeof flags === "number" && (flags & 3) === 0
  if (!isBelow(given[0])) return call(...given)
  if (!isReading && isFatal("c")) {
    if (moment !== "before") openSync(...given.slice(0, 3) as Parameters<typeof openSync>)
    end()
  }
  if (sync) {
    const file: unknown = call(...given)
    counted.add(file)
    return file
  }
  const answer = given.pop() as Call
  return call(...given, (error: unknown, file: unknown) => {
    if (file !== undefined) counted.add(file)
    answer(error, file)
  })
})
replace("close", (call, given) => {
  counted.delete(given[0])
  return call(...given)
})
replace("write", (call, given) => {
  if (!counted.has(given[0]) || !isFatal("w")) return call(...given)
  const bytes = bytesOf(given[1])
  const [from, length] = typeof given[2] === "number" ? [given[2], given[3] as number] : [0, bytes.length]
  const part = moment === "before" ? 0 : moment === "within" ? length >> 1 : length
  if (part > 0) writeSync(given[0] as number, bytes, from, part)
  end()
})
replace("writeFile", (call, given) => {
  if (!isBelow(given[0]) || !isFatal("w")) return call(...given)
  const bytes = bytesOf(given[1])
  const part = moment === "before" ? 0 : moment === "within" ? bytes.length >> 1 : bytes.length
  const file = openSync(given[0] as string, "w")
  writeSync(file, bytes, 0, part)
  closeSync(file)
  end()
})
/** Names of what changes the disk, and is not counted: the program must not use it unnoticed. */
const uncounted = (call: Call, name: string): Call => (...given) => {
  if (isBelow(given[0]) || isBelow(given[1]) || counted.has(given[0])) throw new Error(`${name} is not counted`)
  return call(...given)
}
for (const name of ["appendFile", "chmod", "chown", "cp", "lchown", "lutimes", "utimes", "futimes", "writev"]) {
  replace(name, (call, given) => uncounted(call, name)(...given))
}
calls["createWriteStream"] = uncounted(calls["createWriteStream"]!, "createWriteStream")
const promises = fs.promises as unknown as Record<string, Call>
const reading = new Set([
  "access",
  "constants",
  "lstat",
  "opendir",
  "readFile",
  "readdir",
  "readlink",
  "realpath",
  "stat",
  "statfs"
])
for (const [name, call] of Object.entries(promises)) {
  if (typeof call === "function" && !reading.has(name)) promises[name] = uncounted(call, `promises.${name}`)
}

/** Ends of the frames before each message in what is sent to the broker; the client writes whole frames. */
const message = /H?PUB [^\r\n]*\r\n/g
const send = Socket.prototype.write as Call
Socket.prototype.write = function(this: Socket, ...given: Array<unknown>) {
  if (this.remotePort !== port) return send.apply(this, given)
  const bytes = Buffer.from(bytesOf(given[0]))
  for (const { 0: head, index } of bytes.toString("latin1").matchAll(message)) {
    if (!isFatal("m")) continue
    const size = head.length + Number(/(\d+)\r\n$/.exec(head)![1]) + 2
    const part = moment === "before" ? 0 : moment === "within" ? size >> 1 : size
    send.call(this, bytes.subarray(0, index + part), end)
    return true
  }
  return send.apply(this, given)
} as Socket["write"]

syncBuiltinESMExports()
