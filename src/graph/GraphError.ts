/**
 * The one error type of every request to Microsoft, with a tagged reason.
 *
 * No body, token or secret is ever part of an error. `FailureTable` decides what each reason makes the connector do.
 */
import { Schema } from "effect"
import { type Cloud, isCustom } from "../config/Cloud.ts"

/** The token endpoint refused the credentials (`by: "login"`), or Graph refused the token (`by: "graph"`). */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {
  by: Schema.Literals(["login", "graph"]),
  /** Number of the AADSTS error, when the token endpoint named one. */
  aadsts: Schema.optionalKey(Schema.Int),
  meaning: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return this.meaning
  }
}

/** Graph accepted the token and denied the request (403). */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", {
  why: Schema.Literals(["missing_role", "not_licensed", "conditional_access", "unknown"]),
  /** Permissions of which any one suffices, the least privileged first. */
  requiredPermissions: Schema.Array(Schema.String),
  /** Roles in the token that was refused; empty when they could not be read. */
  tokenRoles: Schema.Array(Schema.String),
  /** What a tenant without the licence has to do. */
  licence: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    switch (this.why) {
      case "missing_role":
        return `Graph denied the request: the application lacks ${this.requiredPermissions[0] ?? "a permission"}`
      case "not_licensed":
        return "Graph denied the request: the tenant is not licensed for, or not onboarded to, this service"
      case "conditional_access":
        return "Graph denied the request: a conditional access policy blocks the application"
      case "unknown":
        return "Graph denied the request without saying why"
    }
  }
}

/** Graph refused the request because the application is over its quota (429, 509). */
export class Throttled extends Schema.TaggedError<Throttled>()("Throttled", {
  retryAfter: Schema.optionalKey(Schema.Duration)
}) {
  override get message() {
    return "Graph throttled the request"
  }
}

/** No usable answer from Graph or the token endpoint: 5xx, 408, a reset, a timeout, a truncated or non-JSON body. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  /** The cause without any body: `HTTP 503`, `connection reset`, `no first byte after 120 s`. */
  detail: Schema.String,
  /** Kinds of causes; each needs a remedy of its own. */
  kind: Schema.Literals(["http", "network", "dns", "tls", "wrong_host", "proxy", "timeout", "body"]),
  /** What to do where the cause says more than its kind. */
  remedy: Schema.optionalKey(Schema.String),
  retryAfter: Schema.optionalKey(Schema.Duration)
}) {
  override get message() {
    return `Microsoft could not be reached: ${this.detail}`
  }
}

/** The body passed the limit, and reading it was stopped. */
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", {
  bytesMax: Schema.Int,
  /** Set when the page is small enough, and holds more records, or evidence, than this. */
  holds: Schema.optionalKey(Schema.Struct({ records: Schema.Int, artifacts: Schema.Int }))
}) {
  override get message() {
    const { bytesMax, holds } = this
    return holds === undefined
      ? `Graph's answer is larger than ${bytesMax} bytes`
      : `Graph's answer has more than ${holds.records} records, or becomes more than ${holds.artifacts} artifacts`
  }
}

/** Microsoft no longer serves the endpoint (404, 410, or 400 for the segment, on legacy alerts). */
export class Retired extends Schema.TaggedError<Retired>()("Retired", {}) {
  override get message() {
    return "Microsoft no longer serves this endpoint"
  }
}

/** Graph does not accept the request as it is (400, 404, 410 and other 4xx). */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", {
  /** Path and query of the request. */
  request: Schema.String,
  /** The start of Graph's own message, without control characters. */
  said: Schema.optionalKey(Schema.String),
  /** The part of the query that it refuses, where the message says so. */
  refused: Schema.optionalKey(Schema.Struct({
    part: Schema.Literals(["top", "orderby", "fraction", "prefer", "age", "select"]),
    limit: Schema.optionalKey(Schema.Finite),
    notBefore: Schema.optionalKey(Schema.String),
    names: Schema.optionalKey(Schema.Array(Schema.String))
  }))
}) {
  override get message() {
    return `Graph rejected the request ${this.request}${this.said === undefined ? "" : `: ${this.said}`}`
  }
}

/** The page is JSON, but not the envelope that Graph promises. */
export class DecodeFailed extends Schema.TaggedError<DecodeFailed>()("DecodeFailed", {
  /** Path and expectation, never a value. */
  issue: Schema.String
}) {
  override get message() {
    return `Graph's answer is not a page of records: ${this.issue}`
  }
}

/** Failure of a request to Microsoft, with the ids for Microsoft's support. */
export class GraphError extends Schema.TaggedError<GraphError>()("GraphError", {
  endpoint: Schema.String,
  operation: Schema.Literals(["token", "page"]),
  status: Schema.optionalKey(Schema.Int),
  graphCode: Schema.optionalKey(Schema.String),
  requestId: Schema.optionalKey(Schema.String),
  clientRequestId: Schema.optionalKey(Schema.String),
  reason: Schema.Union([Unauthorized, Forbidden, Throttled, Unavailable, BodyTooLarge, Retired, Rejected, DecodeFailed])
}) {
  override get message() {
    return `${this.endpoint}: ${this.reason.message}`
  }
}

/**
 * Adds the host of a cloud that is none of Microsoft's own to what it failed with, where that does not name one: two such
 * clouds fail for causes of their own. A proxy fails alike for all.
 */
export const namingHost = (cloud: Cloud) => (error: GraphError): GraphError => {
  const { operation, reason } = error
  if (!isCustom(cloud) || reason._tag !== "Unavailable" || reason.kind === "proxy") return error
  const hosts = [cloud.login, cloud.graph].map((url) => new URL(url).host)
  if (hosts.some((host) => reason.detail.includes(host))) return error
  const detail = `${reason.detail} (${hosts[operation === "token" ? 0 : 1]})`
  return new GraphError({ ...error, reason: new Unavailable({ ...reason, detail }) })
}
