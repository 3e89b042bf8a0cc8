/** The part of the interface that says what a caller may do, and lets one in. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Guard } from "./Guard.ts"

/** Schema for what a caller may do. */
export const Session = Schema.Struct({
  /** `full`: settings, artifacts and changes. `status`: nothing but what `/status` says. */
  access: Schema.Literals(["full", "status"]),
  /** Whether a token opens the rest; false where the connector has none, or everything is open. */
  takes_token: Schema.Boolean,
  /** When the session ends, unless it is used; null without one. */
  expires_at: Schema.NullOr(Schema.String),
  /** What has to be done to get more, in one line. */
  why: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Session" })
export type Session = typeof Session.Type

/** The token is not the one. */
export class WrongToken extends Schema.TaggedError<WrongToken>()("WrongToken", {}, { httpApiStatus: 401 }) {}

/** Begins, shows and ends a session. */
export const SessionApi = HttpApiGroup.make("session").add(
  HttpApiEndpoint.get("show", "/api/session", { success: Session }).annotate(
    OpenApi.Description,
    "What the caller may do."
  ),
  HttpApiEndpoint.post("begin", "/api/session", {
    payload: Schema.Struct({ token: Schema.String }),
    success: Session,
    error: WrongToken
  }).annotate(OpenApi.Description, "Begins a session with the token of AZURE_SECURITY_ADMIN_TOKEN; sets a cookie."),
  HttpApiEndpoint.delete("end", "/api/session", { success: HttpApiSchema.NoContent }).annotate(
    OpenApi.Description,
    "Ends the session."
  )
).middleware(Guard)
