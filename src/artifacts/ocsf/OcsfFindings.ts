/** Makes Detection Findings of OCSF of alerts: one event a version, with all its evidence. */
import { stepBytes } from "../../domain/Bounds.ts"
import type { Content, GraphRecord } from "../../domain/GraphRecord.ts"
import { text } from "../../domain/NormalForms.ts"
import type { Properties } from "../../domain/Shape.ts"
import * as ArtifactId from "../ArtifactId.ts"
import type { MappingContext } from "../Mapped.ts"
import type * as Sides from "../Sides.ts"
import type * as Witness from "../Witness.ts"
import type { Observables } from "./Observables.ts"
import * as Ocsf from "./OcsfEvent.ts"
import { evidenceOf, resourcesOf } from "./OcsfEvidence.ts"
import { classified, commentsOf, kindsOf } from "./Verdicts.ts"

const statuses: ReadonlyMap<string, Ocsf.Word> = new Map<string, Ocsf.Word>([
  ["new", [1, "New"]],
  ["newalert", [1, "New"]],
  ["inprogress", [2, "In Progress"]],
  ["dismissed", [3, "Suppressed"]],
  ["resolved", [4, "Resolved"]]
])

/** Returns techniques of MITRE ATT&CK; a sub-technique has its technique. */
export const attacksOf = (techniques: ReadonlyArray<string>): ReadonlyArray<object> =>
  techniques.map((one) => {
    const [uid] = one.split(".")
    return { technique: { uid }, ...one === uid ? {} : { sub_technique: { uid: one } } }
  })

/** Returns who has to see to a finding. */
export const assigneeOf = (value: unknown) => {
  const name = text(value)?.trim()
  return name === undefined ? undefined : { name, email_addr: Ocsf.mail(name) }
}

/** What the two endpoints of alerts say of a finding, under their own names. */
export interface Finding {
  readonly endpoint: string
  readonly title: string | undefined
  readonly description: unknown
  readonly types: ReadonlyArray<string>
  readonly sources: ReadonlyArray<string>
  readonly product: { readonly name: string | undefined; readonly feature?: string | undefined }
  readonly analytic: string | undefined
  readonly created: unknown
  readonly updated: unknown
  readonly first: unknown
  readonly last: unknown
  readonly url: unknown
  readonly incidents: ReadonlyArray<string>
  readonly status: unknown
  readonly isClosed: boolean
  readonly severity: unknown
  readonly classification: unknown
  readonly determination: unknown
  readonly assignee: unknown
  readonly recommended: string | undefined
  readonly techniques: ReadonlyArray<string>
  readonly cves: ReadonlyArray<string>
  readonly threats: ReadonlyArray<string>
  readonly confidence: unknown
  readonly unmapped: Properties
  readonly raw: string
  readonly witnesses: ReadonlyArray<Witness.Witness>
  readonly evidences: ReadonlyArray<object>
  readonly observables: Observables
  readonly tidying: Ocsf.Tidying
}

/** Makes the event of a finding. */
export const eventOf = (
  context: MappingContext,
  record: GraphRecord,
  publication: Ocsf.Publication,
  finding: Finding
): Ocsf.OcsfEvent => {
  const { classification, created, cves, determination, endpoint, observables, techniques, title, updated } = finding
  const [status_id, status] = Ocsf.wordOf(statuses, finding.status)
  const { from, to } = Ocsf.span(finding.first, finding.last)
  const { verdict, verdict_id } = classified(classification, determination)
  const incidents = finding.incidents.map((id) => Ocsf.findingUid(context, "incidents", id))
  const time = Ocsf.millis(updated) ?? Ocsf.millis(created)
  for (const cve of cves) observables.add("cve", "vulnerabilities[].cve.uid", cve)
  const score = Number(text(finding.confidence) ?? NaN)
  return Ocsf.make(context, record, publication, {
    class: "detection",
    endpoint,
    activity: Ocsf.activityOf(finding.isClosed, publication),
    severity: Ocsf.severityOf(finding.severity),
    time,
    product: finding.product,
    profiles: ["incident"],
    correlation: incidents[0],
    raw: finding.raw,
    attributes: {
      message: title,
      status_id,
      status,
      is_alert: true,
      start_time: from,
      end_time: to,
      verdict_id,
      verdict,
      confidence_score: Number.isInteger(score) ? score : undefined,
      comment: commentsOf(finding.unmapped["comments"]),
      assignee: assigneeOf(finding.assignee),
      src_url: text(finding.url),
      finding_info: {
        uid: Ocsf.findingUid(context, endpoint, record.id),
        title: title ?? "Untitled alert",
        desc: text(finding.description),
        types: Array.from(new Set(finding.types)),
        created_time: Ocsf.millis(created),
        modified_time: Ocsf.millis(updated),
        first_seen_time: from,
        last_seen_time: to,
        src_url: text(finding.url),
        data_sources: Array.from(new Set(finding.sources)),
        analytic: finding.analytic === undefined ? undefined : { uid: finding.analytic, type_id: 0 },
        attacks: attacksOf(techniques),
        related_events: incidents.map((uid) => ({ uid, type: "Incident Finding" }))
      },
      resources: finding.witnesses.flatMap(resourcesOf),
      observables: observables.toArray(),
      vulnerabilities: cves.map((uid) => ({ cve: { uid } })),
      malware: Array.from(new Set(finding.threats), (name) => ({ name, classification_ids: kindsOf(name) })),
      remediation: finding.recommended === undefined ? undefined : { desc: finding.recommended },
      unmapped: finding.unmapped
    },
    evidences: finding.evidences
  }, finding.tidying)
}

/** Renders evidence; `messages` are the objects as JSON. */
export function* evidencesOf(
  { tenantId, ...context }: MappingContext,
  id: string,
  witnesses: ReadonlyArray<Witness.Witness>,
  sent: Pick<Content, "evidence" | "hashes">,
  ends: ReadonlyArray<Sides.Ends>,
  places: ReadonlyArray<Sides.Place | undefined>,
  observables: Observables,
  tidying: Ocsf.Tidying
): Generator<undefined, ReadonlyArray<object>> {
  const counts = new Map<string, number>()
  const found: Array<object> = []
  let read = 0
  const hashes = yield* ArtifactId.evidenceHashes(sent)
  for (const [index, message] of sent.evidence.entries()) {
    const hash = hashes[index]!
    const ordinal = counts.get(hash) ?? 0
    counts.set(hash, ordinal + 1)
    const uid = ArtifactId.publishedId(context, ArtifactId.ofEvidence(tenantId, id, hash, ordinal))
    const place = places[index]
    const on = place === undefined || place.device === index ? undefined : witnesses[place.device]
    found.push(tidying.tidy(evidenceOf(witnesses[index]!, { uid, ends: ends[index]!, on }, observables)) as object)
    read += message.length
    if (read < stepBytes) continue
    read = 0
    yield
  }
  return found
}
