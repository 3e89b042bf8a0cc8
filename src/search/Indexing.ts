/** Adds artifacts to the index, and deletes the oldest, for the write thread. */
import type { DatabaseSync } from "node:sqlite"
import type { Document } from "./Document.ts"
import { codeOf, facetNames, thingOf } from "./Facets.ts"
import { encode, keysPerMilli } from "./Rows.ts"
import { dayMillis } from "./SinkFiles.ts"

/** Place of an artifact's line; `offset` and `length` are in bytes. */
export interface Place {
  /** Number of the file in the database. */
  readonly file: number
  /** Greater for a later file; see `SinkFile`. */
  readonly order: number
  readonly offset: number
  readonly length: number
}

/** Limits of an index; older artifacts are deleted. */
export interface IndexBounds {
  readonly daysMax: number
  readonly rowsMax: number
}

/** Rows deleted in one step at most: more than a portion of a file adds, and few enough for a short transaction. */
const deletedAtOnceMax = 5000

/** Names of fields and tags whose spelling is remembered; those beyond are suggested in lower case. */
const namesMax = 1000

/** The index for the write thread. Changes belong between `begin` and `commit`. */
export class Indexing {
  readonly #database: DatabaseSync
  readonly #bounds: IndexBounds
  readonly #now: () => number
  readonly #statements
  readonly #names = new Set<string>()
  #rows: number
  #skipped: number

  constructor(database: DatabaseSync, bounds: IndexBounds, now: () => number) {
    this.#database = database
    this.#bounds = bounds
    this.#now = now
    this.#statements = {
      byId: database.prepare("SELECT key, file FROM artifacts WHERE id = ?"),
      last: database.prepare("SELECT max(key) AS key FROM artifacts WHERE key >= ? AND key < ?"),
      oldest: database.prepare("SELECT min(key) AS key FROM artifacts"),
      newest: database.prepare("SELECT max(key) AS key FROM artifacts"),
      before: database.prepare("SELECT key FROM artifacts WHERE key < ? ORDER BY key LIMIT ?"),
      insert: database.prepare("INSERT INTO artifacts (key, id, file, offset, length, row) VALUES (?, ?, ?, ?, ?, ?)"),
      insertWords: database.prepare("INSERT INTO words (rowid, text, message) VALUES (?, ?, ?)"),
      insertFacets: database.prepare(
        `INSERT INTO facets VALUES (NULL, ${Array.from({ length: 5 + facetNames.length }, () => "?").join(", ")})`
      ),
      remove: database.prepare("DELETE FROM artifacts WHERE key = ?"),
      removeFacets: database.prepare("DELETE FROM facets WHERE key = ?"),
      removeWords: database.prepare("DELETE FROM words WHERE rowid = ?"),
      count: database.prepare(
        "INSERT INTO counts (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
      ),
      name: database.prepare("INSERT OR IGNORE INTO names (name, written) VALUES (?, ?)"),
      counted: database.prepare("SELECT value FROM counts WHERE name = ?")
    }
    this.#rows = this.#counted("rows")
    this.#skipped = this.#counted("skipped")
  }

  #counted(name: string): number {
    return (this.#statements.counted.get(name) as { value: number } | undefined)?.value ?? 0
  }

  #keyOf(statement: "oldest" | "newest"): number | undefined {
    return (this.#statements[statement].get() as { key: number | null }).key ?? undefined
  }

  /** Artifacts in the index. */
  get rows(): number {
    return this.#rows
  }

  /** Lines that were no artifacts. */
  get skipped(): number {
    return this.#skipped
  }

  /** Time of the newest artifact, in milliseconds since 1970. */
  get newest(): number | undefined {
    const key = this.#keyOf("newest")
    return key === undefined ? undefined : Math.floor(key / keysPerMilli)
  }

  /**
   * Time before which artifacts are not added, in milliseconds since 1970: too old, or older than all of a full index.
   */
  get horizon(): number {
    const oldest = this.#rows < this.#bounds.rowsMax ? undefined : this.#keyOf("oldest")
    return Math.max(
      this.#now() - this.#bounds.daysMax * dayMillis,
      oldest === undefined ? 0 : Math.floor(oldest / keysPerMilli)
    )
  }

  begin(): void {
    this.#database.exec("BEGIN IMMEDIATE")
  }

  commit(): void {
    this.#deleteOldest()
    this.#statements.count.run("rows", this.#rows)
    this.#statements.count.run("skipped", this.#skipped)
    this.#database.exec("COMMIT")
  }

  skip(): void {
    this.#skipped++
  }

  /** Returns the next free key of a time; when its millisecond is full, the next free key after it. */
  #freeKey(time: number): number {
    for (let from = time * keysPerMilli;; from += keysPerMilli) {
      const { key } = this.#statements.last.get(from, from + keysPerMilli) as { key: number | null }
      if (key === null) return from
      if (key + 1 < from + keysPerMilli) return key + 1
    }
  }

  #remove(key: number): void {
    this.#statements.removeWords.run(key)
    this.#statements.removeFacets.run(key)
    this.#statements.remove.run(key)
    this.#rows--
  }

  /**
   * Adds an artifact, in place of an older version of it. An artifact before the horizon is left out. So is one that a
   * later file holds as well (`orderOf` returns a file's order), because later files are read first.
   */
  add(document: Document, place: Place, orderOf: (file: number) => number): void {
    const known = this.#statements.byId.get(document.id) as { key: number; file: number } | undefined
    if (known !== undefined) {
      if (known.file !== place.file && orderOf(known.file) > place.order) return
      this.#remove(known.key)
    }
    if (document.time < this.horizon) return
    const key = known !== undefined && Math.floor(known.key / keysPerMilli) === document.time
      ? known.key
      : this.#freeKey(document.time)
    this.#statements.insert.run(key, document.id, place.file, place.offset, place.length, encode(document.row))
    this.#statements.insertWords.run(key, document.words, document.message)
    const { row } = document
    const isEvidence = row.evidence === undefined ? 0 : 1
    const codes = facetNames.map((name) => codeOf(name, row))
    this.#statements.insertFacets.run(key, thingOf(row), isEvidence, place.order, place.offset, ...codes)
    for (const name of document.names) this.#addName(name)
    this.#rows++
  }

  /** Remembers how a name is written; names are few, and most are known. */
  #addName(name: string): void {
    if (this.#names.has(name) || this.#names.size >= namesMax) return
    this.#names.add(name)
    this.#statements.name.run(name.toLowerCase(), name)
  }

  /** Whether the index holds rows that must be deleted. */
  get isOver(): boolean {
    return this.#rows > this.#bounds.rowsMax || (this.#keyOf("oldest") ?? Infinity) < this.#dayHorizon()
  }

  #dayHorizon(): number {
    return Math.max(0, (this.#now() - this.#bounds.daysMax * dayMillis) * keysPerMilli)
  }

  #deleteOldest(): void {
    const deleteBefore = (before: number, count: number) => {
      for (const { key } of this.#statements.before.all(before, count) as Array<{ key: number }>) this.#remove(key)
    }
    deleteBefore(this.#dayHorizon(), deletedAtOnceMax)
    const over = this.#rows - this.#bounds.rowsMax
    if (over > 0) deleteBefore(Number.MAX_SAFE_INTEGER, Math.min(over, deletedAtOnceMax))
  }
}
