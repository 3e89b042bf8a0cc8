/** Tests that nothing is green while settings cannot be used, although the last good ones are, and that each output says so. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as StatusCommand from "../../src/cli/StatusCommand.ts"
import { BadSettings } from "../../src/config/SettingsDocument.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { gaugesOf } from "../../src/status/Gauges.ts"
import { runningOver, settings, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)

const began = Effect.gen(function*() {
  yield* TestClock.setTime(noon)
  const good = yield* settings()
  const connector = yield* runningOver(FakeGraph.make(), good)
  yield* TestClock.adjust("1 minute")
  const instance = Effect.map(connector.document, ({ instances }) => instances[0]!)
  assert.strictEqual((yield* instance).connection_status, "connected")
  /** Labels of the gauges of reports, and whether the instance collects. */
  const gauges = Effect.map(
    connector.snapshot,
    (snapshot) => gaugesOf(snapshot, noon).map(({ labels, metric, value }) => ({ name: metric.id, labels, value }))
  )
  const told = Effect.map(
    gauges,
    (all) => all.filter(({ name }) => name === "signal_client_report_active").map(({ labels }) => labels)
  )
  const lines = Effect.gen(function*() {
    return StatusCommand.linesOf(yield* connector.document, yield* Clock.currentTimeMillis).join("\n")
  })
  return { ...connector, log: connector.lines, good, instance, gauges, told, lines }
})

const message = "settings.json cannot be used, and the last good settings stay: sink: Expected an object"

describe("while the settings cannot be used", () => {
  it.effect("each instance needs attention, goes on, and one report says why, in all places, until they can", () =>
    Effect.gen(function*() {
      const { change, document, gauges, good, instance, lines, log, told } = yield* began
      yield* change(good, [new BadSettings({ source: "settings.json", faults: ["sink: Expected an object"] })])
      const { reports } = yield* document
      assert.deepStrictEqual(reports?.map(({ code, message }) => [code, message]), [["settings_invalid", message]])
      const { connection_status, endpoints, state, warnings } = yield* instance
      assert.deepStrictEqual([state, connection_status], ["attention", "warning"])
      assert.deepStrictEqual(warnings.map(({ code }) => code), ["settings_invalid"])
      assert.deepStrictEqual(endpoints.filter(({ state }) => state !== "disabled").map(({ state }) => state), ["ok"])
      assert.deepStrictEqual(yield* told, [{ code: "settings_invalid" }])
      assert.strictEqual((yield* gauges).find(({ name }) => name === "signal_client_instance_ok")?.value, 1)
      assert.strictEqual((yield* lines).split(message).length, 2, "once for all instances")
      yield* change(good)
      assert.strictEqual((yield* instance).connection_status, "connected")
      assert.isUndefined((yield* document).reports)
      assert.deepStrictEqual(yield* told, [])
      assert.strictEqual(log.filter((line) => line.includes(message)).length, 1)
    }).pipe(Effect.provide(world)))

  it.effect("of one instance, that one needs attention, with its name", () =>
    Effect.gen(function*() {
      const { change, document, good, instance, lines, told } = yield* began
      yield* change(good, [
        new BadSettings({ source: "the document", instance: "tenant", faults: ["cloud: Expected global"] }),
        new BadSettings({ source: "another", instance: "new", faults: ["credentials: Expected a value"] })
      ])
      assert.isUndefined((yield* document).reports)
      const { connection_status, warnings } = yield* instance
      assert.strictEqual(connection_status, "warning")
      assert.deepStrictEqual(warnings.map(({ code }) => code), ["settings_invalid"])
      assert.sameDeepMembers(yield* told, [{ code: "settings_invalid", instance: "tenant", tenant: "tenant" }, {
        code: "settings_invalid",
        instance: "new",
        tenant: "new"
      }])
      assert.match(
        yield* lines,
        /^new: attention, failed.*\n {2}! another cannot be used, and nothing is polled for it/m
      )
      yield* change(good)
      assert.strictEqual((yield* instance).connection_status, "connected")
      assert.strictEqual((yield* document).instances.length, 1)
    }).pipe(Effect.provide(world)))

  it.effect("the log says so again each hour", () =>
    Effect.gen(function*() {
      const { change, good, log } = yield* began
      yield* change(good, [new BadSettings({ source: "settings.json", faults: ["sink: Expected an object"] })])
      yield* TestClock.adjust("150 minutes")
      assert.strictEqual(log.filter((line) => line.includes(message)).length, 3)
      yield* change(good)
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(log.filter((line) => line.includes(message)).length, 3)
    }).pipe(Effect.provide(world)))
})
