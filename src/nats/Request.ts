/** A request to the broker as an effect. What its refusal means is read by `NatsFailure`. */
import { Effect, Schema } from "effect"

/** The broker refused, or did not answer. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { cause: Schema.Defect() }) {}

/** Asks the broker. An interruption does not wait for the answer. */
export const ask = <A>(request: () => Promise<A>): Effect.Effect<A, Refused> =>
  Effect.tryPromise({ try: request, catch: (cause) => new Refused({ cause }) })
