/** The whole connector in memory: settings, poller, consumer, checkpoints and sink, over a Graph in memory. */
import { Context, Effect, Exit, Layer, Logger, Queue, Ref, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore, Values } from "../../src/checkpoints/StateStore.ts"
import { run } from "../../src/cli/Connector.ts"
import * as Logging from "../../src/cli/Logging.ts"
import type { Settings } from "../../src/config/Settings.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { type SettingsChange, SettingsSource } from "../../src/config/SettingsSource.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import { ArtifactSink, Published } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import { type FakeGraph, layer as graphLayer, layerOf as graphLayerOf } from "./FakeGraph.ts"

export const tenant = "11111111-1111-4111-8111-111111111111"

export const settings = (instance: object = {}): Effect.Effect<Settings> =>
  Effect.orDie(decodeSettings(
    "test",
    JSON.stringify({
      instances: {
        tenant: {
          credentials: {
            tenant_id: tenant,
            client_id: "22222222-2222-4222-8222-222222222222",
            client_secret: "secret"
          },
          endpoints: { alerts: { enabled: false }, incidents: { enabled: false } },
          ...instance
        }
      }
    })
  ))

/** The state that survives a restart of the connector: its stored values and its sink. */
export const world = Layer.mergeAll(Values.layer, Published.layer)

export const connector = (
  fake: FakeGraph | ReadonlyMap<string, FakeGraph>,
  initial: Settings,
  changes: Stream.Stream<SettingsChange> = Stream.never,
  { sink = ArtifactSink.layerMemoryOpen, store = StateStore.layerMemoryOpen } = {}
) =>
  Layer.mergeAll(
    Layer.fresh(Checkpoints.layer).pipe(Layer.provide(store)),
    sink,
    "rows" in fake ? graphLayer(fake) : graphLayerOf((tenantId) => fake.get(tenantId)!),
    Layer.fresh(Reporter.layer),
    PagePermits.layer(8),
    Status.layer("test"),
    Layer.succeed(SettingsSource, { initial, changes })
  )

/** Polls each endpoint once. */
export const once = (fake: FakeGraph, instance: object = {}) =>
  Effect.flatMap(settings(instance), (initial) => run(true).pipe(Effect.provide(Layer.fresh(connector(fake, initial)))))

/** Ids of all artifacts published, in order, with repetitions. */
export const publishedIds = Effect.gen(function*() {
  const batches = yield* Ref.get(yield* Published)
  return batches.flatMap(({ artifacts }) => artifacts.map(({ id }) => id))
})

/** Lets every fiber run as far as it can at the current time. */
const calm = Effect.repeat(TestClock.adjust(0), { times: 20 })

/** A connector that polls until it is stopped. */
export const running = Effect.fnUntraced(function*(fake: FakeGraph, instance: object = {}) {
  const { change, ...others } = yield* runningOver(fake, yield* settings(instance))
  return {
    ...others,
    /** Saves other settings of the instance. */
    change: (other: object) => Effect.flatMap(settings(other), change)
  }
})

/** Does the same over settings of any instances, with a Graph for each tenant. */
export const runningOver = Effect.fnUntraced(
  function*(
    fake: FakeGraph | ReadonlyMap<string, FakeGraph>,
    initial: Settings,
    over: Parameters<typeof connector>[3] = {}
  ) {
    const changes = yield* Queue.unbounded<SettingsChange>()
    const lines: Array<string> = []
    const capture = Logger.make((options) => {
      lines.push(Logging.text.log(options))
    })
    const scope = yield* Scope.fork(yield* Scope.Scope)
    const layer = Layer.fresh(connector(fake, initial, Stream.fromQueue(changes), over))
    const context = yield* Layer.buildWithScope(layer, scope)
    yield* run(false).pipe(
      Effect.provideContext(context),
      Effect.provide(Logger.layer([capture])),
      Effect.forkIn(scope)
    )
    yield* TestClock.adjust(1)
    yield* calm
    return {
      /** The log, one line per entry. */
      lines,
      /** The document of `/status`. */
      document: Context.get(context, Status).document,
      snapshot: Context.get(context, Status).snapshot,
      change: (other: Settings, faults: SettingsChange["faults"] = []) =>
        Effect.gen(function*() {
          yield* Queue.offer(changes, { settings: other, faults })
          yield* TestClock.adjust(1)
          yield* calm
        }),
      stop: Scope.close(scope, Exit.void)
    }
  }
)
