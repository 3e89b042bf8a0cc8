/**
 * Counts what a search finds: alerts and incidents with their evidence, a histogram, and facets. Search threads import
 * this module.
 *
 * One pass over the matches counts everything. Only what is shown is then read as rows.
 */
import type { DatabaseSync } from "node:sqlite"
import { facetValuesMax, histogramStepsMax, talliedMax } from "../domain/Bounds.ts"
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

/** Columns of `facets` that the pass reads, and where each facet begins. */
const [keyAt, thingAt, facetsAt] = [0, 1, 2]

interface Counted {
  readonly thing: number
  latest: number
  count: number
  severity: number
  /** The code of the group by which the things are ordered, 0 for none, and an artifact that has it. */
  group: number
  groupKey: number
}

interface Value {
  readonly code: number
  /** One of the artifacts that have the value. */
  readonly key: number
  count: number
}

/** Counts for the read thread. */
export class Tallying {
  readonly #statements

  constructor(database: DatabaseSync) {
    const columns = `facets.key, thing, ${facetNames.map((name) => `f_${name}`).join(", ")}`
    const matching = database.prepare(`SELECT ${columns} FROM words JOIN facets ON facets.key = words.rowid
      WHERE words MATCH ? AND words.rowid >= CAST(? AS INTEGER) AND words.rowid < CAST(? AS INTEGER)
      ORDER BY words.rowid DESC LIMIT ${talliedMax + 1}`)
    const all = database.prepare(
      `SELECT ${columns} FROM facets WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ${talliedMax + 1}`
    )
    for (const statement of [matching, all]) statement.setReturnArrays(true)
    const ofThing = "FROM facets JOIN artifacts USING (key) WHERE thing = ?"
    this.#statements = {
      matching,
      all,
      row: database.prepare("SELECT row FROM artifacts WHERE key = ?"),
      state: database.prepare(`SELECT key, row ${ofThing} AND is_evidence = 0 ORDER BY part DESC, place DESC LIMIT 1`),
      versions: database.prepare("SELECT count(*) AS count FROM facets WHERE thing = ? AND is_evidence = 0"),
      evidence: database.prepare(
        `SELECT max(key) AS key, count(*) AS count FROM facets WHERE thing = ? AND is_evidence = 1 GROUP BY f_evidence
         ORDER BY count DESC, key`
      )
    }
  }

  /** Counts the matches of a query of FTS5, or all, in a range of keys. */
  overview(match: string | undefined, [from, to]: readonly [number, number], tally: Tally): Overview {
    const rows = match === undefined
      ? this.#statements.all.iterate(from, to)
      : this.#statements.matching.iterate(match, from, to)
    const things = new Map<number, Counted>()
    const facets = facetNames.map(() => new Map<number, Value>())
    const times: Array<number> = []
    const ranks: Array<number> = []
    const groupAt = tally.group === "none" ? -1 : facetNames.indexOf(tally.group)
    for (const row of rows as unknown as Iterable<ReadonlyArray<number>>) {
      if (times.length === talliedMax) {
        times.push(-1)
        break
      }
      const key = row[keyAt]!
      const severity = row[facetsAt]!
      times.push(Math.floor(key / keysPerMilli))
      ranks.push(severity)
      const thing = things.get(row[thingAt]!)
      const group = groupAt < 0 ? 0 : row[facetsAt + groupAt]!
      if (thing === undefined) {
        things.set(row[thingAt]!, { thing: row[thingAt]!, latest: key, count: 1, severity, group, groupKey: key })
      } else {
        thing.count++
        if (thing.group === 0 && group !== 0) {
          thing.group = group
          thing.groupKey = key
        }
        if (severity > thing.severity) thing.severity = severity
      }
      for (let at = 0; at < facets.length; at++) {
        const code = row[facetsAt + at]!
        if (code === 0) continue
        const value = facets[at]!.get(code)
        if (value === undefined) facets[at]!.set(code, { code, key, count: 1 })
        else value.count++
      }
    }
    const isPartial = times.at(-1) === -1
    if (isPartial) times.pop()
    const ordered = this.#ordered(Array.from(things.values()), tally)
    const page = ordered.slice(tally.offset, tally.offset + tally.limit)
    return {
      things: page.map((thing) => this.#thing(thing, tally.group)),
      next: tally.offset + page.length < ordered.length ? tally.offset + page.length : null,
      total_things: ordered.length,
      total: times.length,
      is_partial: isPartial,
      histogram: histogramOf(times, ranks),
      facets: facetNames.map((name, at) => this.#facet(name, facets[at]!))
    }
  }

  #ordered(things: ReadonlyArray<Counted>, { group, sort }: Tally): ReadonlyArray<Counted> {
    const sizes = new Map<number, number>()
    if (group !== "none") { for (const one of things) sizes.set(one.group, (sizes.get(one.group) ?? 0) + 1) }
    // Those without a value come last, and the largest group first.
    const size = (code: number) => code === 0 ? 0 : sizes.get(code)!
    return things.toSorted((one, other) =>
      (group === "none" ? 0 : size(other.group) - size(one.group) || one.group - other.group) ||
      (sort === "severity" ? other.severity - one.severity : 0) ||
      other.latest - one.latest
    )
  }

  #row(key: number): Row | undefined {
    const found = this.#statements.row.get(key) as { readonly row: string } | undefined
    return found === undefined ? undefined : decode(key, found.row)
  }

  #thing({ count, group, groupKey, latest, thing }: Counted, by: Grouping): Thing {
    const state = this.#statements.state.get(thing) as { readonly key: number; readonly row: string } | undefined
    const found = this.#row(latest)!
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
      ...(by === "none" || group === 0 ? {} : { group: String(this.#row(groupKey)?.[facetFields[by]] ?? "") })
    }
  }

  #facet(name: FacetName, values: ReadonlyMap<number, Value>): Facet {
    const most = Array.from(values.values()).sort((one, other) =>
      name === "severity" ? other.code - one.code : other.count - one.count || other.key - one.key
    )
    return {
      name,
      values: most.slice(0, facetValuesMax).flatMap(({ count, key }) => {
        const value = this.#row(key)?.[facetFields[name]]
        return value === undefined ? [] : [{ value, count }]
      }),
      others: Math.max(0, values.size - facetValuesMax)
    }
  }
}

/** Counts times by steps and severities. */
const histogramOf = (times: ReadonlyArray<number>, ranks: ReadonlyArray<number>): Histogram => {
  if (times.length === 0) return { from: 0, step: steps[0]!, counts: [] }
  // The newest came first.
  const [newest, oldest] = [times[0]!, times.at(-1)!]
  const step = steps.find((one) => (newest - oldest) / one < histogramStepsMax - 1) ??
    Math.ceil((newest - oldest) / (histogramStepsMax - 1) / 604_800_000) * 604_800_000
  const from = Math.floor(oldest / step) * step
  const counts = Array.from(
    { length: Math.floor((newest - from) / step) + 1 },
    () => Array<number>(severities.length + 1).fill(0)
  )
  // The last of each step counts those without a known severity.
  times.forEach((time, at) => {
    const rank = ranks[at]! - 2
    counts[Math.floor((time - from) / step)]![rank < 0 ? severities.length : rank]!++
  })
  return { from, step, counts }
}
