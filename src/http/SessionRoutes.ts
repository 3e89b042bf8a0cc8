/** Implements the endpoints of `SessionApi`, and the guard of the page's interface. */
import { Effect, Layer, Option } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Access, cookieName } from "./Access.ts"
import { Api } from "./Api.ts"
import { Guard } from "./Guard.ts"
import { WrongToken } from "./SessionApi.ts"

/** Groups of endpoints that reveal no more than `/status`. */
const openGroups: ReadonlySet<string> = new Set(["session", "live"])

/** Layer of the {@link Guard}, which asks {@link Access} about each request. */
export const layerGuard = Layer.effect(
  Guard,
  Effect.gen(function*() {
    const access = yield* Access
    return (answer, { group }) =>
      Effect.flatMap(
        HttpServerRequest.HttpServerRequest,
        (request) => Effect.andThen(access.check(request, openGroups.has(group.identifier)), answer)
      )
  })
)

const cookie = { httpOnly: true, sameSite: "strict", path: "/" } as const

/** Layer of the handlers; they set and clear the session cookie. */
export const layer = HttpApiBuilder.group(
  Api,
  "session",
  Effect.fn(function*(handlers) {
    const access = yield* Access
    const withCookie = (value: string, maxAge?: number) =>
      HttpServerResponse.setCookieUnsafe(cookieName, value, { ...cookie, ...(maxAge === undefined ? {} : { maxAge }) })
    return handlers.handleAll({
      show: ({ request }) => access.show(request),
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
