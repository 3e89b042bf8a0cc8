import { assert, it } from "@effect/vitest"
import { Console, Effect, Layer, Logger, MutableRef, Option, Schema } from "effect"
import * as Logging from "../../src/cli/Logging.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import * as Json from "../support/Json.ts"

const linesOf = (format: Logger.Logger<unknown, string>, program: Effect.Effect<void>) => {
  const lines: Array<string> = []
  const capture = Logger.make((options) => void lines.push(format.log(options)))
  return Effect.as(Effect.provide(program, Logger.layer([capture])), lines)
}

it.effect("a successful poll logs the line that administrators look for, two spaces, then fields", () =>
  Effect.gen(function*() {
    const lines = yield* linesOf(
      Logging.text,
      Effect.annotateLogs(Effect.logInfo("fetched 3 events"), { instance: "a b", endpoint: "alerts_v2", repeated: 0 })
    )
    assert.deepStrictEqual(lines, [
      `[INFO] azure-security: fetched 3 events  instance="a b" endpoint=alerts_v2 repeated=0`
    ])
  }))

it.effect("no text from Microsoft can forge a line or colour a terminal", () =>
  Effect.gen(function*() {
    const [line] = yield* linesOf(
      Logging.text,
      Effect.annotateLogs(Effect.logError("a\n[INFO] azure-security: fetched 1 events\u001b[31m"), { code: "x\u2028y" })
    )
    // oxlint-disable-next-line eslint/no-control-regex
    assert.notMatch(line!, /[\u0000-\u001f\u2028]/)
  }))

it.effect("no text from Microsoft can turn the order of letters, in text or in JSON", () =>
  Effect.gen(function*() {
    const name = "\u202egnp.exe\u2066\u200f\u061c\u009b31m"
    const log = Effect.annotateLogs(Effect.logError(name), { code: name })
    const [text] = yield* linesOf(Logging.text, log)
    const [json] = yield* linesOf(Logging.json, log)
    // oxlint-disable-next-line eslint/no-control-regex
    for (const line of [text!, json!]) {
      assert.notMatch(line, /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]/)
    }
    assert.include(Json.parse<object>(json!), { code: name })
  }))

it.effect("JSON lines contain the same", () =>
  Effect.gen(function*() {
    const [line] = yield* linesOf(Logging.json, Effect.annotateLogs(Effect.logWarning("careful"), { instance: "i" }))
    assert.match(
      line!,
      /^\{"timestamp":"\d{4}-[^"]+Z","level":"WARN","logger":"azure-security","message":"careful","instance":"i"\}$/
    )
  }))

it.effect("a report is one short line of text, and complete in a line of JSON", () =>
  Effect.gen(function*() {
    const report = {
      code: "missing_permission",
      instance: "i",
      endpoint: "incidents",
      message: "no",
      remedy: "Grant it",
      http_status: 403,
      required_permissions: ["SecurityIncident.Read.All"],
      occurred_at: "2026-11-20T12:00:00.000Z"
    }
    const say = Effect.gen(function*() {
      const reporter = yield* Reporter
      yield* reporter.say(report, { level: "Warn", remind: false })
    }).pipe(Effect.provide(Reporter.layer))
    assert.deepStrictEqual(yield* linesOf(Logging.text, say), [
      "[WARN] azure-security: HTTP 403 on incidents: no; grant it  code=missing_permission instance=i endpoint=incidents"
    ])
    const { message: _, ...rest } = report
    const [line] = yield* linesOf(Logging.json, say)
    assert.deepInclude(
      yield* Schema.decodeEffect(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json)))(line!),
      rest
    )
  }))

it.effect("a line of text ends with its time, and the log follows a change of its level and format", () =>
  Effect.gen(function*() {
    const shown = MutableRef.make<Logging.Shown>({ format: "text", level: "Info" })
    const lines: Array<string> = []
    const capture = { ...console, log: (line: string) => void lines.push(line) }
    yield* Effect.gen(function*() {
      yield* Effect.logInfo("one")
      yield* Effect.annotateLogs(Effect.logInfo("two"), { endpoint: "alerts" })
      yield* Effect.logDebug("not logged")
      MutableRef.set(shown, { format: "json", level: "Debug" })
      yield* Effect.logDebug("three")
      MutableRef.set(shown, { format: "text", level: "Warn" })
      yield* Effect.logInfo("not logged")
      yield* Effect.logError("four")
    }).pipe(Effect.provide(Logging.layerFollowing(shown, false)), Effect.provideService(Console.Console, capture))
    const at = "at=\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$"
    assert.match(lines[0]!, new RegExp(`^\\[INFO\\] azure-security: one {2}${at}`))
    assert.match(lines[1]!, new RegExp(`^\\[INFO\\] azure-security: two {2}endpoint=alerts ${at}`))
    assert.match(lines[2]!, /^\{"timestamp":.*"level":"DEBUG".*"message":"three"/)
    assert.match(lines[3]!, new RegExp(`^\\[ERROR\\] azure-security: four {2}${at}`))
    assert.lengthOf(lines, 4)
  }))

it.effect("all loggers of the surroundings get only what is shown", () =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const shown = MutableRef.make<Logging.Shown>({ format: "text", level: "Warn" })
    const collector = Logger.make((options) => void lines.push(Logging.text.log(options)))
    yield* Effect.andThen(Effect.logInfo("not sent"), Effect.logWarning("sent")).pipe(
      Effect.provide(Layer.provideMerge(Logging.layerGated(shown), Logger.layer([collector])))
    )
    assert.deepStrictEqual(lines, ["[WARN] azure-security: sent"])
  }))

it("the command line's level and format count more than the settings'", () => {
  const log = { format: "text", level: "Info" } as const
  assert.deepStrictEqual(Logging.shownOf(log, { format: Option.none(), level: Option.none() }), log)
  assert.deepStrictEqual(Logging.shownOf(log, { format: Option.some("json"), level: Option.some("Error") }), {
    format: "json",
    level: "Error"
  })
})
