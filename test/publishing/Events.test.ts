import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { MappingContext } from "../../src/artifacts/Mapped.ts"
import type { OcsfEvent } from "../../src/artifacts/ocsf/OcsfEvent.ts"
import { KeySet } from "../../src/checkpoints/KeySet.ts"
import { ledgerDaysMax, open } from "../../src/checkpoints/Ledger.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { sliceChars } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { type Endpoint, endpoints } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { prepare } from "../../src/publishing/Slices.ts"
import { assertLawful, type Read } from "../artifacts/OcsfEvents.ts"

const now = Date.UTC(2026, 10, 20)
const dayMillis = 86_400_000
const at = (minutes: number) => Timestamp.fromMillis(now - minutes * 60_000)
const ip = (last: number) => ({
  "@odata.type": "#microsoft.graph.security.ipEvidence",
  ipAddress: `198.51.100.${last}`
})

const alert = (id: string, minutes: number, more: object = {}) => ({
  id,
  title: "T",
  status: "new",
  lastUpdateDateTime: at(minutes),
  evidence: [ip(7), ip(7)],
  ...more
})

interface Options {
  readonly isKnown?: (id: string) => boolean
  readonly endpoint?: Endpoint
  readonly contents?: Timestamp.Timestamp | undefined
  readonly context?: Partial<MappingContext>
  readonly days?: number
  readonly payload?: "ocsf" | "artifact"
}

const publish = (records: ReadonlyArray<object>, options: Options = {}) => {
  const { contents = at(60), context = {}, days = 0, endpoint = endpoints.alerts_v2, isKnown = () => false } = options
  const { map } = prepare({
    instance: "one",
    endpoint,
    context: {
      tenantId: "tenant",
      displayName: "One",
      senderHost: "record",
      graphHost: "graph.microsoft.com",
      ...context
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
    passed: undefined,
    now: now + days * dayMillis
  })
  const { brought, slices } = map(options.payload ?? "ocsf")
  const all = Array.from(slices)
  const events: ReadonlyArray<OcsfEvent> = all.flatMap(({ events = [] }) => events)
  events.forEach(assertLawful)
  return { artifacts: all.flatMap(({ artifacts }) => artifacts), slices: all, events, brought: brought() }
}

const uidOf = (event: OcsfEvent | undefined): string => (event as Read)["finding_info"].uid as string

/** Publishes each page after the one before it is in the ledger; `days` is when. */
const inTurn = (
  pages: ReadonlyArray<readonly [records: ReadonlyArray<object>, days?: number]>,
  options: Options = {}
) => {
  const known = new KeySet()
  return pages.map(([records, days = 0]) => {
    const turn = publish(records, { ...options, days, isKnown: (id) => known.has(id) })
    known.addBytes(turn.brought.keys.except(known))
    return turn
  })
}

const activities = (turns: ReturnType<typeof inTurn>) =>
  turns.map(({ events }) => events.map((event) => (event as Read)["activity_id"] as number))

describe("a page for a sink that takes OCSF", () => {
  it("has one event a record with all its evidence, and no artifacts", () => {
    const { artifacts, brought, events } = publish([alert("a", 3), alert("b", 2)])
    assert.deepStrictEqual(artifacts, [])
    assert.strictEqual(events.length, 2)
    assert.deepStrictEqual([brought.artifacts, brought.fresh, brought.repeated], [2, 2, 0])
    for (const event of events) assert.lengthOf((event as Read)["evidences"], 2)
    const evidence = publish([alert("a", 3)], { payload: "artifact" }).artifacts
    // The same ids as an artifact has them.
    assert.strictEqual(events[0]!.metadata.uid, evidence[0]!.id)
    assert.deepStrictEqual(
      (events[0] as Read)["evidences"].map(({ uid }: { readonly uid: string }) => uid),
      evidence.slice(1).map(({ id }) => id)
    )
  })

  it("tells of an alert that is polled, changed and closed: Create, Update, Close, of one finding", () => {
    const turns = inTurn([
      [[alert("a", 9)]],
      [[alert("a", 9)]],
      [[alert("a", 8, { status: "inProgress" }), alert("b", 8)]],
      [[alert("a", 7, { status: "resolved" })]],
      [[alert("a", 7, { status: "resolved" })]]
    ])
    assert.deepStrictEqual(activities(turns), [[1], [], [2, 1], [3], []])
    const events = turns.flatMap(({ events }) => events)
    const ofA = events.filter((event) => uidOf(event) === uidOf(events[0]))
    assert.strictEqual(ofA.length, 3)
    assert.strictEqual(new Set(events.map(({ metadata }) => metadata.uid)).size, events.length)
  })

  it("has two versions of one alert in a page as Create and Update", () => {
    assert.deepStrictEqual(activities([publish([alert("a", 9), alert("a", 8)])]), [[1, 2]])
  })

  it("gives the same at each attempt", () => {
    const isKnown = () => false
    assert.deepStrictEqual(publish([alert("a", 3)], { isKnown }).events, publish([alert("a", 3)], { isKnown }).events)
  })

  it("makes late evidence an Update with all of the alert's evidence, once, and another order none", () => {
    const turns = inTurn([[[alert("a", 3, { evidence: [ip(7)] })]], [[alert("a", 3, { evidence: [ip(7), ip(8)] })]], [[
      alert("a", 3, { evidence: [ip(8), ip(7)] })
    ]]])
    assert.deepStrictEqual(activities(turns), [[1], [2], []])
    assert.lengthOf((turns[1]!.events[0] as Read)["evidences"], 2)
    assert.deepStrictEqual(turns.map(({ brought: { repeated } }) => repeated), [0, 0, 1])
  })

  it("brings late evidence of what an earlier version published as artifacts, and repeats nothing of it", () => {
    const before = alert("a", 3, { evidence: [ip(7)] })
    const known = new Set(publish([before], { payload: "artifact" }).artifacts.map(({ id }) => id))
    const options = { isKnown: (id: string) => known.has(id), contents: at(2) }
    const again = publish([before], options)
    assert.deepStrictEqual([again.events.length, again.brought.repeated], [0, 1])
    const later = publish([alert("a", 3, { evidence: [ip(7), ip(7)] })], options)
    assert.deepStrictEqual([later.events.length, later.brought.fresh], [1, 1])
    assert.lengthOf((later.events[0] as Read)["evidences"], 2)
  })

  it("publishes nothing again that went out as artifacts, and the next version as the finding's first", () => {
    const known = new KeySet()
    known.addBytes(publish([alert("a", 9)], { payload: "artifact" }).brought.keys.except(known))
    const isKnown = (id: string) => known.has(id)
    assert.deepStrictEqual(publish([alert("a", 9)], { isKnown }).events, [])
    assert.deepStrictEqual(activities([publish([alert("a", 8)], { isKnown })]), [[1]])
  })

  it("knows a finding for ledgerDaysMax days after each of its events, in whatever weeks", () => {
    for (let offset = 0; offset < ledgerDaysMax; offset++) {
      const turns = inTurn([[[alert("a", 9)], offset], [[alert("a", 8)], offset + ledgerDaysMax], [
        [alert("a", 7)],
        offset + 2 * ledgerDaysMax
      ], [[alert("a", 6)], offset + 5 * ledgerDaysMax]])
      assert.deepStrictEqual(activities(turns), [[1], [2], [2], [1]])
    }
  })

  it("has incidents as findings of their own, and sign-ins once and for all", () => {
    const incident = (minutes: number, status: string) => ({ id: "a", status, lastUpdateDateTime: at(minutes) })
    const incidents = inTurn([[[incident(9, "active")]], [[incident(8, "inProgress")]], [[incident(7, "resolved")]]], {
      endpoint: endpoints.incidents
    })
    assert.deepStrictEqual(activities(incidents), [[1], [2], [3]])
    const signIn = { id: "a", createdDateTime: at(9), userPrincipalName: "amy@contoso.example" }
    const signIns = inTurn([[[signIn]], [[{ ...signIn, isInteractive: true }]]], { endpoint: endpoints.signIns })
    assert.deepStrictEqual(activities(signIns), [[1], []])
    // One key a sign-in.
    assert.strictEqual(signIns[0]!.brought.keys.size, 1)
  })

  it("has ids of a custom cloud's own", () => {
    const [one] = publish([alert("a", 3)]).events
    const [other] = publish([alert("a", 3)], { context: { customCloud: "graph.airgap.example" } }).events
    assert.notStrictEqual(one!.metadata.uid, other!.metadata.uid)
    assert.notStrictEqual(uidOf(one), uidOf(other))
  })

  it("is handed over in slices of sliceChars", () => {
    const large = Array.from({ length: 3 }, (_, n) => alert(`a${n}`, 3, { description: "x".repeat(sliceChars) }))
    const { slices } = publish(large)
    assert.isTrue(slices.every(({ events = [] }) => events.length <= 1))
  })

  it.effect("is known from a ledger that was written and read again", () =>
    Effect.gen(function*() {
      const ledger = yield* open("t")
      const { brought, events } = publish([alert("a", 3)], { isKnown: ledger.has })
      assert.strictEqual(events.length, 1)
      yield* ledger.append(brought.keys, { reached: at(1), floor: at(60), at: now })
      const again = yield* open("t")
      assert.deepStrictEqual(publish([alert("a", 3)], { isKnown: again.has }).events, [])
      assert.deepStrictEqual(activities([publish([alert("a", 2)], { isKnown: again.has })]), [[2]])
    }).pipe(Effect.provide(Layer.fresh(StateStore.layerMemory))))
})
