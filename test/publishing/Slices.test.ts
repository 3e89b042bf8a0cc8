import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { open } from "../../src/checkpoints/Ledger.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { sliceRecords } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { type Endpoint, endpoints } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { prepare, type Prepared } from "../../src/publishing/Slices.ts"

const now = Date.UTC(2026, 10, 20)
const at = (minutes: number) => Timestamp.fromMillis(now - minutes * 60_000)
const evidence = { "@odata.type": "#microsoft.graph.security.ipEvidence", ipAddress: "198.51.100.7" }
const alert = (id: string, minutes: number) => ({ id, lastUpdateDateTime: at(minutes), evidence: [evidence, evidence] })

const pageOf = (
  records: ReadonlyArray<unknown>,
  isKnown: (id: string) => boolean,
  endpoint: Endpoint = endpoints.alerts_v2,
  passed: Timestamp.Timestamp | undefined = undefined
) =>
  prepare({
    instance: "one",
    endpoint,
    context: { tenantId: "tenant", displayName: "One", senderHost: "record", graphHost: "graph.microsoft.com" },
    page: {
      records: records.map((value) => ofValue(value)),
      release: () => {},
      nextLink: undefined,
      count: undefined,
      at: now,
      providerWarnings: []
    },
    isKnown,
    passed,
    now
  })

/** Maps all slices of a page. */
const mapped = ({ map }: Prepared) => {
  const { brought, slices } = map()
  const all = Array.from(slices)
  return {
    slices: all,
    artifacts: all.flatMap(({ artifacts }) => artifacts),
    deadLetters: all.flatMap(({ deadLetters }) => deadLetters),
    brought: brought()
  }
}

describe("a page", () => {
  it("is mapped one slice at a time, when the slice is requested", () => {
    let mappedRecords = 0
    const endpoint = {
      ...endpoints.alerts_v2,
      map: (...args: Parameters<typeof endpoints.alerts_v2.map>) => {
        mappedRecords++
        return endpoints.alerts_v2.map(...args)
      }
    }
    const records = Array.from({ length: sliceRecords * 2 + 1 }, (_, n) => alert(`a${n}`, n))
    const { slices } = pageOf(records, () => false, endpoint).map()
    const taken = slices[Symbol.iterator]()
    assert.strictEqual(mappedRecords, 0)
    taken.next()
    assert.strictEqual(mappedRecords, sliceRecords)
    assert.strictEqual(Array.from({ [Symbol.iterator]: () => taken }).length, 2)
    assert.strictEqual(mappedRecords, records.length)
  })

  it.effect("brings each record, evidence and dead letter once, and not again after its keys are in the ledger", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t")
      const bad = { displayName: "no id" }
      // The second version of the alert has the same evidence as the first.
      const records = [bad, alert("a", 3), alert("a", 3), alert("b", 2), alert("a", 1), bad, 5]
      const first = pageOf(records, ledger.has)
      const { brought, ...all } = mapped(first)
      const once = all.artifacts.map(({ id }) => id)
      assert.strictEqual(once.length, 3 + 2 * 2)
      assert.strictEqual(new Set(once).size, once.length)
      assert.deepStrictEqual(all.deadLetters.map(({ reason }) => reason), ["no_id", "not_an_object"])
      // Another attempt gives the same result.
      assert.deepStrictEqual(mapped(first).artifacts.map(({ id }) => id), once)
      const { artifacts, deadLetters, fresh, keys, repeated } = brought
      assert.deepStrictEqual([artifacts, deadLetters.length, fresh, repeated], [once.length, 2, 3 + 2, 1 + 1])
      assert.strictEqual(keys.size, once.length + 2)

      yield* ledger.append(keys, { reached: at(1), floor: at(60), at: now })
      const second = mapped(pageOf([...records, alert("c", 0)], ledger.has))
      assert.strictEqual(second.artifacts.length, 3)
      assert.deepStrictEqual(second.deadLetters, [])
      assert.strictEqual(second.brought.repeated, records.length)
    }).pipe(Effect.provide(Layer.fresh(StateStore.layerMemory))))

  it("leaves rows dated more than five minutes ahead out of the order, and counts them", () => {
    const { cursors, future, records } = pageOf([alert("a", 0), alert("b", -5), alert("c", -6)], () => false)
    assert.deepStrictEqual(cursors, [at(0), at(-5)])
    assert.deepStrictEqual([future, records.length], [1, 3])
  })

  it("says when its fresh records changed, and which of them the mark had passed by", () => {
    const records = [alert("a", 3), alert("b", 2), alert("c", 1)]
    const late = (passed: Timestamp.Timestamp | undefined) =>
      mapped(pageOf(records, () => false, endpoints.alerts_v2, passed)).brought.late
    const changed = [3, 2, 1].map((minutes) => now - minutes * 60_000)
    assert.deepStrictEqual(mapped(pageOf(records, () => false)).brought.updatedAt, changed)
    assert.deepStrictEqual(late(undefined), [])
    assert.deepStrictEqual(late(at(2)), changed.slice(0, 1))
    assert.deepStrictEqual(late(at(0)), changed)
  })

  it("tells what the mapping does not know", () => {
    const { drift } = mapped(pageOf([{ ...alert("a", 1), brandNew: 1 }], () => false)).brought
    assert.deepStrictEqual(drift.map(({ name }) => name.includes("brandNew")), [true])
  })
})
