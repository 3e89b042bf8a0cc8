/**
 * Remembers what was in hand when a process ended, so that no page can end one process after the other.
 *
 * A value is saved before the first page of a run is parsed, and before the first page of each aside. The commit of a page
 * changes the checkpoint, and a value beside another checkpoint counts no more, so that later pages need no write. Only
 * where a process ended with a page in hand does the next run save each page and each record until that page is behind it.
 *
 * A page that ends processes is passed like this:
 *
 * 1. The first process ends, with the page in hand. If it was not the first page of its run, nothing is known of it, and
 *    the page counts from the next start on.
 * 2. The second process saves each record before it maps it, and ends. If it ended on a record, the third one passes that
 *    record as a dead letter. If it ended before it came to a record, the third one reads the page row by row.
 * 3. If the third process ends while it reads a row, the fourth one leaves that row out as a gap. Each further row beside it
 *    that cannot be read takes one more end.
 */
import { Effect, Option, Schema, Semaphore } from "effect"
import { pagesAhead } from "../domain/Bounds.ts"
import { type Checkpoint } from "./Checkpoint.ts"
import { Timestamp } from "./Cursor.ts"
import { StateStore, type StateStoreError } from "./StateStore.ts"

/** Rows of a page at most. That many rows are read one by one, where a page could not be read. */
export const pageRowsMax = 1000

const hand = {
  /** How the page was read. */
  care: Schema.Literals(["none", "record", "row"]),
  /** Whether it was being parsed. */
  isRead: Schema.Boolean,
  /** Artifact id of the record that was being mapped. */
  record: Schema.NullOr(Schema.String),
  /** Artifact ids of records on which processes ended before. */
  condemned: Schema.Array(Schema.String)
}

const Live = Schema.Struct({
  ...hand,
  /** The checkpoint's progress when the page was parsed. */
  progress: Schema.String,
  /** Rows of the page that ended a process and that were read one by one since. */
  rows: Schema.Int,
  /** Rows that cannot be read and are left out, the next to be read. */
  skipped: Schema.Int
})

const Range = {
  task: Schema.Literals(["Gap", "Sweep"]),
  from: Timestamp,
  to: Timestamp
}
const Aside = Schema.Struct({ ...hand, ...Range })

const Value = Schema.Struct({ version: Schema.Literal(2), live: Schema.NullOr(Live), asides: Schema.Array(Aside) })
type Value = typeof Value.Type

const Json = Schema.fromJsonString(Value)

/** A range that is read between two polls: a gap, or the hours in which late rows are looked for. */
export type AsideRange = Pick<typeof Aside.Type, "task" | "from" | "to">

/**
 * `none`: nothing ended here. `record`: each record is saved before it is mapped. `row`: each page has one row, too, because
 * a process ended before it came to a record. `gap`: a process ended while it read a single row, or an aside twice.
 */
export type Care = "none" | "record" | "row" | "gap"

/** A write that can be tried again. */
export type Write = Effect.Effect<void, StateStoreError>

/** What is in hand of live polling, or of one aside. */
export interface Hand {
  /** How many of the next rows cannot be read; not 0 where the care is `gap`. */
  readonly skipped: () => number
  /** How pages are to be read. */
  readonly care: () => Care
  /** Returns the write that comes before a page is parsed: one for all pages without care, and undefined from then on. */
  readonly reading: () => Write | undefined
  /**
   * Returns the write that comes before a record is mapped; with null, the one after a page was parsed, or its last record
   * was mapped. Undefined without care.
   */
  readonly mapping: (record: string | null) => Write | undefined
  /** To be run after the commit of a page with so many rows; `isEnd` says whether it was the last one. */
  readonly committed: (rows: number, isEnd: boolean) => Effect.Effect<void>
}

/** What an endpoint's run does about the ends of its predecessors. */
export interface InHand {
  readonly live: Hand
  readonly aside: (range: AsideRange) => Hand
  /** Artifact ids of records that must not be mapped. */
  readonly condemned: ReadonlySet<string>
  /** Asides that must not be read any more. */
  readonly passed: ReadonlyArray<AsideRange>
  /** Returns the write that comes when an aside ended or gave way to a poll; undefined where there is none. */
  readonly asideOver: () => Write | undefined
  /** To be run at an orderly end of the run: it does not count as the end of a process. */
  readonly stopped: Effect.Effect<void>
}

const progressOf = ({ gaps, lastSuccessAt, mark, position }: Checkpoint): string =>
  JSON.stringify([mark, position, lastSuccessAt, gaps.length])

type Found = Pick<typeof Live.Type, keyof typeof hand>

const harder = { none: "record", record: "row", row: "gap" } as const

/** What follows from the end of a process: more care after it parsed a page, a condemned record after it mapped one. */
const after = ({ care, condemned, isRead, record }: Found): { care: Care; condemned: ReadonlyArray<string> } =>
  record !== null ? { care, condemned: [...condemned, record] } : { care: isRead ? harder[care] : care, condemned }

const afterAside = (found: Found): ReturnType<typeof after> => {
  const { care, condemned } = after(found)
  // An aside waits for its turn, so that it need not be narrowed to the row.
  return { care: care === "row" ? "gap" : care, condemned }
}

const isSame = (one: AsideRange, other: AsideRange) =>
  // The hours in which late rows are looked for move on.
  one.task === other.task && (one.task === "Sweep" || one.from === other.from)

const nothing: Value = { version: 2, live: null, asides: [] }

const nameOf = (prefix: string) => `${prefix}.in-hand.json`

/** What is saved of an endpoint. */
interface Held {
  readonly store: StateStore["Service"]
  readonly name: string
  readonly one: Semaphore.Semaphore
  value: Value
  revision: number
}

const put = Effect.fnUntraced(
  function*(held: Held, change: (value: Value) => Value) {
    const { name, revision, store } = held
    const next = change(held.value)
    if (next.live === null && next.asides.length === 0) {
      if (revision > 0) yield* store.remove(name, revision)
      held.revision = 0
    } else {
      const text = yield* Effect.orDie(Schema.encodeEffect(Json)(next))
      held.revision = yield* store.put(name, new TextEncoder().encode(text), revision)
    }
    held.value = next
  },
  // A write that is cut off would leave its revision unknown, and the next one would conflict with it.
  Effect.uninterruptible,
  (write, { one }) => one.withPermit(write)
)

/** Opens what was in hand of an endpoint. `saved` returns the checkpoint that the store has. */
export const open = Effect.fnUntraced(
  function*(
    prefix: string,
    saved: () => Option.Option<Checkpoint>
  ): Effect.fn.Return<InHand, StateStoreError, StateStore> {
    const store = yield* StateStore
    const progress = () => Option.match(saved(), { onNone: () => "", onSome: progressOf })
    const stored = yield* store.get(nameOf(prefix))
    const read = Option.isNone(stored)
      ? Option.none<Value>()
      : yield* Effect.option(Schema.decodeEffect(Json)(new TextDecoder().decode(stored.value.bytes)))
    const found = Option.getOrElse(read, () => nothing)
    const foundLive = found.live?.progress === progress() ? found.live : null
    const passed = found.asides.filter((one) => afterAside(one).care === "gap")
    const left = found.asides.filter((one) => !passed.includes(one))
    const held: Held = {
      store,
      name: nameOf(prefix),
      one: yield* Semaphore.make(1),
      value: { ...nothing, live: foundLive, asides: left },
      revision: Option.match(stored, { onNone: () => 0, onSome: ({ revision }) => revision })
    }

    const begun = foundLive === null ? undefined : after(foundLive)
    let care: Care = begun?.care ?? "none"
    let rows = foundLive?.rows ?? 0
    let skipped = foundLive === null ? 0 : foundLive.skipped + (begun?.care === "gap" ? 1 : 0)
    if (skipped > 0) care = "gap"
    let pages = 0
    let isOver = false
    let isWritten = false
    const condemned = begun?.condemned ?? []
    const writeLive = (isRead: boolean, record: string | null) =>
      Effect.tap(
        put(held, (value) => ({
          ...value,
          live: { care: care === "gap" ? "row" : care, isRead, record, condemned, progress: progress(), rows, skipped }
        })),
        () => Effect.sync(() => (isWritten = true))
      )
    const live: Hand = {
      care: () => care,
      skipped: () => skipped,
      reading: () => isOver || (isWritten && care === "none") ? undefined : writeLive(true, null),
      mapping: (record) => isOver || care === "none" ? undefined : writeLive(false, record),
      committed: (count, isEnd) =>
        Effect.sync(() => {
          rows += count
          pages++
          skipped = 0
          if (care === "gap") care = "row"
          // Without care the next page was in memory, too, and may be the one.
          const isBehind = care === "none" || (care === "record" ? pages >= pagesAhead : rows >= pageRowsMax)
          if (!isBehind && !isEnd) return
          isOver = true
          care = "none"
        })
    }

    /** The aside that is being read. */
    let now: AsideRange & ReturnType<typeof after> & { isWritten: boolean; isOver: boolean } | undefined
    const aside = (range: AsideRange): Hand => {
      const before = held.value.asides.find((one) => isSame(one, range))
      if (now === undefined || !isSame(now, range)) {
        const begun = before === undefined ? { care: "none" as const, condemned: [] } : afterAside(before)
        now = { ...range, ...begun, isWritten: false, isOver: false }
      }
      const mine = now
      const write = (isRead: boolean, record: string | null) => {
        const { care, condemned } = mine
        const next = { ...range, care: care === "gap" ? "row" as const : care, isRead, record, condemned }
        return Effect.tap(
          put(held, (value) => ({
            ...value,
            asides: [...value.asides.filter((one) => !isSame(one, range)), next]
          })),
          () =>
            Effect.sync(() => (mine.isWritten = true))
        )
      }
      return {
        care: () => mine.care,
        skipped: () => 0,
        reading: () => mine.isWritten && mine.care === "none" ? undefined : write(true, null),
        mapping: (record) => mine.care === "none" ? undefined : write(false, record),
        committed: (_, isEnd) => Effect.sync(() => (mine.isOver = isEnd))
      }
    }
    const asideOver = () => {
      const mine = now
      now = undefined
      return mine === undefined || !mine.isWritten || (mine.care !== "none" && !mine.isOver)
        ? undefined
        : put(held, (value) => ({ ...value, asides: value.asides.filter((one) => !isSame(one, mine)) }))
    }

    return {
      live,
      aside,
      condemned: new Set([...condemned, ...found.asides.flatMap((one) => afterAside(one).condemned)]),
      passed,
      asideOver,
      stopped: Effect.gen(function*() {
        yield* asideOver() ?? Effect.void
        if (isOver || !isWritten) return
        yield* care === "none" ? put(held, (value) => ({ ...value, live: null })) : writeLive(false, null)
        isOver = true
      }).pipe(Effect.ignore)
    }
  }
)
