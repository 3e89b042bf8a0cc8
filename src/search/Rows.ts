/** Encodes rows for the database as arrays of their values. Search threads import this module. */
import type { Row } from "./Search.ts"

const names = [
  "id",
  "time",
  "stream",
  "severity",
  "message_type",
  "title",
  "action",
  "evidence",
  "src_ip",
  "dst_ip",
  "hostname",
  "user",
  "email_from",
  "email_to",
  "email_subject",
  "uri",
  "fqdn",
  "file_name",
  "file_hash",
  "tenant_id",
  "alert_id",
  "incident_id",
  "product",
  "category",
  "techniques"
] as const satisfies ReadonlyArray<keyof Row>

/** Keys per millisecond: so many artifacts may share one time. */
export const keysPerMilli = 1000

/** Encodes a row as JSON; 0 stands for an absent value. */
export const encode = (row: Omit<Row, "key">): string => JSON.stringify(names.map((name) => row[name] ?? 0))

/** Decodes a row that {@link encode} made. */
export const decode = (key: number, text: string): Row => {
  const values: ReadonlyArray<string | 0> = JSON.parse(text)
  const row: Record<string, string | number> = { key }
  names.forEach((name, index) => {
    const value = values[index]
    if (typeof value === "string") row[name] = value
  })
  return row as unknown as Row
}
