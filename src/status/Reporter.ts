/** Says what is wrong, once: a failure that lasts is one line, then a reminder an hour. */
import { Clock, Context, Effect, Layer, Struct } from "effect"
import * as Metrics from "./Metrics.ts"
import { line, type Report } from "./Report.ts"

/** How often a failure that lasts is said again; often enough for a log that is rotated daily. */
const reminderMillis = 3_600_000

/** How a report is said. */
export interface Saying {
  readonly level: "Warn" | "Error"
  /** Whether it is said again each hour while it lasts. */
  readonly remind: boolean
  /** Whether it stands beside what else is wrong with its endpoint, instead of taking its place. */
  readonly apart?: boolean
}

const apartOf = ({ code, endpoint, instance }: Pick<Report, "code" | "endpoint" | "instance">): string =>
  `${instance} ${endpoint} ${code}`

/** Failures of the credentials are the instance's, whichever endpoint met them first. */
const subjectOf = ({ aadsts_code, code, endpoint, instance }: Report): string =>
  aadsts_code !== undefined ? `${instance}` : endpoint === undefined ? `${instance} ${code}` : `${instance} ${endpoint}`

/** Service that logs reports. */
export class Reporter extends Context.Service<Reporter, {
  /** Logs a report unless the same (instance, endpoint, code, cause) was logged and lasts. */
  readonly say: (report: Report, saying: Saying) => Effect.Effect<void>
  /** What was wrong with this endpoint is over: the same failure will be said anew. */
  readonly over: (instance: string, endpoint: string) => Effect.Effect<void>
  /** What stood apart is over. */
  readonly overApart: (what: Pick<Report, "code" | "endpoint" | "instance">) => Effect.Effect<void>
  /** What was wrong with the whole process (the sink, say) is over. */
  readonly overAll: (code: string) => Effect.Effect<void>
}>()("azure-security/status/Reporter") {
  static readonly layer = Layer.sync(Reporter, () => {
    /** By subject: what was said last, and when. */
    const said = new Map<string, { readonly what: string; readonly at: number }>()
    return Reporter.of({
      say: Effect.fnUntraced(function*(report, { apart = false, level, remind }) {
        yield* Metrics.update(Metrics.errors, 1, { code: report.code })
        yield* Metrics.update(Metrics.pipelineErrors, 1)
        const now = yield* Clock.currentTimeMillis
        const subject = apart ? apartOf(report) : subjectOf(report)
        const what = `${report.code} ${report.aadsts_code ?? ""} ${report.message}`
        const before = said.get(subject)
        if (before?.what === what && (!remind || now - before.at < reminderMillis)) return
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
      overAll: (code) => Effect.sync(() => void said.delete(`undefined ${code}`))
    })
  })
}

/** The line says the message; everything else of the report goes along, for a log of JSON. */
const annotations = (report: Report): Record<string, unknown> => Struct.omit(report, ["message"])
