/** The HTTP routes of the simulated Microsoft, and those that people and tests control it by. */
import { Effect, Layer, Option, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Answer from "./Answer.ts"
import { type CollectionName, collections, pathOf } from "./Collections.ts"
import * as Entra from "./Entra.ts"
import { vocabulary, Wanted } from "./Fault.ts"
import { Simulator } from "./Simulator.ts"
import { send } from "./Wire.ts"

const about = `A simulated Microsoft: Entra ID's token endpoint and Graph's collections. Nothing here is real.

POST /{tenant}/oauth2/v2.0/token          any tenant id, client id and secret will do
${Object.values(collections).map((one) => `GET  ${pathOf(one)}`).join("\n")}

Secrets that are refused: wrong-secret, expired-secret, unknown-app, disabled-app, public-client,
conditional-access, unknown-resource, busy, aadsts-<number>.
Secrets with fewer permissions: guide-permissions, no-permissions.

GET    /simulator                         state, counters, the last 1,000 requests
PUT    /simulator/tenants/{tenant}/roles  ["SecurityAlert.Read.All"]
POST   /simulator/faults                  {"kind": "throttled", "endpoint": "alerts_v2", "retry_after": 30, "times": 1}
                                          {"preset": "wrong secret"}
DELETE /simulator/faults                  removes every fault

Faults: ${vocabulary}
`

const urlOf = (request: HttpServerRequest.HttpServerRequest): URL =>
  Option.getOrElse(HttpServerRequest.toURL(request), () => new URL("http://simulator.invalid/"))

/** Computes the answer, logs the request, and sends the answer. */
const answering = (
  answer: (
    simulator: Simulator["Service"],
    request: HttpServerRequest.HttpServerRequest,
    url: URL
  ) => Effect.Effect<Answer.Answer, never, HttpRouter.RouteContext | HttpServerRequest.HttpServerRequest>
) =>
  Effect.gen(function*() {
    const simulator = yield* Simulator
    const request = yield* HttpServerRequest.HttpServerRequest
    const url = urlOf(request)
    const given = yield* answer(simulator, request, url)
    yield* simulator.log(request.method, url, given)
    return yield* send(given, request)
  })

/** Adds Microsoft's ids to an answer that is neither a token nor a page. */
const stamped = (answer: (stamp: Answer.Stamp, url: URL) => Answer.Answer) =>
  answering((simulator, request, url) =>
    Effect.map(simulator.stamp(request.headers["client-request-id"]), (stamp) => {
      const plain = answer(stamp, url)
      return { ...plain, headers: { ...Answer.identified(stamp), ...plain.headers } }
    })
  )

const token = answering(Effect.fnUntraced(function*(simulator, request) {
  const { tenant = "" } = yield* HttpRouter.params
  const form = yield* request.text.pipe(
    Effect.map((text) => new URLSearchParams(text)),
    Effect.orElseSucceed(() => new URLSearchParams())
  )
  return yield* simulator.token({
    tenant,
    clientId: form.get("client_id") ?? "",
    grantType: form.get("grant_type") ?? undefined,
    scope: form.get("scope") ?? "",
    proof: form.get("client_secret") ?? form.get("client_assertion") ?? undefined,
    clientRequestId: form.get("client-request-id") ?? request.headers["client-request-id"]
  })
}))

const page = (collection: CollectionName) =>
  answering((simulator, { headers }, url) =>
    simulator.page({
      collection,
      url,
      token: /^Bearer\s+(\S+)$/i.exec(headers["authorization"] ?? "")?.[1],
      prefer: headers["prefer"],
      consistency: headers["consistencylevel"],
      clientRequestId: headers["client-request-id"]
    })
  )

const segmentOf = (url: URL) => url.pathname.split("/").findLast((part) => part !== "") ?? ""

const microsoft = HttpRouter.addAll([
  HttpRouter.route("POST", "/:tenant/oauth2/v2.0/token", token),
  HttpRouter.route(
    "GET",
    "/:tenant/v2.0/.well-known/openid-configuration",
    stamped((_, url) => Entra.configuration(url.origin, url.pathname.split("/")[1]!))
  ),
  HttpRouter.route("GET", "/common/discovery/instance", stamped((_, url) => Entra.discovery(url.origin, "common"))),
  ...Object.values(collections).map((collection) => HttpRouter.route("GET", pathOf(collection), page(collection.name))),
  HttpRouter.route("*", "/", stamped(() => Answer.of(200, about))),
  HttpRouter.route(
    "*",
    "*",
    stamped((stamp, url) =>
      Answer.graphError(stamp, 400, "BadRequest", `Resource not found for the segment '${segmentOf(url)}'.`)
    )
  )
])

const refused = (error: string) => HttpServerResponse.jsonUnsafe({ error }, { status: 400 })

const control = HttpRouter.addAll([
  HttpRouter.route(
    "GET",
    "/simulator",
    Effect.gen(function*() {
      const simulator = yield* Simulator
      return HttpServerResponse.jsonUnsafe(yield* simulator.state)
    })
  ),
  HttpRouter.route(
    "POST",
    "/simulator/faults",
    Effect.gen(function*() {
      const simulator = yield* Simulator
      yield* simulator.addFault(yield* HttpServerRequest.schemaBodyJson(Wanted, { onExcessProperty: "error" }))
      return HttpServerResponse.empty()
    }).pipe(
      Effect.orElseSucceed(() => refused(`Unknown fault, or a property that is unknown or invalid. ${vocabulary}`))
    )
  ),
  HttpRouter.route(
    "DELETE",
    "/simulator/faults",
    Effect.gen(function*() {
      const simulator = yield* Simulator
      yield* simulator.removeFaults
      return HttpServerResponse.empty()
    })
  ),
  HttpRouter.route(
    "PUT",
    "/simulator/tenants/:tenant/roles",
    Effect.gen(function*() {
      const simulator = yield* Simulator
      const { tenant = "" } = yield* HttpRouter.params
      yield* simulator.setRoles(tenant, yield* HttpServerRequest.schemaBodyJson(Schema.Array(Schema.String)))
      return HttpServerResponse.empty()
    }).pipe(Effect.orElseSucceed(() => refused("Not a list of permissions.")))
  )
])

/** Layer that adds the simulated Microsoft and its control routes to the router. */
export const layer = Layer.mergeAll(microsoft, control)
