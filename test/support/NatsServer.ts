/** A real broker for a test, with a port and a store of its own, that can be killed and restarted. */
import { Effect, Schedule, Schema, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { env } from "node:process"

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const variable = (name: string): string => env[name] ?? ""

/** Path of the broker's program: `NATS_SERVER_BIN`, then `PATH`, then the path of Debian's package. */
export const binary: string | undefined = [
  variable("NATS_SERVER_BIN"),
  ...variable("PATH").split(delimiter).map((directory) => join(directory, "nats-server")),
  "/usr/sbin/nats-server"
].find((path) => path !== "" && isProgram(path))

export interface NatsServer {
  readonly url: string
  readonly port: number
  readonly version: string
  /** Directory of its streams. */
  readonly store: string
  /** Kills the broker with -9, like a power cut; returns when it has ended. */
  readonly kill: Effect.Effect<void>
  /** Restarts the broker on the same port and store; returns when it answers. */
  readonly restart: Effect.Effect<void>
  /** Stops the process (SIGSTOP); `resume` continues it. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
}

const Info = Schema.fromJsonString(Schema.Struct({ server_name: Schema.String, version: Schema.String }))

/** Reads the INFO line that a server sends before any login. */
const infoOf = (port: number) =>
  Effect.callback<string, "silent">((resume) => {
    let said = ""
    const socket = createConnection({ host: "127.0.0.1", port })
    socket.setEncoding("utf8")
    socket.on("data", (text: string) => {
      said += text
      const line = /^INFO (.*)\r\n/.exec(said)
      if (line === null) return
      socket.destroy()
      resume(Effect.succeed(line[1]!))
    })
    socket.on("error", () => resume(Effect.fail("silent")))
    return Effect.sync(() => socket.destroy())
  }).pipe(Effect.flatMap(Schema.decodeEffect(Info)))

const ended = (child: ChildProcess) =>
  Effect.callback<void>((resume) => {
    const done = () => resume(Effect.void)
    if (child.exitCode !== null || child.signalCode !== null) done()
    else child.once("close", done)
  })

/** Waits until a process that was sent SIGSTOP has stopped, where the system shows it. */
const stopped = (pid: number) =>
  Effect.sync(() => {
    const stat = `/proc/${pid}/stat`
    return !existsSync(stat) || readFileSync(stat, "utf8").includes(") T ")
  }).pipe(Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("1 millis") }))

/** Waits until the log of a starting server has its port and its ready line; fails when the server ends before. */
const ready = (child: ChildProcess) =>
  Effect.callback<number, string>((resume) => {
    let log = ""
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      log += text
      const port = /Listening for client connections on [^\n]*:(\d+)/.exec(log)
      if (port !== null && /Server is ready/.test(log)) resume(Effect.succeed(Number(port[1])))
    })
    child.once("close", () => resume(Effect.fail(`nats-server ended at its start:\n${log}`)))
  })

/** Starts a broker with JetStream; `config` is added to its configuration file. Broker and store end with the scope. */
export const start = (config = ""): Effect.Effect<NatsServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const directory = yield* Effect.acquireRelease(Effect.sync(() => mkdtempSync(join(tmpdir(), "nats-"))), (path) =>
      Effect.sync(() => rmSync(path, { recursive: true, force: true })))
    const name = `test-${randomUUID()}`
    const file = join(directory, "server.conf")
    let child: ChildProcess | undefined
    const end = () =>
      void child?.kill("SIGKILL")

    /** Starts on a port and checks that the server that answers there is the one that was started. */
    const run = Effect.fnUntraced(function*(port: number) {
      writeFileSync(
        file,
        `host: "127.0.0.1"\nport: ${port}\nserver_name: "${name}"\njetstream { store_dir: "${directory}" }\n${config}\n`
      )
      const started = spawn(binary!, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] })
      child = started
      const listening = yield* ready(started)
      const info = yield* infoOf(listening)
      if (info.server_name !== name) return yield* Effect.fail(`another server answers at port ${listening}`)
      return { port: listening, version: info.version }
    })

    yield* Effect.acquireRelease(Effect.sync(() => process.on("exit", end)), () =>
      Effect.suspend(() => {
        process.off("exit", end)
        end()
        return child === undefined ? Effect.void : ended(child)
      }))
    const { port, version } = yield* run(-1)
    const signal = (name: NodeJS.Signals) => Effect.sync(() => void child!.kill(name))
    return {
      url: `nats://127.0.0.1:${port}`,
      port,
      version,
      store: directory,
      kill: Effect.andThen(signal("SIGKILL"), Effect.suspend(() => ended(child!))),
      // The system may briefly give the port to another process that asks for a free one.
      restart: Effect.orDie(Effect.asVoid(Effect.retry(run(port), Schedule.recurs(5)))),
      pause: Effect.andThen(signal("SIGSTOP"), Effect.suspend(() => stopped(child!.pid!))),
      resume: signal("SIGCONT")
    }
  }).pipe(Effect.orDie)
