/**
 * An event of the Open Cybersecurity Schema Framework, and what every class of it has in common.
 *
 * See `.github/MAPPING.md`, "OCSF".
 */
import { ocsfTextBytes } from "../../domain/Bounds.ts"
import type { Content, GraphRecord } from "../../domain/GraphRecord.ts"
import { instant } from "../../domain/Instant.ts"
import { text } from "../../domain/NormalForms.ts"
import type { Properties } from "../../domain/Shape.ts"
import * as Timestamp from "../../domain/Timestamp.ts"
import { publishedId } from "../ArtifactId.ts"
import { cut } from "../Bytes.ts"
import type { Drift, MappingContext } from "../Mapped.ts"

/** The version of OCSF that events are valid by. */
export const version = "1.8.0"

/** One event, as parsed JSON. Absent attributes are left out, never null. */
export interface OcsfEvent {
  readonly class_uid: number
  readonly metadata: { readonly uid: string; readonly [name: string]: unknown }
  /** The record as Graph sent it; evidence over `evidenceMappedMax` follows as a list on a second line. */
  readonly raw_data: string
  readonly [name: string]: unknown
}

/** What the ledger says of a record's event. */
export interface Publication {
  /** Id of the event: the same after every retry. */
  readonly uid: string
  /** Whether an event of the same finding was published before. */
  readonly isKnown: boolean
}

/** Makes the one event of a record, after an `undefined` wherever others may get their turn. */
export type EventSteps = Generator<OcsfEvent | undefined, void>

/** The event of a record; the drift is complete once it was made. */
export interface MappedEvent {
  readonly events: Iterable<OcsfEvent | undefined>
  readonly drift: ReadonlyArray<Drift>
}

/** A mapping of records to events. Pure and total, as those to artifacts are. */
export type EventMapping = (context: MappingContext, record: GraphRecord, publication: Publication) => MappedEvent

/** Makes a mapping of a generator that adds to the drift. */
export const eventsOf =
  (
    mapping: (context: MappingContext, record: GraphRecord, publication: Publication, drift: Array<Drift>) => EventSteps
  ): EventMapping =>
  (context, record, publication) => {
    const drift: Array<Drift> = []
    return { events: mapping(context, record, publication, drift), drift }
  }

/** The classes of events, with their categories. */
const classes = {
  detection: { uid: 2004, name: "Detection Finding", category_uid: 2, category_name: "Findings" },
  incident: { uid: 2005, name: "Incident Finding", category_uid: 2, category_name: "Findings" },
  authentication: { uid: 3002, name: "Authentication", category_uid: 3, category_name: "Identity & Access Management" },
  entity: { uid: 3004, name: "Entity Management", category_uid: 3, category_name: "Identity & Access Management" }
} as const

/** A word of an enum of OCSF, with its number. */
export type Word = readonly [id: number, caption: string]

/** The number of an enum for words that it does not have. */
export const other = 99

/** Returns what happened to a finding. A closed one says so in each of its events, whichever of them came first. */
export const activityOf = (isClosed: boolean, { isKnown }: Publication): Word =>
  isClosed ? [3, "Close"] : isKnown ? [2, "Update"] : [1, "Create"]

/** Returns the id of a finding, which its versions share. Ids of incidents are numbers that each tenant begins at 1. */
export const findingUid = ({ customCloud, tenantId }: MappingContext, endpoint: string, id: string): string =>
  [...customCloud === undefined ? [] : [customCloud], tenantId, endpoint, id].join("/")

/** Returns an instant in milliseconds since 1970; undefined for any other value. */
export const millis = (value: unknown): number | undefined => {
  const found = instant(value)
  return found === undefined ? undefined : Timestamp.toMillis(Timestamp.normalize(found)!)
}

/** Returns a first and a last time; a last one before the first is left out. */
export const span = (first: unknown, last: unknown) => {
  const [from, to] = [millis(first), millis(last)]
  return { from, to: from !== undefined && to !== undefined && to < from ? undefined : to }
}

const severities: ReadonlyMap<string, Word> = new Map<string, Word>([
  ["informational", [1, "Informational"]],
  ["low", [2, "Low"]],
  ["medium", [3, "Medium"]],
  ["high", [4, "High"]],
  ["critical", [5, "Critical"]]
])

/** Finds Graph's word in a table by its lower case; one that is not there is Other, and an absent one Unknown. */
export const wordOf = (table: ReadonlyMap<string, Word>, value: unknown): Word => {
  const found = text(value)?.trim()
  if (found === undefined || /^unknown(?:futurevalue)?$/i.test(found)) return [0, "Unknown"]
  return table.get(found.toLowerCase()) ?? [other, found]
}

/** Returns a severity of OCSF. */
export const severityOf = (value: unknown): Word => wordOf(severities, value)

/** Returns an object, unless it has none of the attributes of which OCSF wants one. */
export const having = <A extends object>(value: A, ...names: ReadonlyArray<keyof A>): A | undefined =>
  names.some((name) => value[name] !== undefined) ? value : undefined

const mailForm = /^[a-zA-Z0-9!#$%&'*+\-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$/

/** Returns a mail address that OCSF takes for one. */
export const mail = (value: string | undefined): string | undefined =>
  value !== undefined && value.length <= ocsfTextBytes && mailForm.test(value) ? value : undefined

/** Returns what a record has beyond the named properties: what has no place in OCSF. */
export const beyond = (value: Properties, placed: ReadonlySet<string>): Properties =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !placed.has(name) && !name.includes("@odata.")))

/** Whether a value tells nothing, so that it is left out. */
const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === "" ||
  typeof value === "object" && Object.keys(value).length === 0

/** Leaves out what tells nothing, and cuts texts: no term of an index may be longer. */
export class Tidying {
  #isCut = false

  /** Whether a text was cut. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Returns a value without what tells nothing. */
  tidy(value: unknown): unknown {
    if (typeof value === "string") {
      const found = cut(value, ocsfTextBytes)
      if (found.length < value.length) this.#isCut = true
      return found
    }
    if (typeof value !== "object" || value === null) return value
    if (Array.isArray(value)) return value.map((one) => this.tidy(one)).filter((one) => !isNothing(one))
    const entries: Array<[string, unknown]> = []
    for (const [name, one] of Object.entries(value)) {
      const found = this.tidy(one)
      if (!isNothing(found)) entries.push([name, found])
    }
    // Not by assignment: a record may have a property `__proto__`.
    return Object.fromEntries(entries)
  }
}

/** What a class's renderer says of its event. */
export interface Told {
  readonly class: keyof typeof classes
  readonly endpoint: string
  readonly activity: Word
  readonly severity: Word
  /** Milliseconds since 1970. */
  readonly time: number | undefined
  readonly product: { readonly name: string | undefined; readonly feature?: string | undefined }
  readonly profiles?: ReadonlyArray<string>
  readonly correlation?: string | undefined
  readonly raw: string
  /** Attributes of the class. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** Evidence, which was tidied object by object, with turns for others. */
  readonly evidences?: ReadonlyArray<object>
}

/** Returns the record as it stands in `raw_data`. */
export const rawOf = ({ rest, text: sent }: Content): string => rest === undefined ? sent : `${sent}\n${rest.text}`

/** Returns the finished event. */
export const make = (
  context: MappingContext,
  record: GraphRecord,
  { uid }: Publication,
  told: Told,
  tidying: Tidying = new Tidying()
): OcsfEvent => {
  const {
    activity: [activity_id, activity_name],
    attributes,
    endpoint,
    evidences,
    product,
    severity: [severity_id, severity]
  } = told
  const of = classes[told.class]
  const tidied = tidying.tidy(attributes) as Record<string, unknown>
  const metadata = tidying.tidy({
    uid: publishedId(context, uid),
    version,
    product: {
      name: product.name ?? "Microsoft Graph",
      vendor_name: "Microsoft",
      feature: { name: product.feature === product.name ? undefined : product.feature }
    },
    profiles: told.profiles,
    log_provider: "Microsoft Graph",
    log_name: endpoint,
    original_event_uid: record.id,
    tenant_uid: context.tenantId,
    correlation_uid: told.correlation,
    tags: [
      { name: "instance", value: context.displayName },
      ...context.orgId === undefined ? [] : [{ name: "org_id", value: context.orgId }],
      ...context.applianceId === undefined ? [] : [{ name: "appliance_id", value: context.applianceId }]
    ].filter(({ value }) => value !== "")
  }) as OcsfEvent["metadata"]
  return {
    activity_id,
    activity_name,
    category_uid: of.category_uid,
    category_name: of.category_name,
    class_uid: of.uid,
    class_name: of.name,
    type_uid: of.uid * 100 + activity_id,
    type_name: `${of.name}: ${activity_name}`,
    severity_id,
    severity,
    time: told.time ?? Timestamp.toMillis(record.cursor),
    metadata: tidying.isCut ? { ...metadata, is_truncated: true } : metadata,
    ...tidied,
    ...evidences === undefined || evidences.length === 0 ? {} : { evidences },
    raw_data: told.raw
  }
}
