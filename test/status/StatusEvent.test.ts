import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Identity } from "../../src/config/Instance.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { exposition, gaugesOf } from "../../src/status/Gauges.ts"
import * as Metrics from "../../src/status/Metrics.ts"
import { reduce } from "../../src/status/Reducer.ts"
import {
  endpointOf,
  initial,
  instancesOf,
  type Outlet,
  polledEndpoints,
  type Snapshot
} from "../../src/status/Snapshot.ts"
import type { EndpointEvent, InstanceEvent, StatusEvent } from "../../src/status/StatusEvent.ts"
import { documentOf, isWritable, stateOf } from "../../src/status/StatusSelector.ts"
import { identity as known, pace, registered as registeredAs } from "../support/RegisteredInstance.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const minute = 60_000

const identity: Identity = { ...known, endpoints: ["alerts_v2"] }

const report = { code: "test", message: "m", remedy: "r", occurred_at: "" }

const of = (event: InstanceEvent, instance = "one"): StatusEvent => ({ _tag: "Instance", instance, event })
const to = (event: EndpointEvent, instance = "one"): StatusEvent => ({
  _tag: "Endpoint",
  instance,
  endpoint: "alerts_v2",
  event
})
const registered = (name = "one", secretExpiresAt?: number) =>
  of({ ...registeredAs({ identity: { ...identity, name }, pace }), secretExpiresAt }, name)
const started = to({ _tag: "PollerStarted", at: noon, lastSuccessAt: noon - minute })

const after = (...events: ReadonlyArray<StatusEvent>): Snapshot => events.reduce(reduce, initial(noon))
const warningsOf = (snapshot: Snapshot) => new Map(instancesOf(snapshot)).get("one")!.warnings

const here = (snapshot: Snapshot) => endpointOf(snapshot, "one", "alerts_v2")
const labelsOf = (snapshot: Snapshot) =>
  gaugesOf(snapshot, noon + minute).map(({ labels, metric }) => [metric.id, labels["instance"]])
const valueOf = (snapshot: Snapshot, metric: { readonly id: string }, now = noon + minute) =>
  gaugesOf(snapshot, now).find((gauge) => gauge.metric.id === metric.id)?.value

describe("the snapshot", () => {
  it("keeps the counts of an instance that is registered anew, and nothing of its states", () => {
    const snapshot = after(
      registered(),
      started,
      to({ _tag: "PageCommitted", records: 3, artifacts: 7, heldBack: 2, deadLetters: 1 }),
      to({ _tag: "Failed", state: "forbidden", report }),
      of({ _tag: "Warned", report }),
      registered()
    )
    assert.deepInclude(here(snapshot), {
      state: "starting",
      error: undefined,
      recordsFetched: 3,
      artifactsPublished: 7,
      heldBack: 2,
      deadLetters: 1,
      intervalMinutes: 5
    })
    assert.strictEqual(warningsOf(snapshot).size, 0)
    assert.strictEqual(endpointOf(snapshot, "one", "incidents").state, "disabled")
  })

  it("keeps nothing of a former identity, nor of a run that rests, by which the instance would look well", () => {
    for (const next of [registered(), of({ _tag: "Rested" })]) {
      const snapshot = after(
        registered(),
        started,
        to({ _tag: "Recovered" }),
        to({ _tag: "CooldownBegan", until: noon + minute, report }),
        next
      )
      assert.deepInclude(here(snapshot), {
        state: "starting",
        error: undefined,
        lastPollWell: undefined,
        cooldownUntil: undefined,
        nextPollAt: undefined,
        since: undefined,
        lastSuccessAt: undefined
      })
    }
  })

  it("shows the sink as unavailable until nothing that publishing needs fails", () => {
    const failed = (outlet: Outlet): StatusEvent => ({ _tag: "OutletFailed", outlet })
    const works = (outlet: Outlet): StatusEvent => ({ _tag: "OutletRecovered", outlet })
    const isOk = (...events: ReadonlyArray<StatusEvent>) => isWritable(after(...events).sink)
    assert.isTrue(isOk())
    assert.isFalse(isOk(failed("sink"), failed("store"), works("store")))
    assert.isFalse(isOk(failed("sink"), failed("broker"), works("broker")))
    assert.isTrue(isOk(failed("sink"), failed("broker"), works("broker"), works("sink")))
  })

  it("adds counts, and moves from a failure to a recovery", () => {
    const page = to({ _tag: "PageCommitted", records: 1, artifacts: 2, heldBack: 0, deadLetters: 0 })
    const failed = after(registered(), page, page, to({ _tag: "Failed", state: "error", report }))
    assert.deepInclude(here(failed), { recordsFetched: 2, artifactsPublished: 4, state: "error", lastPollWell: false })
    const recovered = reduce(failed, to({ _tag: "Recovered" }))
    assert.deepInclude(here(recovered), { state: "ok", error: undefined, lastPollWell: true })
    assert.deepInclude(here(failed), { state: "error" }, "the snapshot before is left as it was")
  })

  it("shows a cooldown until it ends, and keeps no failure of it", () => {
    const cooling = after(registered(), to({ _tag: "CooldownBegan", until: noon + minute, report }))
    assert.deepInclude(here(cooling), { state: "cooldown", cooldownUntil: noon + minute, nextPollAt: noon + minute })
    assert.deepInclude(here(reduce(cooling, to({ _tag: "CooldownEnded" }))), {
      state: "starting",
      cooldownUntil: undefined,
      error: undefined
    })
  })

  it("shows a wait until it ends, and then what was before, unless something else came between", () => {
    const waits = (message: string) => to({ _tag: "WaitBegan", report: { ...report, message } })
    const ended = to({ _tag: "WaitEnded" })
    const well = [registered(), started, to({ _tag: "Recovered" })]
    const waiting = after(...well, waits("one"), waits("two"))
    assert.deepInclude(here(waiting), { state: "unavailable", error: { ...report, message: "two" } })
    assert.deepInclude(here(reduce(waiting, ended)), { state: "ok", error: undefined })
    const failed = to({ _tag: "Failed", state: "error", report })
    assert.deepInclude(here(after(...well, waits("one"), failed, ended)), { state: "error", error: report })
    const cooled = [to({ _tag: "CooldownBegan", until: noon + minute, report }), to({ _tag: "CooldownEnded" })]
    assert.deepInclude(here(after(...well, waits("one"), ...cooled, ended)), { state: "starting", error: undefined })
    assert.deepInclude(here(after(...well, ended)), { state: "ok" })
  })

  it("keeps why a page cannot be written, whatever Graph answers, until it is", () => {
    const failed = to({ _tag: "WriteFailed", report })
    const cooled = to({ _tag: "CooldownBegan", until: noon + minute, report: { ...report, code: "throttled" } })
    const full = after(registered(), started, failed, to({ _tag: "Recovered" }), cooled)
    assert.deepStrictEqual(here(full).unwritten, report)
    assert.strictEqual(stateOf(here(full)), "unavailable")
    const well = reduce(full, to({ _tag: "Written" }))
    assert.strictEqual(stateOf(here(well)), "cooldown")
    assert.strictEqual(here(well).error?.code, "throttled")
    assert.isUndefined(here(reduce(full, of({ _tag: "Rested" }))).unwritten)
  })

  it("sets a warning once for each code and endpoint, and ends only that one", () => {
    const warned = after(
      registered(),
      of({ _tag: "Warned", report }),
      of({ _tag: "Warned", report: { ...report, endpoint: "alerts_v2" } })
    )
    assert.strictEqual(warningsOf(warned).size, 2)
    const left = reduce(warned, of({ _tag: "WarningEnded", code: "test", endpoint: "alerts_v2" }))
    assert.deepStrictEqual(Array.from(warningsOf(left).values()), [report])
  })

  it("lists the instances in the order in which the settings first named them", () => {
    const names = Array.from({ length: 40 }, (_, n) => `tenant-${(n * 17) % 40}`)
    const named = names.map((name) => registered(name))
    const snapshot = after(...named, { _tag: "InstanceForgotten", instance: names[3]! }, named[5]!, named[3]!)
    const expected = [...names.filter((name) => name !== names[3]), names[3]!]
    assert.deepStrictEqual(instancesOf(snapshot).map(([name]) => name), expected)
  })

  it("knows nothing of an instance that is not named, whatever is told of it", () => {
    const snapshot = after(started, of({ _tag: "Warned", report }), to({ _tag: "Recovered" }))
    assert.strictEqual(instancesOf(snapshot).length, 0)
    const forgotten = after(registered(), { _tag: "InstanceForgotten", instance: "one" }, to({ _tag: "Recovered" }))
    assert.strictEqual(instancesOf(forgotten).length, 0)
    assert.deepStrictEqual(polledEndpoints(forgotten), [])
  })
})

describe("gauges", () => {
  it("end with their instance", () => {
    const both = after(registered("one", noon), started, registered("two", noon))
    assert.deepStrictEqual(new Set(labelsOf(both).map(([, instance]) => instance)), new Set(["one", "two"]))
    const one = reduce(both, { _tag: "InstanceForgotten", instance: "one" })
    assert.deepStrictEqual(labelsOf(one), [[Metrics.instanceOk.id, "two"], [Metrics.credentialExpiry.id, "two"]])
  })

  it("say nothing of an endpoint that another replica polls", () => {
    assert.deepStrictEqual(labelsOf(after(registered())), [[Metrics.instanceOk.id, "one"]])
    const rested = after(registered(), started, of({ _tag: "Rested" }))
    assert.deepStrictEqual(labelsOf(rested), [[Metrics.instanceOk.id, "one"]])
  })

  it("count the lag from the last pass that ended well, and from the start where there was none", () => {
    assert.strictEqual(valueOf(after(registered(), started), Metrics.checkpointLag), 120)
    const never = after(registered(), to({ _tag: "PollerStarted", at: noon, lastSuccessAt: undefined }))
    assert.strictEqual(valueOf(never, Metrics.checkpointLag), 60)
    const ended = reduce(never, to({ _tag: "PassEnded", at: noon + minute / 2 }))
    assert.strictEqual(valueOf(ended, Metrics.checkpointLag), 30)
  })

  it("count a cooldown down to nothing", () => {
    const cooling = after(registered(), started, to({ _tag: "CooldownBegan", until: noon + 2 * minute }))
    assert.strictEqual(valueOf(cooling, Metrics.cooldown), 60)
    assert.strictEqual(valueOf(cooling, Metrics.cooldown, noon + 3 * minute), 0)
  })

  it("count gaps, and the time without something new", () => {
    const saved = after(
      registered(),
      started,
      to({
        _tag: "CheckpointSaved",
        highWaterMark: "m",
        gaps: [{ from: "a", to: "b", code: "c" }],
        rhythm: { quietSince: noon, longest: 0, brought: 1 },
        isLost: false
      })
    )
    assert.strictEqual(valueOf(saved, Metrics.gaps), 1)
    assert.strictEqual(valueOf(saved, Metrics.quiet), 60)
  })

  it.effect("stand beside the counters, and leave nothing behind in them", () =>
    Effect.gen(function*() {
      yield* Metrics.update(Metrics.polls, 1, { instance: "one" })
      const first = yield* exposition(after(registered(), started))
      assert.include(first, "signal_client_polls_total")
      assert.include(first, "signal_client_checkpoint_lag_seconds{")
      const second = yield* exposition(after())
      assert.include(second, "signal_client_polls_total")
      assert.notInclude(second, "signal_client_checkpoint_lag_seconds{")
    }))
})

it.effect("/status names what Graph sent beyond its schema, with how often", () =>
  Effect.gen(function*() {
    const drifted: StatusEvent = { _tag: "Drifted", at: noon, drift: [{ kind: "property", name: "alert.new" }] }
    const document = yield* documentOf(after(drifted, drifted), "1", noon)
    assert.deepStrictEqual(document.drift, [{
      kind: "property",
      name: "alert.new",
      count: 2,
      first_seen_at: "2026-11-20T12:00:00.000Z"
    }])
  }))
