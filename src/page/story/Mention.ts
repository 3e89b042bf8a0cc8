/** Values of a record, safe to show, with the queries that find them. */
import { portalUrl } from "../Portal.ts"
import { fullTime } from "../search/ArtifactFormat.ts"
import type { Fact } from "../search/Facts.ts"
import { phrase, term } from "../search/QueryText.ts"
import { defanged, harmless, visible } from "../Text.ts"

/** What a value is; decides how it is shown and searched for. */
export type Sort =
  | "user"
  | "mail"
  | "host"
  | "address"
  | "url"
  | "domain"
  | "file"
  | "hash"
  | "time"
  | "number"
  | "text"
  | "code"

/** Fields that values of a sort are searched for in. All others are searched for as a phrase, which any record may have. */
const fieldOf: Readonly<Partial<Record<Sort, string>>> = {
  user: "user",
  host: "hostname"
}

/** The query that finds a value; empty for one that cannot be searched for. */
export const termOf = (sort: Sort, value: string): string => {
  if (sort === "time" || sort === "number") return ""
  const field = fieldOf[sort]
  return field === undefined ? phrase(value) : term(field, value)
}

/** A value of a record as a fact. */
export const mention = (label: string, sort: Sort, value: string): Fact => {
  const isPortal = sort === "url" && portalUrl(value) !== undefined
  const text = sort === "time"
    ? fullTime(value)
    : isPortal
    ? visible(value)
    : sort === "url" || sort === "domain"
    ? defanged(value)
    : harmless(value)
  const found = termOf(sort, value)
  return { label, text, value, isDisarmed: sort !== "time" && text !== value, ...(found === "" ? {} : { term: found }) }
}
