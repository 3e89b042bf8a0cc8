/** Middleware that guards the page's interface, and the errors with which it refuses a request. */
import { Schema } from "effect"
import { HttpApiMiddleware } from "effect/http-api"

/** The caller has to sign in first. */
export class SignInNeeded extends Schema.TaggedError<SignInNeeded>()("SignInNeeded", {
  /** What the caller has to do. */
  why: Schema.String,
  /** A program on this machine that can read the token answers it with a proof, once, within a minute. */
  challenge: Schema.optionalKey(Schema.String)
}, { httpApiStatus: 401 }) {}

/** The request comes from another site, or needs full access. */
export class NotAllowed extends Schema.TaggedError<NotAllowed>()("NotAllowed", {
  /** What the caller has to do. */
  why: Schema.String
}, { httpApiStatus: 403 }) {}

/** The caller sent more requests than a person does. */
export class TooManyRequests extends Schema.TaggedError<TooManyRequests>()("TooManyRequests", {
  retry_after_seconds: Schema.Int
}, { httpApiStatus: 429 }) {}

/**
 * Middleware that demands full access for settings and artifacts, and the header `x-azure-security-page: 1` for each
 * change. No other site can make a browser send that header.
 */
export class Guard extends HttpApiMiddleware.Service<Guard>()("azure-security/http/Guard", {
  error: [SignInNeeded, NotAllowed, TooManyRequests]
}) {}

/** Name of the header that every change must carry. */
export const pageHeader = "x-azure-security-page"
