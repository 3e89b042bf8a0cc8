/** Finding what was published: the artifacts of the last days, by the fields of WitFoo's search. */
import { Context, Effect, Layer, Schema } from "effect"

const text = Schema.optionalKey(Schema.String)

/** Schema for what a search shows of an artifact. Absent fields are left out. */
export const Row = Schema.Struct({
  /** Place in the order of time: greater is later. Unique. */
  key: Schema.Int,
  /** The artifact's `id`. */
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
  /** From, to and subject of a mail. */
  email_from: text,
  email_to: text,
  email_subject: text,
  uri: text,
  fqdn: text,
  file_name: text,
  file_hash: text,
  tenant_id: text,
  alert_id: text,
  incident_id: text
})
export type Row = typeof Row.Type

/** Schema for how the index is. */
export const IndexState = Schema.Struct({
  /**
   * `off`: not wanted, or not possible here. `resting`: nobody searches, and it takes up again at the next search.
   * `catching_up`: artifacts were published that it does not have yet. `following`: it has everything.
   */
  state: Schema.Literals(["off", "resting", "catching_up", "following", "failed"]),
  /** Artifacts in it. */
  rows: Schema.Int,
  rows_max: Schema.Int,
  days_max: Schema.Int,
  /** Bytes that were published and are not in it yet. */
  bytes_behind: Schema.Int,
  /** Time of the newest artifact in it; null while it is empty. */
  newest: Schema.NullOr(Schema.String),
  /** Why it is off or failed, and what to do, in one line. */
  why: text
}).annotate({ identifier: "IndexState" })
export type IndexState = typeof IndexState.Type

/** How an index is that there is none of. */
export const indexOff = (why: string): IndexState => ({
  state: "off",
  rows: 0,
  rows_max: 0,
  days_max: 0,
  bytes_behind: 0,
  newest: null,
  why
})

/** What is asked for. */
export interface SearchRequest {
  /** Terms combined by AND; see `Query.ts`. Empty for everything. */
  readonly query: string
  /** Milliseconds since 1970, inclusive. */
  readonly from: number
  /** Milliseconds since 1970, exclusive. */
  readonly to: number
  /** Rows before this key only: the last one of the page before. */
  readonly before?: number | undefined
  /** Rows at most, 1 to 1000. */
  readonly limit: number
}

/** Schema for what was found, newest first. */
export const Found = Schema.Struct({
  rows: Schema.Array(Row),
  /** Key to go on before; null where there is no more. */
  next: Schema.NullOr(Schema.Int),
  index: IndexState
}).annotate({ identifier: "Found" })
export type Found = typeof Found.Type

/** Schema for one artifact with what belongs to it. */
export const Detail = Schema.Struct({
  row: Row,
  /** The artifact as it was published, one line of JSON; null when the file that held it is gone. */
  artifact: Schema.NullOr(Schema.String),
  /** The alert and the other evidence of the same alert, in the order of time. At most 100. */
  alert: Schema.Array(Row),
  /** The incident that it belongs to, its latest state first. At most 10. */
  incident: Schema.Array(Row)
}).annotate({ identifier: "Detail" })
export type Detail = typeof Detail.Type

/** The query cannot be understood. */
export class BadQuery extends Schema.TaggedError<BadQuery>()("BadQuery", {
  /** Names the term at fault and what is possible. */
  fault: Schema.String
}, { httpApiStatus: 400 }) {
  override get message() {
    return this.fault
  }
}

/** There is no index to search: it is off, or failed. */
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
 * Its index follows the sink's files and is never in the sink's way: it is written by a thread of its own at the lowest
 * priority, only while somebody searches, and goes on where it stopped.
 */
export class Search extends Context.Service<Search, {
  readonly find: (request: SearchRequest) => Effect.Effect<Found, BadQuery | SearchUnavailable>
  /** Undefined for an artifact that the index does not have. */
  readonly detail: (id: string) => Effect.Effect<Detail | undefined, SearchUnavailable>
  /** Artifacts as they were published, for as many rows: one line of JSON each, or null where its file is gone. */
  readonly lines: (
    keys: ReadonlyArray<number>
  ) => Effect.Effect<ReadonlyArray<string | null>, SearchUnavailable>
  /** Tells how it is, without waking it. */
  readonly state: Effect.Effect<IndexState>
}>()("azure-security/search/Search") {
  /** There is no index. */
  static readonly layerOff = (why: string) =>
    Layer.sync(Search, () => {
      const off = indexOff(why)
      const unavailable = Effect.fail(new SearchUnavailable({ why }))
      return Search.of({
        find: () => unavailable,
        detail: () => unavailable,
        lines: () => unavailable,
        state: Effect.succeed(off)
      })
    })
}
