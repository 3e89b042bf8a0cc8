/**
 * Counts what a search finds: alerts and incidents with their evidence, a histogram, and facets. Search threads import
 * this module.
 *
 * The matches are counted in memory. Only what is shown is then read as rows.
 */
import type { DatabaseSync } from "node:sqlite"
import { facetValuesMax, histogramStepsMax, talliedMax } from "../domain/Bounds.ts"
import { type Counted, CountedColumns, placeOf } from "./CountedColumns.ts"
import { facetFields, type FacetName, facetNames } from "./Facets.ts"
import { severities } from "./FieldKinds.ts"
import { decode, keysPerMilli } from "./Rows.ts"
import type { Facet, Grouping, Histogram, Overview, Row, Sorting, Thing } from "./Search.ts"

/** What is asked for beyond the matches themselves. */
export interface Tally {
  readonly sort: Sorting
  readonly group: Grouping
  readonly offset: number
  readonly limit: number
}

/** Lengths of a histogram's step, in milliseconds. */
const steps = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800].map((s) => s * 1000)

interface Found {
  /** The number of the thing. */
  readonly thing: number
  /** Place of the latest match. */
  readonly latest: number
  readonly count: number
  readonly severity: number
  /** When its last match was indexed. */
  readonly arrival: number
  /** The number of the group by which the things are ordered, 0 for none, and the place of a match that has it. */
  readonly group: number
  readonly groupAt: number
}

/** Counts for the read thread. */
export class Tallying {
  readonly #columns: CountedColumns
  readonly #statements

  constructor(database: DatabaseSync) {
    this.#columns = new CountedColumns(database)
    const matching = database.prepare(`SELECT rowid FROM words
      WHERE words MATCH ? AND rowid >= CAST(? AS INTEGER) AND rowid < CAST(? AS INTEGER)
      ORDER BY rowid DESC LIMIT ${talliedMax + 1}`)
    matching.setReturnArrays(true)
    const ofThing = "FROM facets JOIN artifacts USING (key) WHERE thing = ?"
    this.#statements = {
      matching,
      row: database.prepare("SELECT row FROM artifacts WHERE key = ?"),
      state: database.prepare(
        `SELECT artifacts.key, row ${ofThing} AND is_evidence = 0 ORDER BY part DESC, place DESC LIMIT 1`
      ),
      versions: database.prepare("SELECT count(*) AS count FROM facets WHERE thing = ? AND is_evidence = 0"),
      evidence: database.prepare(
        `SELECT max(key) AS key, count(*) AS count FROM facets WHERE thing = ? AND is_evidence = 1 GROUP BY f_evidence
         ORDER BY count DESC, key`
      )
    }
  }

  /** The places of the matches, the newest first. */
  #places(keys: Float64Array, match: string | undefined, from: number, to: number): Uint32Array {
    if (match === undefined) {
      const [first, last] = [placeOf(keys, from), placeOf(keys, to)]
      const length = Math.min(talliedMax + 1, last - first)
      return Uint32Array.from({ length }, (_, place) => last - 1 - place)
    }
    const places = new Uint32Array(Math.min(talliedMax + 1, keys.length))
    let [found, place] = [0, keys.length - 1]
    for (const [key] of this.#statements.matching.iterate(match, from, to) as unknown as Iterable<[number]>) {
      while (place >= 0 && keys[place]! > key) place--
      // What was indexed after the refresh is counted by the next search.
      if (place >= 0 && keys[place] === key) places[found++] = place
    }
    return places.subarray(0, found)
  }

  /** Returns the matches that were indexed last, and how many there are in all. */
  latest(match: string | undefined, [from, to]: readonly [number, number], limit: number): {
    readonly rows: ReadonlyArray<Row>
    readonly total: number
  } {
    const { arrivals, keys } = this.#columns.refreshed()
    const places = this.#places(keys, match, from, to)
    const latest = Array.from(places).sort((one, other) => arrivals[other]! - arrivals[one]!).slice(0, limit)
    return { rows: latest.flatMap((place) => this.#row(keys[place]!) ?? []), total: places.length }
  }

  /** Counts the matches of a query of FTS5, or all, in a range of keys. */
  overview(match: string | undefined, [from, to]: readonly [number, number], tally: Tally): Overview {
    const columns = this.#columns.refreshed()
    const { arrivals, facets, keys, thingNumbers, things } = columns
    const all = this.#places(keys, match, from, to)
    const isPartial = all.length > talliedMax
    const places = isPartial ? all.subarray(0, talliedMax) : all
    const groups = tally.group === "none" ? undefined : facets[facetNames.indexOf(tally.group)]!
    const severity = facets[facetNames.indexOf("severity")]!
    const size = thingNumbers.codes.length
    const [count, latest, worst, arrival, group, groupAt] = Array.from({ length: 6 }, () => new Uint32Array(size)) as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array
    ]
    const found: Array<number> = []
    for (const place of places) {
      const thing = things[place]!
      if (count[thing] === 0) {
        found.push(thing)
        latest[thing] = place
      }
      count[thing]!++
      if (arrivals[place]! > arrival[thing]!) arrival[thing] = arrivals[place]!
      if (severity[place]! > worst[thing]!) worst[thing] = severity[place]!
      if (groups !== undefined && group[thing] === 0 && groups[place] !== 0) {
        group[thing] = groups[place]!
        groupAt[thing] = place
      }
    }
    const counted = found.map((thing): Found => ({
      thing,
      latest: latest[thing]!,
      count: count[thing]!,
      severity: worst[thing]!,
      arrival: arrival[thing]!,
      group: group[thing]!,
      groupAt: groupAt[thing]!
    }))
    const ordered = this.#ordered(counted, tally)
    const page = ordered.slice(tally.offset, tally.offset + tally.limit)
    return {
      things: page.map((thing) => this.#thing(columns, thing, tally.group)),
      next: tally.offset + page.length < ordered.length ? tally.offset + page.length : null,
      total_things: ordered.length,
      total: places.length,
      is_partial: isPartial,
      histogram: histogramOf(places, keys, severity),
      facets: facetNames.map((name, at) => this.#facet(columns, name, at, places))
    }
  }

  #ordered(things: ReadonlyArray<Found>, { group, sort }: Tally): ReadonlyArray<Found> {
    const sizes = new Map<number, number>()
    if (group !== "none") { for (const one of things) sizes.set(one.group, (sizes.get(one.group) ?? 0) + 1) }
    // Those without a value come last, and the largest group first.
    const size = (code: number) => code === 0 ? 0 : sizes.get(code)!
    return things.toSorted((one, other) =>
      (group === "none" ? 0 : size(other.group) - size(one.group) || one.group - other.group) ||
      (sort === "severity" ? other.severity - one.severity : sort === "arrival" ? other.arrival - one.arrival : 0) ||
      other.latest - one.latest
    )
  }

  #row(key: number): Row | undefined {
    const found = this.#statements.row.get(key) as { readonly row: string } | undefined
    return found === undefined ? undefined : decode(key, found.row)
  }

  #thing(
    { keys, thingNumbers }: Counted,
    { count, group, groupAt, latest, thing: number }: Found,
    by: Grouping
  ): Thing {
    const thing = thingNumbers.codes[number]!
    const state = this.#statements.state.get(thing) as { readonly key: number; readonly row: string } | undefined
    const found = this.#row(keys[latest]!)!
    const evidence = this.#statements.evidence.all(thing) as unknown as ReadonlyArray<
      { readonly key: number; readonly count: number }
    >
    const { count: versions } = this.#statements.versions.get(thing) as { readonly count: number }
    return {
      // Evidence may be indexed before its alert.
      row: state === undefined ? found : decode(state.key, state.row),
      latest: found.time,
      matches: count,
      versions,
      evidence: evidence.map(({ count, key }) => ({ type: this.#row(key)?.evidence ?? "", count })),
      ...(by === "none" || group === 0 ? {} : { group: String(this.#row(keys[groupAt]!)?.[facetFields[by]] ?? "") })
    }
  }

  #facet({ facetNumbers, facets, keys }: Counted, name: FacetName, at: number, places: Uint32Array): Facet {
    const column = facets[at]!
    const size = Math.max(severities.length + 2, facetNumbers[at]!.codes.length)
    const [counts, latest] = [new Uint32Array(size), new Uint32Array(size)]
    for (const place of places) {
      const number = column[place]!
      if (counts[number] === 0) latest[number] = place
      counts[number]!++
    }
    const values = Array.from(counts.keys()).filter((number) => number > 0 && counts[number]! > 0)
    values.sort((one, other) =>
      name === "severity" ? other - one : counts[other]! - counts[one]! || latest[other]! - latest[one]!
    )
    return {
      name,
      values: values.slice(0, facetValuesMax).flatMap((number) => {
        const value = this.#row(keys[latest[number]!]!)?.[facetFields[name]]
        return value === undefined ? [] : [{ value, count: counts[number]! }]
      }),
      others: Math.max(0, values.length - facetValuesMax)
    }
  }
}

/** Counts matches, the newest first, by steps and severities. */
const histogramOf = (places: Uint32Array, keys: Float64Array, codes: Uint32Array): Histogram => {
  if (places.length === 0) return { from: 0, step: steps[0]!, counts: [] }
  const timeOf = (place: number) => Math.floor(keys[place]! / keysPerMilli)
  const [newest, oldest] = [timeOf(places[0]!), timeOf(places.at(-1)!)]
  const step = steps.find((one) => (newest - oldest) / one < histogramStepsMax - 1) ??
    Math.ceil((newest - oldest) / (histogramStepsMax - 1) / 604_800_000) * 604_800_000
  const from = Math.floor(oldest / step) * step
  const counts = Array.from(
    { length: Math.floor((newest - from) / step) + 1 },
    () => Array<number>(severities.length + 1).fill(0)
  )
  // The last of each step counts those without a known severity.
  for (const place of places) {
    const rank = codes[place]! - 2
    counts[Math.floor((timeOf(place) - from) / step)]![rank < 0 ? severities.length : rank]!++
  }
  return { from, step, counts }
}
