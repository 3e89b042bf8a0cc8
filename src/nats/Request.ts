/** Runs a request to the broker as an effect. `NatsFailure` interprets the error. */
import { Effect, Schema } from "effect"

/** The broker refused the request or did not answer; `cause` is the library's error. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { cause: Schema.Defect() }) {}

/** Sends a request to the broker. An interruption does not wait for the answer. */
export const ask = <A>(request: () => Promise<A>): Effect.Effect<A, Refused> =>
  Effect.tryPromise({ try: request, catch: (cause) => new Refused({ cause }) })
