/**
 * The persisted resume position of one endpoint of one tenant.
 *
 * @since 0.1.0
 */
import { Schema } from "effect"
import { type Timestamp as Instant } from "../domain/Timestamp.ts"

/**
 * The form of checkpoints that this program writes. A newer one is never overwritten.
 *
 * @category models
 * @since 0.1.0
 */
export const checkpointVersion = 1

const Timestamp = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
).pipe(Schema.brand("Timestamp"))

/**
 * Where a pass over a collection stands, so that it goes on there after anything.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Position = Schema.Struct({
  /** Lower bound of the filter of the next request. */
  bound: Timestamp,
  /** Upper bound (exclusive) where a window was narrowed; null for none. */
  until: Schema.NullOr(Timestamp),
  /** The nextLink to follow instead of a filter of one's own. */
  link: Schema.NullOr(Schema.String),
  /** Whether every page of the pass so far came in cursor order and inside the filter. */
  ordered: Schema.Boolean,
  /** Greatest cursor published in this pass, rows of the future left out. */
  reached: Schema.NullOr(Timestamp),
  /** Where the pass began. */
  from: Timestamp
})
export type Position = typeof Position.Type

/**
 * A cooldown after a 429. Times are milliseconds since 1970.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Cooldown = Schema.Struct({
  /** The application that Graph throttled; another one need not wait. */
  client: Schema.String,
  startedAt: Schema.Finite,
  until: Schema.Finite
})
export type Cooldown = typeof Cooldown.Type

/**
 * A range of cursors that could not be read, and is tried again.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Gap = Schema.Struct({
  from: Timestamp,
  to: Timestamp,
  code: Schema.String,
  foundAt: Schema.Finite,
  triedAt: Schema.Finite
})
export type Gap = typeof Gap.Type

/**
 * Schema for a checkpoint as it is stored.
 *
 * @category schemas
 * @since 0.1.0
 */
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
  /** The last ten marks, newest first, each with the time it was reached. */
  history: Schema.Array(Schema.Struct({ mark: Timestamp, at: Schema.Finite })),
  lastSuccessAt: Schema.NullOr(Schema.Finite)
})
export type Checkpoint = typeof Checkpoint.Type

/** How many marks `checkpoint show` can look back on, from the contract of that command. */
const historyMax = 10

/**
 * Whose checkpoint it is, whatever the instance is called.
 *
 * @category models
 * @since 0.1.0
 */
export interface CheckpointKey {
  readonly cloud: string
  readonly tenant: string
  readonly endpoint: string
}

/**
 * The key as a store takes it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const storeKey = ({ cloud, endpoint, tenant }: CheckpointKey): string =>
  [cloud, tenant, endpoint].map((part) => part.replaceAll(/[^A-Za-z0-9_-]/g, "-")).join(".")

/**
 * A tenant's first checkpoint: nothing published, reading from `mark` on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initial = (key: CheckpointKey, mark: Instant): Checkpoint => ({
  version: checkpointVersion,
  ...key,
  mark,
  floor: mark,
  position: null,
  cooldown: null,
  throttles: 0,
  gaps: [],
  history: [],
  lastSuccessAt: null
})

/**
 * Moves the mark forward; never backwards.
 *
 * @category combinators
 * @since 0.1.0
 */
export const advance = (checkpoint: Checkpoint, mark: Instant, at: number): Checkpoint =>
  mark <= checkpoint.mark
    ? checkpoint
    : { ...checkpoint, mark, history: [{ mark, at }, ...checkpoint.history].slice(0, historyMax) }
