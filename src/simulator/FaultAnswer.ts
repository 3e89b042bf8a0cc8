/** Microsoft's answer, or the lack of one, when a fault strikes. */
import { stringify } from "../artifacts/Message.ts"
import * as Answer from "./Answer.ts"
import type { Collection } from "./Collections.ts"
import type { Fault } from "./Fault.ts"
import { plain, type Shape } from "./SimulatedPage.ts"

const retryAfter = (value: number | string | undefined): Record<string, string> =>
  value === undefined ? {} : { "retry-after": String(value) }

const gatewayPage =
  "<html><head><title>Service unavailable</title></head><body><h2>Our services aren't available right now</h2></body></html>"

const tokenError = (
  stamp: Answer.Stamp,
  status: number,
  error: string,
  says: string,
  headers: Record<string, string>
) =>
  Answer.of(status, {
    error,
    error_description: says,
    error_codes: [],
    timestamp: Answer.entraTime(stamp),
    trace_id: stamp.requestId,
    correlation_id: stamp.clientRequestId
  }, headers)

/** Builds the 403 for an application without the permission. */
export const missingRole = (
  stamp: Answer.Stamp,
  collection: Collection,
  roles: ReadonlyArray<string>
): Answer.Answer => {
  switch (collection.denial) {
    case "reports":
      return Answer.graphError(
        stamp,
        403,
        "Authentication_MSGraphPermissionMissing",
        `Calling principal does not have required MSGraph permissions ${collection.roles.join(", ")}`
      )
    case "identityProtection":
      return Answer.graphError(
        stamp,
        403,
        "Forbidden",
        "You cannot perform the requested operation, required scopes are missing in the token."
      )
    case "intune":
      return Answer.graphError(
        stamp,
        403,
        "Forbidden",
        stringify({
          _version: 3,
          Message:
            `Application is not authorized to perform this operation. Application must have one of the following scopes: ${
              collection.roles.join(", ")
            } - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000`
        })
      )
    case "directory":
      return Answer.graphError(
        stamp,
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation."
      )
    case "security":
      return missingSecurityRole(stamp, collection, roles)
  }
}

const missingSecurityRole = (
  stamp: Answer.Stamp,
  collection: Collection,
  roles: ReadonlyArray<string>
): Answer.Answer =>
  Answer.graphError(
    stamp,
    403,
    "Forbidden",
    `Missing application roles. API required roles: ${collection.roles.join(",")}, application roles: ${
      roles.join(",")
    }.`
  )

/** Builds the 401 for a request whose token Graph refuses. */
export const unauthorized = (stamp: Answer.Stamp, says: string): Answer.Answer =>
  Answer.graphError(stamp, 401, "InvalidAuthenticationToken", says, {
    "www-authenticate":
      "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\""
  })

/** Returns the answer that a fault forces, or `undefined` when the fault only changes the page. */
export const of = (
  fault: Fault,
  stamp: Answer.Stamp,
  collection: Collection | undefined,
  roles: ReadonlyArray<string>
): Answer.Answer | undefined => {
  const error = (status: number, code: string, says: string, headers: Record<string, string> = {}) =>
    collection === undefined
      ? tokenError(stamp, status, code, says, headers)
      : Answer.graphError(stamp, status, code, says, headers)
  switch (fault.kind) {
    case "status":
      return error(fault.status, fault.code ?? "UnknownError", fault.message ?? "", retryAfter(fault.retry_after))
    case "throttled":
      return error(429, "TooManyRequests", "Too many requests.", retryAfter(fault.retry_after))
    case "missing_role":
      return collection && missingRole(stamp, collection, roles.filter((role) => !collection.roles.includes(role)))
    case "not_licensed":
      if (collection?.denial === "reports") {
        return error(
          403,
          "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
          "Neither tenant is B2C or tenant doesn't have premium license"
        )
      }
      if (collection?.denial === "identityProtection") {
        return error(403, "Forbidden", "Your tenant is not licensed for this feature.")
      }
      if (collection?.denial === "intune") {
        return error(401, "UnknownError", stringify({ ErrorCode: "Forbidden", Message: "An error has occurred" }))
      }
      return error(403, "Forbidden", "The tenant is not licensed for, or not onboarded to, Microsoft Defender XDR.")
    case "conditional_access":
      return error(403, "accessDenied", "insufficient_claims: blocked by a conditional access policy.")
    case "unauthorized":
      return unauthorized(stamp, "Access token validation failure. Invalid audience.")
    case "token_expired":
      return unauthorized(stamp, "Lifetime validation failed, the token is expired.")
    case "retired":
      switch (fault.as ?? "404") {
        case "404":
          return error(404, "ResourceNotFound", "This API has been retired.")
        case "410":
          return error(410, "Gone", "This API has been retired.")
        case "400-segment":
          return error(400, "BadRequest", `Resource not found for the segment '${collection?.name ?? ""}'.`)
        case "empty":
          return Answer.of(200, { "@odata.context": "$metadata#security/alerts", value: [] })
      }
    // eslint-disable-next-line no-fallthrough -- every case above returns
    case "html":
      return Answer.of(fault.status ?? 503, gatewayPage, { "content-type": "text/html; charset=utf-8" })
    case "reset":
      return { ...Answer.of(502, gatewayPage), delivery: "reset" }
    case "hang":
      return { ...Answer.of(504, ""), delivery: "hang" }
    case "not_json":
      return Answer.of(200, "{\"value\": [ oops", { "content-type": "application/json" })
    case "dead_next_link":
      return fault.status === 410
        ? error(410, "Gone", "The page is no longer available.")
        : error(400, "BadRequest", "Query option 'SkipToken' is not allowed.")
    case "skip_limit":
      return error(
        400,
        "",
        `The query specified in the URI is not valid. The limit of '${fault.max}' for Skip query has been exceeded.`
      )
    default:
      return undefined
  }
}

const bend = (fault: Fault, url: URL): Partial<Shape> => {
  switch (fault.kind) {
    case "value_null":
      return { isNull: true }
    case "repeating_next_link":
      return { nextLink: url.href }
    case "hostile_next_link":
      return { nextLink: fault.url }
    case "empty_page_with_next_link":
      return { isEmpty: true }
    case "ignore_orderby":
      return { ignoresOrderby: true }
    case "ignore_filter":
      return { ignoresFilter: true }
    case "clamp":
      return { pageMax: fault.size }
    case "partial":
      return { warnings: fault.warnings ?? ["Microsoft/MCAS/504/10000"] }
    case "big_body":
      return { padding: fault.bytes }
    default:
      return {}
  }
}

/** Merges the faults that only change the page at `url` into one shape; of two that conflict, the later wins. */
export const shape = (faults: ReadonlyArray<Fault>, url: URL): Shape =>
  faults.reduce((shape, fault) => Object.assign(shape, bend(fault, url)), { ...plain })

/** Adds Microsoft's ids, the delay and the connection faults to an answer. */
export const delivered = (
  answer: Answer.Answer,
  stamp: Answer.Stamp,
  faults: ReadonlyArray<Fault>,
  tenant: string | undefined
): Answer.Answer => ({
  ...answer,
  headers: { ...Answer.identified(stamp), ...answer.headers },
  delivery: faults.some(({ kind }) => kind === "truncated") ? "truncated" : answer.delivery,
  delay: faults.reduce((sum, fault) => fault.kind === "slow" ? sum + fault.ms : sum, 0),
  tenant,
  faults: faults.map(({ kind }) => kind)
})
