/**
 * What an artifact is counted by: the alert or incident that it belongs to, and some of its fields. Search threads import
 * this module.
 *
 * A value is kept as a number of 48 bits of its hash, because numbers are counted quickly; its text is read from one of
 * the rows that have it.
 */
import { createHash } from "node:crypto"
import { rankOf } from "./FieldKinds.ts"
import { linkTo } from "./Links.ts"
import type { Row } from "./Search.ts"

/** The facets with the row's field of each; severity is counted by its rank. */
export const facetFields = {
  severity: "severity",
  tenant: "tenant_id",
  type: "message_type",
  evidence: "evidence",
  user: "user",
  host: "hostname",
  product: "product"
} as const satisfies Readonly<Record<string, keyof Row>>

/** Name of a facet. */
export type FacetName = keyof typeof facetFields

/** Names of the facets, in the order of their columns. */
export const facetNames = Object.keys(facetFields) as ReadonlyArray<FacetName>

const known = new Map<string, number>()
/** Hashes that are remembered; most values come again. */
const knownMax = 20_000

const hashed = (text: string): number => {
  const found = known.get(text)
  if (found !== undefined) return found
  if (known.size >= knownMax) known.clear()
  const code = createHash("sha256").update(text).digest().readUIntBE(0, 6)
  known.set(text, code)
  return code
}

/** The code of a row's value in a facet; 0 for none. */
export const codeOf = (facet: FacetName, row: Omit<Row, "key">): number => {
  const value = row[facetFields[facet]]
  if (value === undefined || value === "") return 0
  return facet === "severity" ? rankOf(value) + 2 : hashed(value.toLowerCase())
}

/** The code of what a row belongs to: its alert, its incident for an incident, or itself. */
export const thingOf = (row: Omit<Row, "key">): number => {
  const alert = linkTo(row, "alert")
  if (alert !== undefined) return hashed(`alert ${alert}`)
  const incident = row.stream === "azure_security_incident" ? linkTo(row, "incident") : undefined
  return hashed(incident === undefined ? `artifact ${row.id}` : `incident ${incident}`)
}
