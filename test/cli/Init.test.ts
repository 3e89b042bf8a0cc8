/** Tests the command that makes the settings of a first tenant, against the simulated Microsoft. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { type Cause, Effect, Exit, FileSystem, Layer, Option, Queue, Ref, Stdio, Stream, Terminal } from "effect"
import { Command } from "effect/cli"
import { TestConsole } from "effect/testing"
import { ExitCode } from "../../src/cli/ExitCode.ts"
import * as InitCommand from "../../src/cli/InitCommand.ts"
import * as SimulateCommand from "../../src/cli/SimulateCommand.ts"
import { presets } from "../../src/config/Collect.ts"
import { exampleIds } from "../../src/config/ExampleIds.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import * as Json from "../support/Json.ts"
import * as Process from "../support/Process.ts"

type Dialogue = ReadonlyArray<readonly [prompt: string, keys: ReadonlyArray<string>]>

/** A terminal at which somebody answers each prompt as soon as it shows, and what it showed. */
const terminal = (dialogue: Dialogue) => {
  const readers = new Set<Queue.Queue<Terminal.UserInput, Cause.Done>>()
  const rest = [...dialogue]
  let shown = ""
  const keyOf = (name: string): Terminal.UserInput => ({
    input: name.length === 1 ? Option.some(name) : Option.none(),
    key: { name, ctrl: false, meta: false, shift: false }
  })
  const layer = Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.succeed(120),
      rows: Effect.succeed(40),
      size: Queue.unbounded<Terminal.Size, Cause.Done>(),
      readLine: Effect.never,
      readInput: Effect.acquireRelease(
        Effect.tap(Queue.unbounded<Terminal.UserInput, Cause.Done>(), (queue) => Effect.sync(() => readers.add(queue))),
        (queue) => Effect.sync(() => readers.delete(queue))
      ),
      display: (text) =>
        Effect.sync(() => {
          shown += text
          if (rest[0] === undefined || !text.includes(rest[0][0])) return
          const [, keys] = rest.shift()!
          for (const name of keys) readers.forEach((queue) => Queue.offerUnsafe(queue, keyOf(name)))
          // Nobody types any more, as after Ctrl+C.
          if (keys.length === 0) readers.forEach((queue) => Queue.endUnsafe(queue))
        })
    })
  )
  return { layer, shown: () => shown, isDone: () => rest.length === 0 }
}

/** Runs `init` where standard input and output are, or are not, a terminal. */
const init = Effect.fnUntraced(
  function*(args: ReadonlyArray<string>, { at = terminal([]), isTerminal = false, stdin = "" }: {
    readonly at?: ReturnType<typeof terminal>
    readonly isTerminal?: boolean
    readonly stdin?: string
  } = {}) {
    const stdio = yield* Stdio.Stdio
    const given = Stdio.make({
      ...stdio,
      stdinIsTerminal: Effect.succeed(isTerminal),
      stdoutIsTerminal: Effect.succeed(isTerminal),
      stdin: Stream.make(new TextEncoder().encode(stdin))
    })
    const run = Command.runWith(InitCommand.command, { version: "0" })
    const exit = yield* Effect.exit(Effect.provide(run(args), Layer.merge(at.layer, Layer.succeed(Stdio.Stdio, given))))
    const lines = (yield* TestConsole.logLines).map(String).join("\n")
    const failure = Exit.isFailure(exit) ? String(Option.getOrUndefined(Exit.findErrorOption(exit))) : ""
    return { failure, code: yield* Ref.get(yield* ExitCode), lines }
  },
  Effect.provide(Layer.mergeAll(ExitCode.layer, TestConsole.layer, NodeServices.layer))
)

const file = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return `${yield* fs.makeTempDirectoryScoped()}/azure-security.json`
})

const typed = (text: string) => [...text, "enter"]

describe("init", () => {
  it.live("asks, shows no secret, writes a file for this user only, and checks the tenant", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const [origin, settings] = [yield* SimulateCommand.serve(0), yield* file]
      const at = terminal([
        ["Name of the tenant", ["enter"]],
        ["Directory (tenant) ID", typed("mistyped")],
        ["Expected the Directory", [...Array.from("mistyped", () => "backspace"), ...typed(exampleIds.tenant_id)]],
        ["Application (client) ID", typed(exampleIds.client_id)],
        ["prove its identity", ["enter"]],
        ["Client secret", typed("pasted-s3cret")],
        ["What is collected", ["down", "enter"]],
        ["Are they granted", ["y"]]
      ])
      const { code, failure, lines } = yield* init(["--config", settings, "--cloud", origin], { at, isTerminal: true })
      assert.strictEqual(failure, "")
      assert.isTrue(at.isDone())
      assert.strictEqual(code, ExitCode.well, lines)
      assert.notInclude(at.shown() + lines, "s3cret")
      const { mode } = yield* fs.stat(settings)
      assert.strictEqual(mode & 0o777, 0o600)
      const { instances } = Json.parse(yield* fs.readFileString(settings)) as {
        readonly instances: Readonly<Record<string, unknown>>
      }
      assert.deepStrictEqual(instances, {
        "my-tenant": {
          credentials: { ...exampleIds, client_secret: "pasted-s3cret" },
          collect: "identity",
          cloud: { login: origin, graph: origin }
        }
      })
      for (const name of presets.identity) {
        const { permissions } = endpoints[name as keyof typeof endpoints]
        assert.match(lines, new RegExp(`^  ${permissions[0]!.replaceAll(".", "\\.")} .*\\b${name}\\b`, "m"))
      }
      assert.include(lines, `${origin}/${exampleIds.tenant_id}/adminconsent?client_id=${exampleIds.client_id}`)
      assert.match(lines, /✓ token .*\n/)
      assert.include(lines, `Next: azure-security run --config ${settings}`)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("takes a certificate, overwrites nothing, and writes nothing when it is ended before the last answer", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const [settings, ids] = [yield* file, [
        "--tenant-id",
        exampleIds.tenant_id,
        "--client-id",
        exampleIds.client_id,
        "--instance",
        "a"
      ]]
      const at = terminal([
        ["prove its identity", ["down", "down", "down", "enter"]],
        ["PEM file of the certificate", typed("app.pem")],
        ["PEM file of its private key", typed("app.key")],
        ["What is collected", ["enter"]]
      ])
      const args = [...ids, "--config", settings, "--no-check"]
      const { failure, lines } = yield* init(args, { at, isTerminal: true })
      assert.strictEqual(failure, "")
      assert.include(
        yield* fs.readFileString(settings),
        `"client_certificate_path": "app.pem",\n        "client_private_key_path": "app.key"`
      )
      assert.include(lines, `Next: azure-security check --config ${settings}`)
      const other = terminal([["prove its identity", []]])
      const ended = yield* init([...ids, "--config", `${settings}.other`], { at: other, isTerminal: true })
      assert.include(ended.failure, "ended before the last answer; nothing was written")
      assert.isFalse(yield* fs.exists(`${settings}.other`))
      const again = yield* init(args, { at: terminal([]), isTerminal: true })
      assert.include(again.failure, `${settings} is there, and init overwrites nothing`)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("names every missing flag without a terminal, and every fault of what it was given", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const settings = yield* file
      const missing = yield* init(["--config", settings])
      assert.match(missing.failure, /--tenant-id ID[^]*--client-id ID[^]*--secret-stdin, --secret-file FILE/)
      const ids = ["--tenant-id", "x", "--client-id", "y"]
      const faults = yield* init(["--config", settings, ...ids, "--secret-env", "A", "--secret-file", "b"])
      assert.match(faults.failure, /\.tenant_id: Exp[^]*\.client_id: Exp[^]*there are 2: client_secret_env, client_sec/)
      const empty = yield* init(["--config", settings, ...ids, "--secret-stdin"])
      assert.include(empty.failure, "standard input is empty")
      const shown = yield* init(["--config", settings, ...ids, "--secret-stdin"], { isTerminal: true })
      assert.include(shown.failure, "standard input is a terminal, which would show the secret")
      assert.isFalse(yield* fs.exists(settings))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("with a secret from standard input leads to a first artifact, without another file", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const [origin, settings] = [yield* SimulateCommand.serve(0), yield* file]
      const ids = ["--tenant-id", exampleIds.tenant_id, "--client-id", exampleIds.client_id]
      const { code, failure, lines } = yield* init(
        ["--config", settings, ...ids, "--secret-stdin", "--cloud", origin],
        { stdin: "from-a-pipe\n" }
      )
      assert.strictEqual(`${failure}${code}`, "0", lines)
      const run = yield* Process.start(["run", "--once", "--no-listen", "--config", settings])
      assert.strictEqual(yield* run.exit, 0, run.stderr())
      const directory = settings.replace(/[^/]*$/, "data/artifacts")
      assert.match((yield* fs.readDirectory(directory)).join(), /artifacts-.*\.ndjson/)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
})
