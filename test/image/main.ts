/**
 * Builds the image of `config/Containerfile` and runs it against the simulated Microsoft, with `buildah` and as root. It
 * takes two to three minutes, so that `.ci/run` does it after the tests.
 *
 * The base is the one that the file names where its registry can be reached; otherwise it is made of Debian's packages
 * and this Node, and kept in `dist/image`.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, FileSystem } from "effect"
import { strict as assert } from "node:assert"
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { env, execPath } from "node:process"
import { fileURLToPath } from "node:url"
import * as Json from "../support/Json.ts"
import * as Process from "../support/Process.ts"

type Command = readonly [string, ...ReadonlyArray<string>]

const root = fileURLToPath(new URL("../../", import.meta.url))
const cache = `${root}dist/image`
const localBase = "localhost/azure-security-base"
const image = "localhost/azure-security"
/** The user `node` of the official image. */
const nodeUser = 1000

const say = (line: string): void => void process.stdout.write(`image: ${line}\n`)

/** Runs a command to its end, which comes after so many seconds at the latest. */
const run = ([program, ...args]: Command, seconds = 60) => {
  const { status, stderr, stdout } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    timeout: seconds * 1000,
    maxBuffer: 64 * 1024 * 1024
  })
  return { isWell: status === 0, stdout, said: `${stdout}${stderr}`.trim() }
}

const must = (command: Command, seconds?: number): string => {
  const { isWell, said, stdout } = run(command, seconds)
  assert.ok(isWell, `${command.join(" ")}\n${said.slice(-4000)}`)
  return stdout.trim()
}

const isThere = (program: string): boolean => run(["sh", "-c", `command -v ${program}`]).isWell

type Buildah = (...args: ReadonlyArray<string>) => Command

/** A builder whose store is removed with the scope. */
const builder = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "azure-security-image-" })
  const buildah: Buildah = (
    ...args
  ) => ["buildah", "--root", `${directory}/store`, "--runroot", `${directory}/run`, "--storage-driver", "vfs", ...args]
  // A container that is still mounted would keep the directory.
  yield* Effect.addFinalizer(() => Effect.sync(() => run(buildah("rm", "--all"))))
  return buildah
})

/** Makes of Debian's packages what the build takes of the official image; returns why it cannot. */
const makeBase = Effect.fnUntraced(function*(buildah: Buildah) {
  const fs = yield* FileSystem.FileSystem
  const archive = `${cache}/debian.tar`
  if (!(yield* fs.exists(archive))) {
    if (!isThere("debootstrap")) return "the base's registry is out of reach, and without debootstrap there is no other"
    say("makes a base of Debian's packages, which is kept")
    const system = `${yield* fs.makeTempDirectoryScoped({ prefix: "azure-security-base-" })}/system`
    const made = run(["debootstrap", "--variant=minbase", "bookworm", system], 400)
    if (!made.isWell) return `neither the base's registry nor Debian's is in reach: ${made.said.split("\n").at(-1)}`
    must(["chroot", system, "useradd", `--uid=${nodeUser}`, "--user-group", "--create-home", "node"])
    yield* fs.makeDirectory(cache, { recursive: true })
    must(["tar", "-C", system, "-cf", `${archive}.new`, "."])
    yield* fs.rename(`${archive}.new`, archive)
  }
  const npm = must(["sh", "-c", "dirname \"$(dirname \"$(readlink -f \"$(command -v npm)\")\")\""])
  const container = must(buildah("from", "scratch"))
  must(buildah("add", "--quiet", container, archive, "/"), 120)
  must(buildah("copy", "--quiet", container, execPath, "/usr/local/bin/node"))
  must(buildah("copy", "--quiet", container, npm, "/usr/local/lib/node_modules/npm"))
  const link = ["ln", "-s", "../lib/node_modules/npm/bin/npm-cli.js", "/usr/local/bin/npm"]
  must(buildah("run", "--isolation", "chroot", container, "--", ...link))
  must(buildah("commit", "--quiet", "--disable-compression", container, localBase), 120)
  must(buildah("rm", container))
  return undefined
}, Effect.scoped)

const build = (buildah: Buildah, base: ReadonlyArray<string>): void => {
  const ca = env["NODE_EXTRA_CA_CERTS"]
  const trusted = ca === undefined ? [] : ["--volume", `${ca}:/ca.pem:ro`, "--build-arg", "NODE_EXTRA_CA_CERTS=/ca.pem"]
  const args = ["--isolation", "chroot", "--format", "docker", "--disable-compression", ...base, ...trusted]
  must(
    buildah("build", ...args, "--build-arg", "COMMIT=of-the-test", "-f", "config/Containerfile", "-t", image, "."),
    600
  )
}

interface Config {
  readonly User: string
  readonly Entrypoint: ReadonlyArray<string>
  readonly Cmd: ReadonlyArray<string>
  readonly StopSignal: NodeJS.Signals
  readonly Healthcheck: { readonly Test: readonly ["CMD", ...ReadonlyArray<string>] }
}

/** Processes below a process that run the program; each thread may have started some. */
const programs = (pid: number): ReadonlyArray<number> =>
  readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" "))
    .filter((child) => child !== "")
    .flatMap((child) => {
      const isProgram = readFileSync(`/proc/${child}/cmdline`, "utf8").startsWith("node\0--disable-sigusr1")
      return [...isProgram ? [Number(child)] : [], ...programs(Number(child))]
    })

/** Starts a command in the container. The end of `buildah` alone would leave the program behind. */
const started = (command: Command) =>
  Effect.tap(Process.launch(command), ({ child }) =>
    Effect.addFinalizer(() =>
      Effect.sync(() => {
        if (child.exitCode === null) { for (const pid of programs(child.pid!)) process.kill(pid, "SIGKILL") }
      })
    ))

/** Runs the image as it says itself, in a network of its own, which has nothing but its loopback. */
const tryImage = Effect.fnUntraced(function*(buildah: Buildah) {
  const fs = yield* FileSystem.FileSystem
  const { Docker: { config } } = Json.parse<{ readonly Docker: { readonly config: Config } }>(
    must(buildah("inspect", "--type", "image", image))
  )
  const data = yield* fs.makeTempDirectoryScoped({ prefix: "azure-security-data-" })
  const origin = "http://127.0.0.1:9465"
  const settings = {
    instances: {
      "my-tenant": {
        credentials: {
          tenant_id: "11111111-1111-4111-8111-111111111111",
          client_id: "22222222-2222-4222-8222-222222222222",
          client_secret: "simulated"
        },
        cloud: { login: origin, graph: origin }
      }
    }
  }
  yield* fs.writeFileString(`${data}/azure-security.json`, Json.text(settings), { mode: 0o600 })
  must(["chown", "-R", `${nodeUser}:${nodeUser}`, data])
  const net = yield* Process.launch(["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 600"])
  yield* net.says(/up/)
  const container = must(buildah("from", image))
  const inside = (
    ...command: ReadonlyArray<string>
  ): Command => [
    "nsenter",
    `--net=/proc/${net.child.pid}/ns/net`,
    ...buildah("run", "--isolation", "chroot", "--volume", `${data}:/data/azure-security`, container, "--", ...command)
  ]
  assert.match(must(inside(...config.Entrypoint, "--version")), /^azure-security v\S+ \(of-the-test\)$/)
  assert.equal(must(inside("id", "-un")), "node")
  const isHealthy = () => run(inside(...config.Healthcheck.Test.slice(1))).isWell
  assert.ok(!isHealthy(), "nothing runs, and the health check says that it is well")
  const microsoft = yield* started(inside(...config.Entrypoint, "simulate"))
  yield* microsoft.says(/Ctrl-C stops/)
  const connector = yield* started(inside(...config.Entrypoint, ...config.Cmd))
  yield* connector.says(/fetched \d+ events {2}instance=my-tenant endpoint=alerts_v2/)
  assert.ok(isHealthy(), "the connector runs, and the health check says that it is not well")
  assert.match(must(inside(...config.Entrypoint, "status")), /^my-tenant: ok/m)
  process.kill(programs(connector.child.pid!)[0]!, config.StopSignal)
  assert.equal(yield* connector.exit, 0, connector.stdout() + connector.stderr())
  const files = yield* fs.readDirectory(`${data}/data/artifacts`)
  assert.ok(files.some((file) => /^artifacts-.*\.ndjson$/.test(file)), files.join())
  process.kill(programs(microsoft.child.pid!)[0]!, "SIGTERM")
  yield* microsoft.exit
})

const missing = ["buildah", "unshare", "nsenter", "ip"].filter((program) => !isThere(program))

const main = Effect.gen(function*() {
  if (process.getuid?.() !== 0) return say("skipped: it takes root")
  if (missing.length > 0) return say(`skipped: there is no ${missing.join(", ")}`)
  const buildah = yield* builder
  const [, official] = /^ARG NODE_IMAGE=(.+)$/m.exec(readFileSync(`${root}config/Containerfile`, "utf8"))!
  const isOfficial = run(buildah("pull", official!), 200).isWell
  const why = isOfficial ? undefined : yield* makeBase(buildah)
  if (why !== undefined) return say(`skipped: ${why}`)
  say(
    isOfficial
      ? `builds on ${official}`
      : "builds on a base of Debian's packages, for the base's registry is out of reach"
  )
  build(buildah, isOfficial ? [] : ["--pull-never", "--build-arg", `NODE_IMAGE=${localBase}`])
  say("built; runs it")
  yield* Effect.timeout(tryImage(buildah), "2 minutes")
  say("says its version, collects as the user node, is healthy, and stops in order")
})

main.pipe(Effect.scoped, Effect.provide(NodeServices.layer), NodeRuntime.runMain)
