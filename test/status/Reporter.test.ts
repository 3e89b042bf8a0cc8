import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import type { Report } from "../../src/status/Report.ts"
import { Reporter } from "../../src/status/Reporter.ts"

const report = (instance: string, code = "forbidden"): Report => ({
  code,
  message: "Graph refuses",
  remedy: "grant it",
  instance,
  endpoint: "incidents",
  occurred_at: "2026-11-20T12:00:00.000Z"
})

const capture = (instances: Array<string>) =>
  Logger.make(({ fiber }) => void instances.push(String(fiber.getRef(References.CurrentLogAnnotations)["instance"])))

it.effect("says a lasting failure again for an instance that was forgotten, and for no other", () =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    yield* Effect.gen(function*() {
      const reporter = yield* Reporter
      const sayAll = Effect.gen(function*() {
        for (const instance of ["one", "one-more"]) {
          yield* reporter.say(report(instance), { level: "Error", remind: false })
          yield* reporter.say(report(instance, "gap"), { level: "Error", remind: false, apart: true })
        }
      })
      yield* sayAll
      yield* sayAll
      assert.strictEqual(lines.length, 4)
      yield* reporter.forget("one")
      yield* sayAll
      assert.deepStrictEqual(lines.slice(4), ["one", "one"])
    }).pipe(Effect.provide(Layer.merge(Reporter.layer, Logger.layer([capture(lines)]))))
  }))

it.effect("says a failure once however long its request took", () =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    yield* Effect.gen(function*() {
      const reporter = yield* Reporter
      for (const message of ["no connection after 0.5 s (A)", "no connection after 12 s (A)", "no connection (B)"]) {
        yield* reporter.say({ ...report("one"), message }, { level: "Warn", remind: false })
      }
      assert.strictEqual(lines.length, 2)
    }).pipe(Effect.provide(Layer.merge(Reporter.layer, Logger.layer([capture(lines)]))))
  }))

it.effect("says once what stands beside the endpoint's report and then becomes it, and each hour", () =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    yield* Effect.gen(function*() {
      const reporter = yield* Reporter
      const both = Effect.gen(function*() {
        yield* reporter.say(report("one"), { level: "Error", remind: true, apart: true })
        yield* reporter.say(report("one"), { level: "Error", remind: true })
      })
      yield* both
      yield* both
      assert.strictEqual(lines.length, 1)
      yield* TestClock.adjust("1 hour")
      yield* both
      assert.strictEqual(lines.length, 2)
    }).pipe(Effect.provide(Layer.merge(Reporter.layer, Logger.layer([capture(lines)]))))
  }))
