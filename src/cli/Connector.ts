/**
 * The connector as one effect over its services: settings in, artifacts out.
 *
 * @since 0.1.0
 */
import { Effect, Equal, Fiber, Layer, Queue, Stream } from "effect"
import { DriftLedger } from "../artifacts/DriftLedger.ts"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import * as FileStateStore from "../checkpoints/FileStateStore.ts"
import type { Settings } from "../config/Settings.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import { consume } from "../endpoints/Consumer.ts"
import { make } from "../endpoints/Instances.ts"
import type { Page } from "../endpoints/Page.ts"
import { PagePermits } from "../endpoints/PagePermits.ts"
import { oncePatience } from "../endpoints/Writing.ts"
import { GraphClient } from "../graph/GraphClient.ts"
import { PageBytesMax } from "../graph/GraphPolicy.ts"
import * as FileSink from "../sinks/FileSink.ts"
import * as StdoutSink from "../sinks/StdoutSink.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** Follows the settings; what only a start can change is said, not done. */
const follow = Effect.fnUntraced(function*(apply: (settings: Settings) => Effect.Effect<void>) {
  const source = yield* SettingsSource
  yield* Stream.runForEach(source.changes, (change) =>
    "faults" in change
      ? Effect.logError(`the changed settings are not used, and the last good ones stay: ${change.message}`)
      : Effect.gen(function*() {
        if (
          !Equal.equals(
            [change.sink, change.checkpoint, change.limits, change.log],
            [source.initial.sink, source.initial.checkpoint, source.initial.limits, source.initial.log]
          )
        ) yield* Effect.logWarning("sink, checkpoint, limits and log of the settings take effect at the next start")
        yield* Effect.logInfo("the settings were read again")
        yield* apply(change)
      }))
})

/**
 * Polls until interrupted or, with `once`, each endpoint once. Tells whether every poll ended well, or in 403 or
 * retirement.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fn("Connector.run")(function*(once: boolean) {
  const { initial } = yield* SettingsSource
  const status = yield* Status
  const queue = yield* Queue.bounded<Page>(initial.limits.page_permits)
  const instances = yield* make(queue, once)
  // Started at once: a consumer that a stop overtakes before it began would not give up the pages it never took.
  const consumer = yield* Effect.forkScoped(consume(queue, once ? oncePatience : undefined), { startImmediately: true })
  yield* instances.apply(initial)
  if (!once) {
    yield* Effect.forkScoped(follow(instances.apply))
    return yield* Fiber.join(consumer)
  }
  const failed = yield* Effect.raceFirst(
    Effect.as(instances.ended, false),
    Effect.catch(Fiber.join(consumer), () => Effect.succeed(true))
  )
  const document = yield* status.document
  return !failed &&
    document.instances.every(({ endpoints }) =>
      endpoints.every(({ state }) => ["disabled", "ok", "forbidden", "retired"].includes(state))
    )
}, Effect.scoped)

const sinkLayer = (settings: Settings) =>
  settings.sink.type === "stdout" ? StdoutSink.layer : FileSink.layer(settings.sink.directory)

/**
 * Layer of what polls: all that {@link run} needs beside settings, status, sink, checkpoints and the HTTP client.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerPolling = (settings: Settings) =>
  Layer.mergeAll(
    GraphClient.layer,
    Layer.succeed(PageBytesMax, settings.limits.page_bytes_max),
    Reporter.layer,
    PagePermits.layer(settings.limits.page_permits),
    DriftLedger.layer
  )

/**
 * Layer of {@link layerPolling} with the sink and the checkpoints that the settings name.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (settings: Settings) =>
  Layer.mergeAll(
    layerPolling(settings),
    sinkLayer(settings),
    Checkpoints.layer.pipe(Layer.provide(FileStateStore.layer(settings.checkpoint.directory)))
  )
