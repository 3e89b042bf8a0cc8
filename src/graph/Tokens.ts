/**
 * Holds the token of one connection: one flight at a time, renewed in time, kept while it is valid.
 *
 * MSAL neither joins concurrent requests nor serves a valid token when a renewal fails, so both are done here. A
 * refusing token endpoint is left alone for its backoff; the waits between the tries of a page are the poller's.
 */
import { Clock, Duration, Effect, FileSystem, Option, Ref, Semaphore } from "effect"
import { HttpClient } from "effect/http"
import type { GraphConnection } from "./GraphConnection.ts"
import { GraphError, Unavailable } from "./GraphError.ts"
import { tokenBackoffAfter, tokenMargin, tokenRetryAfter } from "./GraphPolicy.ts"
import type { MicrosoftClock } from "./MicrosoftClock.ts"
import * as Proof from "./Proof.ts"
import * as TokenEndpoint from "./TokenEndpoint.ts"
import type { Token } from "./TokenEndpoint.ts"

/** The token of one connection. */
export interface Tokens {
  /** The held token, or a new one when none is held or its end is near. */
  readonly get: Effect.Effect<Token, GraphError>
  /** A token other than the one that Graph refused: what another fiber got meanwhile, or a new one. */
  readonly renew: (refused: Token, claims?: string) => Effect.Effect<Token, GraphError>
  /** Has the next use ask for a new token; the held one serves as long as none is given. */
  readonly outdate: Effect.Effect<void>
}

/** The last failure of the token endpoint, and until when by `elapsed` it is repeated without asking. */
interface Failed {
  readonly error: GraphError
  readonly proof: Proof.Proof
  readonly until: number
  readonly level: number
}

/** Milliseconds on a clock that nobody sets: a backoff must not last a day longer because the machine's was set back. */
const elapsed = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))

/** Part of a token's life that is left when it is renewed: five minutes, or half of a short life. */
const renewAt = ({ expiresAt, obtainedAt }: Token) =>
  expiresAt - Math.min(Duration.toMillis(tokenMargin), (expiresAt - obtainedAt) / 2)

/** The same failure for those who ask within the backoff; a transient one says when it may be asked again. */
const repeated = ({ error, until }: Failed, now: number) =>
  error.reason._tag === "Unavailable"
    ? new GraphError({
      ...error,
      reason: new Unavailable({ ...error.reason, retryAfter: Duration.millis(until - now) })
    })
    : error

/** Makes the holder of one connection's token. Nothing is asked for before the first use. */
export const make = Effect.fnUntraced(function*(connection: GraphConnection, clock: MicrosoftClock) {
  const http = yield* HttpClient.HttpClient
  const fs = yield* FileSystem.FileSystem
  const held = yield* Ref.make(Option.none<Token>())
  let isOutdated = false
  const lastFailure = yield* Ref.make<Failed | undefined>(undefined)
  const flight = yield* Semaphore.make(1)

  const ask = Effect.fnUntraced(
    function*(claims: string | undefined) {
      const proof = yield* Proof.read(connection.credential).pipe(
        Effect.mapError((reason) => new GraphError({ endpoint: "token", operation: "token", reason }))
      )
      const failed = yield* Ref.get(lastFailure)
      const now = yield* elapsed
      // A rotated file or variable ends the backoff, as a changed setting does by making a new connection.
      const unchanged = failed !== undefined && Proof.isSame(failed.proof, proof)
      if (unchanged && now < failed.until) return yield* repeated(failed, now)

      return yield* TokenEndpoint.request(connection, proof, clock, claims).pipe(
        Effect.tap((token) => {
          isOutdated = false
          return Effect.andThen(Ref.set(held, Option.some(token)), Ref.set(lastFailure, undefined))
        }),
        Effect.catch((error) =>
          Effect.gen(function*() {
            const { reason } = error
            const level = unchanged && failed.error.reason._tag === reason._tag ? failed.level + 1 : 0
            const wait = reason._tag === "Unavailable"
              ? yield* tokenRetryAfter(level, reason.retryAfter)
              : yield* tokenBackoffAfter(level)
            const after = yield* elapsed
            const failure = { error, proof, level, until: after + Duration.toMillis(wait) }
            yield* Ref.set(lastFailure, failure)
            return yield* repeated(failure, after)
          })
        )
      )
    },
    Effect.provideService(HttpClient.HttpClient, http),
    Effect.provideService(FileSystem.FileSystem, fs)
  )

  /** What is held, unless it is `refused` or has ended. */
  const usable = Effect.fnUntraced(function*(refused?: Token) {
    const now = yield* Clock.currentTimeMillis
    return Option.filter(yield* Ref.get(held), (token) => token !== refused && now < token.expiresAt)
  })

  const fresh = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    return Option.filter(yield* Ref.get(held), (token) => !isOutdated && now < renewAt(token))
  })

  const renewed = flight.withPermit(Effect.gen(function*() {
    const token = yield* fresh
    if (Option.isSome(token)) return token.value
    // A renewal that fails leaves the token in use that is still valid.
    return yield* Effect.catch(
      ask(undefined),
      (error) => Effect.flatMap(usable(), Option.match({ onNone: () => Effect.fail(error), onSome: Effect.succeed }))
    )
  }))

  return {
    get: Effect.flatMap(fresh, Option.match({ onNone: () => renewed, onSome: Effect.succeed })),
    renew: (refused, claims) =>
      flight.withPermit(Effect.gen(function*() {
        const other = yield* usable(refused)
        if (Option.isSome(other)) return other.value
        yield* Ref.set(held, Option.none())
        return yield* ask(claims)
      })),
    outdate: Effect.sync(() => {
      isOutdated = true
    })
  } satisfies Tokens as Tokens
})
