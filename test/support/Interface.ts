/** The page's HTTP interface in this process, over instances in memory and a simulated Microsoft. */
import { NodeServices } from "@effect/platform-node"
import { it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Option, Scope, SubscriptionRef } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as HttpClientLayer from "../../src/cli/HttpClientLayer.ts"
import { listen, openBackend } from "../../src/cli/Listening.ts"
import { serve, simulatedInstance } from "../../src/cli/SimulateCommand.ts"
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

/** Starts the interface; `ask` sends a request to it. */
export const interfaceOf = Effect.fnUntraced(
  function*({ admin, isOpened = true, listenAt = "127.0.0.1:0", search = Search.layerOff("not in this test") }: {
    readonly admin?: string
    readonly isOpened?: boolean
    readonly listenAt?: string
    readonly search?: Layer.Layer<Search>
  } = {}) {
    const scope = yield* Scope.Scope
    const microsoft = yield* serve(0)
    const documents = yield* SubscriptionRef.make<Documents>({
      one: { enabled: true, note: "kept", ...simulatedInstance(microsoft) }
    })
    const context = yield* Layer.buildWithScope(Layer.merge(Status.layer("0.0.0"), Backend.layer), scope)
    const { origin } = yield* listen(Option.some(listenAt), context, scope).pipe(
      Effect.provide(
        ConfigProvider.layer(
          ConfigProvider.fromUnknown(admin === undefined ? {} : { AZURE_SECURITY_ADMIN_TOKEN: admin })
        )
      )
    )
    const services = Layer.mergeAll(GraphClient.layer, search, SettingsStore.layerMemory(documents)).pipe(
      Layer.provideMerge(HttpClientLayer.layer({ version: "0.0.0" }))
    )
    const built = yield* Layer.buildWithScope(services, scope)
    if (isOpened) yield* openBackend.pipe(Effect.provideContext(built), Effect.provideContext(context))
    const http = yield* Effect.provideContext(HttpClient.HttpClient, built)
    const at = origin!.replace("0.0.0.0", "127.0.0.1")
    const ask = Effect.fnUntraced(
      function*(
        method: "GET" | "PUT" | "POST" | "DELETE",
        path: string,
        { body, headers = method === "GET" ? {} : page }: { readonly body?: unknown; readonly headers?: object } = {}
      ) {
        const request = HttpClientRequest.make(method)(`${at}${path}`).pipe(
          HttpClientRequest.setHeaders(headers as Record<string, string>),
          body === undefined
            ? (same) => same
            : HttpClientRequest.bodyText(written(body), "application/json")
        )
        const response = yield* http.execute(request)
        const text = yield* response.text
        return { status: response.status, headers: response.headers, text, json: parsed(text) }
      }
    )
    const status = yield* Effect.provideContext(Status, context)
    return { ask, documents, microsoft, at, http, status }
  }
)

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
