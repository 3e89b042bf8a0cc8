/** What a search finds, as comma-separated values (RFC 4180) that a spreadsheet may open. */
import { Row } from "./Search.ts"

const columns = Object.keys(Row.fields) as ReadonlyArray<keyof Row>

/** What a spreadsheet would take for a formula. */
const formulaForm = /^[=+\-@\t\r\n]/
const quotedForm = /[",\r\n]/

/** Texts come from attackers: what looks like a formula gets an apostrophe before it. */
const cell = (value: string | number | undefined): string => {
  const text = value === undefined ? "" : String(value)
  const safe = typeof value === "string" && formulaForm.test(text) ? `'${text}` : text
  return quotedForm.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe
}

/** The line of names. */
export const csvHead = `${columns.join(",")}\r\n`

/** A row's line. A value that a spreadsheet would take for a formula begins with an apostrophe. */
export const csvLine = (row: Row): string => `${columns.map((column) => cell(row[column])).join(",")}\r\n`
