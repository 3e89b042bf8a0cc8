/**
 * Remembers the last requests to Microsoft, for a support case: what was asked and answered, without bodies, tokens or
 * secrets.
 */
import { Context, DateTime, Schema } from "effect"
import { recordedRequestsMax } from "../domain/Bounds.ts"

/** Schema for a request as it is remembered. */
export const RecordedRequest = Schema.Struct({
  /** When it was sent. */
  at: Schema.String,
  method: Schema.String,
  host: Schema.String,
  /** With its query; a position of Graph's own (`$skiptoken`) is left out. */
  path: Schema.String,
  /** Null where no answer came. */
  status: Schema.NullOr(Schema.Int),
  /** Why there is none, or why it was given up. */
  failure: Schema.optionalKey(Schema.String),
  /** Bytes of the body, decompressed. */
  bytes: Schema.Int,
  /** From the request to the end of the answer. */
  milliseconds: Schema.Int,
  request_id: Schema.optionalKey(Schema.String),
  client_request_id: Schema.optionalKey(Schema.String),
  retry_after: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "RecordedRequest" })
export type RecordedRequest = typeof RecordedRequest.Type

/** The requests of this process. */
export interface Recorder {
  readonly add: (request: RecordedRequest) => void
  /** Oldest first. */
  readonly all: () => ReadonlyArray<RecordedRequest>
}

/** Makes a recorder that remembers nothing yet. */
export const make = (): Recorder => {
  const requests: Array<RecordedRequest> = []
  return {
    add: (request) => {
      requests.push(request)
      if (requests.length > recordedRequestsMax) requests.shift()
    },
    all: () => requests
  }
}

/** Service of the recorder; one for the process unless it is given. */
export const Recorder = Context.Reference<Recorder>("azure-security/graph/Recorder", { defaultValue: make })

/** A URL's path and query as it is remembered. */
export const shownPath = ({ pathname, search }: URL): string =>
  `${pathname}${search.replaceAll(/((?:\$|%24)skiptoken=)[^&]*/gi, "$1…")}`

/** A time in milliseconds since 1970 as it is remembered. */
export const shownTime = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))
