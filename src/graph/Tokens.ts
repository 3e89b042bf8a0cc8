/**
 * Holds the token of one connection: one token request at a time, renewal before expiry, and use until expiry.
 *
 * MSAL neither joins concurrent requests nor serves a valid token when a renewal fails, so both are done here. After a
 * refusal, the token endpoint is not asked during its backoff. The poller owns the waits between the tries of a page.
 */
import { Clock, Duration, Effect, FileSystem, Option, Ref, Semaphore } from "effect"
import { HttpClient } from "effect/http"
import type { GraphConnection } from "./GraphConnection.ts"
import { GraphError, Unavailable } from "./GraphError.ts"
import { tokenMargin } from "./Limits.ts"
import type { MicrosoftClock } from "./MicrosoftClock.ts"
import * as Proof from "./Proof.ts"
import { tokenBackoffAfter, tokenRetryAfter } from "./Retries.ts"
import * as TokenEndpoint from "./TokenEndpoint.ts"
import type { Token } from "./TokenEndpoint.ts"

export interface Tokens {
  /** Returns the held token, or a new one when no token is held or it expires soon. */
  readonly get: Effect.Effect<Token, GraphError>
  /** Returns a token other than the one that Graph refused: one that another fiber got meanwhile, or a new one. */
  readonly renew: (refused: Token, claims?: string) => Effect.Effect<Token, GraphError>
  /** Makes the next use fetch a new token; the held one serves until a new one is issued. */
  readonly outdate: Effect.Effect<void>
}

/** The last failure of the token endpoint. Until `until` (on `elapsed`) it is repeated without a request. */
interface Failed {
  readonly error: GraphError
  readonly proof: Proof.Proof
  readonly until: number
  readonly level: number
}

/** Milliseconds on the monotonic clock: setting the machine's clock back must not prolong a backoff. */
const elapsed = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))

/** A token is renewed five minutes before its end, or after half of a short life. */
const renewAt = ({ expiresAt, obtainedAt }: Token) =>
  expiresAt - Math.min(Duration.toMillis(tokenMargin), (expiresAt - obtainedAt) / 2)

/** Returns the same failure to callers within the backoff; a transient one carries the remaining wait. */
const repeated = ({ error, until }: Failed, now: number) =>
  error.reason._tag === "Unavailable"
    ? new GraphError({
      ...error,
      reason: new Unavailable({ ...error.reason, retryAfter: Duration.millis(until - now) })
    })
    : error

/** Creates the token holder. No token is fetched before the first use. */
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
      // A rotated file or variable ends the backoff. A changed setting ends it too, because it makes a new connection.
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
              ? tokenRetryAfter(level, reason.retryAfter)
              : tokenBackoffAfter(level)
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

  /** The held token, unless it is `refused` or has expired. */
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
    // When a renewal fails, the held token stays in use while it is valid.
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
