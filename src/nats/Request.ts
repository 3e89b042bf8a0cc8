/**
 * A request to the broker as an effect. What its refusal means is read by `NatsFailure`.
 *
 * @since 0.1.0
 */
import { Effect, Schema } from "effect"

/**
 * The broker refused, or did not answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { cause: Schema.Defect() }) {}

/**
 * Asks the broker. An interruption does not wait for the answer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ask = <A>(request: () => Promise<A>): Effect.Effect<A, Refused> =>
  Effect.tryPromise({ try: request, catch: (cause) => new Refused({ cause }) })
