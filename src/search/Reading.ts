/** Answers searches from the index, for the read thread. */
import type { DatabaseSync } from "node:sqlite"
import { type Link, linkMatch, linkTo } from "./Links.ts"
import { Members } from "./Members.ts"
import { Meaning } from "./query/Meaning.ts"
import { type Fault, parse, Refusal } from "./query/Syntax.ts"
import { Vocabulary } from "./query/Vocabulary.ts"
import { decode, keysPerMilli } from "./Rows.ts"
import type { Detail, Overview, Row, Suggestions, Wanted } from "./Search.ts"
import { lineAt } from "./SinkLines.ts"
import { suggestions } from "./Suggesting.ts"
import { type Tally, Tallying } from "./Tallying.ts"
import { marks } from "./Tokenizer.ts"

/** A search. */
export interface Lookup {
  readonly query: string
  /** Display names by the names of the instances. */
  readonly instances: Readonly<Record<string, string>>
  /** Groups by the names of the instances that have one. */
  readonly groups?: Readonly<Record<string, string>>
  /** Milliseconds since 1970, inclusive. */
  readonly from: number
  /** Milliseconds since 1970, exclusive. */
  readonly to: number
  /** Only rows before this key are returned. */
  readonly before: number | undefined
  readonly limit: number
  /** Returns the rows that were indexed last, in this order. */
  readonly isByArrival?: boolean | undefined
  /** Milliseconds since 1970, for times such as `now-7d`. */
  readonly now: number
}

/** Rows, newest first. */
export interface Page {
  readonly rows: ReadonlyArray<Row>
  readonly hasMore: boolean
  /** All that the query finds in the range; undefined for a further page. */
  readonly total: number | undefined
}

/** What a reading needs to know. */
export interface ReadingOptions {
  readonly artifactsDirectory: string
  /** Names of the artifact's fields. */
  readonly fields: ReadonlyArray<string>
}

/** Rows of the same alert and incident that are shown beside a row. */
const beside = { alert: 100, incident: 10 } as const
/** Rows that are examined for {@link beside}, because other versions of an alert come first. */
const lookedAt = 1000

const incidents = "azure_security_incident"

/** The whole of the index. */
const everything = `"${marks.all}"`

interface Stored {
  readonly key: number
  readonly row: string
  readonly name: string | null
  readonly offset: number
  readonly length: number
}

/** The index for the read thread. */
export class Reading {
  readonly #options: ReadingOptions
  readonly #vocabulary: Vocabulary
  readonly #tallying: Tallying
  readonly #members: Members
  readonly #statements

  constructor(database: DatabaseSync, options: ReadingOptions) {
    this.#options = options
    this.#vocabulary = new Vocabulary(database)
    this.#tallying = new Tallying(database)
    this.#members = new Members(database)
    const placed = "SELECT key, row, name, artifacts.offset, length FROM artifacts LEFT JOIN files USING (file)"
    // Bounds are cast, because Node binds numbers as floats, by which FTS5 does not narrow its search.
    const matching = "words MATCH ? AND words.rowid >= CAST(? AS INTEGER) AND words.rowid < CAST(? AS INTEGER)"
    this.#statements = {
      all: database.prepare("SELECT key, row FROM artifacts WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?"),
      matching: database.prepare(`SELECT words.rowid AS key, row FROM words JOIN artifacts ON key = words.rowid
         WHERE ${matching} ORDER BY words.rowid DESC LIMIT ?`),
      count: database.prepare(`SELECT count(*) AS count FROM words WHERE ${matching}`),
      byId: database.prepare(`${placed} WHERE id = ?`),
      byKey: database.prepare(`${placed} WHERE key = ?`)
    }
  }

  /** Returns the query of FTS5, undefined for everything; or why it is refused. */
  #match(
    { groups = {}, instances, now, query }: Lookup
  ): { readonly match: string | undefined } | { readonly refused: Fault } {
    try {
      const surroundings = { vocabulary: this.#vocabulary, fields: this.#options.fields, instances, groups, now }
      return { match: new Meaning(surroundings).matchOf(parse(query)) }
    } catch (error) {
      if (error instanceof Refusal) return { refused: error.fault }
      throw error
    }
  }

  /** Returns rows, newest first; or why the query is refused. */
  find(lookup: Lookup): Page | { readonly refused: Fault } {
    const { before, from, limit, to } = lookup
    const found = this.#match(lookup)
    if ("refused" in found) return found
    const { match } = found
    const range = [keyAt(from), keyAt(to)] as const
    if (lookup.isByArrival === true) return { ...this.#tallying.latest(match, range, limit), hasMore: false }
    const rows = this.#rows(match, range[0], Math.min(before ?? Infinity, range[1]), limit + 1)
    const total = before === undefined
      ? (this.#statements.count.get(match ?? everything, ...range) as { readonly count: number }).count
      : undefined
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit, total }
  }

  /** Returns alerts and incidents with the counts of all matches; or why the query is refused. */
  things(lookup: Lookup & Tally): Overview | { readonly refused: Fault } {
    const found = this.#match(lookup)
    if ("refused" in found) return found
    return this.#tallying.overview(found.match, [keyAt(lookup.from), keyAt(lookup.to)], lookup)
  }

  #rows(match: string | undefined, from: number, to: number, limit: number): ReadonlyArray<Row> {
    const found = match === undefined
      ? this.#statements.all.all(from, to, limit)
      : this.#statements.matching.all(match, from, to, limit)
    return (found as unknown as ReadonlyArray<Stored>).map(({ key, row }) => decode(key, row))
  }

  /** Returns names of fields, or a field's most frequent values. */
  suggest(wanted: Wanted): Suggestions {
    return suggestions(this.#vocabulary, this.#options.fields, wanted)
  }

  /** Returns an artifact with its alert and incident; undefined when the index does not have it. */
  detail(id: string): Detail | undefined {
    const stored = this.#statements.byId.get(id) as Stored | undefined
    if (stored === undefined) return undefined
    const row = decode(stored.key, stored.row)
    return {
      row,
      artifact: this.#line(stored),
      alert: this.#linked(row, "alert").toReversed(),
      incident: this.#linked(row, "incident"),
      members: this.#members.of(row)
    }
  }

  /** Returns artifacts as they were published; null where the line is gone. */
  lines(keys: ReadonlyArray<number>): ReadonlyArray<string | null> {
    return keys.map((key) => {
      const stored = this.#statements.byKey.get(key) as Stored | undefined
      return stored === undefined ? null : this.#line(stored)
    })
  }

  /** Returns the other rows of the same alert, or the versions of the incident; the newest first. */
  #linked(row: Row, to: Link): ReadonlyArray<Row> {
    const link = linkTo(row, to)
    if (link === undefined) return []
    // The search ignores case, but an alert's id does not.
    return this.#rows(linkMatch(to, link), 0, Number.MAX_SAFE_INTEGER, lookedAt)
      .filter((other) => other.id !== row.id && linkTo(other, to) === link)
      .filter(({ stream }) => to === "alert" || stream === incidents)
      .slice(0, beside[to])
  }

  #line(stored: Stored): string | null {
    return lineAt(this.#options.artifactsDirectory, stored, decode(stored.key, stored.row).id)
  }
}

const keyAt = (time: number): number => Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(time) * keysPerMilli))
