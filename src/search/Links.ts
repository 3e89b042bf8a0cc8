/** What ties an artifact to its alert and its incident. A search thread imports it. */
import type { Row } from "./Search.ts"

/** One word for an alert or an incident: two tenants may have the same id. */
export const linkOf = (tenant: string | undefined, id: string): string => `${tenant ?? ""}/${id}`

/** The word of a row's alert or incident; undefined when it has none. */
export const linkTo = (
  row: Pick<Row, "tenant_id" | "alert_id" | "incident_id">,
  to: "alert" | "incident"
): string | undefined => {
  const id = to === "alert" ? row.alert_id : row.incident_id
  return id === undefined ? undefined : linkOf(row.tenant_id, id)
}
