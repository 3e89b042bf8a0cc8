/**
 * A whole drain by a process that is killed at one of its operations, and by the processes after it, which are killed or
 * live: nothing is lost, and only the page in hand is repeated.
 */
import { assert } from "@effect/vitest"
import { Clock, Effect, FileSystem, Layer, Logger, type Path } from "effect"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import * as FileStateStore from "../../src/checkpoints/FileStateStore.ts"
import { run } from "../../src/cli/Connector.ts"
import { contextOf, fromSettings } from "../../src/config/Instance.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import * as Backfill from "../../src/polling/Backfill.ts"
import type { ArtifactSink } from "../../src/sinks/ArtifactSink.ts"
import { connector, settings, world } from "./Connector.ts"
import * as FakeGraph from "./FakeGraph.ts"
import { type Death, type Life, lifeUntil, mortalDisk } from "./Mortal.ts"

const pageSize = 4
/** Seconds at which the rows changed: three pages, and two rows of one instant across the first and the second. */
const seconds = [0, 1, 2, 5, 5, 6, 7, 8, 9, 10]

/** What the processes of one drain share. */
export interface Place {
  readonly directory: string
  /** When the drain began. */
  readonly now: number
}

/** Where artifacts go. */
export interface Outlet {
  readonly layer: (place: Place, life: Life) => Layer.Layer<ArtifactSink, unknown, FileSystem.FileSystem | Path.Path>
  /** Reads what all processes left. */
  readonly read: (
    place: Place
  ) => Effect.Effect<{ readonly ids: ReadonlyArray<string>; readonly letters: number }, unknown, FileSystem.FileSystem>
  /** Whether it takes a repeated artifact once. */
  readonly isDeduplicating: boolean
}

/** One process, from its start to the end of the drain. */
type Command = (outlet: Outlet, place: Place, life: Life) => Effect.Effect<void>

const rowsAt = (now: number) =>
  seconds.map((second, n) => {
    const at = Timestamp.fromMillis(now - 60_000 + second * 1000)
    return { id: `da${n}`, createdDateTime: at, lastUpdateDateTime: at, title: `Alert ${n}` }
  })

/** As many objects of a list, which say nothing of when they changed. */
const objects = seconds.map((_, n) => ({
  id: `0000000${n}-1111-4111-8111-111111111111`,
  lastUpdateDateTime: "",
  displayName: `Device ${n}`
}))

const process = (
  outlet: Outlet,
  place: Place,
  life: Life,
  fake = FakeGraph.make({ rows: rowsAt(place.now), pageSize }),
  instance: object = {}
) =>
  Effect.gen(function*() {
    const disk = mortalDisk(life)
    const initial = yield* settings(instance)
    const layer = connector(fake, initial, undefined, {
      store: FileStateStore.layer(`${place.directory}/checkpoints`).pipe(Layer.provide(disk), Layer.orDie),
      sink: outlet.layer(place, life).pipe(Layer.provide(disk), Layer.orDie)
    })
    return {
      layer: Layer.fresh(layer).pipe(Layer.provide(world)),
      identity: fromSettings("tenant", initial.instances["tenant"]!).identity
    }
  })

const runOnce: Command = (outlet, place, life) =>
  Effect.gen(function*() {
    const { layer } = yield* process(outlet, place, life)
    assert.isTrue(yield* Effect.orDie(Effect.provide(run(true), layer)))
  })

const runList: Command = (outlet, place, life) =>
  Effect.gen(function*() {
    const [off, on] = [{ enabled: false }, { enabled: true }]
    const fake = FakeGraph.make({ rows: [...objects], pageSize, order: "none", paging: "skiptoken" })
    const { layer } = yield* process(outlet, place, life, fake, {
      endpoints: { alerts: off, alerts_v2: off, incidents: off, devices: on }
    })
    assert.isTrue(yield* Effect.orDie(Effect.provide(run(true), layer)))
  })

const backfill: Command = (outlet, place, life) =>
  Effect.gen(function*() {
    const { identity, layer } = yield* process(outlet, place, life)
    const [from, to] = [Timestamp.fromMillis(place.now - 3_600_000), Timestamp.fromMillis(place.now)]
    yield* Effect.gen(function*() {
      const graph = yield* (yield* GraphClient).connect(identity)
      const state = yield* (yield* Checkpoints).open({
        cloud: identity.cloud.name,
        tenant: identity.tenantId,
        endpoint: `alerts_v2-${from}-${to}`
      })
      const endpoint = endpoints.alerts_v2
      const context = contextOf(identity)
      yield* Backfill.run({ identity, endpoint, graph, state, from, to, context, progress: () => Effect.void })
    }).pipe(Effect.provide(layer), Effect.orDie)
  })

/** The commands that collect. */
export const commands = [{ name: "run", command: runOnce }, { name: "run over a list", command: runList }, {
  name: "backfill",
  command: backfill
}]

/**
 * Lets one process after the other be killed, and then one live, over a directory of their own. Returns the operations of
 * the last one.
 */
export const lives = Effect.fnUntraced(
  function*(command: Command, outlet: Outlet, deaths: ReadonlyArray<Death>) {
    const fs = yield* FileSystem.FileSystem
    const place = { directory: yield* fs.makeTempDirectoryScoped(), now: yield* Clock.currentTimeMillis }
    let killed = 0
    for (const death of deaths) {
      const life = lifeUntil(death)
      yield* Effect.raceFirst(Effect.exit(command(outlet, place, life)), life.death)
      // One that had less to do than the first one has ended by itself.
      if (life.done.length > death.after) killed++
    }
    const life = lifeUntil(undefined)
    yield* command(outlet, place, life)

    const { ids, letters } = yield* outlet.read(place)
    const repeated = ids.length - new Set(ids).size
    const told = deaths.map(({ after, moment }) => `a kill ${moment} operation ${after}`).join(" and ")
    assert.isAtLeast(new Set(ids).size + letters, seconds.length, `nothing lost after ${told}`)
    assert.isAtMost(
      repeated,
      outlet.isDeduplicating ? 0 : killed * pageSize,
      `only the page in hand repeated after ${told}`
    )
    // Of two processes that end on the same record, the record is the likely reason, and the next one sets it aside.
    assert.isAtMost(letters, Math.max(0, killed - 1), `dead letters after ${told}`)
    const kept = yield* fs.readDirectory(`${place.directory}/checkpoints`)
    assert.deepStrictEqual(kept.filter((name) => /corrupt|writing/.test(name)), [], told)
    return life.done
  },
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)

/** Prime, so that the second death of a pair walks through all of them. */
const stride = 7

/** Pairs of deaths: each is the first one once and the second one once. All pairs would take minutes. */
export const pairsOf = (deaths: ReadonlyArray<Death>) =>
  deaths.map((death, n) => [death, deaths[(n * stride) % deaths.length]!] as const)
