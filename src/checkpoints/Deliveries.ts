/**
 * A watermark of what the broker's stream holds: for each endpoint, the sequences at which its newest pages were
 * acknowledged. A broker may forget what it acknowledged (a power failure, a store that is put back to an older copy, a stream
 * that is made again). What is lost is known by this, taken out of the ledger, and read from Graph again.
 *
 * The newest pages have an entry each; older ones are joined, so that a checkpoint stays small.
 */
import { Duration, Effect, Schema } from "effect"
import { deliveriesMax, deliveryWindow } from "../domain/Bounds.ts"
import type { Deliveries as Watermark, Delivery as Page, Receipt, Verdict } from "../domain/Delivery.ts"
import { later, type Timestamp as Instant } from "../domain/Timestamp.ts"
import { Timestamp } from "./Cursor.ts"

/** Schema for a page in a stream, or several pages in a row. */
export const Delivery = Schema.Struct({
  first: Schema.Int,
  last: Schema.Int,
  id: Schema.String,
  count: Schema.Int,
  from: Timestamp,
  since: Schema.Finite,
  at: Schema.Finite,
  place: Schema.Tuple([Schema.Int, Schema.Int])
})

/** Schema for what one stream acknowledged of an endpoint's pages. */
export const Deliveries = Schema.Struct({
  stream: Schema.String,
  created: Schema.String,
  largest: Schema.Int,
  entries: Schema.Array(Delivery)
})
export type Deliveries = typeof Deliveries.Type

/** Schema for a loss that is being read again. */
export const Lost = Schema.Struct({
  stream: Schema.String,
  /** Sequence from which the stream is looked through for what it still has, so that nothing comes twice. */
  first: Schema.Int,
  artifacts: Schema.Int,
  /** The mark at the time of the loss: once it is reached again, everything was published again. */
  until: Timestamp,
  /** Since when this is known, in milliseconds since 1970. */
  since: Schema.Finite
})
export type Lost = typeof Lost.Type

/** Newest entries that are never joined: a broker that was not synced has lost the last minutes. */
const singlePages = 16

const joined = (older: Page, newer: Page): Page => ({
  ...older,
  first: Math.min(older.first, newer.first),
  last: newer.last,
  id: newer.id,
  count: older.count + newer.count,
  from: newer.from < older.from ? newer.from : older.from,
  at: newer.at
})

/** Joins the two neighbours that together take the least time for their age. */
const thinned = (entries: ReadonlyArray<Page>, now: number): ReadonlyArray<Page> => {
  let at = 0
  let least = Infinity
  for (let index = 0; index + 1 < entries.length - singlePages; index++) {
    const [older, newer] = [entries[index]!, entries[index + 1]!]
    const spread = (newer.at - older.since) / Math.max(1, now - older.since)
    if (spread < least) [at, least] = [index, spread]
  }
  return [...entries.slice(0, at), joined(entries[at]!, entries[at + 1]!), ...entries.slice(at + 2)]
}

/**
 * Adds a page. What is older than `deliveryWindow` is forgotten, except the newest: after quiet days it still tells whether
 * the stream has gone back. Pages of a stream of another name are forgotten at once.
 */
export const add = (
  before: Watermark | undefined,
  { created, largest, stream }: Pick<Receipt, "created" | "largest" | "stream">,
  page: Page,
  now: number
): Watermark => {
  const known = before?.stream === stream ? before : { created, largest: 0, entries: [] }
  const oldest = now - Duration.toMillis(deliveryWindow)
  const kept = [...known.entries.filter(({ at }) => at >= oldest), page]
  return {
    stream,
    // That of the oldest page until a verdict says otherwise: a stream that was made again has lost the others.
    created: known.entries.length === 0 ? created : known.created,
    largest: Math.max(known.largest, largest),
    entries: kept.length > deliveriesMax ? thinned(kept, now) : kept
  }
}

/** A stream that can be asked what it has. */
export interface Asked<E> extends Pick<Verdict, "stream" | "created"> {
  readonly first: number
  readonly last: number
  /** When it was made, in milliseconds since 1970; undefined where the broker's version tells another time later. */
  readonly madeAt: number | undefined
  /**
   * The beginning of the id of the message at a sequence; undefined where there is none any more. Where the broker refuses to
   * tell, it is the one that is expected.
   */
  readonly idAt: (sequence: number, expected: string) => Effect.Effect<string | undefined, E>
}

// A time of creation alone proves nothing: nats-server 2.9 tells another one after a change of the stream and a restart.
const isLost = <E>(page: Page, stream: Asked<E>, isOther: boolean): Effect.Effect<boolean, E> => {
  if (page.last > stream.last) return Effect.succeed(true)
  // Consumed, over a limit or purged: that is no loss.
  if (page.last < stream.first) return Effect.succeed(isOther)
  return Effect.map(stream.idAt(page.last, page.id), (id) => id === undefined ? isOther : id !== page.id)
}

/**
 * Whether all is there, judged by the newest page: a store that is put back to an older copy loses its end. Pages that were
 * published after the loss hide it, so that {@link judge} looks at each.
 */
export const isWhole = <E>({ created, entries, stream }: Watermark, asked: Asked<E>): Effect.Effect<boolean, E> => {
  const newest = entries.at(-1)
  if (newest === undefined) return Effect.succeed(true)
  if (asked.stream !== stream || asked.created !== created) return Effect.succeed(false)
  const last = Math.max(...entries.map(({ last }) => last))
  return last > asked.last ? Effect.succeed(false) : Effect.map(isLost(newest, asked, false), (lost) => !lost)
}

/** Looks at each page, and returns what the stream has lost. */
export const judge = <E>(deliveries: Watermark, asked: Asked<E>): Effect.Effect<Verdict, E> => {
  const isRenamed = asked.stream !== deliveries.stream
  const { madeAt = 0 } = asked.created === deliveries.created ? {} : asked
  // One that was made after it is said to have taken a page is another, also where it begins behind that page.
  const lostOf = (page: Page) => isLost(page, asked, isRenamed || madeAt > page.at)
  return Effect.map(Effect.forEach(deliveries.entries, lostOf), (each) => ({
    lost: each.flatMap((lost, index) => lost ? [index] : []),
    stream: asked.stream,
    created: asked.created,
    last: asked.last
  }))
}

/** What follows from a loss. */
export interface Loss {
  /** Messages that were lost, at the most. */
  readonly artifacts: number
  /** The least cursor among the rows that are read again. */
  readonly from: Instant
  /** Where the ledger is cut off: pages behind the first lost one are read again as well, and come with the same ids. */
  readonly place: Page["place"]
  readonly kept: Watermark
  /** Sequence from which the stream is looked through for what it still has of them. */
  readonly first: number
  /** When the oldest page of the watermark was acknowledged, where it is lost: what lies before it is not known. */
  readonly unknownBefore: number | undefined
}

const lostOf = ({ count, first, last }: Page, reached: number): number =>
  reached < first || reached >= last ? count : Math.min(count, last - reached)

/** Returns what follows from a verdict; undefined where nothing is lost. */
export const lossOf = (deliveries: Watermark, { created, last, lost, stream }: Verdict): Loss | undefined => {
  const [oldest] = lost
  if (oldest === undefined) return undefined
  const { entries } = deliveries
  const again = entries.slice(oldest)
  return {
    artifacts: lost.reduce((sum, index) => sum + lostOf(entries[index]!, last), 0),
    from: again.reduce((from, page) => page.from < from ? page.from : from, again[0]!.from),
    place: again[0]!.place,
    kept: { ...deliveries, stream, created, entries: entries.slice(0, oldest) },
    first: Math.min(...again.map(({ first }) => first)),
    unknownBefore: oldest === 0 ? again[0]!.since : undefined
  }
}

/** What a checkpoint has of marks and deliveries. */
interface Marked {
  readonly mark: Instant
  readonly floor: Instant
  readonly lost?: Lost
}

/** Returns the mark from which a loss is read again, as far as the ledger knows what was published. */
export const markAfter = ({ floor, mark }: Marked, { from }: Loss, ledgerFloor: Instant | undefined): Instant => {
  const reach = later(from, later(floor, ledgerFloor ?? floor))
  return reach < mark ? reach : mark
}

/** Returns what the checkpoint keeps of a loss, with that of an earlier one that is not made good yet. `now` is in milliseconds. */
export const lostIn = ({ lost, mark }: Marked, { artifacts, first, kept }: Loss, now: number): Lost => ({
  stream: kept.stream,
  first: lost === undefined || lost.stream !== kept.stream ? first : Math.min(first, lost.first),
  artifacts: artifacts + (lost?.artifacts ?? 0),
  until: lost === undefined ? mark : later(lost.until, mark) as Lost["until"],
  since: lost?.since ?? now
} as Lost)
