/**
 * Sends one request and reads its answer to the end, within a time limit and a size limit.
 *
 * Statuses are not judged: every answer that came is a success here. Nothing is retried.
 */
import { Clock, Duration, Effect, Latch, Option, Random, Result, Stream } from "effect"
import { Headers, type HttpClient, type HttpClientRequest } from "effect/http"
import { roomFromBytes } from "../domain/Bounds.ts"
import { askingGzip, Bodies, type Body, decompressed } from "./body/Body.ts"
import { BodyTooLarge, type Unavailable } from "./GraphError.ts"
import { bodyPaceMin } from "./Limits.ts"
import { requestGuid } from "./Names.ts"
import { Recorder, shownPath, shownTime } from "./Recorder.ts"
import * as RequestSeconds from "./RequestSeconds.ts"
import { dripped, timedOut, unavailable } from "./Transport.ts"

/** An answer of any status. */
export interface Answer {
  readonly status: number
  readonly headers: Headers.Headers
  /** The last reader must call `release`. */
  readonly body: Body
}

/** Limits of an exchange. The body of an error answer is cut at `errorBytesMax`, and never fails for its size. */
export interface Bounds {
  readonly timeout: Duration.Duration
  readonly bytesMax: number
  readonly errorBytesMax: number
  /** Label under which the request is counted in `RequestSeconds`; without one it is not. */
  readonly endpoint?: string
  /**
   * Takes room for the body of a success: once, before more than {@link roomFromBytes} of it are kept. Waiting for it is no
   * part of the time limit, and the body is not read on meanwhile.
   */
  readonly room?: Effect.Effect<void>
}

const header = ({ headers }: Answer, name: string) => Option.getOrUndefined(Headers.get(headers, name))

const recorded = Effect.fnUntraced(
  function*<E extends Unavailable | BodyTooLarge>(
    request: HttpClientRequest.HttpClientRequest,
    url: URL,
    endpoint: string | undefined,
    effect: Effect.Effect<Answer, E>
  ) {
    const recorder = yield* Recorder
    const from = yield* Clock.currentTimeMillis
    const result = yield* Effect.result(effect)
    const milliseconds = (yield* Clock.currentTimeMillis) - from
    if (endpoint !== undefined) yield* RequestSeconds.record(endpoint, milliseconds)
    const answer = Result.getOrUndefined(result)
    const requestId = answer && requestGuid(header(answer, "request-id") ?? header(answer, "x-ms-request-id"))
    const clientRequestId = answer && requestGuid(header(answer, "client-request-id"))
    const retryAfter = answer && header(answer, "retry-after")
    recorder.add({
      at: shownTime(from),
      method: request.method,
      host: url.host,
      path: shownPath(url),
      status: answer?.status ?? null,
      ...(Result.isFailure(result) ? { failure: result.failure.message } : {}),
      bytes: answer?.body.bytes.length ?? 0,
      milliseconds,
      ...(requestId === undefined ? {} : { request_id: requestId }),
      ...(clientRequestId === undefined ? {} : { client_request_id: clientRequestId }),
      // Microsoft sends seconds or a date; anything else comes from another host and is not recorded.
      ...(retryAfter !== undefined && /^[\w ,:-]{1,40}$/.test(retryAfter) ? { retry_after: retryAfter } : {})
    })
    return yield* Effect.fromResult(result)
  }
)

/** Measures the waits of one exchange that are not Microsoft's. */
const makePauses = () => {
  let total = 0
  let since: number | undefined
  return {
    during: <A, E, R>(wait: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.gen(function*() {
        since = yield* Clock.currentTimeMillis
        const value = yield* wait
        total += (yield* Clock.currentTimeMillis) - since
        since = undefined
        return value
      }),
    /** Returns the milliseconds of pauses since this was asked last. */
    spent: (now: number): number => {
      const spent = total + (since === undefined ? 0 : now - since)
      total = 0
      if (since !== undefined) since = now
      return spent
    }
  }
}

/** Fails once a body brings less than it has to; `size` is how much there is. */
const standstill = Effect.fnUntraced(function*(size: () => number, url: URL) {
  const { aheadMax, bytes, every } = bodyPaceMin
  let [ahead, before] = [0, size()]
  while (ahead >= 0) {
    yield* Effect.sleep(every)
    ahead = Math.min(ahead + size() - before - bytes, aheadMax)
    before = size()
  }
  return yield* dripped(url)
})

const reading = Effect.fnUntraced(
  function*(http: HttpClient.HttpClient, request: HttpClientRequest.HttpClientRequest, bounds: Bounds) {
    const response = yield* http.execute(askingGzip(request))
    const succeeded = response.status >= 200 && response.status < 300
    const bytesMax = succeeded ? bounds.bytesMax : bounds.errorBytesMax
    const incoming = (yield* Bodies).receive(yield* Clock.currentTimeMillis)
    let hasRoom = !succeeded || bounds.room === undefined
    const inRoom = yield* Latch.make(false)
    const takeRoom = Effect.suspend(() => {
      hasRoom = true
      return Effect.andThen(bounds.room ?? Effect.void, inRoom.open)
    })
    const whole = decompressed(response).pipe(
      Stream.takeWhile(() => succeeded || incoming.size() < bytesMax),
      Stream.runForEach((chunk) => {
        if (succeeded && incoming.size() + chunk.length > bytesMax) return Effect.fail(new BodyTooLarge({ bytesMax }))
        const append = Effect.sync(() => incoming.append(chunk))
        return hasRoom || incoming.size() + chunk.length <= roomFromBytes ? append : Effect.andThen(takeRoom, append)
      }),
      // An answer without a body is complete. An error answer counts by its status, even when its body breaks off.
      Effect.catchTag("HttpClientError", (error) =>
        !succeeded || error.reason._tag === "EmptyBodyError" ? Effect.void : Effect.fail(error)),
      Effect.andThen(Effect.suspend(() =>
        hasRoom ? Effect.void : takeRoom
      ))
    )
    yield* Effect.raceFirst(whole, Effect.andThen(inRoom.await, standstill(incoming.size, new URL(request.url)))).pipe(
      Effect.onError(() => Effect.sync(incoming.drop))
    )
    return { status: response.status, headers: response.headers, body: incoming.body() } satisfies Answer
  }
)

/**
 * Sends a request and reads the answer to its end. When a body passes its limit, reading stops and the connection is
 * closed.
 */
export const exchange = Effect.fnUntraced(
  function*(http: HttpClient.HttpClient, request: HttpClientRequest.HttpClientRequest, bounds: Bounds) {
    const { endpoint, room, timeout } = bounds
    const url = new URL(request.url)
    const pauses = makePauses()
    const from = yield* Clock.currentTimeMillis
    const answered = reading(http, request, room === undefined ? bounds : { ...bounds, room: pauses.during(room) })
      .pipe(Effect.catchTag("HttpClientError", (error) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          Effect.fail<Unavailable | BodyTooLarge>(unavailable(error, url, Duration.millis(now - from))))))
    const tooLate = Effect.gen(function*() {
      let left = Duration.toMillis(timeout)
      while (left > 0) {
        yield* Effect.sleep(left)
        left = pauses.spent(yield* Clock.currentTimeMillis)
      }
      return yield* timedOut(timeout, url)
    })
    return yield* recorded(request, url, endpoint, Effect.raceFirst(answered, tooLate))
  }
)

/**
 * Makes a version 4 UUID from Effect's `Random` instead of the machine's random source, so that a test can predict it.
 */
export const requestId: Effect.Effect<string> = Effect.map(Random.Random, (random) => {
  const hex = (digits: number) =>
    Math.floor(random.nextDoubleUnsafe() * 16 ** digits).toString(16).padStart(digits, "0")
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
})
