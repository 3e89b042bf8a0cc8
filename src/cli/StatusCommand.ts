/** `status`: prints the state of a running connector, worst instance first. */
import { Clock, DateTime, Effect, Option, Struct } from "effect"
import { Command, Flag } from "effect/cli"
import { FetchHttpClient } from "effect/http"
import type { RecordedRequest } from "../graph/Recorder.ts"
import { causeOf, causesOf, lasting } from "../status/Causes.ts"
import { line, type Report } from "../status/Report.ts"
import type { InstanceDocument, StatusDocument } from "../status/StatusDocument.ts"
import * as Asking from "./Asking.ts"
import { ExitCode } from "./ExitCode.ts"
import * as Printed from "./Printed.ts"
import * as SettingsFlag from "./SettingsFlag.ts"
import { Refusal } from "./StartRefusal.ts"

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

/** Formats a report: what the log says of it, and its code. */
const reportLine = (report: Report): string => `  ! ${line(report)}  code=${report.code}`

/** Since when a fault is there: its message knows longer than its last occurrence. */
const begun = ({ message, occurred_at }: Report): string => /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(message)?.[0] ?? occurred_at

/**
 * Formats reports, one line for those that differ only in their endpoint, and in the tries and times of a wait: as the
 * endpoint tells it that has it longest, which is how the page does it.
 */
const reportLines = (reports: ReadonlyArray<Report>): ReadonlyArray<string> => {
  const groups = new Map<string, ReadonlyArray<Report>>()
  for (const report of reports) {
    const key = reportLine({ ...Struct.omit(report, ["endpoint"]), message: lasting(report.message) })
    groups.set(key, [...groups.get(key) ?? [], report])
  }
  return Array.from(groups.values(), (group) => {
    const endpoints = new Set(group.flatMap(({ endpoint }) => endpoint ?? []))
    const longest = group.reduce((first, one) => begun(one) < begun(first) ? one : first)
    return reportLine(endpoints.size === 0 ? longest : { ...longest, endpoint: Array.from(endpoints).join(", ") })
  })
}

/** Formats one instance. What `isTold` says was told of the whole process is not told again. */
const instanceLines = (
  instance: InstanceDocument,
  isTold: (report: Report) => boolean,
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
  return [
    title,
    ...(polled.length === 0 ? [] : padded([head, ...rows]).map((text) => `  ${text}`)),
    ...(instance.backfills ?? []).map(({ done, endpoint, from, reached, to }) =>
      `  backfill of ${endpoint} from ${from}: ${
        done ? `done up to ${reached}` : `has reached ${reached}${to === null ? "" : ` of ${to}`}`
      }`
    ),
    ...reportLines([...errors, ...warnings].filter((report) => !isTold(report)))
  ]
}

const words: Readonly<Record<InstanceDocument["state"], (count: number) => string>> = {
  attention: (count) => `${count} ${count === 1 ? "needs" : "need"} attention`,
  starting: (count) => `${count} starting or waiting`,
  ok: (count) => `${count} ok`,
  disabled: (count) => `${count} disabled`
}

/** `3 instances: 1 needs attention, 2 ok`. */
const summary = (instances: ReadonlyArray<InstanceDocument>): string =>
  instances.length === 0
    ? "no instance is set up"
    : `${instances.length} ${instances.length === 1 ? "instance" : "instances"}: ${
      order.flatMap((state) => {
        const count = instances.filter((one) => one.state === state).length
        return count === 0 ? [] : [words[state](count)]
      }).join(", ")
    }`

/** Formats a status for people; `now` is in milliseconds since 1970. */
export const linesOf = (
  { instances, reports = [], sink, started_at, version }: StatusDocument,
  now: number
): ReadonlyArray<string> => {
  const ofAll = [...reports, ...sink.warnings ?? []]
  const causes = causesOf(reports)
  const isTold = (report: Report) =>
    causes.has(causeOf(report) ?? "") || ofAll.some((one) => line(one) === line(report))
  const sorted = instances.toSorted((one, other) => order.indexOf(one.state) - order.indexOf(other.state))
  return [
    `azure-security ${version}, started ${
      since(started_at, now)
    }; sink ${sink.type} ${sink.state}, ${sink.published} artifacts published${
      sink.lost === undefined ? "" : `, ${sink.lost} lost by the broker`
    }`,
    summary(instances),
    ...ofAll.map(reportLine),
    ...sorted.flatMap((instance) => ["", ...instanceLines(instance, isTold, now)])
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
    instance: Flag.String("instance").pipe(
      Flag.withMetavar("NAME"),
      Flag.withDescription("Print this instance only, and exit by it; all otherwise"),
      Flag.optional
    ),
    requests: Flag.Boolean("requests").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Print its last 200 requests to Microsoft instead, for a support case")
    )
  },
  Effect.fn(function*({ config, instance, requests, url: given }) {
    const url = yield* Asking.addressOf(given)
    if (requests) {
      yield* Printed.lines(
        ...(yield* Asking.ask({ config, url }, (client) => client.debug.requests())).map(requestLine)
      )
      return yield* ExitCode.set(ExitCode.well)
    }
    const whole = yield* Asking.ask({ config, url }, (client) => client.status.document())
    const chosen = whole.instances.filter(({ name }) => Option.isNone(instance) || name === instance.value)
    if (Option.isSome(instance) && chosen.length === 0) {
      return yield* new Refusal({
        faults: [
          `--instance ${instance.value}: the connector has no such instance; it has ${
            whole.instances.map(({ name }) => name).join(", ") || "none"
          }`
        ]
      })
    }
    const document = { ...whole, instances: chosen }
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
