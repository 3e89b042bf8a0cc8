/** The pace of an instance, as its settings have it now. Its endpoints read it, and wait for what changes it. */
import { Deferred, Effect, Ref } from "effect"
import type { Pace } from "../config/Instance.ts"

/** A pace, and what is done once another one has taken its place. */
interface Version {
  readonly pace: Pace
  readonly replaced: Deferred.Deferred<void>
}

/** A pace that can be changed. */
export interface PaceRef {
  readonly version: Ref.Ref<Version>
}

const versionOf = (pace: Pace): Effect.Effect<Version> =>
  Effect.map(Deferred.make<void>(), (replaced) => ({ pace, replaced }))

/** Makes one with a pace. */
export const make = (pace: Pace): Effect.Effect<PaceRef> =>
  Effect.map(Effect.flatMap(versionOf(pace), Ref.make), (version) => ({ version }))

/** Returns the pace. */
export const get = ({ version }: PaceRef): Effect.Effect<Pace> => Effect.map(Ref.get(version), ({ pace }) => pace)

/** Changes the pace. */
export const set = Effect.fnUntraced(function*({ version }: PaceRef, pace: Pace) {
  const { replaced } = yield* Ref.getAndSet(version, yield* versionOf(pace))
  yield* Deferred.succeed(replaced, undefined)
})

/** Returns what waits until there is another pace than now. */
export const untilReplaced = ({ version }: PaceRef): Effect.Effect<Effect.Effect<void>> =>
  Effect.map(Ref.get(version), ({ replaced }) => Deferred.await(replaced))
