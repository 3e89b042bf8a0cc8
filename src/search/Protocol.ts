/** The messages between the search threads and the program. */
import type { Fault } from "./query/Syntax.ts"
import type { Lookup, Page } from "./Reading.ts"
import type { Detail, Overview, Suggestions, Wanted } from "./Search.ts"
import type { Tally } from "./Tallying.ts"

/** Data that a thread is started with. */
export interface Task {
  readonly role: "write" | "read"
  readonly artifactsDirectory: string
  readonly prefix: string
  readonly directory: string
  readonly daysMax: number
  readonly rowsMax: number
  /** Names of the artifact's fields. */
  readonly fields: ReadonlyArray<string>
  /** The database was found damaged and must be rebuilt. */
  readonly isDamaged: boolean
}

/** How far the index has followed the sink. */
export interface Progress {
  readonly rows: number
  /** Lines that were no artifacts. */
  readonly skipped: number
  /** Time of the newest artifact, in milliseconds since 1970. */
  readonly newest: number | null
  /** Bytes that were published and not read. */
  readonly behind: number
  /** Offset up to which each file was read, by its name. */
  readonly read: { readonly [name: string]: number }
}

/** Why a thread cannot go on. */
export interface Failure {
  readonly why: string
  readonly isDamage: boolean
}

/** A message of the write thread. */
export type Told = { readonly progress: Progress } | { readonly failure: Failure }

/** A question to the read thread. */
export type Question =
  | { readonly find: Lookup }
  | { readonly detail: string }
  | { readonly lines: ReadonlyArray<number> }
  | { readonly suggest: Wanted }
  | { readonly things: Lookup & Tally }

/** Answer to each kind of {@link Question}. */
export interface Answers {
  readonly find: Page | { readonly refused: Fault }
  readonly detail: Detail | undefined
  readonly lines: ReadonlyArray<string | null>
  readonly suggest: Suggestions
  readonly things: Overview | { readonly refused: Fault }
}

/** A question with the number that its answer carries. */
export interface Asked {
  readonly number: number
  readonly question: Question
}

/** The answer to a numbered question, or why there is none. */
export type Answered =
  | { readonly number: number; readonly answer: Answers[keyof Answers] }
  | { readonly number: number; readonly failure: Failure }
