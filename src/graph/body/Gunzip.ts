/** Requests gzip, and decompresses it. */
import { NodeStream } from "@effect/platform-node"
import { Effect, Option, Stream } from "effect"
import { Headers, HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import { createGunzip } from "node:zlib"
import { inflatedBytes } from "../../domain/Bounds.ts"
import { giveAway } from "./Bodies.ts"

const isGzip = (headers: Headers.Headers) =>
  /^\s*(?:x-)?gzip\s*$/i.test(Option.getOrElse(Headers.get(headers, "content-encoding"), () => ""))

const inflated = (response: HttpClientResponse.HttpClientResponse): HttpClientResponse.HttpClientResponse => {
  // These statuses have no body, whatever the headers say.
  if (!isGzip(response.headers) || [101, 204, 205, 304].includes(response.status)) return response
  const body = NodeStream.pipeThroughDuplex(response.stream, {
    evaluate: () => createGunzip({ chunkSize: inflatedBytes }),
    onError: (cause) =>
      new HttpClientError.HttpClientError({
        reason: new HttpClientError.DecodeError({ request: response.request, response, cause })
      })
  })
  const headers = Headers.removeMany(response.headers, ["content-encoding", "content-length"])
  return HttpClientResponse.fromWeb(
    response.request,
    new Response(Stream.toReadableStream(Stream.map(body, giveAway)), { status: response.status, headers })
  )
}

/** Makes a client request gzip and return decompressed bodies. */
export const inflating = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  client.pipe(
    HttpClient.mapRequest(HttpClientRequest.setHeader("accept-encoding", "gzip")),
    HttpClient.transformResponse(Effect.map(inflated))
  )
