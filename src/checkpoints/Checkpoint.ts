/** The persisted resume position of one endpoint of one tenant. */
import { Schema } from "effect"
import { type Timestamp as Instant, toMillis } from "../domain/Timestamp.ts"
import { Timestamp } from "./Cursor.ts"
import { add, Deliveries, type Loss, Lost, lostIn, markAfter } from "./Deliveries.ts"
import type { Appended } from "./Ledger.ts"

/** Version of the checkpoint format that this program writes. A newer checkpoint is never overwritten. */
export const checkpointVersion = 1

/** Schema for the place that a pass over a collection has reached, from which it resumes. */
export const Position = Schema.Struct({
  /** Lower bound of the filter of the next request. */
  bound: Timestamp,
  /** Exclusive upper bound of a narrowed window; null when the window has no end. */
  until: Schema.NullOr(Timestamp),
  /** The nextLink to follow; null when the next request uses a filter. */
  link: Schema.NullOr(Schema.String),
  /** Whether every page of the pass so far was in cursor order and inside the filter. */
  ordered: Schema.Boolean,
  /** Whether two different cursors on one page proved the order; one alone could come first by chance. */
  proven: Schema.Boolean,
  /** Greatest cursor published in this pass, without rows dated in the future. */
  reached: Schema.NullOr(Timestamp),
  /** Providers of legacy alerts whose part of the pass is missing. The mark waits for it. */
  owed: Schema.Array(Schema.String),
  /** Cursor at which the pass began. */
  from: Timestamp
})
export type Position = typeof Position.Type

/** Schema for a pause that Microsoft asked for: a cooldown after a 429, or a rest. Times are milliseconds since 1970. */
export const Cooldown = Schema.Struct({
  /** Whether it is a rest, after a 5xx with a long `Retry-After`; absent for a cooldown. */
  rests: Schema.optionalKey(Schema.Boolean),
  /** Client id of the throttled application; another one need not wait. */
  client: Schema.String,
  startedAt: Schema.Finite,
  until: Schema.Finite
})
export type Cooldown = typeof Cooldown.Type

/** Schema for a range of cursors (`to` exclusive) that cannot be read. Times are milliseconds since 1970. */
export const Gap = Schema.Struct({
  from: Timestamp,
  to: Timestamp,
  /** Code of the report that says why the range could not be read. */
  code: Schema.String,
  foundAt: Schema.Finite,
  triedAt: Schema.Finite
})
export type Gap = typeof Gap.Type

/** Schema for when late rows were last looked for, in milliseconds since 1970. */
export const Sweep = Schema.Struct({
  /** When Graph last counted the rows before the overlap. */
  countedAt: Schema.Finite,
  /** When a sweep last read these rows. */
  readAt: Schema.Finite
})
export type Sweep = typeof Sweep.Type

/** Schema for how often an endpoint has new records, to notice an unusual silence. */
export const Rhythm = Schema.Struct({
  /** When the last new record came, or the first poll began; milliseconds since 1970. */
  quietSince: Schema.Finite,
  /** The longest earlier silence, in milliseconds. */
  longest: Schema.Finite,
  /** Number of polls that brought new records. */
  brought: Schema.Int
})
export type Rhythm = typeof Rhythm.Type

/** Schema for how many records an endpoint has: so many new ones came since a time, in milliseconds since 1970. */
export const Volume = Schema.Struct({ records: Schema.Finite, since: Schema.Finite })
export type Volume = typeof Volume.Type

/** Schema for a checkpoint as it is stored. */
export const Checkpoint = Schema.Struct({
  version: Schema.Literal(checkpointVersion),
  cloud: Schema.String,
  tenant: Schema.String,
  endpoint: Schema.String,
  /** Watermark: the greatest cursor below which everything was published or lies in a gap. */
  mark: Timestamp,
  /** Nothing before it is read: the start of the first poll or, after a corrupt checkpoint, of the ledger. */
  floor: Timestamp,
  /** From this cursor on the ledger has a key of each record's content; absent in what an earlier version saved. */
  contents: Schema.optionalKey(Timestamp),
  position: Schema.NullOr(Position),
  cooldown: Schema.NullOr(Cooldown),
  /** Cooldowns in a row without ten good minutes or a finished poll between them. */
  throttles: Schema.Int,
  gaps: Schema.Array(Gap),
  sweep: Sweep,
  rhythm: Rhythm,
  /** Absent before the first record, and in what an earlier version saved. */
  volume: Schema.optionalKey(Volume),
  /** The last ten marks, newest first, each with the time it was reached. */
  history: Schema.Array(Schema.Struct({ mark: Timestamp, at: Schema.Finite })),
  lastSuccessAt: Schema.NullOr(Schema.Finite),
  /** What the broker's stream acknowledged of the newest pages; absent for other sinks, and in what an earlier version saved. */
  delivered: Schema.optionalKey(Deliveries),
  /** What the stream has lost and is read again at present. */
  lost: Schema.optionalKey(Lost)
})
export type Checkpoint = typeof Checkpoint.Type

/** The documentation of `checkpoint show` promises the last ten marks. */
const historyMax = 10

/** Identifies a checkpoint. Renaming an instance does not change the key. */
export interface CheckpointKey {
  readonly cloud: string
  readonly tenant: string
  readonly endpoint: string
}

/** Turns a key into a store's name; characters that a store does not allow become `-`. */
export const storeKey = ({ cloud, endpoint, tenant }: CheckpointKey): string =>
  [cloud, tenant, endpoint].map((part) => part.replaceAll(/[^A-Za-z0-9_-]/g, "-")).join(".")

/** Makes an endpoint's first checkpoint: nothing is published, reading begins at `mark`. `at` is now. */
export const initial = (key: CheckpointKey, mark: Instant, at: number): Checkpoint => ({
  version: checkpointVersion,
  ...key,
  mark,
  floor: mark,
  contents: mark,
  position: null,
  cooldown: null,
  throttles: 0,
  gaps: [],
  sweep: { countedAt: at, readAt: at },
  rhythm: { quietSince: at, longest: 0, brought: 0 },
  history: [],
  lastSuccessAt: null
})

/** Moves the mark forward. A mark that is not greater changes nothing. */
export const advance = (checkpoint: Checkpoint, mark: Instant, at: number): Checkpoint =>
  mark <= checkpoint.mark
    ? checkpoint
    : { ...checkpoint, mark, history: [{ mark, at }, ...checkpoint.history].slice(0, historyMax) }

/** Moves the mark back by hand: the next poll begins there. The ledger still prevents duplicates. */
export const rewind = (checkpoint: Checkpoint, mark: Instant, at: number): Checkpoint => ({
  ...checkpoint,
  mark,
  position: null,
  history: [{ mark, at }, ...checkpoint.history].slice(0, historyMax)
})

/** Notes where a stream of the broker has a page; one that is noted already changes nothing. */
export const delivered = (checkpoint: Checkpoint, { page, ...receipt }: Appended): Checkpoint => {
  const newest = checkpoint.delivered?.entries.at(-1)
  return newest !== undefined && newest.at >= page.at && newest.last === page.last && newest.id === page.id
    ? checkpoint
    : { ...checkpoint, delivered: add(checkpoint.delivered, receipt, page, page.at) as Deliveries }
}

/**
 * Moves the mark back to what a stream of the broker has lost, so that it is read again. The ledger must have been cut off
 * before. `ledgerFloor` is the cursor from which on the ledger is complete.
 */
export const lose = (checkpoint: Checkpoint, loss: Loss, ledgerFloor: Instant | undefined, at: number): Checkpoint => {
  const { lost: _, ...kept } = checkpoint
  const mark = markAfter(checkpoint, loss, ledgerFloor)
  return {
    ...(mark === checkpoint.mark ? { ...kept, position: null } : rewind(kept, mark, at)),
    delivered: loss.kept as Deliveries,
    lost: lostIn(checkpoint, loss, at)
  }
}

/** Ends a loss once everything up to its mark was published again. */
export const recovered = (checkpoint: Checkpoint, ended: boolean): Checkpoint => {
  const { lost, ...kept } = checkpoint
  return lost === undefined || (!ended && checkpoint.mark < lost.until) ? checkpoint : kept
}

/** Moves the mark back by hand, and forgets what was published since: the ledger must be emptied as well. */
export const rewindAll = (checkpoint: Checkpoint, mark: Instant, at: number): Checkpoint => {
  const { delivered: _, lost: __, ...kept } = checkpoint
  return { ...rewind(kept, mark, at), floor: mark, contents: mark }
}

const dayMillis = 86_400_000

/** New records a day; undefined while they were counted for less than an hour. */
export const perDay = ({ volume }: Pick<Checkpoint, "volume">, at: number): number | undefined =>
  volume === undefined || at - volume.since < dayMillis / 24
    ? undefined
    : volume.records * dayMillis / (at - volume.since)

/** Adds to the volume. Of a longer time than two days the last one counts as much as all before. */
const counted = (checkpoint: Checkpoint, fresh: number, at: number): Volume => {
  const { floor, rhythm, volume = { records: 0, since: rhythm.brought === 0 ? toMillis(floor) : at } } = checkpoint
  const { records, since } = at - volume.since > 2 * dayMillis
    ? { records: perDay({ volume }, at) ?? 0, since: at - dayMillis }
    : volume
  return { records: records + fresh, since }
}

/** Records that a poll brought so many new records at `at`. */
export const heard = (checkpoint: Checkpoint, fresh: number, at: number): Checkpoint => {
  const { brought, longest, quietSince } = checkpoint.rhythm
  return {
    ...checkpoint,
    volume: counted(checkpoint, fresh, at),
    rhythm: { quietSince: at, longest: Math.max(longest, at - quietSince), brought: brought + 1 }
  }
}

/**
 * Adds a gap, unless a known gap covers it. With `join`, it extends the last gap if both touch and have the same code.
 */
export const addGap = (checkpoint: Checkpoint, gap: Gap, join: boolean): Checkpoint => {
  if (checkpoint.gaps.some(({ from, to }) => from <= gap.from && gap.to <= to)) return checkpoint
  const last = checkpoint.gaps.at(-1)
  return join && last !== undefined && last.code === gap.code && gap.from <= last.to
    ? { ...checkpoint, gaps: [...checkpoint.gaps.slice(0, -1), { ...last, to: gap.to > last.to ? gap.to : last.to }] }
    : { ...checkpoint, gaps: [...checkpoint.gaps, gap] }
}

const isSame = (one: Gap) => (other: Gap) => one.foundAt === other.foundAt && one.from === other.from

/** Removes a gap that was read or given up. A part that was added while it was read stays. `at` is now. */
export const withoutGap = (checkpoint: Checkpoint, gap: Gap, at: number): Checkpoint => ({
  ...checkpoint,
  gaps: checkpoint.gaps.flatMap((other) =>
    !isSame(gap)(other) ? [other] : other.to > gap.to ? [{ ...other, from: gap.to, triedAt: at }] : []
  )
})

/** Records that a gap was tried again at `at` and still cannot be read. */
export const triedGap = (checkpoint: Checkpoint, gap: Gap, at: number): Checkpoint => ({
  ...checkpoint,
  gaps: checkpoint.gaps.map((other) => isSame(gap)(other) ? { ...other, triedAt: at } : other)
})
