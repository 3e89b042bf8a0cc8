/**
 * Remembers the last requests to Microsoft for a support case: request and answer, without bodies, tokens or secrets.
 */
import { Context, DateTime, Schema } from "effect"
import { recordedRequestsMax } from "../domain/Bounds.ts"

/** Schema for a remembered request, as `/debug/requests` shows it. */
export const RecordedRequest = Schema.Struct({
  /** When the request was sent. */
  at: Schema.String,
  method: Schema.String,
  host: Schema.String,
  /** With its query, without the value of `$skiptoken`. */
  path: Schema.String,
  /** Null when no answer came. */
  status: Schema.NullOr(Schema.Int),
  /** Why there is no answer, or only a part. */
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

/** The last `recordedRequestsMax` requests of this process. */
export interface Recorder {
  readonly add: (request: RecordedRequest) => void
  /** Oldest first. */
  readonly all: () => ReadonlyArray<RecordedRequest>
}

/** Creates an empty recorder. */
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

/** Service of the recorder; by default one for the whole process. */
export const Recorder = Context.Reference<Recorder>("azure-security/graph/Recorder", { defaultValue: make })

/** Returns path and query without the value of `$skiptoken`. */
export const shownPath = ({ pathname, search }: URL): string =>
  `${pathname}${search.replaceAll(/((?:\$|%24)skiptoken=)[^&]*/gi, "$1…")}`

/** Formats milliseconds since 1970 as ISO 8601. */
export const shownTime = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))
