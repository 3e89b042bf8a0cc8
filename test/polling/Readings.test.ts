/** Tests how endpoints are read that keep no order, take no `lt`, do not count, or have trouble with long walks. */
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Exit, Layer, Option, Schema, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import type { GraphRecord } from "../../src/domain/GraphRecord.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import type { Reading } from "../../src/endpoints/EndpointDefinition.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { Rejected } from "../../src/graph/GraphError.ts"
import * as PaceRef from "../../src/polling/PaceRef.ts"
import { pages } from "../../src/polling/Pages.ts"
import { end, type Page } from "../../src/publishing/Page.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import * as FakeGraph from "../support/FakeGraph.ts"
import { at, config, noon, pace as usual } from "./Decisions.ts"

const noOrder: Partial<Reading> = { order: "unproven", upper: "le", windowHours: 24, late: "none" }

/** A poller that publishes at once, from a day before noon on. Returns what it published: the versions of rows. */
const polling = Effect.fnUntraced(function*(fake: FakeGraph.FakeGraph, reading: Partial<Reading>, days = 1) {
  yield* TestClock.setTime(noon)
  const usualConfig = config()
  const { open } = yield* Effect.provide(
    Checkpoints,
    Layer.fresh(Checkpoints.layer.pipe(Layer.provide(StateStore.layerMemory)))
  )
  const state = yield* open({ cloud: "global", tenant: "t", endpoint: "alerts_v2" })
  yield* state.begin(at(-24 * 60 * days), noon)
  const published: Array<string> = []
  const publish = Effect.fnUntraced(function*(page: Page) {
    yield* page.wanted
    const { brought, slices } = page.map()
    for (const { artifacts } of slices) published.push(...artifacts.map(({ id }) => id))
    yield* page.commit(brought())
    yield* end(page, Exit.succeed(Option.some(brought())))
  })
  yield* Stream.runForEach(
    pages({
      config: { ...usualConfig, endpoint: { ...usualConfig.endpoint, ...reading } },
      pace: yield* PaceRef.make(usual),
      graph: FakeGraph.graphOf(fake),
      state,
      context: { tenantId: "t", displayName: "One", senderHost: "record", graphHost: "graph.microsoft.com" },
      isHeld: () => true,
      siblingBrings: Effect.succeed(false),
      persist: (write) => Effect.as(Effect.orDie(write), "committed"),
      note: () => Effect.void,
      committed: () => Effect.void
    }),
    publish
  ).pipe(Effect.provide(PagePermits.layer(8)), Effect.forkIn(yield* Scope.Scope))
  yield* TestClock.adjust(1)
  return { published, mark: () => Option.getOrThrow(state.current()).mark, keys: () => state.ledger.size() }
})

const sentAs: Pick<GraphRecord, "sent"> = { sent: ofValue({}) }

const minutes = Effect.fnUntraced(function*(count: number, each: (minute: number) => void = () => undefined) {
  for (let minute = 0; minute < count; minute++) {
    each(minute)
    yield* TestClock.adjust("1 minute")
  }
})

const boundsOf = ({ url }: { readonly url: string }) => {
  const filter = new URL(url).searchParams.get("$filter") ?? ""
  const [, from] = /ge (\S+)/.exec(filter) ?? []
  const [, to] = /l[te] (\S+)/.exec(filter) ?? []
  return { filter, from, to }
}

const hoursBetween = (from: string, to: string) =>
  (Timestamp.toMillis(Timestamp.normalize(to)!) - Timestamp.toMillis(Timestamp.normalize(from)!)) / 3_600_000

it.effect.prop("windows without order lose no version of any row, whatever order, ties and changes meanwhile", [
  Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1500 }))).check(Schema.isMaxLength(30)),
  Schema.Array(Schema.Struct({
    row: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 29 })),
    at: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 }))
  })).check(Schema.isMaxLength(6)),
  Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })),
  Schema.Literals(["asc", "desc", "none"]),
  Schema.Literals(["skip", "skiptoken"])
], ([ages, changes, pageSize, order, paging]) =>
  Effect.scoped(Effect.gen(function*() {
    const fake = FakeGraph.make({
      rows: ages.map((age, n) => ({ id: `r${n}`, lastUpdateDateTime: at(-age) })),
      pageSize,
      order,
      // By `$skip` a change meanwhile shifts the rows behind it, which no reader can make good.
      paging: changes.length === 0 ? paging : "skiptoken"
    })
    const first = [...fake.rows]
    const { mark, published } = yield* polling(fake, { ...noOrder, windowHours: 6 }, 2)
    yield* minutes(30, (minute) => {
      for (const change of changes) {
        const row = fake.rows[change.row]
        if (change.at !== minute || row === undefined) continue
        fake.rows[change.row] = { ...row, lastUpdateDateTime: at(minute) }
      }
    })
    assert.strictEqual(new Set(published).size, published.length, "no version twice")
    // Of two changes between two polls Graph shows the last one.
    for (const { id, lastUpdateDateTime } of [...first, ...fake.rows]) {
      const version = ArtifactId.ofRecord("t", "alerts_v2", {
        ...sentAs,
        id,
        cursor: Timestamp.normalize(lastUpdateDateTime)!
      })
      assert.include(published, version)
    }
    assert.isTrue(mark() >= at(25), "the mark follows the time")
    for (const request of fake.requests) assert.notInclude(request.url, "orderby")
  })), { arbitrary: { runs: 100 } })

it.effect("empty windows move the mark, each as wide as the endpoint says, and closed at both ends", () =>
  Effect.gen(function*() {
    const fake = FakeGraph.make({ rows: [{ id: "old", lastUpdateDateTime: at(-9 * 24 * 60) }], order: "none" })
    const { mark, published } = yield* polling(fake, { ...noOrder, overlapMinutesMin: 60 }, 10)
    assert.strictEqual(published.length, 1)
    assert.strictEqual(mark(), at(0))
    for (const request of fake.requests) {
      const { from, to } = boundsOf(request)
      assert.isAtMost(hoursBetween(from!, to!), 24)
    }
    assert.lengthOf(fake.requests, 10)
    const before = fake.requests.length
    yield* minutes(6)
    const { from, to } = boundsOf(fake.requests[before]!)
    assert.strictEqual(Timestamp.normalize(from!), at(-60), "an hour of overlap, whatever the settings say")
    assert.strictEqual(to, "2026-11-20T12:04:59.9999999Z", "less than the next window's begin")
  }))

it.effect("ordered rows are read in windows while the endpoint catches up, and without an end when it has", () =>
  Effect.gen(function*() {
    const rows = Array.from({ length: 200 }, (_, n) => ({ id: `r${n}`, lastUpdateDateTime: at(-2 * 24 * 60 + n * 14) }))
    const fake = FakeGraph.make({ rows, pageSize: 20, paging: "skiptoken" })
    const { published } = yield* polling(fake, { upper: "le", windowHours: 6, late: "none" }, 2)
    yield* minutes(6)
    assert.strictEqual(published.length, 200)
    assert.strictEqual(new Set(published).size, 200)
    const first = fake.requests.filter(({ at, url }) => at < noon + 60_000 && url.includes("filter"))
    for (const request of first.slice(0, -1)) {
      const { from, to } = boundsOf(request)
      assert.isAtMost(hoursBetween(from!, to ?? Timestamp.fromMillis(noon)), 6.25)
    }
    assert.isUndefined(boundsOf(fake.requests.at(-1)!).to)
    assert.include(fake.requests[0]!.url, "orderby")
  }))

it.effect("a window whose link dies is begun anew, then halved, and nothing is lost", () =>
  Effect.gen(function*() {
    const rows = Array.from({ length: 60 }, (_, n) => ({ id: `r${n}`, lastUpdateDateTime: at(-n * 20) }))
    const fake = FakeGraph.make({ rows, pageSize: 10, order: "desc", paging: "skiptoken" })
    // Links live for two pages, as tokens that expire early.
    fake.answer = ({ url }) =>
      Number(new URL(url).searchParams.get("$skiptoken") ?? 0) > 10 ? new Rejected({ request: "token" }) : undefined
    const { mark, published } = yield* polling(fake, noOrder)
    yield* minutes(40)
    assert.strictEqual(new Set(published).size, 60)
    assert.strictEqual(published.length, 60)
    assert.isTrue(mark() >= at(30))
  }))

it.effect("rows that come late are read again where Graph does not count: hours late each hour, a day late each day", () =>
  Effect.gen(function*() {
    const fake = FakeGraph.make({ rows: [{ id: "first", lastUpdateDateTime: at(-10) }] })
    const { published } = yield* polling(fake, { late: "reread", overlapMinutesMin: 30 }, 2)
    assert.lengthOf(published, 1)
    yield* minutes(10, (minute) => {
      if (minute === 5) fake.rows.push({ id: "new", lastUpdateDateTime: at(5) })
    })
    assert.lengthOf(published, 2)
    fake.rows.push({ id: "late", lastUpdateDateTime: at(-5 * 60) }, { id: "later", lastUpdateDateTime: at(-20 * 60) })
    yield* minutes(65)
    assert.lengthOf(published, 3, "five hours late")
    yield* minutes(Duration.toMinutes("25 hours"))
    assert.lengthOf(published, 4, "a day late")
    assert.isTrue(fake.requests.every(({ url }) => !url.includes("count")))
  }))

it.effect("a record that is final is published once, whatever Graph fills in later, and takes one key", () =>
  Effect.gen(function*() {
    for (const isFinal of [true, false]) {
      const fake = FakeGraph.make({ rows: [{ id: "a", lastUpdateDateTime: at(1) }] })
      const { keys, published } = yield* polling(fake, { isFinal, late: "none" })
      yield* minutes(6)
      const later = { ...fake.rows[0]!, riskState: "remediated" }
      fake.rows[0] = later
      yield* minutes(6)
      assert.lengthOf(published, isFinal ? 1 : 2)
      assert.strictEqual(keys(), isFinal ? 1 : 3)
    }
  }))
