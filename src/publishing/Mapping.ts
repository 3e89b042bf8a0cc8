/** What the mapping of a page consists of: its parts, slice by slice, and what they brought. */
import type { Drift } from "../artifacts/Mapped.ts"
import type { KeySet } from "../checkpoints/KeySet.ts"
import type { Content, GraphRecord, Sent } from "../domain/GraphRecord.ts"
import type * as Timestamp from "../domain/Timestamp.ts"
import type { DeadLetter, Payload, Slice } from "../sinks/ArtifactSink.ts"
import type { PageChanges } from "./ObjectVersions.ts"

/** The result of mapping a page, for the ledger, the status and the metrics. */
export interface Brought {
  /** Keys that the commit adds to the ledger. */
  readonly keys: KeySet
  readonly artifacts: number
  readonly deadLetters: ReadonlyArray<Pick<DeadLetter, "reason">>
  /** Record versions not seen before, and known ones that came with something new. */
  readonly fresh: number
  readonly repeated: number
  /** Records among the fresh ones that are not published, because they are not interesting. */
  readonly heldBack: number
  readonly drift: ReadonlyArray<Drift>
  /** Last change of each record version not seen before, in milliseconds since 1970. */
  readonly updatedAt: ReadonlyArray<number>
  /** Last change of each of them behind the mark, in milliseconds since 1970. */
  readonly late: ReadonlyArray<number>
  /** What a page of a list, or of a log that is published in part, changes in the inventory. */
  readonly objects?: PageChanges | undefined
}

/** A slice; with `before` it is empty, and the record with this artifact id is mapped next. */
export interface Part extends Slice {
  readonly before?: string
}

/** One mapping of a page's records; each attempt to publish makes one. */
export interface Mapping {
  /** Maps a slice's unknown records when it is requested. Iterate once. */
  readonly slices: Iterable<Part>
  /** Returns the result; complete after the last slice. */
  readonly brought: () => Brought
}

/** A page whose records are separated and ready to be mapped. */
export interface Prepared {
  /**
   * Begins to map the records; the result is the same until the ledger changes. With `graph` each record is one artifact
   * beside its own JSON, and its evidence none; with `ocsf` it is one event with all its evidence.
   */
  readonly map: (payload?: Payload) => Mapping
  /** Cursors of the page's rows in page order, without rows dated in the future. */
  readonly cursors: ReadonlyArray<Timestamp.Timestamp>
  /** Number of rows too far ahead of Graph's clock to move the mark. */
  readonly future: number
  /** The page's records that have an id and a cursor, in page order. */
  readonly records: ReadonlyArray<GraphRecord>
}

/** A turn for others in the middle of a record. */
export const pause: Slice = { artifacts: [], deadLetters: [] }

/** Passes the turns of a step by step calculation on. */
export function* paused<A>(steps: Generator<undefined, A>): Generator<Slice, A> {
  let step = steps.next()
  while (step.done !== true) {
    yield pause
    step = steps.next()
  }
  return step.value
}

/** Keeps the content that was read, so that a mapping does not parse the record again. */
export const read = (sent: Sent, content: Content): Sent => ({
  isObject: sent.isObject,
  property: (name) => sent.property(name),
  content: () => content,
  exact: () => sent.exact(),
  raw: () => sent.raw()
})
