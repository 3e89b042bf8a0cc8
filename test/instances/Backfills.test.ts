/** Tests that the status shows how far a backfill is, which another process makes. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { TestClock } from "effect/testing"
import { initial } from "../../src/checkpoints/Checkpoint.ts"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import * as FileStateStore from "../../src/checkpoints/FileStateStore.ts"
import { inDirectory, type SavedBackfill } from "../../src/checkpoints/SavedBackfills.ts"
import { allFromSettings } from "../../src/config/Instance.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import * as Backfills from "../../src/instances/Backfills.ts"
import { Status } from "../../src/status/Status.ts"
import { settings, tenant } from "../support/Connector.ts"

const noon = Date.UTC(2026, 10, 20, 12)
const from = Timestamp.normalize("2026-11-01T00:00:00Z")!
const reached = (day: number) => Timestamp.normalize(`2026-11-0${day}T00:00:00Z`)!

const range: SavedBackfill = {
  cloud: "global",
  tenant,
  endpoint: "alerts_v2",
  from,
  to: reached(9),
  reached: from,
  isDone: false
}

it.effect("a backfill is shown beside its tenant from its first move on, until a day after its last", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    let saved: ReadonlyArray<SavedBackfill> = [range]
    const instances = allFromSettings(yield* settings())
    const status = yield* Status
    const look = yield* Backfills.make.pipe(Effect.provideService(Checkpoints, {
      open: () => Effect.die("not opened"),
      backfills: Effect.sync(() => saved)
    }))
    const { identity, pace } = instances[0]!
    yield* status.tellInstance("tenant", {
      _tag: "Registered",
      identity,
      pace,
      secretExpiresAt: undefined,
      waitsFor: undefined
    })
    const shown = Effect.map(Effect.andThen(look(instances), status.document), ({ instances: [one] }) => one!.backfills)
    assert.isUndefined(yield* shown, "one that does not move may have been given up")
    saved = [{ ...range, reached: reached(3) }, { ...range, tenant: "another", reached: reached(4) }]
    yield* TestClock.adjust("30 seconds")
    const { cloud: _, isDone: __, tenant: ___, ...document } = range
    const moved_at = "2026-11-20T12:00:30.000Z"
    assert.deepStrictEqual(yield* shown, [{
      ...document,
      endpoint: "alerts_v2",
      reached: reached(3),
      done: false,
      moved_at
    }])
    yield* TestClock.adjust("23 hours")
    saved = [{ ...range, reached: reached(9), isDone: true }]
    assert.deepStrictEqual((yield* shown)?.map(({ done }) => done), [true])
    yield* TestClock.adjust("25 hours")
    assert.isUndefined(yield* shown)
  }).pipe(Effect.provide(Status.layer("test"))))

it.layer(NodeServices.layer, { excludeTestServices: true })("the positions of a backfill", (it) => {
  it.effect("are read in its directory, beside others and without a change", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      assert.deepStrictEqual(yield* inDirectory(directory), [])
      const checkpoints = yield* Effect.provide(
        Checkpoints,
        Layer.fresh(Layer.provide(Checkpoints.layer, FileStateStore.layer(`${directory}/backfill`)))
      )
      const endpoint = `alerts_v2-${from}-${reached(9)}`
      const key = { cloud: "global", tenant, endpoint }
      yield* (yield* checkpoints.open({ ...key, endpoint: "alerts_v2" })).begin(from, noon)
      const state = yield* checkpoints.open(key)
      yield* state.begin(from, noon)
      const names = yield* fs.readDirectory(`${directory}/backfill`)
      assert.deepStrictEqual(yield* inDirectory(directory), [range])
      assert.deepStrictEqual(yield* checkpoints.backfills, [range])
      yield* state.update((one) => ({
        ...initial(key, reached(9), noon),
        ...one,
        mark: reached(9),
        lastSuccessAt: noon
      }))
      assert.deepStrictEqual(yield* inDirectory(directory), [{ ...range, reached: reached(9), isDone: true }])
      assert.deepStrictEqual(yield* fs.readDirectory(`${directory}/backfill`), names)
    }))
})
