/** Reports that concern no single tenant, above every view: settings that cannot be used, an outage, the broker's stream. */
import { nothing, type TemplateResult } from "lit"
import type { StatusDocument } from "./Client.ts"
import { count } from "./Format.ts"
import { said } from "./Notices.ts"

/** A report as a notice: what to do, and what happened. */
export interface ProcessNotice {
  readonly kind: "error" | "warning"
  readonly title: string
  readonly text: string
}

/** Reports that are shown; the command `status` prints all of them. */
export const noticesMax = 4

/** A sentence's first word with a capital; a path or a name stays as it is. */
const upper = (text: string): string => /^[a-z]+[ ,]/.test(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text

/** The reports in plain words, what fails before what only warns. */
export const noticesOf = (
  { reports = [], sink }: Pick<StatusDocument, "reports" | "sink">
): ReadonlyArray<ProcessNotice> => {
  const notice = (kind: ProcessNotice["kind"]) => ({ message, remedy }: { message: string; remedy: string }) => ({
    kind,
    title: upper(remedy),
    text: upper(message)
  })
  const all = [...reports.map(notice("error")), ...(sink.warnings ?? []).map(notice("warning"))]
  const more = all.length - noticesMax
  return more <= 0 ? all : [...all.slice(0, noticesMax), {
    kind: "warning",
    title: `And ${count(more)} more`,
    text: "The command azure-security status prints all of them."
  }]
}

/** The notices of a status; nothing before the first one. */
export const processNotices = (status: StatusDocument | undefined): ReadonlyArray<TemplateResult> | typeof nothing =>
  status === undefined ? nothing : noticesOf(status).map(({ kind, text, title }) => said(kind, title, text))
