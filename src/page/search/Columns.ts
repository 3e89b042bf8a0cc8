/** The columns of the results, and which of them a person chose. */
import type { Detail } from "../Client.ts"
import { portalUrl } from "../Portal.ts"
import { clipped, defanged, harmless, titled, visible } from "../Text.ts"
import { clockTime } from "./ArtifactFormat.ts"
import { tenantName } from "./TenantNames.ts"

export type Row = Detail["row"]

/** A column: its label, and its text for each row. */
export interface Column {
  readonly name: string
  readonly label: string
  /** The text, safe to show: clipped, without invisible characters, addresses defanged. */
  readonly text: (row: Row) => string
  /** Shown until a person chooses. */
  readonly initial?: boolean
}

/** Characters of a cell; the details show all. */
const cellMax = 160

const plain = (text: string | undefined): string => text === undefined ? "" : harmless(clipped(text, cellMax))
const address = (text: string | undefined): string => text === undefined ? "" : defanged(clipped(text, cellMax))

/** The type of an evidence, or `alert` or `incident`. */
export const kind = (row: Row): string =>
  plain(row.evidence ?? (row.stream === "azure_security_incident" ? "incident" : "alert"))

const mail = (row: Row): string => [plain(row.email_from), plain(row.email_to)].filter((end) => end !== "").join(" → ")

/** A mail's subject, with its sender and recipient. */
const mailOf = (row: Row): string => [plain(row.email_subject), mail(row)].filter((part) => part !== "").join(" · ")

/** What a row has as a URL or domain, unless it is only where its alert is found in the portal. */
const indicatorOf = ({ fqdn, uri }: Row) =>
  portalUrl(uri) === undefined
    ? { uri: address(uri), fqdn: address(fqdn) }
    : { uri: "", fqdn: fqdn !== undefined && uri!.includes(`//${fqdn}/`) ? "" : address(fqdn) }

/** What an evidence is about: its URL, mail, file, user, host or address; else its title. */
export const about = (row: Row): string =>
  [
    /message|submission/i.test(row.evidence ?? "") ? mailOf(row) : "",
    indicatorOf(row).uri,
    mailOf(row),
    plain(row.file_name),
    indicatorOf(row).fqdn,
    plain(row.user),
    plain(row.hostname),
    plain(row.src_ip),
    plain(row.dst_ip)
  ].find((text) => text !== "") ?? titled(row.title, cellMax)

/** All columns, in their order. */
export const columns: ReadonlyArray<Column> = [
  {
    name: "time",
    label: "Time",
    text: (row) => clockTime(row.time),
    initial: true
  },
  { name: "severity", label: "Severity", text: (row) => plain(row.severity), initial: true },
  { name: "title", label: "Title", text: (row) => titled(row.title, cellMax), initial: true },
  { name: "kind", label: "Kind", text: kind, initial: true },
  {
    name: "message_type",
    label: "Message type",
    text: (row) => plain(row.message_type),
    initial: true
  },
  { name: "user", label: "User", text: (row) => plain(row.user), initial: true },
  {
    name: "src_ip",
    label: "Source",
    text: (row) => plain(row.src_ip),
    initial: true
  },
  { name: "dst_ip", label: "Destination", text: (row) => plain(row.dst_ip), initial: true },
  {
    name: "indicator",
    label: "Email or URL",
    text: (row) => indicatorOf(row).uri || mail(row) || indicatorOf(row).fqdn,
    initial: true
  },
  { name: "hostname", label: "Host", text: (row) => plain(row.hostname) },
  { name: "email_from", label: "Email from", text: (row) => plain(row.email_from) },
  { name: "email_to", label: "Email to", text: (row) => plain(row.email_to) },
  { name: "email_subject", label: "Email subject", text: (row) => plain(row.email_subject) },
  {
    name: "uri",
    label: "URL",
    text: (row) => portalUrl(row.uri) === undefined ? address(row.uri) : visible(clipped(row.uri!, cellMax))
  },
  {
    name: "fqdn",
    label: "Domain",
    text: (row) => address(row.fqdn)
  },
  { name: "file_name", label: "File", text: (row) => plain(row.file_name) },
  { name: "file_hash", label: "File hash", text: (row) => plain(row.file_hash) },
  { name: "action", label: "Action", text: (row) => plain(row.action) },
  {
    name: "stream",
    label: "Stream",
    text: (row) => plain(row.stream)
  },
  {
    name: "tenant_id",
    label: "Tenant",
    text: (row) => plain(row.tenant_id === undefined ? undefined : tenantName(row.tenant_id))
  },
  { name: "alert_id", label: "Alert", text: (row) => plain(row.alert_id) },
  { name: "incident_id", label: "Incident", text: (row) => plain(row.incident_id) }
]

/** Names of the columns that are shown until a person chooses. */
export const initialNames: ReadonlyArray<string> = columns.filter(({ initial }) => initial).map(({ name }) => name)

/** The columns of these names, in the order of {@link columns}; the initial ones when no name is known. */
export const chosen = (names: ReadonlyArray<string>): ReadonlyArray<Column> => {
  const known = columns.filter(({ name }) => names.includes(name))
  return known.length > 0 ? known : columns.filter(({ initial }) => initial)
}

/** The browser's storage. Where storage is forbidden, even reading `localStorage` throws, so each call reads it. */
export const storage: Pick<Storage, "getItem" | "setItem"> = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, text) => localStorage.setItem(key, text)
}

const storageKey = "azure-security.search.columns"

/** The column names that this browser stored, else the initial ones. */
export const remembered = (storage: Pick<Storage, "getItem">): ReadonlyArray<string> => {
  try {
    const names: unknown = JSON.parse(storage.getItem(storageKey) ?? "null")
    return Array.isArray(names) ? chosen(names).map(({ name }) => name) : initialNames
  } catch {
    return initialNames
  }
}

/** Stores the column names. When storage is forbidden, they hold until the page is closed. */
export const remember = (storage: Pick<Storage, "setItem">, names: ReadonlyArray<string>): void => {
  try {
    storage.setItem(storageKey, JSON.stringify(names))
  } catch {}
}
