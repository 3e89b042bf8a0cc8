/** What the search's threads and the program say to each other. */
import type { Lookup } from "./Reading.ts"
import type { Detail, Row } from "./Search.ts"

/** What a thread is started with. */
export interface Task {
  readonly role: "write" | "read"
  readonly artifactsDirectory: string
  readonly prefix: string
  readonly directory: string
  readonly daysMax: number
  readonly rowsMax: number
  /** The database was found damaged, and is made anew. */
  readonly isDamaged: boolean
}

/** How far the index is. */
export interface Progress {
  readonly rows: number
  /** Lines that were no artifacts. */
  readonly skipped: number
  /** Time of the newest artifact, in milliseconds since 1970. */
  readonly newest: number | null
  /** Bytes that were published and not read. */
  readonly behind: number
  /** Up to where each file was read, by its name. */
  readonly read: { readonly [name: string]: number }
}

/** What ends a thread: it cannot go on, for this reason. */
export interface Failure {
  readonly why: string
  readonly isDamage: boolean
}

/** What the thread that writes says. */
export type Told = { readonly progress: Progress } | { readonly failure: Failure }

/** What the thread that reads is asked. */
export type Question =
  | { readonly find: Lookup }
  | { readonly detail: string }
  | { readonly lines: ReadonlyArray<number> }

/** What it answers. */
export interface Answers {
  readonly find: { readonly rows: ReadonlyArray<Row>; readonly hasMore: boolean }
  readonly detail: Detail | undefined
  readonly lines: ReadonlyArray<string | null>
}

/** A question with its number. */
export interface Asked {
  readonly number: number
  readonly question: Question
}

/** The answer to the question of that number, or why there is none. */
export type Answered =
  | { readonly number: number; readonly answer: Answers[keyof Answers] }
  | { readonly number: number; readonly failure: Failure }
