/** Takes what the broker's stream has lost of an endpoint out of its ledger, so that it is read from Graph again. */
import { Clock, Duration, Effect, Option } from "effect"
import { type Checkpoint, lose } from "../checkpoints/Checkpoint.ts"
import type { EndpointState } from "../checkpoints/Checkpoints.ts"
import { type Loss, lossOf } from "../checkpoints/Deliveries.ts"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import { deliveryWindow } from "../domain/Bounds.ts"
import { type EndpointName, endpoints } from "../endpoints/Endpoints.ts"
import { oncePatience, persist } from "../publishing/Writing.ts"
import type { Keeper } from "../sinks/Keeper.ts"
import * as Metrics from "../status/Metrics.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** Whose state it is. */
interface Whose {
  readonly instance: string
  readonly endpoint: EndpointName
}

/** Nothing was published before the first page of a ledger. */
const isBeginning = ({ place: [piece, keys] }: Loss) => piece <= 1 && keys === 0

const hours = Duration.toHours(deliveryWindow)

const beyond = ({ endpoint, instance }: Whose, loss: Loss): string =>
  loss.unknownBefore === undefined || isBeginning(loss)
    ? ""
    : `; whether it lost what was published before ${
      isoTime(loss.unknownBefore)
    } is not known: if it did, run azure-security checkpoint rewind --instance "${instance}" --endpoint ${endpoint} --by ${
      2 * hours
    }h --republish, with as many hours as are missing`

const remedy =
  "Nothing is to be done for these; to keep it from happening again, see Which guarantees the broker gives in the README"

const reportOf = (whose: Whose, { lost, mark }: Checkpoint, more: string): Report | undefined =>
  lost === undefined ? undefined : {
    code: "broker_lost",
    ...whose,
    message:
      `the stream ${lost.stream} no longer has ${lost.artifacts} artifacts that it had acknowledged; what changed since ${mark} is read from Graph again and published with the same ids`,
    remedy: remedy + more,
    occurred_at: isoTime(lost.since)
  }

/**
 * Looks whether the stream has lost something of an endpoint, before its polling begins. What it lost is taken out of the
 * ledger, and the mark moves back to it. Shows and counts the loss, also one that an earlier process began to make good.
 */
export const recover = Effect.fnUntraced(
  function*(
    whose: Whose,
    { current, inventory, ledger, update }: EndpointState,
    keeper: Keeper,
    persist: (write: Effect.Effect<void, StateStoreError>) => Effect.Effect<"committed" | "dropped" | "lost">
  ) {
    const status = yield* Status
    const reporter = yield* Reporter
    const saved = () => Option.getOrUndefined(current())
    const deliveries = saved()?.delivered
    const verdict = deliveries === undefined ? undefined : yield* keeper.judge(deliveries)
    let more = ""
    if (deliveries !== undefined && verdict !== undefined) {
      const loss = lossOf(deliveries, verdict)
      const { created, stream } = verdict
      if (loss !== undefined) {
        const now = yield* Clock.currentTimeMillis
        // The ledger first: a process that ends between the two finds the loss again.
        const outcome = yield* persist(Effect.andThen(
          // Of a list, those objects are published again which the ledger then does not know.
          Effect.andThen(
            ledger.truncate(loss.place),
            endpoints[whose.endpoint].list === undefined ? Effect.void : inventory.forget
          ),
          update((one) => lose(one, loss, ledger.floor(), now))
        ))
        if (outcome !== "committed") return
        more = beyond(whose, loss)
        yield* status.tell({ _tag: "SinkLost", artifacts: loss.artifacts })
        yield* Metrics.update(Metrics.brokerLost, loss.artifacts, {
          ...Metrics.ofInstance(whose.instance),
          endpoint: whose.endpoint
        })
        const report = reportOf(whose, saved()!, more)
        if (report !== undefined) yield* reporter.say(report, { level: "Error", remind: false, apart: true })
      } else if (created !== deliveries.created || stream !== deliveries.stream) {
        yield* persist(update((one) => ({ ...one, delivered: { ...one.delivered!, created, stream } })))
      }
    }
    const checkpoint = saved()
    if (checkpoint?.lost === undefined) return
    const report = reportOf(whose, checkpoint, more)
    if (report !== undefined) {
      yield* status.tellEndpoint(whose.instance, whose.endpoint, { _tag: "BrokerLost", report })
    }
    yield* keeper.hold(checkpoint.lost.stream, checkpoint.lost.first)
  }
)

/**
 * Does work that publishes an endpoint's pages until the stream has all of them at its end: what the stream has lost before or
 * meanwhile is taken out of the ledger, and the work is done again from there.
 */
export const untilKept = Effect.fnUntraced(
  function*<A, E, R>(whose: Whose, state: EndpointState, keeper: Keeper | undefined, work: Effect.Effect<A, E, R>) {
    if (keeper === undefined) return yield* work
    const services = yield* Effect.context<Reporter | Status>()
    const delivered = () => Option.getOrUndefined(state.current())?.delivered
    while (true) {
      const watch = yield* keeper.watch
      yield* recover(whose, state, keeper, (write) =>
        Effect.provideContext(persist(whose, oncePatience, write), services))
      const done = yield* Effect.raceFirst(Effect.asSome(work), Effect.as(watch(delivered), Option.none<A>()))
      const deliveries = delivered()
      if (Option.isNone(done)) {
        continue
      }
      const verdict = deliveries === undefined ? undefined : yield* keeper.judge(deliveries)
      if (verdict === undefined || verdict.lost.length === 0) {
        return done.value
      }
    }
  }
)
