import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import { add, Deliveries, isWhole, judge, lossOf } from "../../src/checkpoints/Deliveries.ts"
import { deliveriesMax, deliveryWindow } from "../../src/domain/Bounds.ts"
import type { Deliveries as Watermark, Delivery } from "../../src/domain/Delivery.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import * as Json from "../support/Json.ts"

const noon = Date.UTC(2026, 10, 20, 12)
const minute = 60_000

/** The page of a minute: ten messages, the last of which has the page's number as its id. */
const pageOf = (n: number): Delivery => ({
  first: n * 10 + 1,
  last: n * 10 + 10,
  id: `id${n * 10 + 10}`,
  count: 10,
  from: Timestamp.fromMillis(noon + n * minute),
  since: noon + n * minute,
  at: noon + n * minute,
  place: [1, n * 20]
})

const receipt = { stream: "S", created: "made", largest: 100 }

const after = (count: number): Watermark => {
  let all: Watermark | undefined
  for (let n = 0; n < count; n++) all = add(all, receipt, pageOf(n), noon + n * minute)
  return all!
}

/** A stream with messages `id<sequence>` from `first` to `last`; `others` begin behind `ours`. */
const stream = ({ created = "made", first = 1, last, madeAt, name = "S", ours = last }: {
  readonly created?: string
  readonly madeAt?: number
  readonly first?: number
  readonly last: number
  readonly name?: string
  readonly ours?: number
}) => ({
  stream: name,
  created,
  first,
  last,
  madeAt,
  idAt: (sequence: number) =>
    Effect.succeed(
      sequence < first || sequence > last ? undefined : sequence <= ours ? `id${sequence}` : `other${sequence}`
    )
})

const lostIn = (deliveries: Watermark, asked: ReturnType<typeof stream>) =>
  Effect.map(judge(deliveries, asked), (verdict) => lossOf(deliveries, verdict))

describe("a watermark", () => {
  it("stays small however many pages come, and knows each of the newest", () => {
    const { entries } = after(2000)
    assert.isAtMost(entries.length, deliveriesMax)
    assert.isBelow(Json.text(Schema.encodeSync(Deliveries)({ ...receipt, entries } as Deliveries)).length, 10_000)
    assert.deepStrictEqual(entries.slice(-16), Array.from({ length: 16 }, (_, n) => pageOf(1984 + n)))
    // Pages that are joined are none fewer: they adjoin each other, back to a day before the newest.
    for (const [index, entry] of entries.entries()) {
      assert.strictEqual(entry.count, entry.last - entry.first + 1)
      if (index > 0) assert.strictEqual(entry.first, entries[index - 1]!.last + 1)
    }
    const oldest = noon + 1999 * minute - Duration.toMillis(deliveryWindow)
    assert.isAtLeast(entries[0]!.at, oldest)
    assert.isAtMost(entries[0]!.at, oldest + 3_600_000)
    for (const { at, since } of entries) assert.isAtMost(at - since, 4 * 3_600_000)
  })

  it("keeps its newest page over days without one", () => {
    const day = Duration.toMillis(deliveryWindow)
    const { entries } = add(after(5), receipt, { ...pageOf(5), at: noon + 5 * day }, noon + 5 * day)
    assert.strictEqual(entries.length, 1)
    assert.strictEqual(after(1).entries.length, 1)
  })

  it("remembers the largest artifact, and begins anew for a stream of another name", () => {
    const large = add(after(3), { ...receipt, largest: 5000 }, pageOf(3), noon)
    assert.strictEqual(add(large, receipt, pageOf(4), noon).largest, 5000)
    const other = add(large, { stream: "T", created: "later", largest: 7 }, pageOf(4), noon)
    assert.deepStrictEqual([other.stream, other.created, other.largest, other.entries.length], ["T", "later", 7, 1])
  })

  it("keeps the pages of a stream that was made again until they were judged", () => {
    const both = add(after(3), { ...receipt, created: "again" }, { ...pageOf(0), at: noon + 9 * minute }, noon)
    assert.deepStrictEqual([both.created, both.entries.length], ["made", 4])
  })
})

describe("a stream", () => {
  it.effect("that has all of it has lost nothing", () =>
    Effect.gen(function*() {
      assert.isTrue(yield* isWhole(after(5), stream({ last: 50 })))
      assert.isTrue(yield* isWhole(after(5), stream({ last: 80, ours: 50 })))
      assert.isUndefined(yield* lostIn(after(5), stream({ last: 80, ours: 50 })))
    }))

  it.effect("that was made after it took a page is another, also where it begins behind that page", () =>
    Effect.gen(function*() {
      const again = { created: "again", first: 100_000, last: 100_010 }
      const found = yield* lostIn(after(5), stream({ ...again, madeAt: noon + 3 * minute - 1 }))
      assert.strictEqual(found?.artifacts, after(5).entries.slice(0, 3).reduce((sum, { count }) => sum + count, 0))
      assert.isUndefined(yield* lostIn(after(5), stream(again)), "an older broker's times prove nothing")
      assert.isUndefined(yield* lostIn(after(5), stream({ ...again, created: "made", madeAt: noon + 9 * minute })))
    }))

  it.effect("that was trimmed, purged or consumed has lost nothing", () =>
    Effect.gen(function*() {
      for (const first of [33, 51]) {
        assert.isTrue(yield* isWhole(after(5), stream({ first, last: 50 })))
        assert.isUndefined(yield* lostIn(after(5), stream({ first, last: 50 })))
      }
      const consumed = { ...stream({ last: 50 }), madeAt: undefined, idAt: () => Effect.undefined }
      assert.isUndefined(yield* lostIn(after(5), consumed))
      // nats-server 2.9 tells another time after a change and a restart.
      assert.isUndefined(yield* lostIn(after(5), stream({ created: "later", first: 51, last: 50 })))
    }))

  it.effect("that went back has lost the pages behind its end, and a part of the one there", () =>
    Effect.gen(function*() {
      assert.isFalse(yield* isWhole(after(5), stream({ last: 27 })))
      const loss = (yield* lostIn(after(5), stream({ last: 27 })))!
      assert.deepStrictEqual([loss.artifacts, loss.first, loss.from, loss.place, loss.unknownBefore], [
        23,
        21,
        pageOf(2).from,
        pageOf(2).place,
        undefined
      ])
      assert.deepStrictEqual(loss.kept.entries, [pageOf(0), pageOf(1)])
    }))

  it.effect("that went back and took others' messages since is found by the ids", () =>
    Effect.gen(function*() {
      assert.isFalse(yield* isWhole(after(5), stream({ last: 500, ours: 27 })))
      const loss = (yield* lostIn(after(5), stream({ last: 500, ours: 27 })))!
      assert.deepStrictEqual([loss.artifacts, loss.kept.entries.length], [30, 2])
    }))

  it.effect("that was made again has lost all, whatever it has now, and what lies before is not known", () =>
    Effect.gen(function*() {
      for (const last of [0, 500]) {
        const asked = stream({ created: "2026-11-21T00:00:00Z", last, ours: 0 })
        assert.isFalse(yield* isWhole(after(5), asked))
        const loss = (yield* lostIn(after(5), asked))!
        assert.deepStrictEqual([loss.artifacts, loss.kept.entries.length, loss.kept.created], [
          50,
          0,
          "2026-11-21T00:00:00Z"
        ])
        assert.strictEqual(loss.unknownBefore, noon)
      }
    }))

  it.effect("of another name in its place has lost what it cannot show", () =>
    Effect.gen(function*() {
      assert.isFalse(yield* isWhole(after(5), stream({ name: "T", first: 60, last: 70 })))
      assert.strictEqual((yield* lostIn(after(5), stream({ name: "T", first: 60, last: 70 })))!.artifacts, 50)
      assert.isUndefined(yield* lostIn(after(5), stream({ name: "T", last: 50 })))
    }))

  it.effect("hides a loss behind pages that it took since only from a look at the newest", () =>
    Effect.gen(function*() {
      const again = add(after(5), receipt, { ...pageOf(5), first: 28, last: 60, id: "id60" }, noon)
      const asked = {
        ...stream({ last: 60 }),
        madeAt: undefined,
        idAt: (n: number) => Effect.succeed(n === 60 || n <= 27 ? `id${n}` : "x")
      }
      assert.isTrue(yield* isWhole(again, asked))
      assert.deepStrictEqual((yield* judge(again, asked)).lost, [2, 3, 4])
    }))
})
