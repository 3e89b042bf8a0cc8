/**
 * The element that flows from every endpoint of every tenant to the one sink: a page's artifacts, and the effect that
 * makes its progress permanent. Publish, then commit.
 */
import { type Cause, Duration, type Effect } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import * as ArtifactId from "../artifacts/ArtifactId.ts"
import type { Drift, MappingContext } from "../artifacts/Mapped.ts"
import { KeySet } from "../checkpoints/KeySet.ts"
import type { StateStoreError } from "../checkpoints/StateStore.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import { futureMax } from "../graph/GraphPolicy.ts"
import type { Batch, DeadLetter } from "../sinks/ArtifactSink.ts"
import { lines } from "../sinks/Ndjson.ts"
import { isoTime } from "../status/Report.ts"
import { identify } from "./Records.ts"

/** One page on its way to the sink. */
export interface Page {
  readonly instance: string
  readonly endpoint: Endpoint
  readonly batch: Batch
  /**
   * False once its endpoint is another process's, who publishes the same, or a page before it was given up. To be asked
   * before publish and commit.
   */
  readonly isWanted: () => boolean
  /** How many artifacts were published; to be asked once they were. */
  readonly artifacts: () => number
  /** Makes the page's progress permanent; to be run once its batch is durable, in the order of an endpoint's pages. */
  readonly commit: Effect.Effect<void, StateStoreError>
  /** The page is in the queue, whose consumer ends it. */
  readonly handedOver: () => void
  /** Ends the page, committed or not, and gives back what it held. Only the first call counts. */
  readonly settle: (outcome: Outcome) => Effect.Effect<void>
  /** Gives the page up, and ends the run of its endpoint with a fault of the program's own. */
  readonly fault: (cause: Cause.Cause<never>) => Effect.Effect<void>
}

/** How a page ended: `lost` when another process owns the endpoint's state. */
export type Outcome = "committed" | "dropped" | "lost"

/** What the records of a page came to, once its batch was published. */
export interface Brought {
  /** Keys of the ids that the ledger is to remember. */
  readonly keys: KeySet
  readonly artifacts: number
  readonly deadLetters: ReadonlyArray<DeadLetter>
  /** Record versions not seen before. */
  readonly fresh: number
  readonly repeated: number
  readonly drift: ReadonlyArray<Drift>
  /** Last change of each fresh record in milliseconds since 1970, for how fresh what is published is. */
  readonly updatedAt: ReadonlyArray<number>
  /** The same of those that the mark had passed by. */
  readonly late: ReadonlyArray<number>
}

/** What is made of a page of Graph's. */
export interface Prepared {
  readonly batch: Batch
  /** To be asked when the batch was published, and before anything else is put in the ledger. */
  readonly brought: () => Brought
  /** Cursors of the page's rows in its order, rows of the future left out. */
  readonly cursors: ReadonlyArray<Timestamp.Timestamp>
  /** Rows dated so far ahead of Graph's clock that they move no mark. */
  readonly future: number
  /** The page's records that have an identity, in its order. */
  readonly records: ReadonlyArray<GraphRecord>
}

/** What one pass over a page found. */
const makeFound = (isKnown: (id: string) => boolean) => {
  const keys = new KeySet()
  return {
    keys,
    isNew: (id: string) => !isKnown(id) && keys.add(id),
    artifacts: 0,
    repeated: 0,
    drift: Array<Drift>(),
    updatedAt: Array<number>(),
    late: Array<number>(),
    deadLetters: Array<DeadLetter>()
  }
}

type Found = ReturnType<typeof makeFound>

/** Goes through everything anew each time, and keeps what the last whole pass found. */
const passes = <A>(isKnown: (id: string) => boolean, make: (found: Found) => Iterable<A>) => {
  let whole: Found | undefined
  const values: Iterable<A> = {
    *[Symbol.iterator]() {
      const found = makeFound(isKnown)
      yield* make(found)
      whole = found
    }
  }
  return {
    values,
    found: (): Found => {
      // A sink that keeps no dead letters does not look at them.
      if (whole === undefined) { for (const _ of values); }
      return whole!
    }
  }
}

/** Prepares a page: each of its records that is not known is mapped when its artifacts are asked for. */
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
  const horizon = Timestamp.fromMillis(page.at + Duration.toMillis(futureMax))
  const cursors = records.flatMap(({ cursor }) => cursor > horizon ? [] : [cursor])
  const occurred_at = isoTime(now)

  const artifacts = passes(isKnown, function*(found): Generator<Artifact> {
    for (const record of records) {
      if (!found.isNew(ArtifactId.ofRecord(context.tenantId, endpoint.name, record))) {
        found.repeated++
        continue
      }
      const mapped = endpoint.map(context, record)
      let isOwn = true
      for (const artifact of mapped.artifacts) {
        if (!isOwn && !found.isNew(artifact.id)) continue
        isOwn = false
        found.artifacts++
        yield artifact
      }
      for (const one of mapped.drift) found.drift.push(one)
      const at = Timestamp.toMillis(record.cursor)
      found.updatedAt.push(at)
      if (passed !== undefined && record.cursor < passed) found.late.push(at)
    }
  })
  const deadLetters = passes(isKnown, function*(found): Generator<DeadLetter> {
    for (const { path, reason, sent } of unidentified) {
      const exact = sent.exact()
      if (found.isNew(ArtifactId.sha256(lines([{ record: exact }])))) {
        const deadLetter = { instance, endpoint: endpoint.name, reason, path, occurred_at, record: exact }
        found.deadLetters.push(deadLetter)
        yield deadLetter
      } else found.repeated++
    }
  })

  return {
    batch: { artifacts: artifacts.values, deadLetters: deadLetters.values },
    brought: () => {
      const [good, bad] = [artifacts.found(), deadLetters.found()]
      return {
        keys: good.keys.union(bad.keys),
        artifacts: good.artifacts,
        deadLetters: bad.deadLetters,
        fresh: good.updatedAt.length + bad.deadLetters.length,
        repeated: good.repeated + bad.repeated,
        drift: good.drift,
        updatedAt: good.updatedAt,
        late: good.late
      }
    },
    cursors,
    future: records.length - cursors.length,
    records
  }
}
