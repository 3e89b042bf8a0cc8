/** Tests how lists are read: what changed is published once, what stays once a day, and what vanished after two passes. */
import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Layer, Option, Ref, Schema, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { Checkpoints, republish } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore, Values } from "../../src/checkpoints/StateStore.ts"
import { vanishedMax } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { each, endpoints } from "../../src/endpoints/Endpoints.ts"
import { Forbidden, Rejected, Unavailable } from "../../src/graph/GraphError.ts"
import * as PaceRef from "../../src/polling/PaceRef.ts"
import { pages } from "../../src/polling/Pages.ts"
import { end, type Page } from "../../src/publishing/Page.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import * as FakeGraph from "../support/FakeGraph.ts"
import * as Json from "../support/Json.ts"
import { config, noon, pace as usual } from "./Decisions.ts"

type Name = "devices" | "secureScores" | "users"

interface Device extends FakeGraph.Row {
  readonly displayName: string
  readonly approximateLastSignInDateTime?: string
  readonly systemLabels?: ReadonlyArray<string>
}

const guid = (n: number) => `${n.toString(16).padStart(8, "0")}-1111-4111-8111-111111111111`
const device = (n: number, name = `host-${n}`, more: Partial<Device> = {}): Device => ({
  id: guid(n),
  lastUpdateDateTime: "",
  displayName: name,
  ...more
})
const devicesOf = (count: number) => Array.from({ length: count }, (_, n) => device(n))

/** A Graph that keeps no order, and tells the number of objects where it is asked. */
const listing = (rows: ReadonlyArray<FakeGraph.Row>, more: Partial<FakeGraph.FakeGraph> = {}) =>
  FakeGraph.make({ rows: [...rows], order: "none", paging: "skiptoken", ...more })

const memory = Layer.effectContext(Effect.gen(function*() {
  const values = yield* Ref.make<ReadonlyMap<string, { readonly bytes: Uint8Array; readonly revision: number }>>(
    new Map()
  )
  return yield* Layer.build(
    Checkpoints.layer.pipe(
      Layer.provideMerge(StateStore.layerMemoryOpen),
      Layer.provideMerge(Layer.succeed(Values, values))
    )
  )
}))

/** What a process publishes of a list. `dies` says at which page it ends, after the page was published, before its commit. */
const polling = Effect.fnUntraced(
  function*(fake: FakeGraph.FakeGraph, name: Name = "devices", published: Array<Artifact> = []) {
    const codes = new Set<string>()
    const letters: Array<string> = []
    const key = { cloud: "global", tenant: "t", endpoint: name }
    let dies = -1
    let made = 0
    const begin = Effect.fnUntraced(function*() {
      const state = yield* (yield* Checkpoints).open(key)
      const scope = yield* Scope.make()
      const publish = Effect.fnUntraced(function*(page: Page) {
        yield* page.wanted
        const { brought, slices } = page.map()
        for (const { artifacts, deadLetters } of slices) {
          published.push(...artifacts)
          letters.push(...deadLetters.map(({ reason }) => reason))
        }
        if (made++ === dies) return yield* Effect.never
        yield* page.commit(brought())
        yield* end(page, Exit.succeed(Option.some(brought())))
      })
      yield* Stream.runForEach(
        pages({
          config: { ...config(), endpoint: endpoints[name] },
          pace: yield* PaceRef.make({
            ...usual,
            intervals: each(() => Duration.hours(1))
          }),
          graph: FakeGraph.graphOf(fake),
          state,
          context: { tenantId: "t", displayName: "One", senderHost: "record", graphHost: "graph.microsoft.com" },
          isHeld: () =>
            true,
          siblingBrings: Effect.succeed(false),
          persist: (write) => Effect.as(Effect.orDie(write), "committed"),
          note: (note) =>
            Effect.sync(() => {
              if (note._tag === "Warned") codes.add(note.report.code)
              if (note._tag === "WarningEnded") codes.delete(note.code)
            }),
          committed: () => Effect.void
        }),
        publish
      ).pipe(Effect.provide(PagePermits.layer(8)), Effect.forkIn(scope))
      yield* TestClock.adjust(1)
      return { state, scope }
    })
    let running = yield* begin()
    return {
      published,
      codes,
      letters,
      state: () => running.state,
      /** Ends the process, and begins another one. */
      restart: Effect.gen(function*() {
        yield* Scope.close(running.scope, Exit.void)
        dies = -1
        running = yield* begin()
      }),
      /** Ends the process, lets everything be published again as `checkpoint rewind --republish` does, and begins another one. */
      republish: Effect.gen(function*() {
        yield* Scope.close(running.scope, Exit.void)
        const state = yield* (yield* Checkpoints).open(key)
        const { mark } = Option.getOrThrow(state.current())
        yield* republish(key, state, Timestamp.minusMillis(mark, 3_600_000), yield* Clock.currentTimeMillis)
        running = yield* begin()
      }),
      dieAt: (page: number) => {
        dies = made + page
      }
    }
  }
)

const hours = (count: number) =>
  Effect.forEach(Array.from({ length: count * 10 }), () => TestClock.adjust("6 minutes"), { discard: true })

const idsOf = (artifacts: ReadonlyArray<Artifact>) => artifacts.map(({ id }) => id)
const taken = (artifacts: Array<Artifact>) => artifacts.splice(0)
const said = (artifacts: ReadonlyArray<Artifact>) => artifacts.map(({ action, message }) => `${action} ${message}`)

const test = <A, E>(name: string, body: Effect.Effect<A, E, Checkpoints | StateStore | Scope.Scope>) =>
  it.effect(name, () => Effect.andThen(TestClock.setTime(noon), body).pipe(Effect.provide(memory)))

test(
  "a list is read to its end, and what does not change is published once, and then once a day",
  Effect.gen(function*() {
    const fake = listing(devicesOf(100), { pageSize: 30 })
    const { published, state } = yield* polling(fake)
    assert.lengthOf(fake.requests, 4)
    const first = new URL(fake.requests[0]!.url)
    assert.strictEqual(first.searchParams.get("$top"), "999")
    assert.strictEqual(first.searchParams.get("$count"), "true")
    assert.include(first.searchParams.get("$select"), "operatingSystemVersion")
    assert.lengthOf(taken(published), 100)
    assert.strictEqual(state().inventory.size(), 100)
    const each: Array<number> = []
    const all: Array<Artifact> = []
    for (let hour = 0; hour < 24; hour++) {
      yield* hours(1)
      each.push(published.length)
      all.push(...taken(published))
    }
    assert.isAbove(Math.min(...each), -1)
    assert.isBelow(Math.max(...each), 15, "spread over the day")
    assert.lengthOf(all, 100)
    assert.strictEqual(new Set(all.map(({ message }) => message)).size, 100, "each once")
    yield* hours(24)
    const next = taken(published)
    assert.lengthOf(next, 100)
    assert.strictEqual(new Set(idsOf([...all, ...next])).size, 200, "each day with ids of its own")
    for (const { action } of next) assert.strictEqual(action, "present")
  })
)

test(
  "a change is published once, also one that goes back; what is volatile or in another order is none",
  Effect.gen(function*() {
    const fake = listing([device(1, "one", { systemLabels: ["a", "b"] }), device(2)])
    const { published } = yield* polling(fake)
    const ids = idsOf(taken(published))
    for (const name of ["two", "one", "two", "one"]) {
      fake.rows[0] = device(1, name)
      yield* hours(1)
      const mine = taken(published).filter(({ message }) => message.includes(guid(1)))
      assert.deepStrictEqual(mine.map(({ action }) => action), ["changed"], name)
      ids.push(...idsOf(mine))
    }
    assert.strictEqual(new Set(ids).size, 6)
    yield* hours(24)
    taken(published)
    const before = device(1, "one", { systemLabels: ["a", "b"] })
    fake.rows[0] = before
    yield* hours(1)
    taken(published)
    fake.rows[0] = {
      ...before,
      approximateLastSignInDateTime: "2026-11-20T12:00:00Z",
      systemLabels: ["b", "a"]
    } as Device
    yield* hours(1)
    assert.isEmpty(published.filter(({ action }) => action === "changed"))
  })
)

test(
  "what vanished before everything is published again is told as removed, and the others as they are, with their ids",
  Effect.gen(function*() {
    const fake = listing(devicesOf(20), { pageSize: 7 })
    const { published, republish } = yield* polling(fake)
    const before = new Set(idsOf(taken(published)))
    fake.rows.splice(3, 1)
    yield* republish
    yield* hours(2)
    const again = taken(published)
    // Some are due that day, by other ids.
    assert.strictEqual(idsOf(again).filter((id) => before.has(id)).length, 19)
    const removed = again.filter(({ action }) => action === "removed")
    assert.deepStrictEqual(said(removed), [`removed {"id":"${guid(3)}"}`])
  })
)

test(
  "an object is removed after two passes without it, and comes back as one that is present",
  Effect.gen(function*() {
    const fake = listing(devicesOf(20), { pageSize: 7 })
    const { published } = yield* polling(fake)
    taken(published)
    const [gone] = fake.rows.splice(3, 1)
    yield* hours(1)
    assert.notInclude(taken(published).map(({ action }) => action), "removed", "one pass tells nothing")
    yield* hours(1)
    const removed = taken(published).filter(({ action }) => action === "removed")
    assert.deepStrictEqual(said(removed), [`removed {"id":"${guid(3)}"}`])
    assert.strictEqual(removed[0]!.senderHost, `t/devices/${guid(3)}`)
    assert.isUndefined(removed[0]!.clientHostname)
    yield* hours(5)
    assert.notInclude(taken(published).map(({ action }) => action), "removed", "once")
    fake.rows.push(gone!)
    yield* hours(1)
    const back = taken(published).filter(({ message }) => message.includes(guid(3)))
    assert.deepStrictEqual(back.map(({ action }) => action), ["present"])
    assert.notStrictEqual(back[0]!.id, removed[0]!.id)
  })
)

test(
  "an object that cannot be mapped is a dead letter once, and neither removed nor the end of the list",
  Effect.gen(function*() {
    const fake = listing(devicesOf(20), { pageSize: 8 })
    // Of two objects one was published before; a third has no id, and what changes all the time changes in each pass.
    const poison = new Set([guid(3), guid(25)])
    let pass = 0
    const nameless = () => ({
      lastUpdateDateTime: "",
      displayName: "?",
      approximateLastSignInDateTime: `2026-11-${pass}`
    })
    const process = yield* polling(fake)
    assert.lengthOf(taken(process.published), 20)
    fake.rows.push(device(25), nameless() as unknown as Device, device(26))
    fake.answer = () => (page) => ({
      ...page,
      records: page.records.map((sent) => poison.has(String(sent.property("id"))) ? { ...sent, isDeep: true } : sent)
    })
    for (pass = 10; pass < 16; pass++) {
      fake.rows[21] = nameless() as unknown as Device
      fake.rows[3] = device(3, "host-3", { approximateLastSignInDateTime: `2026-11-${pass}` })
      yield* hours(1)
    }
    assert.deepStrictEqual(process.letters.toSorted(), ["no_id", "too_deep", "too_deep"])
    assert.deepStrictEqual(
      taken(process.published).filter(({ action, message }) => action !== "present" || message.includes(guid(26)))
        .map(({ action, message }) => `${action} ${message.includes(guid(26))}`),
      ["present true"]
    )
    yield* process.restart
    yield* hours(2)
    assert.lengthOf(process.letters, 3)
    fake.rows.splice(10, 1)
    yield* hours(3)
    assert.deepStrictEqual(said(taken(process.published).filter(({ action }) => action === "removed")), [
      `removed {"id":"${guid(10)}"}`
    ], "the others are told all the same")
    poison.clear()
    yield* hours(1)
    const of = (n: number) =>
      taken(process.published).filter(({ message }) => message.includes(guid(n))).map(({ action }) => action)
    assert.deepStrictEqual(of(25), ["present"], "nobody was told of it before")
  })
)

test(
  "an object that comes back after its removal, and can be mapped only later, is published then",
  Effect.gen(function*() {
    const fake = listing(devicesOf(20), { pageSize: 8 })
    const { published } = yield* polling(fake)
    const [away] = fake.rows.splice(3, 1)
    yield* hours(2)
    assert.include(said(taken(published)), `removed {"id":"${guid(3)}"}`)
    let isPoison = true
    fake.answer = () => (page) => ({
      ...page,
      records: page.records.map((sent) =>
        isPoison && sent.property("id") === guid(3) ? { ...sent, isDeep: true } : sent
      )
    })
    fake.rows.push(away!)
    yield* hours(1)
    taken(published)
    isPoison = false
    yield* hours(1)
    assert.deepStrictEqual(
      taken(published).filter(({ message }) => message.includes(guid(3))).map(({ action }) => action),
      ["present"]
    )
  })
)

test(
  "what the broker lost of a list is published again, and so are its removed objects",
  Effect.gen(function*() {
    const fake = listing(devicesOf(20), { pageSize: 8 })
    const process = yield* polling(fake)
    taken(process.published)
    const place = process.state().ledger.end()
    const go = (n: number) => fake.rows.splice(fake.rows.findIndex(({ id }) => id === guid(n)), 1)
    const removed = () => taken(process.published).filter(({ action }) => action === "removed")
    go(3)
    yield* hours(2)
    const lost = removed()
    assert.deepStrictEqual(said(lost), [`removed {"id":"${guid(3)}"}`])
    go(7)
    fake.rows[0] = device(0, "renamed")
    yield* hours(1)
    assert.lengthOf(taken(process.published).filter(({ action }) => action === "changed"), 1)
    // The broker has the first pass only; another object vanishes before the list is read again.
    const { inventory, ledger } = process.state()
    yield* ledger.truncate(place)
    yield* inventory.forget
    go(11)
    yield* process.restart
    yield* hours(3)
    const again = taken(process.published)
    const gone = again.filter(({ action }) => action === "removed")
    assert.sameMembers(said(gone), [3, 7, 11].map((n) => `removed {"id":"${guid(n)}"}`))
    assert.includeMembers(idsOf(gone), idsOf(lost))
    assert.isAbove(again.filter(({ message }) => message.includes("renamed")).length, 0)
    assert.strictEqual(new Set(idsOf(again)).size, again.length)
    yield* hours(3)
    assert.isEmpty(removed())
  })
)

test(
  "an object that is missing in one pass is not removed, nor one that Graph counts",
  Effect.gen(function*() {
    const fake = listing(devicesOf(20))
    const { published } = yield* polling(fake)
    for (let pass = 0; pass < 6; pass++) {
      const [away] = fake.rows.splice(pass, 1)
      yield* hours(1)
      fake.rows.splice(pass, 0, away!)
      yield* hours(1)
    }
    assert.notInclude(taken(published).map(({ action }) => action), "removed")
    fake.rows.splice(3, 1)
    fake.answer = () => (page) => page.count === undefined ? page : { ...page, count: 20 }
    yield* hours(4)
    assert.notInclude(taken(published).map(({ action }) => action), "removed", "Graph counts it")
    fake.answer = () => (page) => ({ ...page, count: undefined })
    yield* hours(4)
    assert.notInclude(taken(published).map(({ action }) => action), "removed", "Graph tells no number")
    fake.answer = () => undefined
    yield* hours(2)
    assert.include(taken(published).map(({ action }) => action), "removed")
  })
)

test(
  "a list that lacks more than a fifth is taken to be cut short, and says so until it is whole",
  Effect.gen(function*() {
    const count = vanishedMax.objects * 5
    const fake = listing(devicesOf(count))
    const { codes, published } = yield* polling(fake)
    const away = fake.rows.splice(0, vanishedMax.objects + 1)
    yield* hours(4)
    assert.notInclude(taken(published).map(({ action }) => action), "removed")
    assert.isTrue(codes.has("list_cut"))
    fake.rows.push(...away.slice(1))
    yield* hours(1)
    assert.isFalse(codes.has("list_cut"))
    yield* hours(1)
    assert.lengthOf(taken(published).filter(({ action }) => action === "removed"), 1)
  })
)

test(
  "of a short list more than a fifth may go",
  Effect.gen(function*() {
    const fake = listing(devicesOf(vanishedMax.objects))
    const { codes, published } = yield* polling(fake)
    fake.rows.splice(0)
    yield* hours(2)
    assert.isFalse(codes.has("list_cut"))
    assert.lengthOf(published.filter(({ action }) => action === "removed"), vanishedMax.objects)
  })
)

test(
  "a process that ends with a page in hand repeats that page with the same ids, and nothing else",
  Effect.gen(function*() {
    for (let page = 0; page < 4; page++) {
      const fake = listing(devicesOf(40), { pageSize: 10 })
      const process = yield* polling(fake)
      const before = idsOf(taken(process.published))
      fake.rows.splice(37, 1)
      yield* hours(1)
      taken(process.published)
      fake.rows[5] = device(5, `changed ${page}`)
      fake.rows[25] = device(25, `changed ${page}`)
      fake.rows.push(device(100 + page))
      process.dieAt(page)
      yield* hours(1)
      yield* process.restart
      yield* hours(2)
      const all = taken(process.published)
      const ids = idsOf(all)
      const changed = all.filter(({ action }) => action === "changed")
      assert.strictEqual(new Set(idsOf(changed)).size, 2, `page ${page}`)
      const twice = all.filter(({ id }, index) => ids.indexOf(id) !== index)
      assert.isAtMost(twice.length, 11, "a page and its removed objects at most")
      assert.strictEqual(new Set(idsOf(all.filter(({ action }) => action === "removed"))).size, 1, `page ${page}`)
      for (const id of ids) assert.notInclude(before, id)
      yield* Effect.flatMap(StateStore, (store) =>
        Effect.flatMap(store.keys(""), (keys) =>
          Effect.forEach(keys, (key) =>
            Effect.flatMap(store.get(key), (value) =>
              store.remove(key, Option.getOrThrow(value).revision)))))
    }
  })
)

test(
  "a link that died begins the pass anew, and what it showed is not published again",
  Effect.gen(function*() {
    const fake = listing(devicesOf(60), { pageSize: 10 })
    let dead = 1
    fake.answer = ({ url }) =>
      url.includes("skiptoken=30") && dead-- > 0 ? new Rejected({ request: "token" }) : undefined
    const { published, state } = yield* polling(fake)
    assert.lengthOf(published, 60)
    assert.strictEqual(new Set(idsOf(published)).size, 60)
    assert.isNull(Option.getOrThrow(state().current()).position)
    // One pass with a hole, begun anew, is still one whole pass.
    fake.rows.splice(0, 1)
    yield* hours(2)
    assert.lengthOf(published.filter(({ action }) => action === "removed"), 1)
  })
)

test(
  "links that go round for ever end the poll, and what they show is published once",
  Effect.gen(function*() {
    const fake = listing(devicesOf(60), { pageSize: 10 })
    let links = 0
    fake.answer = () => (page) =>
      page.nextLink === undefined
        ? { ...page, nextLink: `https://graph.microsoft.com/v1.0/devices?$top=999&$skiptoken=0&$turn=${links++}` }
        : { ...page, nextLink: `${page.nextLink}&$turn=${links++}` }
    const { published } = yield* polling(fake)
    for (let turn = 0; turn < 60; turn++) yield* TestClock.adjust("1 second")
    const asked = fake.requests.length
    assert.isBelow(asked, 80)
    assert.lengthOf(published, 60)
    for (let turn = 0; turn < 60; turn++) yield* TestClock.adjust("1 second")
    assert.lengthOf(fake.requests, asked)
    fake.rows.splice(0, 1)
    yield* hours(4)
    assert.isEmpty(published.filter(({ action }) => action === "removed"), "no pass was whole")
  })
)

test(
  "an unchanged pass writes nothing to the inventory, and a restart knows every object",
  Effect.gen(function*() {
    const fake = listing(devicesOf(50))
    const process = yield* polling(fake)
    const store = yield* StateStore
    const pieces = Effect.flatMap(
      store.keys("global.t.devices.inventory-"),
      Effect.forEach((key) => Effect.map(store.get(key), (value) => [key, Option.getOrThrow(value).revision] as const))
    )
    const first = yield* pieces
    yield* hours(3)
    assert.deepStrictEqual(yield* pieces, first)
    taken(process.published)
    yield* process.restart
    assert.isBelow(taken(process.published).length, 10)
    assert.strictEqual(process.state().inventory.size(), 50)
  })
)

const user = (n: number, lastSignIn: string) => ({
  id: guid(n),
  lastUpdateDateTime: "",
  userPrincipalName: `user${n}@c0ntoso.example`,
  signInActivity: { lastSignInDateTime: lastSignIn }
})
const ofSignIns = ({ url }: { readonly url: string }) => url.includes("signInActivity")

test(
  "what costs most is asked for once a day, in a pass of its own, and published for every object",
  Effect.gen(function*() {
    const fake = listing(Array.from({ length: 40 }, (_, n) => user(n, "2026-11-20T00:00:00Z")), { pageSize: 15 })
    const process = yield* polling(fake, "users")
    taken(process.published)
    yield* hours(23)
    assert.isEmpty(taken(process.published), "nothing is published without it")
    assert.isFalse(fake.requests.some(ofSignIns))
    fake.rows[3] = user(3, "2026-11-21T00:00:00Z")
    yield* hours(3)
    const first = fake.requests.find(ofSignIns)
    assert.strictEqual(new URL(first!.url).searchParams.get("$top"), "500")
    assert.isFalse(first!.url.includes("$count"))
    assert.lengthOf(fake.requests.filter(ofSignIns), 3)
    const daily = taken(process.published)
    assert.lengthOf(daily, 40)
    assert.include(daily.flatMap(({ tags }) => tags), "lastSignIn:2026-11-21T00:00:00Z")
    for (const { action } of daily) assert.strictEqual(action, "present")
    yield* hours(24)
    assert.lengthOf(taken(process.published), 40, "and the next day")
    assert.lengthOf(fake.requests.filter(ofSignIns), 6)
    fake.rows.splice(7, 1)
    yield* hours(3)
    const removed = taken(process.published)
    assert.deepStrictEqual(said(removed), [`removed {"id":"${guid(7)}"}`], "the daily pass disturbs no walk")
  })
)

test(
  "a list is read without what is refused, which is said, and published again once a day all the same",
  Effect.gen(function*() {
    const fake = listing(Array.from({ length: 40 }, (_, n) => user(n, "2026-11-20T00:00:00Z")))
    fake.answer = (request) =>
      ofSignIns(request)
        ? new Forbidden({
          why: "not_licensed",
          requiredPermissions: ["AuditLog.Read.All"],
          tokenRoles: [],
          licence: "P1"
        })
        : undefined
    const process = yield* polling(fake, "users")
    taken(process.published)
    yield* hours(27)
    assert.isTrue(process.codes.has("daily_refused"))
    fake.rows[3] = { ...user(3, ""), userPrincipalName: "other@c0ntoso.example" } as FakeGraph.Row
    yield* hours(1)
    assert.deepStrictEqual(taken(process.published).filter(({ action }) => action === "changed").length, 1)
    yield* hours(24)
    assert.isAtLeast(taken(process.published).length, 39)
    assert.isAtMost(fake.requests.filter(ofSignIns).length, 30, "once an hour")
    fake.answer = () => undefined
    yield* hours(2)
    assert.isFalse(process.codes.has("daily_refused"))
  })
)

test(
  "a column that the tenant's Graph does not have is left out, and asked for again a day later",
  Effect.gen(function*() {
    const fake = listing(Array.from({ length: 5 }, (_, n) => user(n, "2026-11-20T00:00:00Z")))
    const lacks = (column: string) => ({ url }: { readonly url: string }) =>
      new URL(url).searchParams.get("$select")?.includes(column) === true
        ? new Rejected({ request: "?", refused: { part: "select", names: [column] } })
        : undefined
    fake.answer = lacks("employeeType")
    const process = yield* polling(fake, "users")
    assert.lengthOf(taken(process.published), 5)
    const asking = () => fake.requests.filter((request) => request.url.includes("employeeType")).length
    assert.strictEqual(asking(), 1)
    yield* hours(20)
    assert.strictEqual(asking(), 1)
    yield* hours(10)
    assert.strictEqual(asking(), 2)
    // Without the last sign-in, which has a pass of its own, the others go on.
    fake.answer = lacks("signInActivity")
    yield* hours(30)
    assert.isTrue(process.codes.has("daily_refused"))
    assert.isAbove(asking(), 20)
  })
)

test(
  "no object changes because a column is not asked for, nor because it is asked for again",
  Effect.gen(function*() {
    const person = (n: number, more: object = {}) => ({
      ...user(n, "2026-11-20T00:00:00Z"),
      department: `d-${n}`,
      ...more
    })
    let given: object = {}
    const fake = listing(Array.from({ length: 40 }, (_, n) => person(n)), { pageSize: 15 })
    const show = (more: object) => {
      given = more
      fake.rows.splice(0, 40, ...Array.from({ length: 40 }, (_, n) => person(n, more)) as Array<FakeGraph.Row>)
    }
    const process = yield* polling(fake, "users")
    const changed = () => taken(process.published).filter(({ action }) => action !== "present")
    assert.lengthOf(taken(process.published), 40)
    // Graph refuses a column for a while, and sends the objects without it.
    fake.answer = ({ url }) =>
      new URL(url).searchParams.get("$select")?.includes("department") === true
        ? new Rejected({ request: "?", refused: { part: "select", names: ["department"] } })
        : undefined
    show({ department: undefined })
    yield* hours(2)
    assert.isEmpty(changed(), "without it")
    fake.rows[3] = person(3, { ...given, userPrincipalName: "other@c0ntoso.example" }) as FakeGraph.Row
    yield* hours(1)
    assert.lengthOf(changed(), 1, "what changes besides is a change")
    // A process that ends in the middle of a pass leaves a link, which asks without the column as well.
    process.dieAt(1)
    yield* hours(1)
    taken(process.published)
    fake.answer = () => undefined
    yield* process.restart
    assert.isEmpty(changed(), "behind a link")
    show({})
    fake.rows[3] = person(3, { userPrincipalName: "other@c0ntoso.example" }) as FakeGraph.Row
    yield* hours(27)
    assert.isEmpty(changed(), "with it again")
    fake.rows[5] = person(5, { department: "moved" }) as FakeGraph.Row
    yield* hours(1)
    assert.lengthOf(changed(), 1)
  })
)

test(
  "of a list that is read by its newest page, each record is published once, and again when its content changes",
  Effect.gen(function*() {
    const score = (day: number, currentScore: number, lastSynced = "") => ({
      id: `t_2026-11-${day}`,
      lastUpdateDateTime: "",
      currentScore,
      controlScores: [{ controlName: "a", lastSynced }]
    })
    const fake = listing([score(20, 1), score(19, 2), score(18, 3), score(17, 4)])
    const process = yield* polling(fake, "secureScores")
    const { published } = process
    const top = () => fake.requests.map(({ url }) => new URL(url).searchParams.get("$top"))
    assert.deepStrictEqual(top(), ["3"], "a day of lookback, and two more; no link is followed")
    assert.lengthOf(taken(published), 3)
    fake.rows[0] = score(20, 1, "later")
    yield* hours(2)
    assert.deepStrictEqual(top().slice(1), ["3", "3"].slice(0, top().length - 1))
    assert.isEmpty(taken(published), "a time of synchronisation is no change")
    fake.rows[0] = score(20, 5)
    yield* hours(1)
    assert.lengthOf(taken(published), 1)
    fake.answer = () => new Unavailable({ kind: "http", detail: "HTTP 503" })
    yield* hours(4 * 24)
    fake.answer = () => undefined
    fake.rows.unshift(score(24, 6), score(23, 7), score(22, 8), score(21, 9))
    yield* hours(2)
    assert.lengthOf(taken(published), 4, "as many days as were missed")
    yield* hours(30)
    yield* process.restart
    yield* hours(1)
    assert.isEmpty(taken(published))
  })
)

it.effect.prop(
  "whatever comes, changes and goes: each state of an object that a pass saw is published, and nothing twice",
  [
    Schema.Array(Schema.Struct({
      at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })),
      object: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 24 })),
      does: Schema.Literals(["change", "leave", "come"])
    })).check(Schema.isMaxLength(25)),
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))).check(Schema.isMaxLength(3)),
    Schema.Int.check(Schema.isBetween({ minimum: 4, maximum: 21 }))
  ],
  ([events, restarts, pageSize]) =>
    Effect.scoped(Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = listing(devicesOf(20), { pageSize })
      const process = yield* polling(fake)
      const wanted: Array<string> = []
      /** The last state published of each object, and whether it was published as removed. */
      const known = new Map<string, string>(fake.rows.map((row) => [row.id, Json.text(row)]))
      taken(process.published)
      let changes = 0
      for (let hour = 0; hour < 10; hour++) {
        for (const { at, does, object } of events) {
          if (at !== hour) continue
          const index = fake.rows.findIndex(({ id }) => id === guid(object))
          if (does === "leave" && index >= 0) fake.rows.splice(index, 1)
          if (does === "come" && index < 0) fake.rows.unshift(device(object))
          if (does === "change" && index >= 0) fake.rows[index] = device(object, `changed ${changes++}`)
        }
        if (restarts.includes(hour)) yield* process.restart
        yield* hours(1)
        for (const row of fake.rows) {
          const now = Json.text(row)
          if (known.get(row.id) !== now) wanted.push(now)
          known.set(row.id, now)
        }
      }
      const all = taken(process.published)
      assert.strictEqual(new Set(idsOf(all)).size, all.length, "nothing twice")
      const messages = all.filter(({ action }) => action !== "removed").map(({ message }) => message)
      for (const one of wanted) assert.include(messages, one)
      // What left for good is removed, unless so much left at once.
      yield* hours(3)
      all.push(...taken(process.published))
      if (process.codes.has("list_cut")) return
      for (const id of known.keys()) {
        const mine = all.filter(({ message }) => message.includes(id))
        if (fake.rows.some((row) => row.id === id)) assert.notStrictEqual(mine.at(-1)?.action, "removed", id)
        else assert.strictEqual(mine.at(-1)?.action, "removed", id)
      }
    })).pipe(Effect.provide(Layer.fresh(memory))),
  { arbitrary: { runs: 25 } }
)
