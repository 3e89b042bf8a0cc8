/** Writes what a search finds as comma-separated values (RFC 4180), safe to open in a spreadsheet. */
import { Row } from "./Search.ts"

const columns = Object.keys(Row.fields) as ReadonlyArray<keyof Row>

/** Start of a value that a spreadsheet would run as a formula. */
const formulaForm = /^[=+\-@\t\r\n]/
const quotedForm = /[",\r\n]/

/** Quotes a value. Texts come from attackers, so a value like a formula gets an apostrophe before it. */
const cell = (value: string | number | undefined): string => {
  const text = value === undefined ? "" : String(value)
  const safe = typeof value === "string" && formulaForm.test(text) ? `'${text}` : text
  return quotedForm.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe
}

/** The header line: the names of the columns. */
export const csvHead = `${columns.join(",")}\r\n`

/** The line of a row. A value that a spreadsheet would run as a formula begins with an apostrophe. */
export const csvLine = (row: Row): string => `${columns.map((column) => cell(row[column])).join(",")}\r\n`
