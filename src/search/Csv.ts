/** Writes what a search finds as comma-separated values (RFC 4180), safe to open in a spreadsheet. */
import { Row } from "./Search.ts"

const columns = Object.keys(Row.fields) as ReadonlyArray<keyof Row>

/**
 * What a spreadsheet would run as a formula: one of its first characters, or its full-width or small form, at the start of a
 * value or of a part of it. Which separators part a value depends on the reader's language and settings. Blanks, quotes,
 * control characters and characters without a width before it may be dropped by a reader.
 */
const formulaForm = /(^|[,;\t\r\n])([\s"\p{C}\p{Default_Ignorable_Code_Point}]*)([=+\-@＝＋－＠﹢﹣﹦﹫])/gu
const blankForm = /^[\t\r\n]/
const quotedForm = /[",\r\n]/

/** Texts come from attackers, so an apostrophe is put before what is like a formula. */
const harmless = (text: string): string => {
  const told = text.replaceAll(formulaForm, "$1$2'$3")
  return blankForm.test(told) ? `'${told}` : told
}

const cell = (value: string | number | undefined): string => {
  const safe = typeof value === "string" ? harmless(value) : value === undefined ? "" : String(value)
  return quotedForm.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe
}

/** The header line: the names of the columns. */
export const csvHead = `${columns.join(",")}\r\n`

/** The byte order mark, without which Excel takes UTF-8 for the machine's old code page. */
export const byteOrderMark = "\ufeff"

/** The line of a row. What a spreadsheet would run as a formula has an apostrophe before it. */
export const csvLine = (row: Row): string => `${columns.map((column) => cell(row[column])).join(",")}\r\n`
