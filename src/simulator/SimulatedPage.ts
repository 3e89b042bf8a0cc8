/** Builds one page of a collection. */
import { Result } from "effect"
import { Buffer } from "node:buffer"
import * as Answer from "./Answer.ts"
import { type Collection, pathOf } from "./Collections.ts"
import * as Query from "./ODataQuery.ts"
import { withoutLateMembers } from "./Preference.ts"
import { instant, type Row } from "./Row.ts"

/** The changes that faults make to a page. */
export interface Shape {
  readonly ignoresOrderby: boolean
  readonly ignoresFilter: boolean
  readonly pageMax: number | undefined
  readonly isEmpty: boolean
  readonly isNull: boolean
  /** Sent as the `@odata.nextLink` in place of the right one. */
  readonly nextLink: string | undefined
  /** Providers that did not answer, as `Vendor/Provider/Status/Milliseconds`. */
  readonly warnings: ReadonlyArray<string>
  /** Bytes of padding beside the rows. */
  readonly padding: number
}

/** A page without faults. */
export const plain: Shape = {
  ignoresOrderby: false,
  ignoresFilter: false,
  pageMax: undefined,
  isEmpty: false,
  isNull: false,
  nextLink: undefined,
  warnings: [],
  padding: 0
}

export interface PageRequest {
  readonly collection: Collection
  readonly rows: ReadonlyArray<Row>
  /** The alerts for `$expand=alerts`. */
  readonly alerts: () => ReadonlyArray<Row>
  /** Absolute, as the client sent it. */
  readonly url: URL
  readonly includesLateMembers: boolean
  /** Whether the client takes a number of rows that may be a little old. */
  readonly isEventual: boolean
  /** The kind of position in nextLinks. */
  readonly paging: "skip" | "skiptoken"
  readonly shape: Shape
  readonly stamp: Answer.Stamp
}

/** Replaces the position in the request's own query. */
const link = (url: URL, position: string): string => {
  const kept = url.search.slice(1).split("&").filter((pair) =>
    pair !== "" && !/^\$skip(token)?$/.test(decodeURIComponent(pair.split("=")[0]!))
  )
  return `${url.origin}${url.pathname}?${[...kept, position].join("&")}`
}

/** Encodes the last row sent by key and id, a position that does not shift when rows change. */
const encodePosition = (row: Row, property: string): string =>
  Buffer.from(`${instant(row, property) ?? String(row[property])}\n${String(row["id"])}`).toString("base64url")

const decodePosition = (token: string, property: string): Row | undefined => {
  const [key, id] = Buffer.from(token, "base64url").toString().split("\n")
  return key === undefined || id === undefined ? undefined : { [property]: key, id }
}

const selected = (row: Row, names: ReadonlyArray<string> | undefined): Row =>
  names === undefined ? row : Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)))

/** Answers a request for a page; a bad query gives Graph's 400. */
export const answer = (
  { alerts, collection, includesLateMembers, isEventual, paging, rows, shape, stamp, url }: PageRequest
): Answer.Answer => {
  const read = Query.read(collection, url.searchParams)
  if (Result.isFailure(read)) {
    // Graph answers a broken limit of $top and $skip without a code, everything else as BadRequest.
    const code = read.failure.startsWith("The query specified in the URI") ? "" : "BadRequest"
    return Answer.graphError(stamp, 400, code, read.failure)
  }
  const query = read.success
  if (query.isCounted && collection.counts === "eventually" && !isEventual) {
    return Answer.graphError(stamp, 400, "Request_UnsupportedQuery", "$count is not currently supported.")
  }
  const orderBy = (shape.ignoresOrderby ? undefined : query.orderBy) ?? Query.ownOrder(collection)
  const byOrder = Query.order(orderBy)
  const found = (shape.ignoresFilter ? rows : rows.filter((row) => Query.matches(query.clauses, row))).toSorted(byOrder)

  let from = query.skip
  if (paging === "skiptoken" && query.skiptoken !== undefined) {
    const last = decodePosition(query.skiptoken, orderBy.property)
    if (last === undefined) {
      return Answer.graphError(stamp, 400, "BadRequest", "Query option 'SkipToken' is not allowed.")
    }
    const next = found.findIndex((row) => byOrder(row, last) > 0)
    from = next < 0 ? found.length : next
  }
  const top = Math.min(query.top, shape.pageMax ?? query.top)
  const to = shape.isEmpty ? from : Math.min(from + top, found.length)
  const page = found.slice(from, to)
  const isMore = (to < found.length && top > 0) || shape.isEmpty
  const last = page.at(-1)
  const position = paging === "skiptoken" && last !== undefined
    ? `$skiptoken=${encodePosition(last, orderBy.property)}`
    : `$skip=${to}${collection.name === "alerts" ? `&$skiptoken=${stamp.requestId}` : ""}`

  const visible = (row: Row): Row => includesLateMembers ? row : withoutLateMembers(row)
  const expanded = (row: Row): Row =>
    query.isExpanded
      ? { ...row, alerts: alerts().filter(({ incidentId }) => incidentId === row["id"]).map(visible) }
      : row

  return Answer.of(shape.warnings.length > 0 ? 206 : 200, {
    "@odata.context": `${url.origin}/v1.0/$metadata#${pathOf(collection).slice("/v1.0/".length)}${
      query.isExpanded ? "(alerts())" : ""
    }`,
    // The directory tells the number with the first page only.
    ...(query.isCounted && (collection.counts !== "eventually" || query.skiptoken === undefined)
      ? { "@odata.count": found.length }
      : {}),
    ...(shape.nextLink !== undefined
      ? { "@odata.nextLink": shape.nextLink }
      : isMore
      ? { "@odata.nextLink": link(url, position) }
      : {}),
    ...(shape.padding > 0 ? { "@simulator.padding": "x".repeat(shape.padding) } : {}),
    value: shape.isNull ? null : page.map((row) => expanded(selected(visible(row), query.select)))
  }, {
    ...(shape.warnings.length > 0 ? { warning: shape.warnings.map((text) => `199 - "${text}"`).join(", ") } : {}),
    ...(includesLateMembers ? { "preference-applied": "include-unknown-enum-members" } : {})
  })
}
