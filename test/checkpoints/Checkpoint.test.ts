import { assert, describe, it } from "@effect/vitest"
import * as Checkpoint from "../../src/checkpoints/Checkpoint.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"

const at = (n: number) => Timestamp.fromMillis(n)
const begun = Checkpoint.initial({ cloud: "global", tenant: "t", endpoint: "alerts_v2" }, at(1000), 5)
const gap: Checkpoint.Gap = { from: at(100), to: at(200), code: "timed_out", foundAt: 1, triedAt: 1 }
const passing: Checkpoint.Position = {
  bound: at(1),
  until: null,
  link: null,
  ordered: true,
  proven: false,
  reached: null,
  owed: [],
  from: at(1)
}

describe("the mark", () => {
  it("moves forward with the time it was reached, and never back by itself", () => {
    const moved = Checkpoint.advance(begun, at(1001), 7)
    assert.deepStrictEqual(moved, { ...begun, mark: at(1001), history: [{ mark: at(1001), at: 7 }] })
    for (const mark of [at(1001), at(1000), at(0)]) assert.strictEqual(Checkpoint.advance(moved, mark, 8), moved)
  })

  it("moves back by hand, and the pass under way is forgotten", () => {
    const before = { ...Checkpoint.advance(begun, at(1001), 7), position: passing }
    assert.deepStrictEqual(Checkpoint.rewind(before, at(10), 8), {
      ...before,
      mark: at(10),
      position: null,
      history: [{ mark: at(10), at: 8 }, { mark: at(1001), at: 7 }]
    })
  })

  it("is remembered ten times, the newest first", () => {
    let checkpoint = begun
    for (let n = 1; n <= 12; n++) checkpoint = Checkpoint.advance(checkpoint, at(1000 + n), n)
    checkpoint = Checkpoint.rewind(checkpoint, at(5), 13)
    assert.deepStrictEqual(checkpoint.history.map(({ at }) => at), [13, 12, 11, 10, 9, 8, 7, 6, 5, 4])
  })
})

describe("the first checkpoint", () => {
  it("has published nothing, and reads nothing before its mark", () => {
    assert.deepStrictEqual([begun.mark, begun.floor, begun.position, begun.lastSuccessAt], [
      at(1000),
      at(1000),
      null,
      null
    ])
    assert.deepStrictEqual(begun.rhythm, { quietSince: 5, longest: 0, brought: 0 })
  })

  it("is stored under the names of cloud, tenant and endpoint, without what a store refuses", () => {
    assert.strictEqual(
      Checkpoint.storeKey({ cloud: "127.0.0.1:80", tenant: "a/b", endpoint: "alerts_v2" }),
      "127-0-0-1-80.a-b.alerts_v2"
    )
  })
})

describe("the rhythm", () => {
  it("has the longest silence, and counts the polls that brought something", () => {
    const once = Checkpoint.heard(begun, 3, 105)
    assert.deepStrictEqual(once.rhythm, { quietSince: 105, longest: 100, brought: 1 })
    assert.deepStrictEqual(Checkpoint.heard(once, 3, 115).rhythm, { quietSince: 115, longest: 100, brought: 2 })
  })
})

describe("the volume", () => {
  const day = 86_400_000
  const floor = Date.UTC(2026, 10, 19, 12)
  const first = Checkpoint.initial({ cloud: "global", tenant: "t", endpoint: "signIns" }, at(0), floor + day)
  const of = (floorAt: number) => ({ ...first, floor: Timestamp.fromMillis(floorAt) })

  it("counts from where reading began, and of a longer time the last day", () => {
    assert.isUndefined(Checkpoint.perDay(of(floor), floor + day))
    const one = Checkpoint.heard(Checkpoint.heard(of(floor), 100, floor + day), 140, floor + day)
    assert.strictEqual(Checkpoint.perDay(one, floor + day), 240)
    assert.strictEqual(Checkpoint.perDay(one, floor + 2 * day), 120)
    const two = Checkpoint.heard(one, 10, floor + 4 * day)
    assert.strictEqual(Checkpoint.perDay(two, floor + 4 * day), 70)
  })

  it("of what an earlier version saved begins when it is counted", () => {
    const saved = { ...of(floor - 300 * day), rhythm: { quietSince: floor, longest: 0, brought: 9 } }
    const one = Checkpoint.heard(saved, 100, floor)
    assert.isUndefined(Checkpoint.perDay(one, floor + 60_000))
    assert.strictEqual(Checkpoint.perDay(one, floor + day), 100)
  })
})

describe("a gap", () => {
  const other = { ...gap, from: at(300), to: at(400) }
  const one = { ...begun, gaps: [other, gap] }

  it("is kept behind those before it, once", () => {
    assert.deepStrictEqual(Checkpoint.addGap(begun, gap, true).gaps, [gap])
    const earlier = { ...gap, from: at(20), to: at(30) }
    assert.deepStrictEqual(Checkpoint.addGap(one, earlier, false).gaps, [other, gap, earlier])
    for (const known of [other, { ...other, foundAt: 9 }, { ...other, from: at(301), to: at(399) }]) {
      assert.deepStrictEqual(Checkpoint.addGap(one, known, false).gaps, [other, gap])
    }
    for (const wider of [{ ...other, from: at(299) }, { ...other, to: at(401) }]) {
      assert.deepStrictEqual(Checkpoint.addGap(one, wider, false).gaps, [other, gap, wider])
    }
  })

  it("that begins where the last of its kind ends makes that one longer, where it is to be joined", () => {
    const next = { ...gap, from: at(200), to: at(250), foundAt: 9 }
    assert.deepStrictEqual(Checkpoint.addGap(one, next, true).gaps, [other, { ...gap, to: at(250) }])
    assert.deepStrictEqual(Checkpoint.addGap(one, { ...next, from: at(110), to: at(120) }, true).gaps, [other, gap])
    assert.deepStrictEqual(Checkpoint.addGap(one, next, false).gaps, [other, gap, next])
    const apart = { ...next, from: at(201) }
    assert.deepStrictEqual(Checkpoint.addGap(one, apart, true).gaps, [other, gap, apart])
    const another = { ...next, code: "provider_missing" }
    assert.deepStrictEqual(Checkpoint.addGap(one, another, true).gaps, [other, gap, another])
  })

  it("that was read is forgotten, and no other", () => {
    assert.deepStrictEqual(Checkpoint.withoutGap(one, gap, 9).gaps, [other])
    assert.deepStrictEqual(Checkpoint.withoutGap(one, { ...gap, foundAt: 2 }, 9).gaps, one.gaps)
    assert.deepStrictEqual(Checkpoint.withoutGap(one, { ...gap, from: at(101) }, 9).gaps, one.gaps)
  })

  it("that became longer while it was read keeps what it became longer by", () => {
    const longer = { ...begun, gaps: [{ ...gap, to: at(250) }] }
    assert.deepStrictEqual(Checkpoint.withoutGap(longer, gap, 9).gaps, [{
      ...gap,
      from: at(200),
      to: at(250),
      triedAt: 9
    }])
  })

  it("that cannot be read yet is noted as tried, and no other", () => {
    assert.deepStrictEqual(Checkpoint.triedGap(one, gap, 9).gaps, [other, { ...gap, triedAt: 9 }])
  })
})
