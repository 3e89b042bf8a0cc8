/** Tests when an answer takes room in memory, and what counts towards its time limit. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Result } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { roomFromBytes } from "../../src/domain/Bounds.ts"
import { exchange } from "../../src/graph/Exchange.ts"
import { bodyPaceMin } from "../../src/graph/Limits.ts"

/** A client whose answers have this status, and so many KiB in pieces of one, each after so many seconds. */
const client = (pieces: number, apart: Duration.Input, status = 200) =>
  sending(Array.from({ length: pieces }, () => [apart, 1]), status)

/** A client whose answers come in pieces, each after a time and of so many KiB. */
const sending = (pieces: ReadonlyArray<readonly [after: Duration.Input, kibibytes: number]>, status = 200) =>
  HttpClient.make((request) =>
    Effect.gen(function*() {
      const context = yield* Effect.context()
      let sent = 0
      const body = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          const piece = pieces[sent++]
          if (piece === undefined) return controller.close()
          await Effect.runPromiseWith(context)(Effect.sleep(piece[0]))
          controller.enqueue(new Uint8Array(piece[1] * 1024).fill(32))
        }
      }, { highWaterMark: 0 })
      return HttpClientResponse.fromWeb(request, new Response(body, { status }))
    })
  )

const bounds = { timeout: Duration.seconds(300), bytesMax: 1_048_576, errorBytesMax: 4096 }

/** Lets the web stream's promises settle, which the test clock does not move. */
const settle = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
const seconds = (count: number) =>
  Effect.repeat(Effect.andThen(TestClock.adjust("1 second"), settle), { times: count - 1 })

const started = Effect.fnUntraced(function*(http: HttpClient.HttpClient, room: Effect.Effect<void>) {
  let taken = 0
  const noting = Effect.andThen(Effect.sync(() => taken++), room)
  const fiber = yield* Effect.forkChild(
    Effect.result(exchange(http, HttpClientRequest.get("https://graph.microsoft.com/x"), { ...bounds, room: noting })),
    { startImmediately: true }
  )
  yield* settle
  return { fiber, taken: () => taken }
})

describe("the room for an answer", () => {
  it.effect("is taken before more than 64 KiB are kept, and not while they drip in", () =>
    Effect.gen(function*() {
      const { fiber, taken } = yield* started(client(200, "1 second"), Effect.void)
      yield* seconds(roomFromBytes / 1024)
      assert.strictEqual(taken(), 0)
      yield* seconds(3)
      assert.strictEqual(taken(), 1)
      yield* seconds(200)
      assert.isTrue(Result.isSuccess(yield* Fiber.join(fiber)))
      assert.strictEqual(taken(), 1, "once")
    }))

  it.effect("is given up by a body that comes to a standstill, and kept by one that only rests", () =>
    Effect.gen(function*() {
      const every = Duration.toSeconds(bodyPaceMin.every)
      /** What needs no room, 1 KiB that does, so many more, and after a rest one a second. */
      const resting = (more: number, rest: number) =>
        sending([
          [0, roomFromBytes / 1024],
          [0, 1],
          ["1 second", more],
          [Duration.seconds(rest), 1],
          ...Array.from({ length: 60 }, () => ["1 second", 1] as const)
        ])
      const dripping = yield* started(resting(0, 200), Effect.void)
      yield* seconds(every - 1)
      assert.strictEqual(dripping.taken(), 1)
      assert.isUndefined(dripping.fiber.pollUnsafe())
      yield* seconds(3)
      const ended = yield* Fiber.join(dripping.fiber)
      assert.match(Result.isFailure(ended) ? ended.failure.message : "", /standstill/)

      // What came before the room is no credit; what came after it is, for at most half a minute.
      const aheadMax = bodyPaceMin.aheadMax / 1024
      for (const [rest, isWell] of [[20, true], [45, false]] as const) {
        const { fiber } = yield* started(resting(aheadMax + 100, rest), Effect.void)
        yield* seconds(160)
        assert.strictEqual(Result.isSuccess(yield* Fiber.join(fiber)), isWell, `${rest} s`)
      }
    }))

  it.effect("is taken at the end of a small answer, and not for a refusal", () =>
    Effect.gen(function*() {
      for (const [status, times] of [[200, 1], [503, 0]] as const) {
        const { fiber, taken } = yield* started(client(2, "1 second", status), Effect.void)
        yield* seconds(4)
        assert.isTrue(Result.isSuccess(yield* Fiber.join(fiber)))
        assert.strictEqual(taken(), times)
      }
    }))

  it.effect("may be long in coming: the time limit is Microsoft's, and a slow answer still ends at it", () =>
    Effect.gen(function*() {
      const free = yield* Deferred.make<void>()
      const waiting = yield* started(client(2, "1 second"), Deferred.await(free))
      yield* seconds(900)
      assert.isUndefined(waiting.fiber.pollUnsafe())
      yield* Deferred.succeed(free, undefined)
      yield* settle
      assert.isTrue(Result.isSuccess(yield* Fiber.join(waiting.fiber)))

      const dripping = yield* started(client(1000, "10 seconds"), Effect.void)
      yield* seconds(301)
      const ended = yield* Fiber.join(dripping.fiber)
      assert.isTrue(Result.isFailure(ended))
      assert.strictEqual(dripping.taken(), 0)
    }))
})
