/** Looks words up in the index: those of a field, and the names of all fields and tags. Search threads import this. */
import type { DatabaseSync } from "node:sqlite"
import { existsWord, marks, partsOf, readable } from "../Tokenizer.ts"

/** Greater than every character of a word. */
const last = "\u{10ffff}"

/** The words that the index knows. */
export class Vocabulary {
  readonly #statements

  constructor(database: DatabaseSync) {
    database.exec("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, row)")
    const of = "FROM temp.vocabulary WHERE term >= ? AND term < ?"
    this.#statements = {
      terms: database.prepare(`SELECT term ${of}`),
      next: database.prepare("SELECT term FROM temp.vocabulary WHERE term >= ? LIMIT 1"),
      written: database.prepare("SELECT written FROM names WHERE name = ?"),
      has: database.prepare("SELECT 1 FROM temp.vocabulary WHERE term = ?"),
      frequent: database.prepare(`SELECT term, doc AS count ${of} ORDER BY doc DESC, term LIMIT ?`)
    }
  }

  /** The words that begin so. */
  *from(beginning: string): Iterable<string> {
    for (const row of this.#statements.terms.iterate(beginning, beginning + last)) yield (row as { term: string }).term
  }

  has(word: string): boolean {
    return this.#statements.has.get(word) !== undefined
  }

  /** The most frequent words that begin so, and in how many artifacts each is. */
  frequent(beginning: string, limit: number): ReadonlyArray<{ readonly term: string; readonly count: number }> {
    return this.#statements.frequent.all(beginning, beginning + last, limit) as unknown as ReadonlyArray<
      { readonly term: string; readonly count: number }
    >
  }

  /** Whether any artifact has a field or a tag of this name. */
  knows(name: string): boolean {
    return this.has(existsWord(name))
  }

  /** The names of all fields and tags, as they are written. */
  names(): ReadonlyArray<string> {
    const names: Array<string> = []
    for (let at: string = marks.exists;;) {
      const row = this.#statements.next.get(at) as { readonly term: string } | undefined
      if (row === undefined || !row.term.startsWith(marks.exists)) return names
      const name = readable(partsOf(row.term)[0])
      names.push((this.#statements.written.get(name) as { readonly written: string } | undefined)?.written ?? name)
      at = row.term + last
    }
  }
}
