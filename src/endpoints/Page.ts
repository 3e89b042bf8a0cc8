/**
 * The element that flows from every endpoint of every tenant to the one sink: a page's artifacts, and the effect that
 * makes its progress permanent. Publish, then commit.
 *
 * @since 0.1.0
 */
import { Duration, type Effect } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import * as ArtifactId from "../artifacts/ArtifactId.ts"
import type { Drift, MappingContext } from "../artifacts/Mapped.ts"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { GraphPage } from "../graph/GraphClient.ts"
import { futureMax } from "../graph/GraphPolicy.ts"
import type { Batch, DeadLetter } from "../sinks/ArtifactSink.ts"
import { lines } from "../sinks/Ndjson.ts"
import { isoTime } from "../status/Report.ts"
import type { Endpoint } from "./Endpoint.ts"
import { identify } from "./Records.ts"

/**
 * One page on its way to the sink.
 *
 * @category models
 * @since 0.1.0
 */
export interface Page {
  readonly instance: string
  readonly endpoint: Endpoint
  readonly batch: Batch
  /** False once its endpoint is another process's, who publishes the same. To be asked before publish and commit. */
  readonly isWanted: () => boolean
  /** Makes the page's progress permanent; to be run once its batch is durable, in the order of an endpoint's pages. */
  readonly commit: Effect.Effect<void, StateStoreError>
  /** The page is in the queue, whose consumer ends it. */
  readonly handedOver: () => void
  /** Ends the page, committed or not, and gives back what it held. Only the first call counts. */
  readonly settle: (outcome: Outcome) => Effect.Effect<void>
}

/**
 * How a page ended: `lost` when another process owns the endpoint's state.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = "committed" | "dropped" | "lost"

/**
 * What a page of Graph's comes to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Prepared {
  readonly batch: Batch
  /** Ids that the ledger is to remember. */
  readonly ids: ReadonlyArray<string>
  /** Record versions not seen before. */
  readonly fresh: number
  readonly repeated: number
  /** Cursors of the page's rows in its order, rows of the future left out. */
  readonly cursors: ReadonlyArray<Timestamp.Timestamp>
  /** Rows dated so far ahead of Graph's clock that they move no mark. */
  readonly future: number
  readonly drift: ReadonlyArray<Drift>
  /** Last change of each fresh record in milliseconds since 1970, for how fresh what is published is. */
  readonly updatedAt: ReadonlyArray<number>
  /** The same of those that the mark had passed by. */
  readonly late: ReadonlyArray<number>
  /** The page's records that have an identity, in its order. */
  readonly records: ReadonlyArray<GraphRecord>
}

/**
 * Maps the records of a page that are not known yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const prepare = (options: {
  readonly instance: string
  readonly endpoint: Endpoint
  readonly context: MappingContext
  readonly page: GraphPage
  readonly isKnown: (id: string) => boolean
  /** The cursor up to which everything was thought to be read. */
  readonly passed: Timestamp.Timestamp | undefined
  readonly now: number
}): Prepared => {
  const { context, endpoint, instance, isKnown, now, page, passed } = options
  const { records, unidentified } = identify(endpoint, page)
  const artifacts: Array<Artifact> = []
  const deadLetters: Array<DeadLetter> = []
  const ids = new Set<string>()
  const drift: Array<Drift> = []
  const cursors: Array<Timestamp.Timestamp> = []
  const updatedAt: Array<number> = []
  const late: Array<number> = []
  const horizon = Timestamp.fromMillis(page.at + Duration.toMillis(futureMax))
  let repeated = 0
  let future = 0

  const isNew = (id: string) => !isKnown(id) && !ids.has(id) && ids.add(id) !== undefined
  for (const record of records) {
    if (record.cursor > horizon) future++
    else cursors.push(record.cursor)
    if (!isNew(ArtifactId.ofRecord(context.tenantId, endpoint.name, record))) {
      repeated++
      continue
    }
    const mapped = endpoint.map(context, record)
    mapped.artifacts.forEach((artifact, index) => {
      if (index === 0 || isNew(artifact.id)) artifacts.push(artifact)
    })
    for (const one of mapped.drift) drift.push(one)
    const at = Timestamp.toMillis(record.cursor)
    updatedAt.push(at)
    if (passed !== undefined && record.cursor < passed) late.push(at)
  }
  const occurred_at = isoTime(now)
  for (const { exact, path, reason } of unidentified) {
    if (isNew(ArtifactId.sha256(lines([{ record: exact }])))) {
      deadLetters.push({ instance, endpoint: endpoint.name, reason, path, occurred_at, record: exact })
    } else repeated++
  }
  return {
    batch: { artifacts, deadLetters },
    ids: Array.from(ids),
    fresh: updatedAt.length + deadLetters.length,
    repeated,
    cursors,
    future,
    drift,
    updatedAt,
    late,
    records
  }
}
