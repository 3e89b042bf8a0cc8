import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { MappingContext } from "../../src/artifacts/Mapped.ts"
import { KeySet } from "../../src/checkpoints/KeySet.ts"
import { open } from "../../src/checkpoints/Ledger.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { sliceRecords } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { type Endpoint, endpoints } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import type { Prepared } from "../../src/publishing/Mapping.ts"
import { prepare } from "../../src/publishing/Slices.ts"

const now = Date.UTC(2026, 10, 20)
const at = (minutes: number) => Timestamp.fromMillis(now - minutes * 60_000)
const evidence = { "@odata.type": "#microsoft.graph.security.ipEvidence", ipAddress: "198.51.100.7" }
const alert = (id: string, minutes: number) => ({ id, lastUpdateDateTime: at(minutes), evidence: [evidence, evidence] })

const optionsOf = (
  records: ReadonlyArray<unknown>,
  isKnown: (id: string) => boolean,
  endpoint: Endpoint = endpoints.alerts_v2,
  passed: Timestamp.Timestamp | undefined = undefined,
  more: Partial<MappingContext> = {},
  contents: Timestamp.Timestamp | undefined = undefined
) => ({
  instance: "one",
  endpoint,
  context: {
    tenantId: "tenant",
    displayName: "One",
    senderHost: "record" as const,
    graphHost: "graph.microsoft.com",
    ...more
  },
  page: {
    records: records.map((value) => ofValue(value)),
    release: () => {},
    nextLink: undefined,
    count: undefined,
    at: now,
    providerWarnings: []
  },
  isKnown,
  contents,
  passed,
  now
})

const pageOf = (...args: Parameters<typeof optionsOf>) => prepare(optionsOf(...args))

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
  it("of which a sink takes Graph's records has one artifact a record, its JSON beside it, and no evidence", () => {
    const [one, two] = [alert("a1", 3), alert("a2", 2)]
    const whole = mapped(pageOf([one, two], () => false))
    const { brought, slices } = pageOf([one, two], () => false).map("graph")
    const all = Array.from(slices)
    const artifacts = all.flatMap(({ artifacts }) => artifacts)
    assert.deepStrictEqual(
      all.flatMap(({ records = [] }) => records),
      [one, two].map((record) => JSON.stringify(record))
    )
    assert.strictEqual(brought().artifacts, 2)
    assert.isTrue(artifacts.every(({ id }) => whole.artifacts.some((other) => other.id === id)), "the same ids")
    assert.isTrue(whole.slices.every(({ records }) => records === undefined))
  })

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

  it.effect("of a custom cloud has ids and senders of its own, and repeats nothing that a ledger knows from before", () =>
    Effect.gen(function*() {
      const records = [alert("a", 3), alert("b", 2)]
      const ofCloud = (customCloud: string | undefined, isKnown: (id: string) => boolean = () => false) =>
        mapped(pageOf(records, isKnown, endpoints.alerts_v2, undefined, { customCloud }))
      const ids = ({ artifacts }: ReturnType<typeof mapped>) => artifacts.map(({ id }) => id)
      const microsoft = ofCloud(undefined)
      // The ids of the version before, which those of Microsoft's clouds stay.
      assert.deepStrictEqual(ids(microsoft).slice(0, 2), [
        "a76be22575c8427b6480c32a6b73fb49",
        "59068b050e2be35d4f432542587709e7"
      ])
      const one = ofCloud("graph.airgap.example")
      const other = ofCloud("graph.airgap.example:8443")
      const all = [microsoft, one, other].flatMap(ids)
      assert.strictEqual(new Set(all).size, 3 * 6)
      assert.deepStrictEqual(ids(ofCloud("graph.airgap.example")), ids(one))
      assert.deepStrictEqual(
        one.artifacts.map(({ senderHost }) => senderHost),
        microsoft.artifacts.map(({ senderHost }) => `graph.airgap.example/${senderHost}`)
      )

      const ledger = yield* open("before")
      yield* ledger.append(microsoft.brought.keys, { reached: at(0), floor: at(9), at: now })
      const again = ofCloud("graph.airgap.example", ledger.has)
      assert.deepStrictEqual([again.artifacts.length, again.brought.repeated, again.brought.fresh], [0, 2, 0])
    }).pipe(Effect.provide(StateStore.layerMemory)))

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
      // Each of the three record versions has a key of its content, too.
      assert.strictEqual(keys.size, once.length + 3 + 2)

      yield* ledger.append(keys, { reached: at(1), floor: at(60), at: now })
      const second = mapped(pageOf([...records, alert("c", 0)], ledger.has))
      assert.strictEqual(second.artifacts.length, 3)
      assert.deepStrictEqual(second.deadLetters, [])
      assert.strictEqual(second.brought.repeated, records.length)
    }).pipe(Effect.provide(Layer.fresh(StateStore.layerMemory))))

  describe("with a version that the ledger knows", () => {
    const other = { ...evidence, ipAddress: "198.51.100.8" }
    const changed = (title: string, ...objects: ReadonlyArray<unknown>) => ({
      ...alert("a", 3),
      title,
      evidence: objects
    })

    /** Publishes each record after the one before it is known, and returns the artifacts of each. */
    const inTurn = (records: ReadonlyArray<unknown>, contents: Timestamp.Timestamp | undefined) => {
      const known = new KeySet()
      return records.map((record) => {
        const { artifacts, brought } = mapped(
          pageOf([record], (id) => known.has(id), endpoints.alerts_v2, undefined, {}, contents)
        )
        known.addBytes(brought.keys.except(known))
        return { artifacts, brought }
      })
    }

    const counts = (turns: ReturnType<typeof inTurn>) =>
      turns.map(({ artifacts, brought: { fresh, repeated } }) => [artifacts.length, fresh, repeated])

    it("brings evidence that came late, and the alert as a version of its own, once", () => {
      const turns = inTurn([
        changed("t", evidence),
        changed("t", evidence, other),
        changed("t", evidence, other),
        // The order of evidence is no content.
        changed("t", other, evidence),
        changed("u", other, evidence),
        // Back to what was published.
        changed("t", evidence)
      ], at(60))
      assert.deepStrictEqual(counts(turns), [[2, 1, 0], [2, 1, 0], [0, 0, 1], [0, 0, 1], [1, 1, 0], [0, 0, 1]])
      const ids = turns.flatMap(({ artifacts }) => artifacts.map(({ id }) => id))
      assert.strictEqual(new Set(ids).size, ids.length)
      assert.include(turns[1]!.artifacts[0]!.message, "198.51.100.8")
      assert.deepStrictEqual(turns.map(({ brought: { updatedAt } }) => updatedAt.length), [1, 0, 0, 0, 0, 0])
    })

    it.each([["published by an earlier version of this program", at(2), changed("t", evidence)], [
      "dated in the future",
      at(60),
      { ...changed("t", evidence), lastUpdateDateTime: at(-10) }
    ]])("brings only the late evidence of a record %s", (_, contents, record) => {
      // What an earlier version wrote: keys of the record and of its evidence.
      const first = mapped(pageOf([record], () => false)).artifacts.map(({ id }) => id)
      const turn = (record: unknown, known: ReadonlyArray<string>) =>
        mapped(pageOf([record], (id) => known.includes(id), endpoints.alerts_v2, undefined, {}, contents))
      assert.deepStrictEqual(turn(record, first).artifacts, [])
      const later = turn({ ...record, evidence: [evidence, other] }, first)
      assert.deepStrictEqual(later.artifacts.map(({ message }) => message), [JSON.stringify(other)])
      assert.deepStrictEqual([later.brought.fresh, later.brought.repeated], [1, 0])
    })

    it("maps no record again on which processes ended", () => {
      const record = alert("a", 3)
      const id = mapped(pageOf([record], () => false)).artifacts[0]!.id
      const { brought, ...first } = mapped(prepare({ ...optionsOf([record], () => false), condemned: new Set([id]) }))
      assert.deepStrictEqual(first.deadLetters.map(({ reason }) => reason), ["ended_the_process"])
      const other = { ...record, title: "other" }
      const again = mapped(pageOf([other], (id) => brought.keys.has(id)))
      assert.deepStrictEqual([again.artifacts, again.deadLetters, again.brought.repeated], [[], [], 1])
      // One that was published once, and ends them as it is now.
      const known = mapped(prepare({ ...optionsOf([other], (one) => one === id), condemned: new Set([id]) }))
      assert.deepStrictEqual([known.artifacts.length, known.deadLetters.length], [0, 1])
    })
  })

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
