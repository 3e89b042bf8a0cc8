/** The page's HTTP interface in this process, over instances in memory and a simulated Microsoft. */
import { NodeServices } from "@effect/platform-node"
import { it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted, Schema, Scope, SubscriptionRef } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as HttpClientLayer from "../../src/cli/HttpClientLayer.ts"
import { listen, openBackend } from "../../src/cli/Listening.ts"
import { serve, simulatedInstance } from "../../src/cli/SimulateCommand.ts"
import { Audit } from "../../src/config/Audit.ts"
import { PageSettings } from "../../src/config/PageSettings.ts"
import { type Documents, SettingsStore } from "../../src/config/SettingsStore.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { Backend } from "../../src/http/Backend.ts"
import type { StoredInstance } from "../../src/http/IntegrationsApi.ts"
import { type Row, Search } from "../../src/search/Search.ts"
import { Status } from "../../src/status/Status.ts"

/** Each answer has some of these fields. */
export interface Body {
  readonly _tag: string
  readonly why: string
  readonly where: string | null
  readonly instances: ReadonlyArray<StoredInstance>
  readonly revision: string
  readonly document: Readonly<Record<string, unknown>>
  readonly has_secret: boolean
  readonly current: StoredInstance
  readonly faults: ReadonlyArray<{ readonly path: string; readonly message: string }>
  readonly rows: ReadonlyArray<Row>
  readonly next: number | null
  readonly fault: string
  readonly errors: ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly message: string }>
  readonly artifact: string | null
}

/** The header that every change must carry. */
export const page = { "x-azure-security-page": "1" }

/** The token of the connector in the tests. */
export const token = "a token of many characters"

/**
 * Starts the interface; `ask` and `http` send requests to it with its token. `anonymously` makes `ask` send none.
 */
export const interfaceOf = Effect.fnUntraced(
  function*(
    {
      hasToken = true,
      isOpened = true,
      listenAt = "127.0.0.1:0",
      settings = {},
      search = Search.layerOff("not in this test")
    }: {
      readonly hasToken?: boolean
      readonly isOpened?: boolean
      readonly settings?: typeof PageSettings.Encoded
      readonly listenAt?: string
      readonly search?: Layer.Layer<Search>
    } = {}
  ) {
    const scope = yield* Scope.Scope
    const microsoft = yield* serve(0)
    const documents = yield* SubscriptionRef.make<Documents>({
      one: { enabled: true, note: "kept", ...simulatedInstance(microsoft) }
    })
    const context = yield* Layer.buildWithScope(
      Layer.mergeAll(Status.layer("0.0.0"), Backend.layer, Audit.layer),
      scope
    )
    const admission = {
      token: hasToken ? Option.some(Redacted.make(token)) : Option.none(),
      why: "sign in with the token",
      page: yield* Schema.decodeEffect(PageSettings)(settings)
    }
    const { invite, origin } = yield* listen(Option.some(listenAt), admission, context, scope)
    const services = Layer.mergeAll(GraphClient.layer, search, SettingsStore.layerMemory(documents)).pipe(
      Layer.provideMerge(HttpClientLayer.layer({ version: "0.0.0" }))
    )
    const built = yield* Layer.buildWithScope(services, scope)
    if (isOpened) yield* openBackend.pipe(Effect.provideContext(built), Effect.provideContext(context))
    const plain = yield* Effect.provideContext(HttpClient.HttpClient, built)
    const http = HttpClient.mapRequest(plain, HttpClientRequest.bearerToken(token))
    const at = origin!.replace("0.0.0.0", "127.0.0.1")
    const ask = Effect.fnUntraced(
      function*(
        method: "GET" | "PUT" | "POST" | "DELETE",
        path: string,
        { anonymously = false, body, headers = method === "GET" ? {} : page }: {
          readonly anonymously?: boolean
          readonly body?: unknown
          readonly headers?: object
        } = {}
      ) {
        const request = HttpClientRequest.make(method)(`${at}${path}`).pipe(
          HttpClientRequest.setHeaders(headers as Record<string, string>),
          body === undefined
            ? (same) => same
            : HttpClientRequest.bodyText(written(body), "application/json")
        )
        const response = yield* (anonymously ? plain : http).execute(request)
        const text = yield* response.text
        return { status: response.status, headers: response.headers, text, json: parsed(text) }
      }
    )
    const status = yield* Effect.provideContext(Status, context)
    return { ask, documents, invite, microsoft, at, http, plain, status }
  }
)

/** The interface that was started. */
export type Interface = Effect.Success<ReturnType<typeof interfaceOf>>

export const written = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value)

/** Parses JSON; undefined for invalid JSON. */
export const parsed = <A = Body>(text: string): A => {
  try {
    return JSON.parse(text) as A
  } catch {
    return undefined as A
  }
}

/** Defines a test with real time and a scope of its own. */
export const live = <A, E>(
  name: string,
  test: () => Effect.Effect<A, E, Scope.Scope | Layer.Success<typeof NodeServices.layer>>
) => it.live(name, () => Effect.scoped(test()).pipe(Effect.provide(NodeServices.layer)))
