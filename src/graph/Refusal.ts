/**
 * Finds the reason for a Graph answer that is not a page.
 *
 * Codes and statuses decide. Graph's message is read for what no code tells (missing roles, a missing licence, a retired
 * segment, a refused part of the query). Only that of a rejected request becomes part of an error, cleaned and cut.
 */
import { type Duration, Option, Predicate, Schema } from "effect"
import { Headers } from "effect/http"
import { smallBodyBytesMax } from "../domain/Bounds.ts"
import type { Collection } from "../endpoints/EndpointDefinition.ts"
import { bodyText } from "./body/Body.ts"
import type { Answer } from "./Exchange.ts"
import { Forbidden, type GraphError, Rejected, Retired, Throttled, Unauthorized, Unavailable } from "./GraphError.ts"
import { failureCode, requestGuid } from "./Names.ts"
import * as QueryShape from "./QueryShape.ts"
import { atProxy } from "./Transport.ts"

/** The parts of a refusal that go into the error report. */
export interface Details {
  readonly graphCode: string | undefined
  readonly requestId: string | undefined
  readonly clientRequestId: string | undefined
}

const Inner = Schema.Record(Schema.String, Schema.Unknown)
const Body = Schema.Struct({
  error: Schema.Struct({
    code: Schema.optionalKey(Schema.Unknown),
    message: Schema.optionalKey(Schema.Unknown),
    // Graph spells it both ways.
    innerError: Schema.optionalKey(Schema.Unknown),
    innererror: Schema.optionalKey(Schema.Unknown)
  })
})
const decodeBody = Schema.decodeUnknownOption(Schema.fromJsonString(Body))
const isInner = Schema.is(Inner)

const text = (value: unknown) => Predicate.isString(value) ? value : undefined

/** A page that cannot be used is no refusal, and far too large to be parsed at once. */
const decoded = ({ body }: Answer) =>
  body.bytes.length > smallBodyBytesMax ? undefined : Option.getOrUndefined(decodeBody(bodyText(body)))

const read = (answer: Answer) => {
  const body = decoded(answer)?.error
  const inner = [body?.innerError, body?.innererror].find((each) => isInner(each)) ?? {}
  return { code: text(body?.code), message: text(body?.message) ?? "", inner, innerCode: text(inner["code"]) }
}

/** Returns the ids that Microsoft's support asks for, and Graph's code, from any answer. */
export const details = (answer: Answer): Details => {
  const { code, inner } = read(answer)
  const either = (key: string) =>
    requestGuid(Option.getOrUndefined(Headers.get(answer.headers, key)) ?? text(inner[key]))
  return { graphCode: failureCode(code), requestId: either("request-id"), clientRequestId: either("client-request-id") }
}

/**
 * Returns the claims, as JSON, that a 401 demands of the next token, or undefined
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 */
export const claimsChallenge = (answer: Answer): string | undefined => {
  const header = Option.getOrUndefined(Headers.get(answer.headers, "www-authenticate")) ?? ""
  if (!/error="?insufficient_claims/i.test(header)) return undefined
  const encoded = /claims="([A-Za-z0-9+/_=-]+)"/i.exec(header)?.[1]
  return encoded === undefined ? undefined : Option.getOrUndefined(decodeClaims(encoded))
}

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const decodeClaims = (encoded: string) =>
  Schema.decodeOption(Schema.StringFromBase64Url)(encoded.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""))
    .pipe(Option.filter((claims) => Option.isSome(Schema.decodeOption(Json)(claims))))

/**
 * Whether a refusal comes from somebody in between, such as the block page of a web filter or a portal's redirect: Graph
 * says in JSON what is wrong, or names its request, or asks for a token.
 */
const isForeign = (answer: Answer): boolean =>
  answer.status >= 300 && answer.status < 500 && decoded(answer) === undefined &&
  Option.isNone(Headers.get(answer.headers, "request-id")) &&
  !/^\s*bearer\b/i.test(Option.getOrElse(Headers.get(answer.headers, "www-authenticate"), () => ""))

/** What is said of an answer that is not Microsoft's. */
export const foreign = (status: number): Unavailable =>
  status < 400
    ? new Unavailable({
      kind: "proxy",
      detail: `HTTP ${status}, a redirect, which Microsoft never sends: a captive portal or proxy answers`,
      remedy:
        "Sign this machine in to the network's portal, or have Microsoft's hosts exempted from it; check HTTPS_PROXY"
    })
    : new Unavailable({
      kind: "proxy",
      detail: `HTTP ${status} that is not Microsoft's: a proxy or web filter answers`,
      ...atProxy(status)
    })

const throttlingCodes = /^(?:TooManyRequests|activityLimitReached|RequestThrottled|throttledRequest)$/i
/** What a service behind Graph says of too many requests, with a 500 (Intune's query broker). */
const tooMany = /rate limit reached because of too many requests/i
const licence = /licen[cs]|onboard|provision|subscri|not enabled for|sku\b/i
const conditional = /insufficient_claims|(?<!\d)53003(?!\d)|conditional access/i
/** Why Graph keeps demanding claims, although the token was issued with them: a policy about the caller's place. */
const challengedStill = /LocationConditionEvaluationSatisfied|ClaimsChallengeRequired|insufficient_claims/i
// Codes that give no cause: with a sufficient role, the cause is the tenant. The directory's own is most often a new consent.
const bareDenial = /^(?:accessDenied|Forbidden|UnknownError|)$/i

/** Parses `Missing application roles. API required roles: A,B, application roles: C.` */
const rolesNamed = (message: string) =>
  (/required roles:\s*([A-Za-z0-9_., ]+?),?\s*application roles/i.exec(message)?.[1] ?? "")
    .split(",").map((role) => role.trim()).filter((role) => /^[A-Za-z0-9_.]{1,64}$/.test(role))

/** A denial whose cause Graph's code or message tells. */
interface Denial {
  /** 403 without it. */
  readonly status?: number
  readonly graphCode?: RegExp
  readonly message?: RegExp
  readonly why: Forbidden["why"]
  /** The permission that is missing, where it is another than the endpoint's. */
  readonly permission?: string
  /** Finds the missing permissions in the message, separated by commas. */
  readonly named?: RegExp
}

/** The first that matches tells the cause. A message about a licence may be about a permission, and the other way round. */
const denials: ReadonlyArray<Denial> = [
  { graphCode: /^Authentication_RequestFromNonPremiumTenantOrB2CTenant$/i, why: "not_licensed" },
  {
    graphCode: /^Authentication_ApplicationHasNoDirectoryReadAccess$/i,
    why: "missing_role",
    permission: "Directory.Read.All"
  },
  {
    graphCode: /^Authentication_(?:MSGraphPermissionMissing|ApplicationHasNoReadAuditLogDataAccess)$/i,
    why: "missing_role",
    named: /permissions?\s+([A-Za-z0-9_., ]+)/i
  },
  { message: /tenant is not licensed for this feature/i, why: "not_licensed" },
  { message: /required scopes are missing in the token/i, why: "missing_role" },
  { message: /must have one of the following scopes/i, why: "missing_role", named: /scopes:\s*([A-Za-z0-9_., ]+)/i },
  { message: /account is not provisioned/i, why: "not_licensed" },
  { status: 401, message: /account is not provisioned/i, why: "not_licensed" },
  { status: 400, message: /request not applicable to target tenant/i, why: "not_licensed" }
]

/** The permissions in a list that a message has. */
const rolesIn = (list: string): ReadonlyArray<string> =>
  list.split(",").map((role) => role.trim()).filter((role) => /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)+$/.test(role))

const denier =
  (collection: Collection, roles: ReadonlyArray<string> | undefined) =>
  (why: Forbidden["why"], requiredPermissions = collection.permissions) =>
    new Forbidden({
      why,
      requiredPermissions,
      tokenRoles: roles ?? [],
      ...(why === "not_licensed" ? { licence: collection.licence } : {})
    })

const denialOf = (answer: Answer): Denial | undefined => {
  const { code = "", message } = read(answer)
  return denials.find((each) =>
    answer.status === (each.status ?? 403) && (each.graphCode?.test(code) ?? true) &&
    (each.message?.test(message) ?? true)
  )
}

/** Whether no other token would be taken after a 401: the tenant is at fault, or it is not Graph that answers. */
export const isFinal = (answer: Answer): boolean => denialOf(answer) !== undefined || isForeign(answer)

/** The cause of a denial that a code or message tells; undefined for any other. */
const told = (
  answer: Answer,
  collection: Collection,
  roles: ReadonlyArray<string> | undefined
): Forbidden | undefined => {
  const denial = denialOf(answer)
  if (denial === undefined) return undefined
  const named = denial.permission === undefined
    ? rolesIn(denial.named?.exec(read(answer).message)?.[1] ?? "")
    : [denial.permission]
  return denier(collection, roles)(denial.why, named.length === 0 ? collection.permissions : named)
}

const forbidden = (answer: Answer, collection: Collection, roles: ReadonlyArray<string> | undefined): Forbidden => {
  const { code = "", innerCode = "", message } = read(answer)
  const challenge = Option.getOrElse(Headers.get(answer.headers, "www-authenticate"), () => "")
  const deny = denier(collection, roles)
  if ([challenge, code, innerCode, message].some((each) => conditional.test(each))) return deny("conditional_access")
  const cause = told(answer, collection, roles)
  if (cause !== undefined) return cause
  const named = rolesNamed(message)
  if (named.length > 0 || /missing application roles/i.test(message)) {
    const ours = collection.permissions.filter((role) => named.length === 0 || named.includes(role))
    return deny("missing_role", [...ours, ...named.filter((role) => !ours.includes(role))])
  }
  if (roles !== undefined && !collection.permissions.some((role) => roles.includes(role))) return deny("missing_role")
  if (licence.test(message) || licence.test(code)) return deny("not_licensed")
  return roles !== undefined && bareDenial.test(code) ? deny("not_licensed") : deny("unknown")
}

/** What Intune says of a tenant without it, or of a missing permission, with a 401; anything else is about the token. */
const isIntunes = (answer: Answer, { service }: Collection): boolean => {
  const { code = "", message } = read(answer)
  const challenge = Option.getOrElse(Headers.get(answer.headers, "www-authenticate"), () => "")
  return service === "intune" && (/^(?:UnknownError|)$/i.test(code) ||
    /"ErrorCode"\s*:\s*"Forbidden"/i.test(message.replaceAll("\\", "")) || /realm="?urn:intune/i.test(challenge))
}

const intune = (collection: Collection, roles: ReadonlyArray<string> | undefined): Forbidden =>
  denier(collection, roles)(
    roles === undefined
      ? "unknown"
      : collection.permissions.some((role) => roles.includes(role))
      ? "not_licensed"
      : "missing_role"
  )

const unauthorized = (
  answer: Answer,
  { permissions }: Collection,
  roles: ReadonlyArray<string> | undefined
): Unauthorized | Forbidden => {
  const { code = "", innerCode = "", message } = read(answer)
  const challenge = Option.getOrElse(Headers.get(answer.headers, "www-authenticate"), () => "")
  if ([challenge, code, innerCode, message].some((each) => challengedStill.test(each))) {
    return new Forbidden({ why: "conditional_access", requiredPermissions: permissions, tokenRoles: roles ?? [] })
  }
  return /not yet valid/i.test(`${code} ${message}`)
    ? new Unauthorized({
      by: "graph",
      meaning: "Graph takes the token to be not yet valid, or expired: the clocks differ",
      remedy: "Set this machine's clock: it differs from Microsoft's"
    })
    : new Unauthorized({
      by: "graph",
      meaning: "Graph refused the token, and a new one as well",
      remedy: "Check that the cloud of the settings is the tenant's, and that this machine's clock is right"
    })
}

/** Characters of Graph's message that a report quotes. */
const saidMax = 300

/** A JSON Web Token or a part of one, wherever it stands. */
const jwt = /\beyJ[\w-]{9,}(?:\.[\w-]*){0,2}/g

/** A mail address or a user's name: reports hold no names of people. */
const address = /[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+/g

/** Takes secrets, names, control and format characters out of a message of Microsoft's, and cuts it. */
export const saying = (message: string, secrets: ReadonlyArray<string>): string =>
  secrets.filter((secret) => secret !== "").reduce((text, secret) => text.replaceAll(secret, "…"), message)
    .replaceAll(jwt, "…").replaceAll(address, "…").replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ").trim().slice(0, saidMax)

/**
 * Returns the reason why an answer is no page. `roles` are those of the token that was sent, where it could be read.
 */
export const reasonOf = (answer: Answer, request: {
  readonly collection: Collection
  readonly url: string
  readonly roles: ReadonlyArray<string> | undefined
  readonly retryAfter: Duration.Duration | undefined
  /** What must not be in a report: the token and the client secret. */
  readonly secrets: ReadonlyArray<string>
}): GraphError["reason"] => {
  const { collection, retryAfter, roles, secrets, url } = request
  const { status } = answer
  const { code = "", innerCode = "", message } = read(answer)
  const wait = retryAfter === undefined ? {} : { retryAfter }

  if (status === 429 || status === 509) return new Throttled(wait)
  const isThrottled = throttlingCodes.test(code) || throttlingCodes.test(innerCode)
  if (isThrottled && (status === 403 || status >= 500)) return new Throttled(wait)
  if (tooMany.test(message) && status >= 500) return new Throttled(wait)
  const denied = status === 401 || status === 400 ? told(answer, collection, roles) : undefined
  if (denied !== undefined) return denied
  if (status === 401 && isIntunes(answer, collection)) return intune(collection, roles)
  if (status !== 408 && isForeign(answer)) return foreign(status)
  if (status === 401) return unauthorized(answer, collection, roles)
  if (status === 403) return forbidden(answer, collection, roles)
  if (status === 407) return new Unavailable({ kind: "proxy", detail: "the proxy answered 407", ...atProxy(status) })
  const { pathname, search, searchParams } = new URL(url)
  const refused = status === 400 || status === 501 ? QueryShape.refusedBy(message, searchParams) : undefined
  if (status === 408 || (status >= 500 && refused?.part !== "select")) {
    return new Unavailable({ kind: "http", detail: `HTTP ${status}`, ...wait })
  }
  if (collection.retires) {
    const isSegment = /resource not found for the segment/i.test(message)
    if (status === 404 || status === 410 || (status === 400 && isSegment)) return new Retired({})
  }
  const said = saying(message, secrets)
  return new Rejected({
    request: `${pathname}${search}`,
    ...(said === "" ? {} : { said }),
    ...(refused === undefined ? {} : { refused })
  })
}
