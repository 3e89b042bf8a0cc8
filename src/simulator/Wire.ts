/** Sends an answer over HTTP, with the connection faults that were requested. */
import { Effect, Stream } from "effect"
import { HttpBody, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { gzipSync } from "node:zlib"
import type { Answer } from "./Answer.ts"

const compressedFrom = 1024

/** Resets the connection where the server exposes its socket; returns whether it did. */
const reset = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<boolean> =>
  Effect.sync(() => {
    const { socket } = request.source as {
      readonly socket?: { readonly resetAndDestroy?: () => void; readonly destroy?: () => void }
    }
    if (socket === undefined) return false
    if (socket.resetAndDestroy !== undefined) socket.resetAndDestroy()
    else socket.destroy?.()
    return true
  })

const whole = (answer: Answer, acceptsGzip: boolean): HttpServerResponse.HttpServerResponse => {
  const body = typeof answer.body === "string"
    ? HttpBody.text(answer.body, answer.headers["content-type"] ?? "text/plain; charset=utf-8")
    : HttpBody.jsonUnsafe(answer.body, "application/json; charset=utf-8")
  const isCompressed = acceptsGzip && body.body.length >= compressedFrom
  // Compressing in one call keeps this function synchronous; level 1 takes about 30 ms for the largest page.
  const bytes = isCompressed ? gzipSync(body.body, { level: 1 }) : body.body
  return HttpServerResponse.uint8Array(bytes, {
    status: answer.status,
    headers: { ...answer.headers, ...(isCompressed ? { "content-encoding": "gzip" } : {}) },
    contentType: body.contentType
  })
}

/** Breaks off, after the server has had a turn to send the first half. */
const cut = Stream.fromEffect(Effect.andThen(Effect.yieldNow, Effect.fail("cut")))

/** Sends half of the body under the length of the whole body. */
const truncated = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  const { body } = response
  if (body._tag !== "Uint8Array") return response
  const half = body.body.slice(0, Math.floor(body.body.length / 2))
  return HttpServerResponse.stream(Stream.concat(Stream.make(half), cut), {
    status: response.status,
    headers: response.headers,
    contentType: body.contentType,
    contentLength: body.body.length
  })
}

/** Sends an answer. Its delay runs on Effect's clock: under `TestClock`, the test has to adjust the clock. */
export const send = Effect.fnUntraced(function*(answer: Answer, request: HttpServerRequest.HttpServerRequest) {
  if (answer.delay > 0) yield* Effect.sleep(answer.delay)
  if (answer.delivery === "hang") return yield* Effect.never
  if (answer.delivery === "reset" && (yield* reset(request))) return yield* Effect.never
  const response = whole(answer, /\bgzip\b/.test(request.headers["accept-encoding"] ?? ""))
  return answer.delivery === "whole" ? response : truncated(response)
})
