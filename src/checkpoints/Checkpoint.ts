/** The persisted resume position of one endpoint of one tenant. */
import { Schema } from "effect"
import { type Timestamp as Instant } from "../domain/Timestamp.ts"

/** The form of checkpoints that this program writes. A newer one is never overwritten. */
export const checkpointVersion = 1

const Timestamp = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
).pipe(Schema.brand("Timestamp"))

/** Where a pass over a collection stands, so that it goes on there after anything. */
export const Position = Schema.Struct({
  /** Lower bound of the filter of the next request. */
  bound: Timestamp,
  /** Upper bound (exclusive) where a window was narrowed; null for none. */
  until: Schema.NullOr(Timestamp),
  /** The nextLink to follow instead of a filter of one's own. */
  link: Schema.NullOr(Schema.String),
  /** Whether every page of the pass so far came in cursor order and inside the filter. */
  ordered: Schema.Boolean,
  /** Whether a page showed it by two different instants: one alone a server could send first by chance. */
  proven: Schema.Boolean,
  /** Greatest cursor published in this pass, rows of the future left out. */
  reached: Schema.NullOr(Timestamp),
  /** Providers of legacy alerts whose part of the pass is missing: the mark waits for it. */
  owed: Schema.Array(Schema.String),
  /** Where the pass began. */
  from: Timestamp
})
export type Position = typeof Position.Type

/** A cooldown after a 429. Times are milliseconds since 1970. */
export const Cooldown = Schema.Struct({
  /** The application that Graph throttled; another one need not wait. */
  client: Schema.String,
  startedAt: Schema.Finite,
  until: Schema.Finite
})
export type Cooldown = typeof Cooldown.Type

/**
 * A range of cursors (`to` exclusive) that could not be read, and is tried again. Times are milliseconds since 1970.
 */
export const Gap = Schema.Struct({
  from: Timestamp,
  to: Timestamp,
  /** Why it could not be read: the code of the failure's report. */
  code: Schema.String,
  foundAt: Schema.Finite,
  triedAt: Schema.Finite
})
export type Gap = typeof Gap.Type

/** When the hours behind the overlap were last looked at for rows that came late. Milliseconds since 1970. */
export const Sweep = Schema.Struct({
  /** When Graph was last asked how many rows it has there. */
  countedAt: Schema.Finite,
  /** When they were last read. */
  readAt: Schema.Finite
})
export type Sweep = typeof Sweep.Type

/** How often an endpoint has something new, so that a silence that is none of its habits is noticed. */
export const Rhythm = Schema.Struct({
  /** When something new last came, or the first poll began; milliseconds since 1970. */
  quietSince: Schema.Finite,
  /** The longest it was quiet before, in milliseconds. */
  longest: Schema.Finite,
  /** How many polls brought something new. */
  brought: Schema.Int
})
export type Rhythm = typeof Rhythm.Type

/** Schema for a checkpoint as it is stored. */
export const Checkpoint = Schema.Struct({
  version: Schema.Literal(checkpointVersion),
  cloud: Schema.String,
  tenant: Schema.String,
  endpoint: Schema.String,
  /** High-water mark: the greatest cursor below which everything was published or lies in a gap. */
  mark: Timestamp,
  /** Nothing before it is read: the connector was not there yet, or its ledger does not reach back so far. */
  floor: Timestamp,
  position: Schema.NullOr(Position),
  cooldown: Schema.NullOr(Cooldown),
  /** How many cooldowns followed one another without ten good minutes or a finished poll between. */
  throttles: Schema.Int,
  gaps: Schema.Array(Gap),
  sweep: Sweep,
  rhythm: Rhythm,
  /** The last ten marks, newest first, each with the time it was reached. */
  history: Schema.Array(Schema.Struct({ mark: Timestamp, at: Schema.Finite })),
  lastSuccessAt: Schema.NullOr(Schema.Finite)
})
export type Checkpoint = typeof Checkpoint.Type

/** How many marks `checkpoint show` can look back on, from the contract of that command. */
const historyMax = 10

/** Whose checkpoint it is, whatever the instance is called. */
export interface CheckpointKey {
  readonly cloud: string
  readonly tenant: string
  readonly endpoint: string
}

/** The key as a store takes it. */
export const storeKey = ({ cloud, endpoint, tenant }: CheckpointKey): string =>
  [cloud, tenant, endpoint].map((part) => part.replaceAll(/[^A-Za-z0-9_-]/g, "-")).join(".")

/** A tenant's first checkpoint: nothing published, reading from `mark` on. `at` is now. */
export const initial = (key: CheckpointKey, mark: Instant, at: number): Checkpoint => ({
  version: checkpointVersion,
  ...key,
  mark,
  floor: mark,
  position: null,
  cooldown: null,
  throttles: 0,
  gaps: [],
  sweep: { countedAt: at, readAt: at },
  rhythm: { quietSince: at, longest: 0, brought: 0 },
  history: [],
  lastSuccessAt: null
})

/** Moves the mark forward; never backwards. */
export const advance = (checkpoint: Checkpoint, mark: Instant, at: number): Checkpoint =>
  mark <= checkpoint.mark
    ? checkpoint
    : { ...checkpoint, mark, history: [{ mark, at }, ...checkpoint.history].slice(0, historyMax) }

/** Moves the mark back, by hand: the next poll begins there. What the ledger knows is not published again. */
export const rewind = (checkpoint: Checkpoint, mark: Instant, at: number): Checkpoint => ({
  ...checkpoint,
  mark,
  position: null,
  history: [{ mark, at }, ...checkpoint.history].slice(0, historyMax)
})

/** Notes that a poll brought something new. */
export const heard = (checkpoint: Checkpoint, at: number): Checkpoint => {
  const { brought, longest, quietSince } = checkpoint.rhythm
  return {
    ...checkpoint,
    rhythm: { quietSince: at, longest: Math.max(longest, at - quietSince), brought: brought + 1 }
  }
}

/** Adds a gap; one that begins where the last of the same kind ends makes that one longer. */
export const addGap = (checkpoint: Checkpoint, gap: Gap, join: boolean): Checkpoint => {
  const last = checkpoint.gaps.at(-1)
  return join && last !== undefined && last.code === gap.code && gap.from <= last.to
    ? { ...checkpoint, gaps: [...checkpoint.gaps.slice(0, -1), { ...last, to: gap.to > last.to ? gap.to : last.to }] }
    : { ...checkpoint, gaps: [...checkpoint.gaps, gap] }
}

const isSame = (one: Gap) => (other: Gap) => one.foundAt === other.foundAt && one.from === other.from

/**
 * Forgets a gap that was read, or that nobody can read any more. What it became longer by while it was read stays. `at`
 * is now.
 */
export const withoutGap = (checkpoint: Checkpoint, gap: Gap, at: number): Checkpoint => ({
  ...checkpoint,
  gaps: checkpoint.gaps.flatMap((other) =>
    !isSame(gap)(other) ? [other] : other.to > gap.to ? [{ ...other, from: gap.to, triedAt: at }] : []
  )
})

/** Notes that a gap was tried again, and cannot be read yet. */
export const triedGap = (checkpoint: Checkpoint, gap: Gap, at: number): Checkpoint => ({
  ...checkpoint,
  gaps: checkpoint.gaps.map((other) => isSame(gap)(other) ? { ...other, triedAt: at } : other)
})
