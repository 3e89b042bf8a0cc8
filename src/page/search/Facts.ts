/** Turns an artifact into facts for the details: its fields in groups, with the terms that find similar artifacts. */
import type { Detail } from "../Client.ts"
import { portalUrl } from "../Portal.ts"
import { defanged, harmless, titled, visible } from "../Text.ts"
import { fullTime } from "./ArtifactFormat.ts"
import type { Row } from "./Columns.ts"
import { tagTerm, term } from "./QueryText.ts"

/** A value, safe to show, with the term that finds it. */
export interface Fact {
  readonly label: string
  readonly text: string
  /** The value itself, for the clipboard. */
  readonly value: string
  /** Whether `text` differs from the value, so that nobody follows it and nothing is hidden. */
  readonly isDisarmed: boolean
  /** Absent for what cannot be searched for. */
  readonly term?: string
}

/** Facts that belong together. */
export interface Facts {
  readonly label: string
  readonly facts: ReadonlyArray<Fact>
}

/** Values of a list that are shown. */
const listMax = 100

type Fields = Readonly<Record<string, unknown>>

interface Source {
  readonly label: string
  /** Field of the artifact, or name of a tag. */
  readonly name: string
  /** Field of the row, for when the artifact is gone. */
  readonly row?: keyof Row
  /** `name` is that of a tag, which only the row has as a field. */
  readonly isOfTag?: boolean
  readonly as?: "address" | "time" | "title" | "tag"
}

const groups: ReadonlyArray<{ readonly label: string; readonly of: ReadonlyArray<Source> }> = [{
  label: "Event",
  of: [
    { label: "Evidence", name: "evidence", row: "evidence", isOfTag: true },
    { label: "Severity", name: "severityLabel", row: "severity" },
    { label: "Title", name: "ruleName", row: "title", as: "title" },
    { label: "Category", name: "ruleCategory" },
    { label: "Message type", name: "messageType", row: "message_type" },
    { label: "Action", name: "action", row: "action" },
    { label: "First activity", name: "startTimeUTC", as: "time" },
    { label: "Last activity", name: "endTimeUTC", row: "time", as: "time" }
  ]
}, {
  label: "Who and where",
  of: [
    { label: "User", name: "userName", row: "user" },
    { label: "Source IP", name: "clientIP", row: "src_ip" },
    { label: "Source port", name: "clientPort" },
    { label: "Source host", name: "clientHostname", row: "hostname" },
    { label: "Source MAC", name: "clientMAC" },
    { label: "Destination IP", name: "serverIP", row: "dst_ip" },
    { label: "Destination port", name: "serverPort" },
    { label: "Destination host", name: "serverHostname" },
    { label: "Destination MAC", name: "serverMAC" },
    { label: "Protocol", name: "protocol" },
    { label: "Region", name: "geoRegion" },
    { label: "Application", name: "application" }
  ]
}, {
  label: "Email",
  of: [{ label: "From", name: "emailFrom", row: "email_from" }, { label: "To", name: "emailTo", row: "email_to" }, {
    label: "Subject",
    name: "emailSubject",
    row: "email_subject"
  }, { label: "Sending server", name: "emailSendingServer", as: "address" }]
}, {
  label: "URL and file",
  of: [
    { label: "URL", name: "uri", row: "uri", as: "address" },
    { label: "Domain", name: "fqdn", row: "fqdn", as: "address" },
    { label: "File", name: "fileName", row: "file_name" },
    { label: "Path", name: "filePath" },
    { label: "Hash", name: "fileHash", row: "file_hash" },
    { label: "Process ID", name: "pid" },
    { label: "CVE", name: "cve" },
    { label: "Techniques", name: "attackTechniqueIds" },
    { label: "Indicators", name: "stixIndicatorIds" }
  ]
}, {
  label: "Origin",
  of: [
    { label: "Stream", name: "streamName", row: "stream" },
    { label: "Instance", name: "sourceInfo" },
    { label: "Program", name: "program" },
    { label: "Vendor code", name: "vendorCode" },
    { label: "Tenant", name: "tenantId", row: "tenant_id", isOfTag: true },
    { label: "Alert", name: "alertId", row: "alert_id", isOfTag: true },
    { label: "Incident", name: "incidentId", row: "incident_id", isOfTag: true },
    { label: "Sender", name: "senderHost" },
    { label: "Artifact", name: "id", row: "id" },
    { label: "Tags", name: "tags", as: "tag" }
  ]
}]

/** Fields that have a group, or are shown elsewhere. */
const placed: ReadonlySet<string> = new Set([
  ...groups.flatMap(({ of }) => of.map(({ name }) => name)),
  "message",
  "hash",
  "severityCode",
  "productIds"
])

const shown = (value: string, as: Source["as"]): string => {
  switch (as) {
    case "address":
      return defanged(value)
    case "time":
      return fullTime(value)
    case "title":
      return titled(value, Infinity)
    default:
      return harmless(value)
  }
}

const factsOf = (
  { as, isOfTag, label, name, row }: Source,
  artifact: Fields | undefined,
  ofRow: Row
): ReadonlyArray<Fact> => {
  const isOfRow = row !== undefined && (artifact === undefined || isOfTag === true)
  const value = isOfRow ? ofRow[row] : artifact?.[name]
  const values: ReadonlyArray<unknown> = Array.isArray(value) ? value.slice(0, listMax) : [value]
  return values.flatMap((one): ReadonlyArray<Fact> => {
    if (one === undefined || one === null || one === "" || typeof one === "object") return []
    const said = String(one)
    const found = as === "tag" ? tagTerm(said) : term(name, said)
    // An address of Microsoft's portal is no indicator, and nobody comes to harm by it.
    const isPortal = as === "address" && portalUrl(said) !== undefined
    const text = isPortal ? visible(said) : shown(said, as)
    const isDisarmed = as !== "time" && text !== said
    return [{
      label: isPortal ? "Portal" : label,
      text,
      value: said,
      isDisarmed,
      ...(found === "" ? {} : { term: found })
    }]
  })
}

/**
 * The facts of an artifact in groups, or of its row when the artifact is gone. Fields that have no group stand in one of
 * their own, by their names. Empty groups are left out.
 */
export const facts = ({ row }: Detail, value: unknown): ReadonlyArray<Facts> => {
  const artifact = typeof value === "object" && value !== null ? value as Fields : undefined
  const of = (sources: ReadonlyArray<Source>) => sources.flatMap((source) => factsOf(source, artifact, row))
  const others = Object.keys(artifact ?? {}).filter((name) => !placed.has(name))
  return [...groups.map((group) => ({ label: group.label, facts: of(group.of) })), {
    label: "More",
    facts: of(others.map((name) => ({ label: name, name })))
  }].filter(({ facts }) => facts.length > 0)
}
