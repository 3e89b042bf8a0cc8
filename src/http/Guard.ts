/** Who may ask for what: the middleware that stands before the page's interface. */
import { Schema } from "effect"
import { HttpApiMiddleware } from "effect/http-api"

/** The caller has to sign in first. */
export class SignInNeeded extends Schema.TaggedError<SignInNeeded>()("SignInNeeded", {
  /** What to do. */
  why: Schema.String
}, { httpApiStatus: 401 }) {}

/** The request may not come from where it came from. */
export class NotAllowed extends Schema.TaggedError<NotAllowed>()("NotAllowed", {
  /** What to do. */
  why: Schema.String
}, { httpApiStatus: 403 }) {}

/** More requests than a person makes. */
export class TooManyRequests extends Schema.TaggedError<TooManyRequests>()("TooManyRequests", {
  retry_after_seconds: Schema.Int
}, { httpApiStatus: 429 }) {}

/**
 * What reads settings or artifacts needs full access, and what changes anything comes from the page itself: with the
 * header `x-azure-security-page: 1`, which no other site can make a browser send.
 */
export class Guard extends HttpApiMiddleware.Service<Guard>()("azure-security/http/Guard", {
  error: [SignInNeeded, NotAllowed, TooManyRequests]
}) {}

/** Name of the header that a change has. */
export const pageHeader = "x-azure-security-page"
