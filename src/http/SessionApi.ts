/** The endpoints that tell a caller what it may do, and sign it in and out. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Guard } from "./Guard.ts"

/** Schema for what a caller may do. */
export const Session = Schema.Struct({
  /** `full` allows settings, artifacts and changes; `status` only what `/status` shows. */
  access: Schema.Literals(["full", "status"]),
  /** Whether a token gives full access; false when the connector has none, or not yet. */
  takes_token: Schema.Boolean,
  /** When the session ends unless it is used; null without a session. */
  expires_at: Schema.NullOr(Schema.String),
  /** What the caller has to do to get full access, in one line. */
  why: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Session" })
export type Session = typeof Session.Type

/** Schema for a link that signs in to the page: `<origin>/#token=<token>`. */
export const Link = Schema.Struct({
  /** Good for one use. */
  token: Schema.String,
  expires_at: Schema.String,
  /** Origin of `page.public_url`; null without that setting. */
  origin: Schema.NullOr(Schema.String),
  /** Proves to a program that can read the token that the connector made the link. */
  signature: Schema.String
}).annotate({ identifier: "Link" })
export type Link = typeof Link.Type

/** The token is neither the connector's nor that of a link that can still be used. */
export class WrongToken extends Schema.TaggedError<WrongToken>()("WrongToken", {}, { httpApiStatus: 401 }) {}

/** The endpoints that begin, show and end a session. */
export const SessionApi = HttpApiGroup.make("session").add(
  HttpApiEndpoint.get("show", "/api/session", { success: Session }).annotate(
    OpenApi.Description,
    "What the caller may do."
  ),
  HttpApiEndpoint.post("begin", "/api/session", {
    payload: Schema.Struct({ token: Schema.String }),
    success: Session,
    error: WrongToken
  }).annotate(
    OpenApi.Description,
    "Begins a session with the connector's token, or with the token of a link, which is used up; sets a cookie."
  ),
  HttpApiEndpoint.delete("end", "/api/session", { success: HttpApiSchema.NoContent }).annotate(
    OpenApi.Description,
    "Ends the session."
  )
).middleware(Guard)

/** The endpoint that makes a link, for somebody who has full access already. */
export const LinkApi = HttpApiGroup.make("link").add(
  HttpApiEndpoint.post("make", "/api/session/link", { success: Link }).annotate(
    OpenApi.Description,
    "Makes a link that signs in once, within 15 minutes."
  )
).middleware(Guard)
