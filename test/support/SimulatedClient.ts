/** An HTTP client whose requests the simulated Microsoft answers in this process, on the clock of the test. */
import { Effect } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import type { Answer } from "../../src/simulator/Answer.ts"
import { type CollectionName, collections, pathOf } from "../../src/simulator/Collections.ts"
import { Simulator } from "../../src/simulator/Simulator.ts"
import * as Json from "./Json.ts"

const formOf = ({ body }: HttpClientRequest.HttpClientRequest) =>
  new URLSearchParams(body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "")

const tokenFor = (simulator: Simulator["Service"], request: HttpClientRequest.HttpClientRequest, url: URL) => {
  const form = formOf(request)
  return simulator.token({
    tenant: url.pathname.split("/")[1]!,
    clientId: form.get("client_id") ?? "",
    grantType: form.get("grant_type") ?? undefined,
    scope: form.get("scope") ?? "",
    proof: form.get("client_secret") ?? undefined,
    clientRequestId: form.get("client-request-id") ?? undefined
  })
}

const pageFor = (simulator: Simulator["Service"], { headers }: HttpClientRequest.HttpClientRequest, url: URL) =>
  simulator.page({
    collection: url.pathname.split("/").at(-1) as CollectionName,
    url,
    token: /^Bearer (\S+)$/.exec(headers["authorization"] ?? "")?.[1],
    prefer: headers["prefer"],
    consistency: headers["consistencylevel"],
    clientRequestId: headers["client-request-id"]
  })

const bodyOf = ({ body, delivery }: Answer) => {
  const bytes = new TextEncoder().encode(typeof body === "string" ? body : Json.text(body))
  if (delivery === "whole") return bytes
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.subarray(0, bytes.length / 2))
      controller.error(Object.assign(new Error("terminated"), { code: "UND_ERR_SOCKET" }))
    }
  })
}

/** Makes the client. A request for anything else than a token or a known collection is answered with 404. */
export const make = Effect.map(Simulator, (simulator) =>
  HttpClient.make((request, url) =>
    Effect.gen(function*() {
      const isPage = Object.values(collections).some((collection) => url.pathname === pathOf(collection))
      if (!isPage && !url.pathname.endsWith("/oauth2/v2.0/token")) {
        return HttpClientResponse.fromWeb(request, new Response(null, { status: 404 }))
      }
      const answer = yield* isPage ? pageFor(simulator, request, url) : tokenFor(simulator, request, url)
      yield* Effect.sleep(answer.delay)
      if (answer.delivery === "hang") return yield* Effect.never
      if (answer.delivery === "reset") {
        const cause = Object.assign(new Error("reset"), { code: "ECONNRESET" })
        const reason = new HttpClientError.TransportError({ request, cause })
        return yield* new HttpClientError.HttpClientError({ reason })
      }
      const { headers, status } = answer
      const type = typeof answer.body === "string" ? {} : { "content-type": "application/json; charset=utf-8" }
      return HttpClientResponse.fromWeb(
        request,
        new Response(bodyOf(answer), { status, headers: { ...type, ...headers } })
      )
    })
  ))

/** A client of which each request fails with an error of Node. */
export const failing = (errorOf: (url: URL) => Error) =>
  HttpClient.make((request, url) =>
    Effect.fail(
      new HttpClientError.HttpClientError({
        reason: new HttpClientError.TransportError({ request, cause: errorOf(url) })
      })
    )
  )
