/**
 * The one failure type of everything asked of Microsoft, with a tagged reason.
 *
 * No body, token or secret is ever part of it. What each reason makes the connector do is `GraphPolicy`'s concern.
 */
import { Schema } from "effect"

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

/** Graph knows who asks, and denies it. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", {
  why: Schema.Literals(["missing_role", "not_licensed", "conditional_access", "unknown"]),
  /** Permissions of which any one suffices, the least privileged first. */
  requiredPermissions: Schema.Array(Schema.String),
  /** Roles in the token that was refused; empty when it could not be read. */
  tokenRoles: Schema.Array(Schema.String)
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

/** No usable answer: 5xx, 408, a reset, a time-out, a truncated or non-JSON body; of Graph or of the token endpoint. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  /** What happened, in words that hold no body: `HTTP 503`, `connection reset`, `no first byte within 120 s`. */
  detail: Schema.String,
  /** Where the failure has a cause of its own that needs a remedy of its own. */
  kind: Schema.Literals(["http", "network", "dns", "tls", "proxy", "timeout", "body"]),
  retryAfter: Schema.optionalKey(Schema.Duration)
}) {
  override get message() {
    return `Microsoft could not be reached: ${this.detail}`
  }
}

/** The body passed the limit while it was being read, and was given up. */
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", {
  bytesMax: Schema.Int
}) {
  override get message() {
    return `Graph's answer is larger than ${this.bytesMax} bytes`
  }
}

/** Microsoft no longer serves the endpoint (404, 410, or 400 for the segment, on legacy alerts). */
export class Retired extends Schema.TaggedError<Retired>()("Retired", {}) {
  override get message() {
    return "Microsoft no longer serves this endpoint"
  }
}

/** Graph does not accept the request as it is (400, 404, 410 and other 4xx; a redirect). */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", {
  /** Path and query of the request. */
  request: Schema.String
}) {
  override get message() {
    return `Graph rejected the request ${this.request}`
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

/** Failure of a request to Microsoft. */
export class GraphError extends Schema.TaggedError<GraphError>()("GraphError", {
  endpoint: Schema.String,
  operation: Schema.Literals(["token", "page"]),
  status: Schema.optionalKey(Schema.Int),
  graphCode: Schema.optionalKey(Schema.String),
  requestId: Schema.optionalKey(Schema.String),
  clientRequestId: Schema.optionalKey(Schema.String),
  reason: Schema.Union([
    Unauthorized,
    Forbidden,
    Throttled,
    Unavailable,
    BodyTooLarge,
    Retired,
    Rejected,
    DecodeFailed
  ])
}) {
  override get message() {
    return `${this.endpoint}: ${this.reason.message}`
  }
}
