/** Logs reports once: a failure that lasts is one line, then one reminder per hour. */
import { Clock, Context, Effect, Layer, Struct } from "effect"
import { lasting } from "./Causes.ts"
import * as Metrics from "./Metrics.ts"
import { isOfTenant, line, type Report } from "./Report.ts"

/** Interval of reminders: one hour, often enough for a log that is rotated daily. */
const reminderMillis = 3_600_000

/** How a report is logged. */
export interface Saying {
  readonly level: "Warn" | "Error"
  /** Whether the report is logged again each hour while the failure lasts. */
  readonly remind: boolean
  /** Whether the report stands beside the endpoint's current report, instead of replacing it. */
  readonly apart?: boolean
  /** Tells reports apart that have one code and stand beside each other, such as two outages of the process. */
  readonly about?: string
}

/** What tells a report that was logged with `apart` from others. */
type Apart = Pick<Report, "code" | "endpoint" | "instance"> & Pick<Saying, "about">

const apartOf = ({ about = "", code, endpoint, instance }: Apart): string => `${instance} ${endpoint} ${code} ${about}`

/** A refusal of a tenant is reported once for the instance, whichever endpoint met it first. */
const subjectOf = (report: Report): string => {
  const { code, endpoint, instance } = report
  if (isOfTenant(report)) return `${instance}`
  return endpoint === undefined ? `${instance} ${code}` : `${instance} ${endpoint}`
}

/** Counts a failure, whether or not it is logged. */
export const count = ({ code }: Report): Effect.Effect<void> =>
  Effect.andThen(Metrics.update(Metrics.errors, 1, { code }), Metrics.update(Metrics.pipelineErrors, 1))

/** Service that logs each report once. */
export class Reporter extends Context.Service<Reporter, {
  /** Logs a report, unless the same (instance, endpoint, code, message) was logged and lasts. */
  readonly say: (report: Report, saying: Saying) => Effect.Effect<void>
  /** Ends the reports of the endpoint and of the credentials: the same failure will be logged again. */
  readonly over: (instance: string, endpoint: string) => Effect.Effect<void>
  /** Ends a report that was logged with `apart`. */
  readonly overApart: (what: Apart) => Effect.Effect<void>
  /** Ends a report of the whole process, such as that of the sink. */
  readonly overAll: (code: string) => Effect.Effect<void>
  /** Ends all reports of an instance that was removed or changed. */
  readonly forget: (instance: string) => Effect.Effect<void>
}>()("azure-security/status/Reporter") {
  static readonly layer = Layer.sync(Reporter, () => {
    /** The last report about each subject, and when it was logged. */
    const said = new Map<string, { readonly what: string; readonly at: number }>()
    return Reporter.of({
      say: Effect.fnUntraced(function*(report, { about = "", apart = false, level, remind }) {
        yield* count(report)
        const now = yield* Clock.currentTimeMillis
        const [subject, other] = apart
          ? [apartOf({ ...report, about }), subjectOf(report)] as const
          : [subjectOf(report), apartOf({ ...report, about })] as const
        const what = `${report.code} ${report.aadsts_code ?? ""} ${lasting(report.message)}`
        // What was said beside the endpoint's report may become its report, in the same words.
        const [before] = [subject, other].flatMap((key) => said.get(key) ?? [])
          .filter((one) => one.what === what).toSorted((one, next) => next.at - one.at)
        if (before !== undefined && (!remind || now - before.at < reminderMillis)) {
          said.set(subject, before)
          return
        }
        said.set(subject, { what, at: now })
        const log = level === "Warn" ? Effect.logWarning(line(report)) : Effect.logError(line(report))
        yield* Effect.annotateLogs(log, annotations(report))
      }),
      over: (instance, endpoint) =>
        Effect.sync(() => {
          said.delete(`${instance} ${endpoint}`)
          said.delete(instance)
        }),
      overApart: (what) => Effect.sync(() => void said.delete(apartOf(what))),
      overAll: (code) => Effect.sync(() => void said.delete(`undefined ${code}`)),
      forget: (instance) =>
        Effect.sync(() => {
          for (const subject of said.keys()) {
            if (subject === instance || subject.startsWith(`${instance} `)) said.delete(subject)
          }
        })
    })
  })
}

const annotations = (report: Report): Record<string, unknown> => Struct.omit(report, ["message"])
