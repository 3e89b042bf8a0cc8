import { assert, it } from "@effect/vitest"
import { headers } from "@nats-io/transport-node"
import { Duration, Effect, Fiber, Layer, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type SettingsChange, SettingsSource } from "../../src/config/SettingsSource.ts"
import { Connection } from "../../src/nats/Connection.ts"
import { CreationOrder } from "../../src/nats/CreationOrder.ts"
import * as NatsSettingsSource from "../../src/nats/NatsSettingsSource.ts"
import * as NatsStateStore from "../../src/nats/NatsStateStore.ts"
import { suite } from "../config/SettingsSourceSuite.ts"
import { describeNats } from "../support/DescribeNats.ts"
import * as Json from "../support/Json.ts"
import { connection } from "../support/NatsStream.ts"

const tenant = "11111111-1111-4111-8111-111111111111"
const documentOf = (more: object = {}) =>
  JSON.stringify({ credentials: { tenant_id: tenant, client_id: tenant, client_secret: "hidden" }, ...more })

const layer = NatsSettingsSource.layer.pipe(Layer.provide(CreationOrder.layer), Layer.provide(NatsStateStore.layer))

const world = Effect.gen(function*() {
  const { kvm } = yield* Connection
  const source = yield* Effect.provide(SettingsSource, Layer.fresh(layer))
  const changes = yield* Queue.unbounded<SettingsChange>()
  yield* Effect.forkScoped(Stream.runForEach(source.changes, (change) => Queue.offer(changes, change)))
  /** Waits for the next change that passes the test. */
  const until = (wanted: (change: SettingsChange) => boolean) =>
    Queue.take(changes).pipe(Effect.repeat({ until: wanted }), Effect.timeout("10 seconds"), Effect.orDie)
  const key = (name: string) => `${NatsSettingsSource.keyDefault}.${name}`
  const open = Effect.promise(() => kvm.create(NatsSettingsSource.bucket, { history: 5 }))
  return {
    source,
    until,
    open,
    put: (name: string, text: string) => Effect.flatMap(open, (kv) => Effect.promise(() => kv.put(key(name), text))),
    remove: (name: string) => Effect.flatMap(open, (kv) => Effect.promise(() => kv.delete(key(name)))),
    destroy: Effect.flatMap(open, (kv) => Effect.promise(() => kv.destroy()))
  }
})

const names = ({ settings }: SettingsChange) => Object.keys(settings.instances).sort()

const onBroker = layer.pipe(Layer.provideMerge(connection()))

describeNats("NatsSettingsSource", () => {
  suite(
    "NATS",
    onBroker,
    (document) =>
      Effect.flatMap(Connection, ({ kvm }) =>
        Effect.promise(async () => {
          const bucket = await kvm.create(NatsSettingsSource.bucket, { history: 5 })
          await bucket.put(`${NatsSettingsSource.keyDefault}.one`, document)
        })),
    // The broker answers in real time, and the source looks for its bucket twice a second.
    Effect.andThen(
      TestClock.adjust("500 millis"),
      Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    )
  )

  it.live("a mark of settings that expired is no document, neither the process's nor an instance's", () =>
    Effect.gen(function*() {
      const { js, kvm } = yield* Connection
      const kv = yield* Effect.promise(() => kvm.create(NatsSettingsSource.bucket, { history: 5 }))
      const marks = headers()
      marks.set("Nats-Marker-Reason", "MaxAge")
      const mark = (key: string) =>
        Effect.promise(() => js.publish(`$KV.${NatsSettingsSource.bucket}.${key}`, "", { headers: marks }))
      yield* Effect.promise(() => kv.put(`${NatsSettingsSource.keyDefault}.two`, documentOf()))
      yield* mark(NatsSettingsSource.keyDefault)
      yield* mark(`${NatsSettingsSource.keyDefault}.one`)
      const { source, until } = yield* world
      assert.deepStrictEqual(source.faults, [])
      assert.deepStrictEqual(names(yield* until((change) => names(change).length > 0)), ["two"])
    }).pipe(Effect.scoped, Effect.provide(Layer.fresh(connection()))))

  it.live("waits for the bucket, and emits each instance that is added, changed and removed", () =>
    Effect.gen(function*() {
      const { put, remove, source, until } = yield* world
      assert.deepStrictEqual(source.initial.instances, {})
      assert.strictEqual(source.initial.sink.type, "nats")
      yield* put("one", documentOf())
      yield* until((change) => names(change).join() === "one")
      const took = yield* Effect.timed(
        Effect.andThen(
          put("two", documentOf({ poll_interval_minutes: 7 })),
          until(({ settings }) => settings.instances["two"]?.poll_interval_minutes === 7)
        )
      )
      assert.isBelow(Duration.toMillis(took[0]), 1000)
      yield* remove("one")
      const { revisions } = yield* until((change) => names(change).join() === "two")
      assert.deepStrictEqual(revisions, { one: 3, two: 2 }, "a removal has a revision, too")
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("keeps the last good settings of a truncated document, and reports the fault and its repair", () =>
    Effect.gen(function*() {
      const { put, until } = yield* world
      yield* put("one", documentOf({ poll_interval_minutes: 7 }))
      yield* put("two", documentOf({ lookback_hours: -1, poll_interval_minutes: 0 }))
      const first = yield* until(({ faults }) => faults.length === 1)
      assert.deepStrictEqual(names(first), ["one"], "an instance without a good document is left out")
      assert.strictEqual(first.faults[0]!.instance, "two")
      assert.strictEqual(first.faults[0]!.faults.length, 2)
      yield* put("one", documentOf().slice(0, 30))
      const torn = yield* until(({ faults }) => faults.length === 2)
      assert.strictEqual(torn.settings.instances["one"]?.poll_interval_minutes, 7)
      assert.notInclude(torn.faults.map(({ message }) => message).join(), "hidden")
      yield* put("one", documentOf({ poll_interval_minutes: 9 }))
      yield* put("two", documentOf())
      const mended = yield* until(({ faults }) => faults.length === 0)
      assert.deepStrictEqual(names(mended), ["one", "two"])
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("refuses what names something of this machine, and keeps the last good settings", () =>
    Effect.gen(function*() {
      const { put, until } = yield* world
      const naming = (credentials: object) =>
        JSON.stringify({ credentials: { tenant_id: tenant, client_id: tenant, ...credentials } })
      yield* put("one", documentOf({ poll_interval_minutes: 7 }))
      yield* put("two", naming({ client_secret_env: "NATS_PASSWORD" }))
      const first = yield* until(({ faults }) => faults.length === 1)
      assert.deepStrictEqual(names(first), ["one"])
      assert.match(first.faults[0]!.message, /credentials\.client_secret_env: Expected no environment variable here/)
      yield* put("one", naming({ client_secret_file: "/proc/self/environ" }))
      const both = yield* until(({ faults }) => faults.length === 2)
      assert.strictEqual(both.settings.instances["one"]?.poll_interval_minutes, 7)
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("keeps the directories of the process in the granted one", () =>
    Effect.gen(function*() {
      const { kvm } = yield* Connection
      const bucket = yield* Effect.promise(() => kvm.create(NatsSettingsSource.bucket, { history: 5 }))
      const sink = { type: "nats", stage: "parsed", directory: "/etc/cron.d" }
      yield* Effect.promise(() => bucket.put(NatsSettingsSource.keyDefault, Json.text({ sink })))
      const { faults, initial } = yield* Effect.provide(SettingsSource, Layer.fresh(layer))
      assert.deepInclude(initial.sink, { stage: "parsed", directory: "/data/azure-security" })
      assert.deepStrictEqual(faults?.map(({ message }) => message), [
        "INTEGRATIONS signal-client.azure-security cannot be used:\n  sink.directory: Expected a directory in /data/azure-security; set AZURE_SECURITY_DATA_DIR to allow another"
      ])
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("takes the page's address and proxies from the environment only, and keeps the status closed in doubt", () =>
    Effect.gen(function*() {
      const { kvm } = yield* Connection
      const bucket = yield* Effect.promise(() => kvm.create(NatsSettingsSource.bucket, { history: 5 }))
      const put = (document: object) =>
        Effect.promise(() => bucket.put(NatsSettingsSource.keyDefault, Json.text(document)))
      const read = Effect.provide(SettingsSource, Layer.fresh(layer)).pipe(Effect.scoped)
      yield* put({ page: { public_url: "https://evil.example", trusted_proxies: ["0.0.0.0/0"] } })
      const { faults, initial } = yield* read
      assert.deepStrictEqual(initial.page, { status: "open", trusted_proxies: [] })
      assert.match(faults![0]!.message, /page\.public_url: Expected none here; set AZURE_SECURITY_PUBLIC_URL/)
      yield* put({ page: { status: "closed" }, log: { level: "None" } })
      assert.strictEqual((yield* read).initial.page.status, "closed")
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("of keys with one slug the first that was created stays, whatever is written under the others", () =>
    Effect.gen(function*() {
      const differs =
        `Expected a name that differs from "contoso.eu" in more than case and punctuation: both become contoso-eu`
      yield* Effect.scoped(Effect.gen(function*() {
        const { put, until } = yield* world
        yield* put("contoso.eu", documentOf())
        yield* until((change) => names(change).join() === "contoso.eu")
        yield* put("Contoso-EU", documentOf())
        yield* put("contoso=eu", `{"not":"even valid"}`)
        const refused = yield* until(({ faults }) => faults.length === 2)
        assert.deepStrictEqual(names(refused), ["contoso.eu"])
        assert.deepStrictEqual(refused.faults.map(({ faults, holder, instance }) => [instance, holder, ...faults]), [[
          "Contoso-EU",
          "contoso.eu",
          differs
        ], [
          "contoso=eu",
          "contoso.eu",
          "Expected a name of 1 to 64 letters, digits, blanks, dots, dashes and underscores; display_name may be any text"
        ]])
        // Its revision is greater than those of the others now, and it still is the first.
        yield* put("contoso.eu", documentOf({ poll_interval_minutes: 9 }))
        const changed = yield* until(({ settings }) => settings.instances["contoso.eu"]?.poll_interval_minutes === 9)
        assert.deepStrictEqual(names(changed), ["contoso.eu"])
      }))
      // A process that starts now decides the same.
      const { put, remove, until } = yield* world
      assert.deepStrictEqual(names(yield* until(({ faults }) => faults.length === 2)), ["contoso.eu"])
      yield* remove("contoso=eu")
      yield* remove("contoso.eu")
      const freed = yield* until((change) => change.faults.length === 0 && names(change).join() === "Contoso-EU")
      // The trail says whose removal it was.
      assert.deepStrictEqual(freed.causes, { "Contoso-EU": "contoso.eu" })
      assert.isAbove(freed.revisions!["contoso.eu"]!, freed.revisions!["Contoso-EU"]!)
      yield* put("a=b", documentOf())
      yield* put("_", documentOf())
      const others = yield* until(({ faults }) => faults.length === 2)
      assert.deepStrictEqual(names(others), ["Contoso-EU"])
      assert.match(others.faults[0]!.message, /Expected a name of 1 to 64 letters/)
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("keeps the order in which instances were created, over changes and restarts", () =>
    Effect.gen(function*() {
      const before = yield* Effect.scoped(Effect.gen(function*() {
        const { put, remove, until } = yield* world
        const order = (change: SettingsChange) => (change.order ?? []).join()
        yield* put("first", documentOf())
        yield* put("second", documentOf())
        // JavaScript would put a name of digits first.
        yield* put("0", documentOf())
        yield* until((change) => order(change) === "first,second,0")
        yield* put("first", documentOf({ display_name: "Changed" }))
        yield* remove("second")
        yield* put("second", documentOf())
        return order(
          yield* until((change) =>
            change.settings.instances["first"]?.display_name === "Changed" && order(change) === "first,0,second"
          )
        )
      }))
      assert.strictEqual(before, "first,0,second")
      const { put, until } = yield* world
      yield* put("0", documentOf({ display_name: "Changed" }))
      const after = yield* until(({ settings }) => settings.instances["0"]?.display_name === "Changed")
      assert.strictEqual(after.order?.join(), "first,0,second")
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("goes on from the order that another process saved meanwhile", () =>
    Effect.gen(function*() {
      const { put, until } = yield* world
      yield* put("one", documentOf())
      yield* put("two", documentOf())
      yield* until((change) => change.order?.join() === "one,two")
      const { kvm } = yield* Connection
      const kv = yield* Effect.promise(() => kvm.open("AZURE_SECURITY_CHECKPOINTS"))
      yield* Effect.promise(() => kv.put("settings.order", Json.text(["two", "one"])))
      yield* put("three", documentOf())
      yield* until((change) => change.order?.join() === "two,one,three")
    }).pipe(Effect.scoped, Effect.provide(connection())))

  it.live("notices a bucket that is deleted and created again, and ends no instance meanwhile", () =>
    Effect.gen(function*() {
      const { destroy, open, put, until } = yield* world
      yield* put("one", documentOf())
      yield* put("two", documentOf())
      yield* until((change) => names(change).length === 2)
      yield* destroy
      const silence = yield* Effect.forkChild(until(() => true))
      yield* Effect.sleep("300 millis")
      assert.isUndefined(silence.pollUnsafe())
      yield* Fiber.interrupt(silence)
      yield* open
      yield* put("two", documentOf({ poll_interval_minutes: 3 }))
      const after = yield* until(({ settings }) => settings.instances["two"]?.poll_interval_minutes === 3)
      assert.deepStrictEqual(names(after), ["two"])
    }).pipe(Effect.scoped, Effect.provide(connection())))
})
