/** Simulated incidents. */
import type { Attack } from "./Attacks.ts"
import { type Entry, shown, version } from "./Entry.ts"
import { graphTime, type Row } from "./Row.ts"

const severities = ["informational", "low", "medium", "high"]

/** Builds an incident that opens with its first alert and changes with each alert. */
export const of = ({ alerts, attack, id, number, opens, tenantId }: {
  readonly id: string
  readonly number: number
  readonly tenantId: string
  readonly attack: Attack
  readonly alerts: ReadonlyArray<Entry>
  /** When the incident appears if it has no alerts, in milliseconds since 1970. */
  readonly opens: number
}): Entry => {
  const changes = [...new Set(alerts.flatMap((alert) => alert.versions.map(({ from }) => from)))].sort((a, b) => a - b)
  const [first = opens, ...later] = changes
  const ticks = (number * 7919) % 10_000

  const make = (from: number): Row => {
    const seen = shown(alerts, from)
    const isAll = (status: string) => seen.length > 0 && seen.every((alert) => alert["status"] === status)
    const isResolved = isAll("resolved")
    const isTakenUp = seen.some((alert) => alert["status"] !== "new")
    return {
      id,
      tenantId,
      status: isResolved ? "resolved" : isTakenUp ? "inProgress" : "active",
      incidentWebUrl: `https://security.microsoft.com/incident2/${id}/overview?tid=${tenantId}`,
      redirectIncidentId: null,
      displayName: attack.name,
      createdDateTime: graphTime(first - 2, ticks),
      lastUpdateDateTime: graphTime(from - 1, ticks),
      assignedTo: isTakenUp ? "soc@contoso.example" : null,
      classification: isResolved ? "truePositive" : "unknown",
      determination: isResolved ? attack.determination : "unknown",
      severity: severities[Math.max(1, ...seen.map((alert) => severities.indexOf(String(alert["severity"]))))],
      customTags: [],
      systemTags: [],
      description: null,
      lastModifiedBy: isTakenUp ? "soc@contoso.example" : "Microsoft 365 Defender-AlertCorrelation",
      resolvingComment: isResolved ? "Accounts reset, nothing else found." : null,
      summary: null,
      priorityScore: 10 * (1 + (number % 10)),
      comments: []
    }
  }

  return { id, versions: [version(first, () => make(first)), ...later.map((from) => version(from, () => make(from)))] }
}
