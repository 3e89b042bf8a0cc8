/** `status`: prints the state of a running connector, worst instance first. */
import { Clock, DateTime, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { FetchHttpClient } from "effect/http"
import type { RecordedRequest } from "../graph/Recorder.ts"
import { line } from "../status/Report.ts"
import type { InstanceDocument, StatusDocument } from "../status/StatusDocument.ts"
import * as Asking from "./Asking.ts"
import { ExitCode } from "./ExitCode.ts"
import * as Printed from "./Printed.ts"
import * as SettingsFlag from "./SettingsFlag.ts"

/** Worst first. */
const order: ReadonlyArray<InstanceDocument["state"]> = ["attention", "starting", "ok", "disabled"]

/** `3 min ago`, `in 40 s`, `never`. */
const since = (time: string | null, now: number): string => {
  if (time === null) return "never"
  const seconds = Math.round((now - DateTime.toEpochMillis(DateTime.makeUnsafe(time))) / 1000)
  const size = Math.abs(seconds)
  const amount = size < 90 ? `${size} s` : size < 5400 ? `${Math.round(size / 60)} min` : `${Math.round(size / 3600)} h`
  return seconds < 0 ? `in ${amount}` : `${amount} ago`
}

/** When an endpoint is polled next; without a time it is being polled. */
const next = ({ cooldown_until, next_poll_at }: InstanceDocument["endpoints"][number], now: number): string =>
  cooldown_until === null && next_poll_at === null ? "now" : since(cooldown_until ?? next_poll_at, now)

const padded = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd())
}

const head = ["endpoint", "state", "last poll", "last success", "next poll", "records", "artifacts", "gaps"]

/** Formats one instance. What was said of the whole process is not said again. */
const instanceLines = (
  instance: InstanceDocument,
  saidBefore: ReadonlyArray<string>,
  now: number
): ReadonlyArray<string> => {
  const { connection_status, display_name, endpoints, name, state, warnings } = instance
  const polled = endpoints.filter((endpoint) => endpoint.state !== "disabled")
  const errors = polled.flatMap(({ error }) => error ?? [])
  const stands = connection_status === "failed" ? "failed: nothing is being collected" : connection_status
  const title = `${name}${
    display_name === name ? "" : ` (${display_name})`
  }: ${state}, ${stands}; ${instance.requests_last_minute} of ${instance.requests_per_minute_max} requests in the last minute`
  const rows = polled.map((
    endpoint
  ) => [
    endpoint.name,
    endpoint.state,
    since(endpoint.last_poll_at, now),
    since(endpoint.last_success_at, now),
    next(endpoint, now),
    String(endpoint.records_fetched),
    String(endpoint.artifacts_published),
    String(endpoint.gaps.length)
  ])
  const said = new Set(
    [...errors, ...warnings].map((report) => line(report)).filter((text) => !saidBefore.includes(text))
  )
  return [
    title,
    ...(polled.length === 0 ? [] : padded([head, ...rows]).map((text) => `  ${text}`)),
    ...Array.from(said, (text) => `  ! ${text}`)
  ]
}

/** Formats a status for people; `now` is in milliseconds since 1970. */
export const linesOf = (
  { instances, reports = [], sink, started_at, version }: StatusDocument,
  now: number
): ReadonlyArray<string> => {
  const ofAll = [...reports, ...sink.warnings ?? []].map((report) => line(report))
  const sorted = instances.toSorted((one, other) => order.indexOf(one.state) - order.indexOf(other.state))
  return [
    `azure-security ${version}, started ${
      since(started_at, now)
    }; sink ${sink.type} ${sink.state}, ${sink.published} artifacts published${
      sink.lost === undefined ? "" : `, ${sink.lost} lost by the broker`
    }`,
    ...ofAll.map((text) => `  ! ${text}`),
    ...sorted.flatMap((instance) => ["", ...instanceLines(instance, ofAll, now)]),
    ...(instances.length === 0 ? ["", "no instance is set up"] : [])
  ]
}

const requestLine = (request: RecordedRequest): string =>
  [
    request.at,
    request.method,
    `${request.host}${request.path}`,
    request.status ?? "no answer",
    `${request.bytes} B`,
    `${request.milliseconds} ms`,
    ...(request.request_id === undefined ? [] : [`request-id=${request.request_id}`]),
    ...(request.client_request_id === undefined ? [] : [`client-request-id=${request.client_request_id}`]),
    ...(request.retry_after === undefined ? [] : [`retry-after=${request.retry_after}`]),
    ...(request.failure === undefined ? [] : [`(${request.failure})`])
  ].join("  ")

/** The command `status`; waits 10 seconds at most. */
export const command = Command.make(
  "status",
  {
    config: SettingsFlag.config,
    url: Asking.url,
    requests: Flag.Boolean("requests").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Print its last 200 requests to Microsoft instead, for a support case")
    )
  },
  Effect.fn(function*({ config, requests, url: given }) {
    const url = yield* Asking.addressOf(given)
    if (requests) {
      yield* Printed.lines(
        ...(yield* Asking.ask({ config, url }, (client) => client.debug.requests())).map(requestLine)
      )
      return yield* ExitCode.set(ExitCode.well)
    }
    const document = yield* Asking.ask({ config, url }, (client) => client.status.document())
    yield* Printed.lines(...linesOf(document, yield* Clock.currentTimeMillis))
    const isWell = document.sink.state === "ok" && document.reports === undefined &&
      document.instances.every(({ state }) => state !== "attention")
    yield* ExitCode.set(isWell ? ExitCode.well : ExitCode.failed)
  }, Effect.provide(FetchHttpClient.layer))
).pipe(
  Command.withDescription(
    "Print the state of a running connector, worst first; exits with 1 while an instance needs attention or the sink cannot be written"
  )
)
