/**
 * What an administrator sees of each fault of the simulated Microsoft, and of what stands between, after 5 seconds, a minute, ten minutes and two hours:
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
import { Status } from "../../src/status/Status.ts"
import * as ForgetfulSink from "../support/ForgetfulSink.ts"
import * as Json from "../support/Json.ts"
import { calm } from "../support/SimulatedWorld.ts"
import { all, others, settings, world, type Wrong } from "../support/Wrong.ts"

const directory = fileURLToPath(new URL("../fixtures/faults", import.meta.url))
const noon = Date.UTC(2026, 10, 20, 12)
const brokerLost = "broker_lost.txt"
const updating = Config.Boolean("UPDATE").pipe(Config.withDefault(false))

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
    .replace(/^((?:HTTP \d+ )?)on [\w, ]+: /, "$1")
    .replaceAll(/ after [\d.]+ s\b|, try \d+ of \d+ failed, the next (?:is at \S+|goes on)|<[+-]\d+ s>/g, "")

const moments = [["5 seconds", 5], ["1 minute", 60], ["10 minutes", 600], ["2 hours", 7200]] as const

/** What `check` says at a time; it has a clock of its own, since its time limits pass on it. */
const checked = (wrong: Wrong, at: number) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon + at * 1000)
    const instance = allFromSettings(yield* settings)[0]!
    const checking = yield* Effect.forkChild(
      Effect.provide(Stream.runCollect(Checks.ofInstance(instance)), yield* world(wrong))
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
  function*(wrong: Wrong) {
    const { stream } = wrong
    yield* TestClock.setTime(noon)
    const lines: Array<string> = []
    const capture = Logger.make((options) => void lines.push(Logging.text.log(options)))
    const scope = yield* Scope.fork(yield* Scope.Scope)
    const context = yield* Layer.buildWithScope(yield* world(wrong), scope)
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
      const shown = yield* document
      const statusNow = StatusCommand.linesOf(shown, yield* Clock.currentTimeMillis).slice(
        wrong.sink === undefined ? 3 : 0
      )
        .join("\n")
      const checkNow = yield* checked(wrong, until)
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
        const text = `${Json.text(fault)}\n${yield* seen({ fault })}\n`
        if (yield* updating) yield* fs.writeFileString(file, text)
        assert.strictEqual(text, yield* fs.readFileString(file), "UPDATE=1 npm test writes it anew")
      }))
  }

  for (const [name, wrong] of others) {
    it.effect(`of ${name.replaceAll("_", " ")}`, () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const file = `${directory}/${name}.txt`
        const text = `${name}\n${yield* seen(wrong)}\n`
        if (yield* updating) yield* fs.writeFileString(file, text)
        assert.strictEqual(text, yield* fs.readFileString(file), "UPDATE=1 npm test writes it anew")
      }))
  }

  it.effect("of a broker that has lost half of what it took", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = `${directory}/${brokerLost}`
      const text = `${yield* seen({ stream: ForgetfulSink.make() })}\n`
      if (yield* updating) yield* fs.writeFileString(file, text)
      assert.strictEqual(text, yield* fs.readFileString(file), "UPDATE=1 npm test writes it anew")
    }))

  it.effect("is told of each fault in the same words by log and status, with a code and a remedy, and by that code in check", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      for (const [name] of [...all, ...others]) {
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
      assert.sameMembers(files, [brokerLost, ...[...all, ...others].map(([name]) => `${name}.txt`)])
    }))
})
