/**
 * Remembers what was in hand when a process ended, so that no page can end one process after the other.
 *
 * One value is written before the first page of a run, and none until the next run: once a page was committed, the checkpoint
 * is another, and the value says nothing any more. A run that finds the value beside the same checkpoint is careful until
 * its first commit: it writes the value before each record, too.
 */
import { Effect, Option, Schema } from "effect"
import type { Checkpoint } from "./Checkpoint.ts"
import { StateStore, type StateStoreError } from "./StateStore.ts"

const Value = Schema.Struct({
  version: Schema.Literal(1),
  /** The checkpoint's progress when the page was asked for. */
  progress: Schema.String,
  /** Processes that ended there before without coming to a record. */
  ends: Schema.Int,
  /** Artifact id of the record that is being mapped; null while the page is read. */
  record: Schema.NullOr(Schema.String),
  /** The record on which the process before ended. */
  suspect: Schema.NullOr(Schema.String),
  /** Records on which two processes ended. */
  condemned: Schema.Array(Schema.String)
})
type Value = typeof Value.Type

const Json = Schema.fromJsonString(Value)

/** What an endpoint's run does about the ends of its predecessors. */
export interface InHand {
  /** How a run reads until its first commit. */
  readonly care: () => Care
  /** Artifact ids of records that must not be mapped. */
  readonly condemned: ReadonlySet<string>
  /** To be run before a page is asked for. Writes once. */
  readonly reading: Effect.Effect<void, StateStoreError>
  /** To be run before a record is mapped while there is care; with null, once the last one was. */
  readonly mapping: (record: string | null) => Effect.Effect<void, StateStoreError>
  /** To be run after a commit: the next pages are read as always. */
  readonly committed: Effect.Effect<void>
  /** To be run at an orderly end of the run. */
  readonly stopped: Effect.Effect<void>
}

/**
 * `none`: nothing ended here. `record`: each record is saved before it is mapped. `row`: each page has one row, too, because
 * a process ended before it came to a record. `gap`: that one row cannot be read.
 */
export type Care = "none" | "record" | "row" | "gap"

const progressOf = ({ gaps, lastSuccessAt, mark, position }: Checkpoint): string =>
  JSON.stringify([mark, position, lastSuccessAt, gaps.length])

const careOf = (found: Value | undefined): Care => {
  if (found === undefined) return "none"
  const { ends, record } = found
  if (record !== null || ends === 0) return "record"
  return ends === 1 ? "row" : "gap"
}

/** Opens what was in hand of an endpoint. */
export const open = Effect.fnUntraced(
  function*(
    prefix: string,
    current: () => Option.Option<Checkpoint>
  ): Effect.fn.Return<InHand, StateStoreError, StateStore> {
    const store = yield* StateStore
    const name = `${prefix}.in-hand.json`
    const progress = () => Option.match(current(), { onNone: () => "", onSome: progressOf })
    const stored = yield* store.get(name)
    let revision = Option.match(stored, { onNone: () => 0, onSome: ({ revision }) => revision })
    const read = Option.isNone(stored)
      ? Option.none<Value>()
      : yield* Effect.option(Schema.decodeEffect(Json)(new TextDecoder().decode(stored.value.bytes)))
    const found = Option.getOrUndefined(Option.filter(read, (value) => value.progress === progress()))
    const suspect = found?.record ?? null
    const isSure = suspect !== null && suspect === found?.suspect
    const condemned = [...found?.condemned ?? [], ...(isSure ? [suspect] : [])]
    let care = careOf(found)
    let isWritten = false

    const put = Effect.fnUntraced(function*(value: Value) {
      const text = yield* Effect.orDie(Schema.encodeEffect(Json)(value))
      revision = yield* store.put(name, new TextEncoder().encode(text), revision)
    }, Effect.uninterruptible)
    const ends = found === undefined || suspect !== null ? 0 : found.ends + 1
    const write = (record: string | null) => put({ version: 1, progress: progress(), ends, record, suspect, condemned })

    let isOver = false
    return {
      care: () => care,
      condemned: new Set(condemned),
      reading: Effect.suspend(() => {
        if (isOver || isWritten) return Effect.void
        isWritten = true
        return write(null)
      }),
      mapping: (record) => Effect.suspend(() => isOver || care === "none" ? Effect.void : write(record)),
      committed: Effect.sync(() => {
        isOver = true
        care = "none"
      }),
      stopped: Effect.suspend(() => {
        if (isOver || !isWritten) return Effect.void
        isOver = true
        return Effect.ignore(
          found === undefined ? store.remove(name, revision) : put({ ...found, record: null, suspect, condemned })
        )
      })
    }
  }
)
