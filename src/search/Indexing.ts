/** Puts artifacts into the index and lets the oldest go. Part of the thread that writes. */
import type { DatabaseSync } from "node:sqlite"
import type { Document } from "./Document.ts"
import { encode, keysPerMilli } from "./Rows.ts"
import { dayMillis } from "./SinkFiles.ts"

/** Where an artifact's line is: its place is in bytes. */
export interface Place {
  /** Number of the file in the database. */
  readonly file: number
  /** The file's place in time; see `SinkFile`. */
  readonly order: number
  readonly offset: number
  readonly length: number
}

/** What an index holds at most. */
export interface IndexBounds {
  readonly daysMax: number
  readonly rowsMax: number
}

/** Rows that go together at most: more than a portion of a file brings, and few enough for a short change. */
const lettingGo = 5000

/** The index, as the thread that writes has it. To be used between `begin` and `commit`. */
export class Indexing {
  readonly #database: DatabaseSync
  readonly #bounds: IndexBounds
  readonly #now: () => number
  readonly #statements
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
      insert: database.prepare(
        "INSERT INTO artifacts (key, id, file, offset, length, row) VALUES (?, ?, ?, ?, ?, ?)"
      ),
      insertWords: database.prepare("INSERT INTO words (rowid, text) VALUES (?, ?)"),
      remove: database.prepare("DELETE FROM artifacts WHERE key = ?"),
      removeWords: database.prepare("DELETE FROM words WHERE rowid = ?"),
      count: database.prepare(
        "INSERT INTO counts (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
      ),
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

  /** Time before which nothing finds room any more, in milliseconds since 1970. */
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
    this.#letGo()
    this.#statements.count.run("rows", this.#rows)
    this.#statements.count.run("skipped", this.#skipped)
    this.#database.exec("COMMIT")
  }

  skip(): void {
    this.#skipped++
  }

  /** The next free key of a time; where a millisecond is full, of the next one that is not. */
  #freeKey(time: number): number {
    for (let from = time * keysPerMilli;; from += keysPerMilli) {
      const { key } = this.#statements.last.get(from, from + keysPerMilli) as { key: number | null }
      if (key === null) return from
      if (key + 1 < from + keysPerMilli) return key + 1
    }
  }

  #remove(key: number): void {
    this.#statements.removeWords.run(key)
    this.#statements.remove.run(key)
    this.#rows--
  }

  /**
   * Takes an artifact up, in the place of an older state of it. One that has no room any more is left out, and so is one
   * of which a later file has told already (`orderOf` tells the order of a file): later files are read first.
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
    this.#statements.insertWords.run(key, document.words)
    this.#rows++
  }

  /** Whether something is in it that should go. */
  get isOver(): boolean {
    return this.#rows > this.#bounds.rowsMax || (this.#keyOf("oldest") ?? Infinity) < this.#dayHorizon()
  }

  #dayHorizon(): number {
    return Math.max(0, (this.#now() - this.#bounds.daysMax * dayMillis) * keysPerMilli)
  }

  #letGo(): void {
    const letGo = (before: number, count: number) => {
      for (const { key } of this.#statements.before.all(before, count) as Array<{ key: number }>) this.#remove(key)
    }
    letGo(this.#dayHorizon(), lettingGo)
    const over = this.#rows - this.#bounds.rowsMax
    if (over > 0) letGo(Number.MAX_SAFE_INTEGER, Math.min(over, lettingGo))
  }
}
