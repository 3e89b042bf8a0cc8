/**
 * What an administrator sees of each fault of the simulated Microsoft, after 5 seconds, a minute, ten minutes and two hours:
 * the log, `status` and `check`. The text was read by a person; `UPDATE=1` writes it anew.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, Config, Effect, Exit, Fiber, FileSystem, Layer, Logger, Random, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { fileURLToPath } from "node:url"
import * as Checks from "../../src/checks/Checks.ts"
import { teller } from "../../src/checks/Finding.ts"
import * as Connector from "../../src/cli/Connector.ts"
import * as Logging from "../../src/cli/Logging.ts"
import * as StatusCommand from "../../src/cli/StatusCommand.ts"
import { allFromSettings } from "../../src/config/Instance.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { Fault, type Wanted } from "../../src/simulator/Fault.ts"
import { Status } from "../../src/status/Status.ts"
import * as ForgetfulSink from "../support/ForgetfulSink.ts"
import * as Json from "../support/Json.ts"
import { calm } from "../support/SimulatedWorld.ts"
import * as SimulatedWorld from "../support/SimulatedWorld.ts"

const directory = fileURLToPath(new URL("../fixtures/faults", import.meta.url))
const noon = Date.UTC(2026, 10, 20, 12)
const brokerLost = "broker_lost.txt"
const updating = Config.Boolean("UPDATE").pipe(Config.withDefault(false))

type Kind = Fault["kind"]

/** Each fault as it is asked for, where its kind alone is not enough. */
const wanted: { readonly [K in Kind]?: ReadonlyArray<Wanted> } = {
  status: [
    { kind: "status", status: 503, retry_after: 1800 },
    { kind: "status", status: 504, endpoint: "token", retry_after: 1800 },
    { kind: "status", status: 500 },
    { kind: "status", status: 400, message: "Invalid filter clause" }
  ],
  throttled: [{ kind: "throttled", retry_after: 30 }, { kind: "throttled", endpoint: "token", retry_after: 30 }],
  missing_role: [{ kind: "missing_role" }, { kind: "missing_role", endpoint: "incidents" }],
  retired: [{ kind: "retired", endpoint: "alerts", as: "404" }],
  hang: [{ kind: "hang" }, { kind: "hang", endpoint: "token" }],
  slow: [{ kind: "slow", ms: 90_000 }],
  hostile_next_link: [{ kind: "hostile_next_link", url: "https://evil.example/" }],
  clamp: [{ kind: "clamp", size: 2 }],
  skip_limit: [{ kind: "skip_limit", max: 1 }],
  aadsts: [{ kind: "aadsts", code: 7_000_215 }, { kind: "aadsts", code: 90_033 }, { kind: "aadsts", code: 53_003 }, {
    kind: "aadsts",
    code: 987_654
  }],
  big_body: [{ kind: "big_body", bytes: 1_000_000 }]
}

/** Each fault with the name of its file. */
const all: ReadonlyArray<readonly [string, Wanted]> = Fault.members.flatMap(({ fields }) => {
  const kind = fields.kind.literal
  const ways = wanted[kind] ?? [{ kind } as Wanted]
  return ways.map((way, index) => [ways.length === 1 ? kind : `${kind}-${index + 1}`, way] as const)
})

/** Times as they lie from noon, and ids without their digits, which differ between runs. */
const normal = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => {
      const seconds = Math.round((Date.parse(time) - noon) / 1000)
      return `<${seconds < 0 ? "-" : "+"}${Math.abs(seconds)} s>`
    })
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, "<id>")

/** What is said of a fault, without the endpoints and the times. */
const wordsOf = (text: string): string =>
  text
    .replace(/^((?:HTTP \d+ )?)on [\w, ]+: /, "$1: ")
    .replaceAll(/ after [\d.]+ s\b|, try \d+ of \d+ failed, the next (?:is at \S+|goes on)|<[+-]\d+ s>/g, "")

const moments = [["5 seconds", 5], ["1 minute", 60], ["10 minutes", 600], ["2 hours", 7200]] as const

const settings = Effect.orDie(decodeSettings(
  "test",
  Json.text({
    limits: { page_bytes_max: 524_288 },
    instances: {
      contoso: {
        credentials: {
          tenant_id: "11111111-1111-4111-8111-111111111111",
          client_id: "22222222-2222-4222-8222-222222222222",
          client_secret: "a-secret"
        }
      }
    }
  })
))

type Sink = ReturnType<typeof ForgetfulSink.make>["layer"]

/** The connector over a simulated Microsoft with a fault. */
const world = Effect.fnUntraced(function*(fault: Wanted | undefined, sink?: Sink) {
  const { layer } = yield* SimulatedWorld.world(yield* settings, {
    ...(fault === undefined ? {} : { faults: [fault] }),
    ...(sink === undefined ? {} : { sink })
  })
  return layer
})

/** What `check` says at a time; it has a clock of its own, since its time limits pass on it. */
const checked = (fault: Wanted | undefined, at: number) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon + at * 1000)
    const instance = allFromSettings(yield* settings)[0]!
    const checking = yield* Effect.forkChild(
      Effect.provide(Stream.runCollect(Checks.ofInstance(instance)), yield* world(fault))
    )
    for (let waited = 0; checking.pollUnsafe() === undefined && waited < 3600; waited += 10) {
      yield* calm
      yield* TestClock.adjust("10 seconds")
    }
    return Array.from(yield* Fiber.join(checking), teller()).join("\n")
  }).pipe(Effect.scoped, Effect.provide(Layer.fresh(TestClock.layer())))

/** The stream of the broker loses its newest half. */
const gone = Effect.fnUntraced(function*(stream: ReturnType<typeof ForgetfulSink.make>) {
  stream.forget(Math.floor(stream.ids().length / 2))
  yield* stream.look
  yield* calm
})

const seen = Effect.fnUntraced(
  function*(fault: Wanted | undefined, stream?: ReturnType<typeof ForgetfulSink.make>) {
    yield* TestClock.setTime(noon)
    const lines: Array<string> = []
    const capture = Logger.make((options) => void lines.push(Logging.text.log(options)))
    const scope = yield* Scope.fork(yield* Scope.Scope)
    const context = yield* Layer.buildWithScope(yield* world(fault, stream?.layer), scope)
    yield* Effect.forkIn(
      Connector.run(false).pipe(Effect.provideContext(context), Effect.provide(Logger.layer([capture]))),
      scope
    )
    const { document } = yield* Effect.provideContext(Status, context)
    const parts: Array<string> = []
    let [status, check] = ["", ""]
    for (const [name, until] of moments) {
      for (let now = yield* Clock.currentTimeMillis; now < noon + until * 1000; now = yield* Clock.currentTimeMillis) {
        yield* calm
        yield* TestClock.adjust(Math.min(noon + until * 1000 - now, now < noon + 60_000 ? 5000 : 60_000))
      }
      if (stream !== undefined && until === 60) yield* gone(stream)
      const said = lines.splice(0)
      const statusNow = StatusCommand.linesOf(yield* document, yield* Clock.currentTimeMillis).slice(3).join("\n")
      const checkNow = yield* checked(fault, until)
      parts.push(
        `--- ${name}`,
        ...said,
        statusNow === status ? "status: as before" : statusNow,
        checkNow === check ? "check: as before" : `check:\n${checkNow}`
      )
      status = statusNow
      check = checkNow
    }
    yield* Scope.close(scope, Exit.void)
    return normal(parts.join("\n"))
  },
  Effect.scoped,
  Random.withSeed("faults")
)

it.layer(NodeServices.layer)("what an administrator sees over two hours", (it) => {
  for (const [name, fault] of all) {
    it.effect(`of the fault ${name}`, () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const file = `${directory}/${name}.txt`
        const text = `${Json.text(fault)}\n${yield* seen(fault)}\n`
        if (yield* updating) yield* fs.writeFileString(file, text)
        assert.strictEqual(text, yield* fs.readFileString(file), "UPDATE=1 npm test writes it anew")
      }))
  }

  it.effect("of a broker that has lost half of what it took", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = `${directory}/${brokerLost}`
      const text = `${yield* seen(undefined, ForgetfulSink.make())}\n`
      if (yield* updating) yield* fs.writeFileString(file, text)
      assert.strictEqual(text, yield* fs.readFileString(file), "UPDATE=1 npm test writes it anew")
    }))

  it.effect("is told of each fault in the same words by log and status, with a code and a remedy, and by that code in check", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      for (const [name] of all) {
        const lines = (yield* fs.readFileString(`${directory}/${name}.txt`)).split("\n")
        const told = lines.flatMap((line) => {
          const [, text, code, endpoint = ""] =
            /^\[(?:WARN|ERROR)\] azure-security: (.*?) {2}code=(\w+)(?: instance=\S+)?(?: endpoint=(\w+))?/.exec(
              line
            ) ?? []
          return text === undefined ? [] : [{ what: `${code}: ${wordsOf(text)}`, code, text, endpoint }]
        })
        for (const { code, text } of told) assert.match(text, /.+; ./, `${name}: ${code} has a remedy`)
        const words = new Set(told.map(({ what }) => what))
        const codes = new Set(told.map(({ code }) => code))
        for (const line of lines) {
          const [, text, code] = /^ {2}! (.*?) {2}code=(\w+)$/.exec(line) ?? []
          if (text !== undefined) assert.isTrue(words.has(`${code}: ${wordsOf(text)}`), `${name}: ${text}`)
          const [, checked] = /^ {2}[✗?] .* {2}code=(\w+)$/.exec(line) ?? []
          if (checked !== undefined) assert.isTrue(codes.has(checked), `${name}: check has ${checked}, the log has not`)
        }
        // Once for an endpoint while it lasts.
        const early = lines.slice(0, lines.indexOf("--- 10 minutes")).filter((line) => /^\[(?:WARN|ERROR)\]/.test(line))
        const once = early.map((line) => line.replaceAll(/<[+-]\d+ s>/g, ""))
        assert.strictEqual(new Set(once).size, once.length, name)
      }
    }))

  it.effect("has no file of a fault that is no more", () =>
    Effect.gen(function*() {
      const files = yield* (yield* FileSystem.FileSystem).readDirectory(directory)
      assert.sameMembers(files, [brokerLost, ...all.map(([name]) => `${name}.txt`)])
    }))
})
