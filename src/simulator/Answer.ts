/** What the simulated Microsoft says to a request, before it is put on the wire. */
import { DateTime } from "effect"
import type { Draw } from "./Draw.ts"
import { graphTime } from "./Row.ts"

/** An answer. A `body` that is a string is sent as it is, anything else as JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** `truncated` ends the connection half-way, `reset` before anything, `hang` never answers. */
  readonly delivery: "whole" | "truncated" | "reset" | "hang"
  /** Milliseconds before anything is sent. */
  readonly delay: number
  /** Whom it was given to, and the kinds of faults that had a hand in it; for the request log. */
  readonly tenant?: string | undefined
  readonly faults?: ReadonlyArray<string>
}

/** An answer that arrives as it should. */
export const of = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers,
  body,
  delivery: "whole",
  delay: 0
})

/** Ids that Microsoft's answers carry, and when they were given. */
export interface Stamp {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly requestId: string
  readonly clientRequestId: string
  readonly draw: Draw
}

/** Headers that every answer of Microsoft's carries. */
export const identified = (stamp: Stamp): Readonly<Record<string, string>> => ({
  date: DateTime.toDateUtc(DateTime.makeUnsafe(stamp.now)).toUTCString(),
  "request-id": stamp.requestId,
  "client-request-id": stamp.clientRequestId
})

/** The time as Entra ID writes it in its errors. */
export const entraTime = (stamp: Stamp): string => `${graphTime(stamp.now).slice(0, 19).replace("T", " ")}Z`

/** Graph's error body. */
export const graphError = (
  stamp: Stamp,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {}
): Answer =>
  of(status, {
    error: {
      code,
      message,
      innerError: {
        date: graphTime(stamp.now).slice(0, 19),
        "request-id": stamp.requestId,
        "client-request-id": stamp.clientRequestId
      }
    }
  }, headers)
