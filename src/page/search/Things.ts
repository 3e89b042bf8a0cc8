/** Alerts and incidents as rows of the table: their evidence in a word, and groups of them. */
import type { FoundThings } from "../Client.ts"
import { count } from "../Format.ts"
import { harmless } from "../Text.ts"
import type { Column, Row } from "./Columns.ts"

/** An alert or incident, or an artifact of neither. */
export type Thing = FoundThings["things"][number]

/** How alerts and incidents are ordered. */
export interface Order {
  readonly sort: "time" | "severity"
  readonly group: "none" | "tenant" | "user" | "host"
}

/** The order until a person chooses. */
export const orderDefault: Order = { sort: "time", group: "none" }

/** The orders, with their words. */
export const sorts = [{ name: "time", label: "Newest first" }, {
  name: "severity",
  label: "Most severe first"
}] as const
/** The groups, with their words. */
export const groupings = [{ name: "none", label: "No groups" }, { name: "tenant", label: "By tenant" }, {
  name: "user",
  label: "By user"
}, { name: "host", label: "By host" }] as const

/** The row of a thing: its latest state, at the time of its latest match. */
export const rowOf = ({ latest, row }: Thing): Row => ({ ...row, time: latest })

/** The evidence in a word: `2 mailbox, 1 url`. */
export const evidenceText = ({ evidence }: Thing): string =>
  evidence.map(({ count: many, type }) => `${count(many)} ${harmless(type)}`).join(", ")

/** The columns that only things have. */
export const thingColumns = (things: ReadonlyMap<number, Thing>): ReadonlyArray<Column> => {
  const of = (row: Row, text: (thing: Thing) => string) => {
    const thing = things.get(row.key)
    return thing === undefined ? "" : text(thing)
  }
  return [{ name: "evidence", label: "Evidence", text: (row) => of(row, evidenceText) }, {
    name: "versions",
    label: "Versions",
    text: (row) => of(row, ({ versions }) => versions > 1 ? count(versions) : "")
  }]
}

/** The name of a thing's group; one without a value is `none`. */
export const groupOf = (thing: Thing | undefined): string => thing?.group ?? "none"
