/** The simulated Microsoft's answers, before `Wire` sends them. */
import { DateTime } from "effect"
import type { Draw } from "./Draw.ts"
import { graphTime } from "./Row.ts"

/** One answer. A string `body` is sent as it is, any other body as JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** `truncated` closes the connection after half the body, `reset` before any byte, and `hang` never answers. */
  readonly delivery: "whole" | "truncated" | "reset" | "hang"
  /** Milliseconds before anything is sent. */
  readonly delay: number
  /** The tenant and the kinds of the faults, for the request log. */
  readonly tenant?: string | undefined
  readonly faults?: ReadonlyArray<string>
}

/** Builds an answer that is delivered whole and without delay. */
export const of = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers,
  body,
  delivery: "whole",
  delay: 0
})

/** The ids and the time in Microsoft's answers. */
export interface Stamp {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly requestId: string
  readonly clientRequestId: string
  readonly draw: Draw
}

/** The headers of every Microsoft answer. */
export const identified = (stamp: Stamp): Readonly<Record<string, string>> => ({
  date: DateTime.toDateUtc(DateTime.makeUnsafe(stamp.now)).toUTCString(),
  "request-id": stamp.requestId,
  "client-request-id": stamp.clientRequestId
})

/** Formats the time as Entra ID writes it in errors: `2026-11-20 12:00:00Z`. */
export const entraTime = (stamp: Stamp): string => `${graphTime(stamp.now).slice(0, 19).replace("T", " ")}Z`

/** Builds Graph's error body around `code` and `message`. */
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
