/** Runs a request to the broker as an effect. `NatsFailure` interprets the error. */
import { Effect, Schema } from "effect"

/** The broker refused, or did not answer. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { cause: Schema.Defect() }) {}

/** Sends a request. An interruption does not wait for the answer. */
export const ask = <A>(request: () => Promise<A>): Effect.Effect<A, Refused> =>
  Effect.tryPromise({ try: request, catch: (cause) => new Refused({ cause }) })
