/**
 * What the broker's permissions refuse to this user, asked without writing: each request that would write is one that the
 * broker cannot carry out, so that it is refused either for its content or for the lack of a right.
 */
import { Effect, Option } from "effect"
import { bucketOf } from "./CompareAndSet.ts"
import { Connection } from "./Connection.ts"
import { bucket as members } from "./Membership.ts"
import { apiCode, apiCodeOf, describe, remedyOf } from "./NatsFailure.ts"
import { bucket as settings } from "./NatsSettingsSource.ts"
import { bucket as checkpoints } from "./NatsStateStore.ts"
import { ask } from "./Request.ts"

/** What a bucket lacks. */
export interface Lack {
  readonly bucket: string
  readonly message: string
  readonly remedy: string
}

/** A key that no process writes. */
const probe = "check"

const lackOf = Effect.fnUntraced(
  function*(bucket: string, isWritten: boolean): Effect.fn.Return<Option.Option<Lack>, never, Connection> {
    const { jsm, kvm, nc } = yield* Connection
    const { last, stream, write } = yield* bucketOf(bucket)
    let isMissing = false
    // The name in the request is not that of its subject, so that the broker makes nothing.
    const create = ask(() => nc.request(`$JS.API.STREAM.CREATE.${stream}`, JSON.stringify({ name: probe })))
    const use = Effect.gen(function*() {
      yield* last(probe)
      if (isWritten) {
        yield* Effect.catchTag(write(probe, "", Number.MAX_SAFE_INTEGER), "WrongRevision", () => Effect.void)
      }
      yield* ask(async () => (await (await kvm.open(bucket)).watch({ key: probe })).stop())
    })
    return yield* ask(() => jsm.streams.info(stream)).pipe(
      Effect.as(true),
      Effect.catchIf(({ cause }) => apiCodeOf(cause) === apiCode.streamNotFound, () => {
        isMissing = true
        return Effect.succeed(false)
      }),
      Effect.flatMap((isThere) => isThere ? use : isWritten ? Effect.asVoid(create) : Effect.void),
      Effect.as(Option.none()),
      Effect.catch(({ cause }) => {
        const remedy = remedyOf(cause)
        const why = describe(cause)
        return Effect.succeedSome({
          bucket,
          message: isMissing
            ? `the bucket ${bucket} is missing, and ${why}`
            : `the bucket ${bucket} cannot be used: ${why}`,
          remedy: remedy === undefined ? "look at the broker" : `${remedy}${isMissing ? ", or make the bucket" : ""}`
        })
      })
    )
  }
)

/** Returns what keeps this user from the settings, the checkpoints and the leases. */
export const lacks: Effect.Effect<ReadonlyArray<Lack>, never, Connection> = Effect.map(
  Effect.forEach([[settings, false], [checkpoints, true], [members, true]] as const, ([bucket, isWritten]) =>
    lackOf(bucket, isWritten), { concurrency: 3 }),
  (found) =>
    found.flatMap(Option.toArray)
)
