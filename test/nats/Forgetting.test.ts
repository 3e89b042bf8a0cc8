/** A stream that forgets what it acknowledged: everything is in it again at the end, and nobody is alarmed without a cause. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { cpSync, rmSync } from "node:fs"
import { Connection } from "../../src/nats/Connection.ts"
import type { Row } from "../../src/simulator/Row.ts"
import { appliance, documentOf, onlyAlerts, says, until } from "../support/Appliance.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { createStream, stream } from "../support/NatsStream.ts"
import * as Process from "../support/Process.ts"
import { evidenceOf, tenantId } from "../support/RunFiles.ts"

/** An appliance whose tenant has some alerts at first, and more later. */
const world = Effect.gen(function*() {
  const one = yield* appliance({ alerts: 200, incidents: 0, legacyAlerts: 0 })
  const { simulator } = one
  const changed = (row: Row) => String(row["lastUpdateDateTime"])
  const rows = (yield* simulator.rows(tenantId, "alerts_v2")).toSorted((a, b) => changed(a) < changed(b) ? -1 : 1)
  const first = rows.slice(0, 100)
  yield* simulator.setRows(tenantId, "alerts_v2", first)
  yield* one.put("prod", documentOf({ ...onlyAlerts, poll_interval_minutes: 1 }))
  const port = yield* Process.freePort
  const ask = (path: string) =>
    Effect.promise(async () => await (await fetch(`http://127.0.0.1:${port}${path}`)).text())
  const directory = `${one.broker.store}/jetstream/$G/streams/${stream}`
  return {
    ...one,
    ask,
    run: one.runAt(port),
    expected: { first: first.length + evidenceOf(first), all: rows.length + evidenceOf(rows) },
    more: simulator.setRows(tenantId, "alerts_v2", rows),
    /** Keeps a copy of the stream as it is. */
    copy: Effect.sync(() => cpSync(directory, `${one.broker.store}/older`, { recursive: true })),
    /** Puts the copy back, as a file system does that has lost what was not synced. The broker must be down. */
    forget: Effect.sync(() => {
      rmSync(directory, { recursive: true })
      cpSync(`${one.broker.store}/older`, directory, { recursive: true })
    }),
    /** Waits until everything is in the stream once. */
    whole: Effect.gen(function*() {
      yield* until(Effect.map(one.count, (n) => n >= rows.length + evidenceOf(rows)), "40 seconds")
      const ids = (yield* one.stored).map(({ id }) => id)
      assert.strictEqual(ids.length, rows.length + evidenceOf(rows))
      assert.strictEqual(new Set(ids).size, ids.length)
    }),
    isHealthy: until(
      Effect.map(ask("/status"), (text) => text.includes(`"state":"ok","connection_status":"connected"`)),
      "40 seconds"
    )
  }
})

type World = Effect.Success<typeof world>

/** Publishes the first alerts, keeps a copy, and publishes the others. */
const publishedTwice = Effect.fnUntraced(function*({ broker, copy, count, expected, more, put, run }: World) {
  const process = yield* run
  yield* says(process, /fetched 100 events/)
  yield* until(Effect.map(count, (n) => n === expected.first), "10 seconds")
  yield* broker.kill
  yield* copy
  yield* broker.restart
  // Answered once the test is connected again.
  yield* count
  yield* more
  // A change of the instance makes it poll at once.
  yield* put("prod", documentOf({ ...onlyAlerts, poll_interval_minutes: 1, display_name: "Production" }))
  yield* says(process, /fetched 100 events[^]*fetched 100 events/)
  yield* until(Effect.map(count, (n) => n === expected.all), "10 seconds")
  return process
})

const told = Effect.fnUntraced(function*({ ask }: World, process: Process.Running, artifacts: number) {
  yield* says(
    process,
    new RegExp(
      `\\[ERROR\\] azure-security: on alerts_v2: the stream \\S+ no longer has ${artifacts} artifacts that it had acknowledged`
    )
  )
  const metrics = yield* ask("/metrics")
  assert.match(
    metrics,
    new RegExp(`signal_client_broker_lost_total\\{[^}]*endpoint="alerts_v2"[^}]*\\} ${artifacts}\\n`)
  )
  const status = yield* ask("/status")
  assert.include(status, `"lost":${artifacts}`)
})

const lostInAll = ({ expected: { all, first } }: World) => all - first

const noAlarm = Effect.fnUntraced(function*({ ask }: World, process: Process.Running) {
  assert.notInclude(process.stdout(), "no longer has")
  assert.notInclude(yield* ask("/status"), `"lost"`)
})

describeNats("a stream that forgets", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("while the connector is down has everything again after its start", () =>
      Effect.gen(function*() {
        const one = yield* world
        const before = yield* publishedTwice(one)
        before.child.kill("SIGKILL")
        yield* before.exit
        yield* one.broker.kill
        yield* one.forget
        yield* one.broker.restart
        const process = yield* one.run
        yield* told(one, process, lostInAll(one))
        yield* says(process, /what the broker had lost of alerts_v2 is published again/)
        yield* one.whole
        yield* one.isHealthy
      }), { concurrent: true })

    it.effect("while the connector is up has everything again", () =>
      Effect.gen(function*() {
        const one = yield* world
        const process = yield* publishedTwice(one)
        yield* one.broker.kill
        yield* one.forget
        yield* one.broker.restart
        yield* told(one, process, lostInAll(one))
        yield* says(process, /what the broker had lost of alerts_v2 is published again/)
        yield* one.whole
        yield* one.isHealthy
      }), { concurrent: true })

    it.effect("because it was deleted and made again has everything again", () =>
      Effect.gen(function*() {
        const one = yield* world
        const process = yield* publishedTwice(one)
        const { broker, expected, onBroker, whole } = one
        yield* onBroker(Effect.flatMap(Connection, ({ jsm }) => Effect.promise(() => jsm.streams.delete(stream))))
        yield* onBroker(createStream())
        yield* broker.kill
        yield* broker.restart
        yield* told(one, process, expected.all)
        yield* whole
        yield* one.isHealthy
      }), { concurrent: true })

    it.effect(
      "by its own limits, or because an operator purged it up to a sequence, is no loss",
      () =>
        Effect.gen(function*() {
          const one = yield* world
          const process = yield* publishedTwice(one)
          const { ask, broker, expected, onBroker } = one
          const { jsm } = yield* onBroker(Effect.service(Connection))
          yield* Effect.promise(() => jsm.streams.purge(stream, { seq: expected.first + 50 }))
          yield* broker.kill
          yield* broker.restart
          yield* Effect.sleep("7 seconds")
          yield* noAlarm(one, process)
          const aged = 1_000_000_000
          yield* Effect.promise(() => jsm.streams.update(stream, { max_age: aged, duplicate_window: aged }))
          yield* until(Effect.map(one.count, (n) => n === 0), "10 seconds")
          yield* broker.kill
          yield* broker.restart
          yield* Effect.sleep("7 seconds")
          yield* noAlarm(one, process)
          assert.include(yield* ask("/status"), `"connection_status":"connected"`)
          process.child.kill("SIGTERM")
          yield* process.exit
          const again = yield* one.run
          yield* says(again, /fetched 0 events/)
          yield* noAlarm(one, again)
        }),
      { concurrent: true }
    )
  })
})
