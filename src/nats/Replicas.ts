/** Gives the connector's own buckets as many replicas as Conductor's bucket of settings has, which the operator chose. */
import { Effect, Schedule } from "effect"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf, describe } from "./NatsFailure.ts"
import { ask, type Refused } from "./Request.ts"

/** The bucket that the others follow. It is Conductor's, and never created here. */
const followed = "INTEGRATIONS"

/** Time between two looks whether it has more replicas. */
const lookEvery = "5 minutes"

const streamOf = (bucket: string) => `KV_${bucket}`

/** Returns the replicas that a new bucket is made with: one where the bucket that is followed cannot be asked. */
export const wanted: Effect.Effect<number, never, Connection> = Effect.gen(function*() {
  const { jsm } = yield* Connection
  return yield* ask(() => jsm.streams.info(streamOf(followed))).pipe(
    Effect.map(({ config }) => config.num_replicas),
    Effect.orElseSucceed(() => 1)
  )
})

/** Raises the replicas of a bucket to those that are wanted, and never lowers them. */
const raise = Effect.fnUntraced(function*(bucket: string): Effect.fn.Return<void, Refused, Connection> {
  const { jsm } = yield* Connection
  const replicas = yield* wanted
  const { config } = yield* ask(() => jsm.streams.info(streamOf(bucket)))
  if (config.num_replicas >= replicas) return
  yield* ask(() => jsm.streams.update(streamOf(bucket), { num_replicas: replicas }))
  yield* Effect.logInfo(`the bucket ${bucket} has ${replicas} replicas now, as ${followed} has`)
})

/** Raises the replicas of buckets now and whenever those of the followed bucket grow. What is refused is logged once. */
export const follow = Effect.fn("Replicas.follow")(
  function*(buckets: ReadonlyArray<string>): Effect.fn.Return<void, never, Connection> {
    const said = new Set<string>()
    const look = Effect.forEach(buckets, (bucket) =>
      Effect.catch(raise(bucket), ({ cause }) => {
        // One that is not there yet is made with as many.
        if (apiCodeOf(cause) === apiCode.streamNotFound) return Effect.void
        const text = `the bucket ${bucket} keeps its replicas: ${describe(cause)}; give it as many as ${followed} has`
        if (said.has(text)) return Effect.void
        said.add(text)
        return Effect.logWarning(text)
      }), { discard: true })
    yield* Effect.repeat(look, Schedule.spaced(lookEvery))
  }
)
