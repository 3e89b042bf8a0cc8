/** Words that tie an artifact to its alert and its incident. Search threads import this module. */
import type { Row } from "./Search.ts"
import { encoded, markOf, marks } from "./Tokenizer.ts"

/** Returns the word of an alert or incident, with its tenant: two tenants may use the same id. */
export const linkOf = (tenant: string | undefined, id: string): string => `${tenant ?? ""}/${id}`

/** Returns the word of a row's alert or incident; undefined when the row has none. */
export const linkTo = (
  row: Pick<Row, "tenant_id" | "alert_id" | "incident_id">,
  to: "alert" | "incident"
): string | undefined => {
  const id = to === "alert" ? row.alert_id : row.incident_id
  return id === undefined ? undefined : linkOf(row.tenant_id, id)
}

/** What an artifact is tied to. */
export type Link = "alert" | "incident"

/** Returns the marked word of an alert or incident, for the index. */
export const linkWord = (to: Link, tenant: string | undefined, id: string): string =>
  markOf(marks.link, to) + encoded(linkOf(tenant, id))

/** Returns the query of FTS5 that finds what is tied to an alert or incident. */
export const linkMatch = (to: Link, link: string): string => `"${markOf(marks.link, to)}${encoded(link)}"`
