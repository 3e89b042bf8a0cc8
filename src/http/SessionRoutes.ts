/** Implements the endpoints of `SessionApi`, and the guard of the page's interface. */
import { Effect, Layer, Option } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Access, type Openness } from "./Access.ts"
import { Api } from "./Api.ts"
import { Guard } from "./Guard.ts"
import { WrongToken } from "./SessionApi.ts"

/** Layer of the {@link Guard}, which asks {@link Access} about each request. */
export const layerGuard = Layer.effect(
  Guard,
  Effect.gen(function*() {
    const access = yield* Access
    const opennessOf = Effect.fnUntraced(function*(group: string, endpoint: string): Effect.fn.Return<Openness> {
      if (group === "status") return (yield* access.page).status === "open" ? "uncounted" : "closed"
      if (group !== "session") return "closed"
      // Wrong tokens are counted where they are compared; a right one must not wait.
      return endpoint === "begin" ? "uncounted" : "open"
    })
    return (answer, { endpoint, group }) =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        yield* access.check(request, yield* opennessOf(group.identifier, endpoint.identifier))
        return yield* answer
      })
  })
)

/** Layer of the handler that makes links. */
export const layerLink = HttpApiBuilder.group(
  Api,
  "link",
  Effect.fn(function*(handlers) {
    const access = yield* Access
    // The guard lets only callers with full access pass, and without a token nobody has full access.
    return handlers.handleAll({ make: () => Effect.orDie(Effect.flatMap(access.invite, Effect.fromOption)) })
  })
)

/** Layer of the handlers; they set and clear the session cookie. */
export const layer = HttpApiBuilder.group(
  Api,
  "session",
  Effect.fn(function*(handlers) {
    const access = yield* Access
    const withCookie = (value: string, maxAge?: number) => (response: HttpServerResponse.HttpServerResponse) => {
      const { name, secure } = access.cookie()
      return HttpServerResponse.setCookieUnsafe(response, name, value, {
        httpOnly: true,
        sameSite: "strict",
        path: "/",
        secure,
        ...(maxAge === undefined ? {} : { maxAge })
      })
    }
    return handlers.handleAll({
      show: ({ request }) => access.use(request),
      begin: Effect.fnUntraced(function*({ payload, request }) {
        const begun = yield* access.begin(request, payload.token)
        if (Option.isNone(begun)) return yield* new WrongToken()
        return HttpServerResponse.jsonUnsafe(begun.value.session).pipe(withCookie(begun.value.cookie))
      }),
      end: ({ request }) =>
        Effect.as(access.end(request), HttpServerResponse.empty({ status: 204 }).pipe(withCookie("", 0)))
    })
  })
)
