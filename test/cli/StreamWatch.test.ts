/** Tests how soon the status shows that the stream is gone, and that it is back. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { run } from "../../src/cli/StreamWatch.ts"
import { Connection } from "../../src/nats/Connection.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"

const subject = "a.data.artifacts.raw"
const refusal = (name: string, more: object) => Object.assign(new Error("refused"), { name, ...more })
const hour = 3_600_000_000_000

/** A watch over a broker that is the test. */
const world = Effect.gen(function*() {
  const broker = { isGone: false, isSilent: false, window: hour }
  const answer = <A>(value: A) => {
    if (broker.isSilent) throw refusal("TimeoutError", {})
    if (broker.isGone) throw refusal("JetStreamApiError", { code: 10_059 })
    return value
  }
  const jsm = {
    streams: {
      find: async () => answer("DATA"),
      info: async (name: string) =>
        answer({
          config: { name, subjects: [subject], storage: "file", num_replicas: 1, duplicate_window: broker.window },
          state: { bytes: 0, messages: 0 }
        }),
      getMessage: async () => null
    },
    consumers: {
      async *list() {
        yield answer({ config: { filter_subject: "" } })
      }
    }
  }
  const lines: Array<string> = []
  const capture = Logger.make(({ message }) => void lines.push(String(message)))
  const connection = { jsm, js: {}, nc: { info: {} } } as unknown as Connection["Service"]
  yield* Effect.forkScoped(
    run(subject).pipe(Effect.provideService(Connection, connection), Effect.provide(Logger.layer([capture]))),
    { startImmediately: true }
  )
  const calm = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve))).pipe(
    Effect.andThen(TestClock.adjust(0)),
    Effect.repeat({ times: 10 })
  )
  yield* calm
  const status = yield* Status
  return {
    broker,
    lines,
    pass: (seconds: number) =>
      Effect.repeat(Effect.andThen(TestClock.adjust("5 seconds"), calm), { times: seconds / 5 - 1 }),
    shown: Effect.map(
      status.document,
      ({ sink: { state, warnings = [] } }) => [state, ...warnings.map(({ code }) => code)]
    )
  }
}).pipe(Effect.provide(Reporter.layer))

describe("the watch of the stream", () => {
  it.effect("shows within five minutes that there is none, until it is back, whatever a silent broker says", () =>
    Effect.gen(function*() {
      const { broker, lines, pass, shown } = yield* world
      assert.deepStrictEqual(yield* shown, ["ok"])
      yield* pass(10)
      broker.isGone = true
      yield* pass(295)
      assert.deepStrictEqual(yield* shown, ["unavailable", "stream_missing"])
      assert.strictEqual(lines.filter((line) => line.includes(`no stream keeps ${subject}`)).length, 1)
      broker.isSilent = true
      yield* pass(60)
      assert.deepStrictEqual(yield* shown, ["unavailable", "stream_missing"])
      Object.assign(broker, { isGone: false, isSilent: false })
      yield* pass(35)
      assert.deepStrictEqual(yield* shown, ["ok"])
    }).pipe(Effect.provide(Status.layer("test"))))

  it.effect("judges how it is made hourly, and five minutes after a look that the broker did not answer", () =>
    Effect.gen(function*() {
      const { broker, pass, shown } = yield* world
      broker.window = hour / 30
      yield* pass(3590)
      assert.deepStrictEqual(yield* shown, ["ok"])
      broker.isSilent = true
      yield* pass(20)
      broker.isSilent = false
      yield* pass(300)
      assert.deepStrictEqual(yield* shown, ["ok", "stream_duplicate_window"])
      broker.window = hour
      yield* pass(3600)
      assert.deepStrictEqual(yield* shown, ["ok"])
    }).pipe(Effect.provide(Status.layer("test"))))
})
