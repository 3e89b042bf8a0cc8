import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { TestClock } from "effect/testing"
import { Values } from "../../src/checkpoints/StateStore.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { runningOver, settings, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"
import * as ForgetfulSink from "../support/ForgetfulSink.ts"

const noon = Date.UTC(2026, 10, 20, 12)

const rowsOf = (count: number, since = noon) =>
  Array.from({ length: count }, (_, n) => ({
    id: `r${n}`,
    lastUpdateDateTime: Timestamp.fromMillis(since - 7_200_000 + n * 60_000)
  }))

const calm = (minutes: number) => Effect.repeat(TestClock.adjust("20 seconds"), { times: minutes * 3 })

/** Publishes 100 alerts in pages of 10. */
const published = Effect.gen(function*() {
  yield* TestClock.setTime(noon)
  const stream = ForgetfulSink.make()
  const fake = FakeGraph.make({ rows: rowsOf(100), pageSize: 10 })
  const one = yield* runningOver(fake, yield* settings(), { sink: stream.layer })
  yield* calm(3)
  assert.strictEqual(stream.ids().length, 100)
  const state = Effect.map(one.document, ({ instances }) => {
    const instance = instances[0]!
    return { ...instance, endpoint: instance.endpoints.find(({ name }) => name === "alerts_v2")! }
  })
  return { ...one, fake, state, stream }
})

const isWhole = ({ ids }: ReturnType<typeof ForgetfulSink.make>, count = 100) => {
  assert.strictEqual(new Set(ids()).size, count, "distinct")
  assert.strictEqual(ids().length, count, "none twice")
}

describe("what the stream has lost", () => {
  for (const kept of [0, 1, 9, 10, 11, 55, 99]) {
    it.effect(`is published again, and nothing else, when it goes back to ${kept} of 100`, () =>
      Effect.gen(function*() {
        const { document, state, stream } = yield* published
        stream.forget(kept)
        yield* stream.look
        yield* TestClock.adjust(1)
        yield* calm(12)
        isWhole(stream)
        assert.strictEqual((yield* document).sink.lost, 100 - kept)
        assert.strictEqual((yield* state).state, "ok")
      }).pipe(Effect.provide(world)))
  }

  it.effect("is published again when the stream was deleted and made again, and is shown until then", () =>
    Effect.gen(function*() {
      const { fake, state, stream } = yield* published
      stream.remake("2026-11-20T13:00:00Z")
      fake.hangs = true
      yield* stream.look
      yield* TestClock.adjust("20 seconds")
      yield* TestClock.adjust("20 seconds")
      const { connection_status, endpoint, state: shown } = yield* state
      assert.deepStrictEqual([endpoint.state, shown, connection_status], ["broker_lost", "attention", "failed"])
      assert.strictEqual(endpoint.error?.code, "broker_lost")
      fake.hangs = false
      yield* calm(12)
      isWhole(stream)
      assert.strictEqual((yield* state).endpoint.state, "ok")
    }).pipe(Effect.provide(world)))

  it.effect("is nothing when its limits, consumption or a purge took it", () =>
    Effect.gen(function*() {
      const { document, fake, stream } = yield* published
      const asked = fake.requests.length
      stream.trim(60)
      yield* stream.look
      stream.trim(101)
      yield* stream.look
      yield* calm(1)
      assert.isUndefined((yield* document).sink.lost)
      assert.strictEqual(fake.requests.length, asked)
    }).pipe(Effect.provide(world)))

  it.effect("is published again after a crash between ledger and checkpoint, of which the ledger alone knows", () =>
    Effect.gen(function*() {
      const { fake, stop, stream } = yield* published
      const values = yield* Values
      const isCheckpoint = (key: string) => key.endsWith(".checkpoint.json")
      const before = yield* Ref.get(values)
      fake.rows = rowsOf(110)
      yield* calm(6)
      isWhole(stream, 110)
      yield* stop
      yield* Ref.update(
        values,
        (now) => new Map(Array.from(now, ([key, value]) => [key, isCheckpoint(key) ? before.get(key)! : value]))
      )
      stream.forget(105)
      const again = yield* runningOver(fake, yield* settings(), { sink: stream.layer })
      yield* calm(6)
      isWhole(stream, 110)
      assert.isTrue(
        again.lines.some((line) => line.includes("no longer has 5 artifacts that it had acknowledged")),
        again.lines.join("\n")
      )
      assert.isTrue(
        again.lines.some((line) => line.includes("what the broker had lost of alerts_v2 is published again"))
      )
    }).pipe(Effect.provide(world)))

  it.effect("while it is not published yet, is still known after a restart", () =>
    Effect.gen(function*() {
      const { fake, stop, stream } = yield* published
      yield* stop
      stream.forget(35)
      fake.hangs = true
      const second = yield* runningOver(fake, yield* settings(), { sink: stream.layer })
      yield* calm(2)
      yield* second.stop
      fake.hangs = false
      const third = yield* runningOver(fake, yield* settings(), { sink: stream.layer })
      yield* calm(6)
      isWhole(stream)
      assert.isTrue(
        third.lines.some((line) => line.includes("what the broker had lost of alerts_v2 is published again"))
      )
      assert.isUndefined((yield* third.document).sink.lost, "noticed by the one before")
    }).pipe(Effect.provide(world)))

  it.effect("from before the watermark is told with the command that would repair it", () =>
    Effect.gen(function*() {
      const { fake, lines, stream } = yield* published
      const later = Array.from({ length: 30 }, (_, hour) => noon + hour * 3_600_000)
      for (const [hour, at] of later.entries()) {
        fake.rows = [...fake.rows, { id: `h${hour}`, lastUpdateDateTime: Timestamp.fromMillis(at) }]
        yield* calm(60)
      }
      stream.forget(0)
      yield* stream.look
      yield* calm(6)
      const line = lines.find((one) => one.includes("no longer has")) ?? ""
      assert.match(line, /whether it lost what was published before 2026-11-20T\d\d:\d\d\S+ is not known/)
      assert.include(
        line,
        `azure-security checkpoint rewind --instance "tenant" --endpoint alerts_v2 --by 48h --republish`
      )
      assert.isBelow(stream.ids().length, 130)
      assert.isAbove(stream.ids().length, 20)
    }).pipe(Effect.provide(world)), 60_000)

  it.effect("comes again where it was the first of something, of a log whose other records are held back", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const stream = ForgetfulSink.make()
      const rows = rowsOf(60).map((row, n) => ({
        ...row,
        createdDateTime: row.lastUpdateDateTime,
        userId: "alice",
        appId: `app ${Math.floor(n / 20)}`,
        status: { errorCode: 0 }
      }))
      const fake = FakeGraph.make({ rows, pageSize: 10 })
      const endpoints = {
        alerts: { enabled: false },
        alerts_v2: { enabled: false },
        incidents: { enabled: false },
        signIns: { enabled: true, publish: "interesting" }
      }
      const { document } = yield* runningOver(fake, yield* settings({ endpoints }), { sink: stream.layer })
      yield* calm(3)
      const first = stream.ids()
      assert.lengthOf(first, 3, "the first sign-in to each of three applications")
      stream.forget(1)
      yield* stream.look
      yield* TestClock.adjust(1)
      yield* calm(12)
      assert.sameMembers([...stream.ids()], [...first])
      const { sink } = yield* document
      assert.strictEqual(sink.lost, 2)
    }).pipe(Effect.provide(world)))
})
