/** Defines the search over the artifacts of the last days, by the fields of WitFoo's search. */
import { Context, Effect, Layer, Schema } from "effect"
import { queryLengthMax } from "../domain/Bounds.ts"

const text = Schema.optionalKey(Schema.String)

/** Schema for what a search shows of an artifact. Absent fields are left out. */
export const Row = Schema.Struct({
  /** Unique position in the order of time: greater is later. */
  key: Schema.Int,
  id: Schema.String,
  /** Last activity (`endTimeUTC`, else `startTimeUTC`): ISO 8601, UTC. */
  time: Schema.String,
  stream: Schema.String,
  severity: Schema.String,
  message_type: Schema.String,
  /** `ruleName`: the title of the alert or incident. */
  title: Schema.String,
  action: Schema.String,
  /** Type of the evidence, from the tag `evidence:`; absent for an alert or incident itself. */
  evidence: text,
  src_ip: text,
  dst_ip: text,
  hostname: text,
  user: text,
  email_from: text,
  email_to: text,
  email_subject: text,
  uri: text,
  fqdn: text,
  file_name: text,
  file_hash: text,
  tenant_id: text,
  alert_id: text,
  incident_id: text,
  /** The product that found it, from the tag `product:`. */
  product: text,
  /** `ruleCategory`: what the alert is about, often a tactic of ATT&CK. */
  category: text,
  /** Ids of ATT&CK's techniques, with blanks between them. */
  techniques: text
})
export type Row = typeof Row.Type

export const IndexState = Schema.Struct({
  /**
   * `off`: not wanted, or not possible here. `resting`: nobody searches; the next search resumes the index.
   * `catching_up`: published artifacts are not indexed yet. `following`: everything is indexed.
   */
  state: Schema.Literals(["off", "resting", "catching_up", "following", "failed"]),
  /** Artifacts in the index. */
  rows: Schema.Int,
  rows_max: Schema.Int,
  days_max: Schema.Int,
  /** Bytes that were published and are not indexed yet. */
  bytes_behind: Schema.Int,
  /** Time of the newest artifact in the index; null while the index is empty. */
  newest: Schema.NullOr(Schema.String),
  /** Why the index is off or failed, and what to do, in one line. */
  why: text
}).annotate({ identifier: "IndexState" })
export type IndexState = typeof IndexState.Type

/** The index state while no index exists. */
export const indexOff = (why: string): IndexState => ({
  state: "off",
  rows: 0,
  rows_max: 0,
  days_max: 0,
  bytes_behind: 0,
  newest: null,
  why
})

export interface SearchRequest {
  /** In the language of `query/Syntax.ts`; empty for everything. */
  readonly query: string
  /** Display names by the names of the instances, which `instance:` finds. */
  readonly instances?: Readonly<Record<string, string>> | undefined
  /** Groups by the names of the instances that have one, which `group:` finds. */
  readonly groups?: Readonly<Record<string, string>> | undefined
  /** Milliseconds since 1970, inclusive. */
  readonly from: number
  /** Milliseconds since 1970, exclusive. */
  readonly to: number
  /** Only rows before this key are returned: the last key of the previous page. */
  readonly before?: number | undefined
  /** Rows at most, 1 to 1000. */
  readonly limit: number
  /** Returns the rows that were indexed last, in this order, and no further page. */
  readonly isByArrival?: boolean | undefined
}

/** Schema for one page of matches, newest first. */
export const Found = Schema.Struct({
  rows: Schema.Array(Row),
  /** Value of `before` for the next page; null when there is none. */
  next: Schema.NullOr(Schema.Int),
  /** All that the query finds in the range; only with the first page. */
  total: Schema.optionalKey(Schema.Int),
  index: IndexState
}).annotate({ identifier: "Found" })
export type Found = typeof Found.Type

/** Schema for one artifact with its alert and incident. */
export const Detail = Schema.Struct({
  row: Row,
  /** The artifact as it was published, one line of JSON; null when its file is gone. */
  artifact: Schema.NullOr(Schema.String),
  /** The alert and the other evidence of the same alert, in the order of time. At most 100. */
  alert: Schema.Array(Row),
  /** The artifact's incident, its latest version first. At most 10. */
  incident: Schema.Array(Row),
  /**
   * The alerts of an incident in their latest state, in the order of time, each followed by its evidence: of at most 100
   * alerts, and among its newest 2,000 artifacts. Of an alert's incident, only the other alerts.
   */
  members: Schema.Array(Row)
}).annotate({ identifier: "Detail" })
export type Detail = typeof Detail.Type

/** Orders of alerts and incidents; by `arrival`, what was indexed last comes first. */
export const Sorting = Schema.Literals(["time", "severity", "arrival"])
export type Sorting = typeof Sorting.Type

/** What alerts and incidents are grouped by. */
export const Grouping = Schema.Literals(["none", "tenant", "user", "host"])
export type Grouping = typeof Grouping.Type

/** Schema for an alert or incident that has matches, or an artifact of neither. */
export const Thing = Schema.Struct({
  /** Its latest state. */
  row: Row,
  /** Time of the latest match: ISO 8601, UTC. */
  latest: Schema.String,
  /** Its artifacts that match. */
  matches: Schema.Int,
  /** Its versions in the index; 0 when only evidence of it is there. */
  versions: Schema.Int,
  /** All of its evidence in the index, by type. */
  evidence: Schema.Array(Schema.Struct({ type: Schema.String, count: Schema.Int })),
  /** The value by which it is grouped; absent where it has none. */
  group: text
})
export type Thing = typeof Thing.Type

/** Schema for how many matches there are over time, by severity. */
export const Histogram = Schema.Struct({
  /** Start of the first step, in milliseconds since 1970. */
  from: Schema.Int,
  /** Length of a step in milliseconds. */
  step: Schema.Int,
  /** For each step the counts of informational, low, medium, high, critical, and all others. */
  counts: Schema.Array(Schema.Array(Schema.Int))
})
export type Histogram = typeof Histogram.Type

/** Schema for the most frequent values of a field among the matches. */
export const Facet = Schema.Struct({
  name: Schema.Literals(["severity", "tenant", "type", "evidence", "user", "host", "product"]),
  values: Schema.Array(Schema.Struct({ value: Schema.String, count: Schema.Int })),
  /** How many more values there are. */
  others: Schema.Int
})
export type Facet = typeof Facet.Type

const overview = {
  things: Schema.Array(Thing),
  /** Value of `offset` for the next page; null when there is none. */
  next: Schema.NullOr(Schema.Int),
  total_things: Schema.Int,
  /** Artifacts that match. */
  total: Schema.Int,
  /** Whether there are more matches than are counted; then all counts are those of the newest. */
  is_partial: Schema.Boolean,
  histogram: Histogram,
  facets: Schema.Array(Facet)
}

/** Schema for what a search finds as alerts and incidents, with the counts of all matches. */
export const Overview = Schema.Struct(overview)
export type Overview = typeof Overview.Type

/** Schema for an {@link Overview}, with the state of the index. */
export const FoundThings = Schema.Struct({ ...overview, index: IndexState }).annotate({ identifier: "FoundThings" })
export type FoundThings = typeof FoundThings.Type

/** A search for alerts and incidents. */
export interface ThingsRequest extends Omit<SearchRequest, "before" | "isByArrival"> {
  readonly sort: Sorting
  readonly group: Grouping
  /** Alerts and incidents before the page. */
  readonly offset: number
}

/** What is being typed: the beginning of a field's name or, with a field, of its value. */
export interface Wanted {
  readonly field: string | undefined
  readonly beginning: string
}

/** Schema for what may be typed next: names of fields, or values of a field with the number of artifacts that have them. */
export const Suggestions = Schema.Struct({
  names: Schema.Array(Schema.String),
  values: Schema.Array(Schema.Struct({ value: Schema.String, count: Schema.Int }))
}).annotate({ identifier: "Suggestions" })
export type Suggestions = typeof Suggestions.Type

const Query = Schema.String.check(Schema.isMaxLength(queryLengthMax))

/** Characters of the name of a saved search. */
const nameLengthMax = 100

const Name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(nameLengthMax))

/** Schema for the searches that are kept. */
export const KeptSearches = Schema.Struct({
  /** The last queries, the newest first. */
  recent: Schema.Array(Query),
  /** Saved queries in the order of their names. */
  saved: Schema.Array(Schema.Struct({ name: Name, query: Query }))
}).annotate({ identifier: "KeptSearches" })
export type KeptSearches = typeof KeptSearches.Type

/** Schema for a change: a query that was searched for, one that is saved under a name, or a name that is forgotten. */
export const KeptChange = Schema.Union([
  Schema.Struct({ searched: Query }),
  Schema.Struct({ name: Name, query: Query }),
  Schema.Struct({ forget: Name })
]).annotate({ identifier: "KeptChange" })
export type KeptChange = typeof KeptChange.Type

/** The query cannot be understood. */
export class BadQuery extends Schema.TaggedError<BadQuery>()("BadQuery", {
  /** Names the faulty term and what is possible. */
  fault: Schema.String,
  /** Which part of the query is refused, in UTF-16 units. */
  at: Schema.optionalKey(Schema.Struct({ from: Schema.Int, to: Schema.Int }))
}, { httpApiStatus: 400 }) {
  override get message() {
    return this.fault
  }
}

/** The index is off, failed or busy. */
export class SearchUnavailable extends Schema.TaggedError<SearchUnavailable>()("SearchUnavailable", {
  /** What to do. */
  why: Schema.String
}, { httpApiStatus: 503 }) {
  override get message() {
    return this.why
  }
}

/**
 * Service that finds published artifacts.
 *
 * **Details**
 *
 * The index never slows the sink down: a thread of the lowest priority follows the sink's files, only while somebody
 * searches, and resumes where it stopped.
 */
export class Search extends Context.Service<Search, {
  readonly find: (request: SearchRequest) => Effect.Effect<Found, BadQuery | SearchUnavailable>
  /** Finds alerts and incidents rather than artifacts. */
  readonly things: (request: ThingsRequest) => Effect.Effect<FoundThings, BadQuery | SearchUnavailable>
  /** Returns undefined for an artifact that is not indexed. */
  readonly detail: (id: string) => Effect.Effect<Detail | undefined, SearchUnavailable>
  /** Returns one line of JSON for each key, as it was published; null when its file is gone. */
  readonly lines: (keys: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<string | null>, SearchUnavailable>
  /** Names of fields that begin so or, with a field, its frequent values. */
  readonly suggest: (wanted: Wanted) => Effect.Effect<Suggestions, SearchUnavailable>
  /** The last searches and the saved ones. */
  readonly kept: Effect.Effect<KeptSearches, SearchUnavailable>
  /** Changes the {@link kept} searches. */
  readonly keep: (change: KeptChange) => Effect.Effect<KeptSearches, SearchUnavailable>
  /** The state of the index; reading it starts no thread. */
  readonly state: Effect.Effect<IndexState>
}>()("azure-security/search/Search") {
  /** Layer of a search that is off; every search fails with `why`. */
  static readonly layerOff = (why: string) =>
    Layer.sync(Search, () => {
      const off = indexOff(why)
      const unavailable = Effect.fail(new SearchUnavailable({ why }))
      return Search.of({
        find: () => unavailable,
        things: () => unavailable,
        detail: () => unavailable,
        lines: () => unavailable,
        suggest: () => unavailable,
        kept: unavailable,
        keep: () => unavailable,
        state: Effect.succeed(off)
      })
    })
}
