/** Requests gzip, and decompresses it. */
import { NodeStream } from "@effect/platform-node"
import { Effect, Option, Sink, Stream } from "effect"
import { Headers, HttpClientError, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { createGunzip, gunzipSync } from "node:zlib"
import { gzipAtOnceBytes, inflatedBytes, largePageBytes } from "../../domain/Bounds.ts"
import { giveAway } from "./Bodies.ts"

const isGzip = (headers: Headers.Headers) =>
  /^\s*(?:x-)?gzip\s*$/i.test(Option.getOrElse(Headers.get(headers, "content-encoding"), () => ""))

/** Makes a request ask for gzip. */
export const askingGzip = HttpClientRequest.setHeader("accept-encoding", "gzip")

type Bytes = Stream.Stream<Uint8Array, HttpClientError.HttpClientError>

interface Beginning {
  readonly pieces: ReadonlyArray<Uint8Array>
  readonly size: number
}

const beginning = Sink.reduceWhile(
  (): Beginning => ({ pieces: [], size: 0 }),
  ({ size }) => size < gzipAtOnceBytes,
  ({ pieces, size }, piece: Uint8Array): Beginning => ({ pieces: [...pieces, piece], size: size + piece.length })
)

/** Returns the body of an answer as it was before its compression. */
export const decompressed = (response: HttpClientResponse.HttpClientResponse): Bytes => {
  // These statuses have no body, whatever the headers say.
  if (!isGzip(response.headers) || [101, 204, 205, 304].includes(response.status)) return response.stream
  const failed = (cause: unknown) =>
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.DecodeError({ request: response.request, response, cause })
    })
  const inPieces = (compressed: Bytes): Bytes =>
    NodeStream.pipeThroughDuplex(compressed, {
      evaluate: () => createGunzip({ chunkSize: inflatedBytes }),
      onError: failed
    }).pipe(Stream.map(giveAway))
  return Stream.unwrap(Effect.gen(function*() {
    const [{ pieces, size }, rest] = yield* Stream.peel(response.stream, beginning)
    if (size >= gzipAtOnceBytes) return inPieces(Stream.concat(Stream.fromIterable(pieces), rest))
    if (size === 0) return Stream.empty
    const whole = Buffer.concat(pieces)
    // Most answers are small: each would take the buffers and the threads of a large one.
    return yield* Effect.try({
      try: (): Bytes => Stream.make(gunzipSync(whole, { maxOutputLength: largePageBytes })),
      catch: (cause) => ({ cause, isLarge: (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" })
    }).pipe(
      Effect.catch(({ cause, isLarge }) =>
        isLarge ? Effect.succeed(inPieces(Stream.make(whole))) : Effect.fail(failed(cause))
      )
    )
  }))
}
