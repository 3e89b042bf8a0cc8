/** Answers searches from the index, for the read thread. */
import type { DatabaseSync } from "node:sqlite"
import { linkTo } from "./Links.ts"
import { decode, keysPerMilli } from "./Rows.ts"
import type { Detail, Row } from "./Search.ts"
import { lineAt } from "./SinkLines.ts"
import { matchOf } from "./Tokenizer.ts"

/** A search in the terms of the index. */
export interface Lookup {
  /** Query of FTS5; undefined for everything. */
  readonly match: string | undefined
  /** Milliseconds since 1970, inclusive. */
  readonly from: number
  /** Milliseconds since 1970, exclusive. */
  readonly to: number
  /** Only rows before this key are returned. */
  readonly before: number | undefined
  readonly limit: number
}

/** Rows of the same alert and incident that are shown beside a row. */
const beside = { alert: 100, incident: 10 } as const
/** Rows that are examined for {@link beside}, because other versions of an alert come first. */
const lookedAt = 1000

const incidents = "azure_security_incident"

interface Stored {
  readonly key: number
  readonly row: string
  readonly name: string | null
  readonly offset: number
  readonly length: number
}

/** The index for the read thread. */
export class Reading {
  readonly #artifactsDirectory: string
  readonly #statements

  constructor(database: DatabaseSync, artifactsDirectory: string) {
    this.#artifactsDirectory = artifactsDirectory
    const placed = "SELECT key, row, name, artifacts.offset, length FROM artifacts LEFT JOIN files USING (file)"
    this.#statements = {
      all: database.prepare("SELECT key, row FROM artifacts WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?"),
      matching: database.prepare(`SELECT words.rowid AS key, row FROM words JOIN artifacts ON key = words.rowid
         WHERE words MATCH ? AND words.rowid >= CAST(? AS INTEGER) AND words.rowid < CAST(? AS INTEGER)
         ORDER BY words.rowid DESC LIMIT ?`),
      byId: database.prepare(`${placed} WHERE id = ?`),
      byKey: database.prepare(`${placed} WHERE key = ?`)
    }
  }

  /** Returns rows, newest first, and whether there are more. */
  find({ before, from, limit, match, to }: Lookup): { readonly rows: ReadonlyArray<Row>; readonly hasMore: boolean } {
    const range = [keyAt(from), Math.min(before ?? Infinity, keyAt(to)), limit + 1] as const
    const found = match === undefined
      // `matching` casts its bounds, because Node binds numbers as floats, by which FTS5 does not narrow its search.
      ? this.#statements.all.all(...range)
      : this.#statements.matching.all(match, ...range)
    const rows = (found as unknown as ReadonlyArray<Stored>).slice(0, limit).map(({ key, row }) => decode(key, row))
    return { rows, hasMore: found.length > limit }
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
      incident: this.#linked(row, "incident")
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
  #linked(row: Row, to: "alert" | "incident"): ReadonlyArray<Row> {
    const link = linkTo(row, to)
    if (link === undefined) return []
    const match = matchOf([
      { field: to, value: link, isPrefix: false },
      ...(to === "alert" ? [] : [{ field: "stream", value: incidents, isPrefix: false } as const])
    ])
    // The search ignores case, but an alert's id does not.
    return this.find({ match, from: 0, to: Infinity, before: undefined, limit: lookedAt }).rows
      .filter((other) => other.id !== row.id && linkTo(other, to) === link)
      .slice(0, beside[to])
  }

  #line(stored: Stored): string | null {
    return lineAt(this.#artifactsDirectory, stored, decode(stored.key, stored.row).id)
  }
}

const keyAt = (time: number): number => Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(time) * keysPerMilli))
