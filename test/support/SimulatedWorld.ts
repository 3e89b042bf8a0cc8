/** The connector over a simulated Microsoft in this process, on the clock of the test. */
import { Context, Effect, FileSystem, Layer, Logger, Scope } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore, Values } from "../../src/checkpoints/StateStore.ts"
import * as Assembly from "../../src/cli/Assembly.ts"
import * as Connector from "../../src/cli/Connector.ts"
import * as Logging from "../../src/cli/Logging.ts"
import type { Settings } from "../../src/config/Settings.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import type { Wanted } from "../../src/simulator/Fault.ts"
import { Simulator, type SimulatorOptions } from "../../src/simulator/Simulator.ts"
import { ArtifactSink, Published } from "../../src/sinks/ArtifactSink.ts"
import { exposition } from "../../src/status/Gauges.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import type * as ForgetfulSink from "./ForgetfulSink.ts"
import * as SimulatedClient from "./SimulatedClient.ts"

export type Sink =
  | Layer.Layer<ArtifactSink>
  | typeof ArtifactSink.layerMemoryOpen
  | ReturnType<typeof ForgetfulSink.make>["layer"]

interface Options {
  readonly faults?: ReadonlyArray<Wanted>
  readonly sink?: Sink
  readonly simulated?: Partial<SimulatorOptions>
  /** The error of Node that every request meets in place of an answer. */
  readonly unreachable?: ((url: URL) => Error) | undefined
}

/** Makes the layer of the connector over a simulated Microsoft with faults, and that Microsoft. */
export const world = Effect.fnUntraced(
  function*(
    settings: Settings,
    { faults = [], simulated = {}, sink = ArtifactSink.layerMemoryOpen, unreachable }: Options = {}
  ) {
    const simulator = yield* Effect.provide(
      Simulator,
      yield* Layer.build(
        Layer.fresh(Simulator.layer({ live: false, alerts: 6, incidents: 2, legacyAlerts: 2, ...simulated }))
      )
    )
    const http = unreachable === undefined
      ? yield* Effect.provideService(SimulatedClient.make, Simulator, simulator)
      : SimulatedClient.failing(unreachable)
    yield* Effect.forEach(faults, simulator.addFault)
    const layer = Layer.fresh(
      Assembly.layerNoDeps({
        settings,
        stores: Layer.merge(Layer.provide(Checkpoints.layer, StateStore.layerMemoryOpen), sink)
      }).pipe(
        Layer.provideMerge(Layer.succeed(HttpClient.HttpClient, http)),
        Layer.provideMerge(FileSystem.layerNoop({})),
        Layer.provideMerge(Layer.mergeAll(Values.layer, Published.layer, Status.layer("test"))),
        Layer.provideMerge(SettingsSource.layerConstant(settings))
      )
    )
    return { layer, simulator }
  }
)

/** Lets what waits for the machine, such as the signing of a request, go on. */
export const calm = Effect.repeat(TestClock.adjust(0), { times: 50 })

/** Runs the connector until the scope ends. */
export const running = Effect.fnUntraced(function*(settings: Settings, options: Options = {}) {
  const { layer, simulator } = yield* world(settings, options)
  const lines: Array<string> = []
  const capture = Logger.make((options) => void lines.push(Logging.text.log(options)))
  const scope = yield* Scope.Scope
  const context = yield* Layer.buildWithScope(layer, scope)
  yield* Effect.forkIn(
    Connector.run(false).pipe(Effect.provideContext(context), Effect.provide(Logger.layer([capture]))),
    scope
  )
  const status = Context.get(context, Status)
  return {
    lines,
    simulator,
    document: status.document,
    reporter: Context.get(context, Reporter),
    /** What `/metrics` answers. */
    scrape: Effect.flatMap(status.snapshot, exposition),
    /** Lets time pass, in steps. */
    pass: (seconds: number, step = 5) =>
      Effect.gen(function*() {
        for (let left = seconds; left > 0; left -= step) {
          yield* calm
          yield* TestClock.adjust(Math.min(left, step) * 1000)
        }
        yield* calm
      })
  }
})
