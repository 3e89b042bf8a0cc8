/**
 * Decides how a pass continues after each page, as a pure function of the page.
 *
 * Graph's paging by `$skip` loses rows: a row updated between two pages shifts every later row by one. When rows come in
 * cursor order, the filter is moved to the last cursor instead, and the ledger drops duplicates. Otherwise the nextLink
 * must be followed, and the mark waits for the end of the pass.
 */
import type { Checkpoint, Position } from "../checkpoints/Checkpoint.ts"
import { fromMillis, later, minusMillis, type Timestamp, toMillis } from "../domain/Timestamp.ts"
import type { Reading } from "../endpoints/EndpointDefinition.ts"

const hourMillis = 3_600_000

/** What a page says about how the pass continues. */
export interface Seen {
  /** Cursors of the page's rows in page order, without rows dated in the future. */
  readonly cursors: ReadonlyArray<Timestamp>
  /** Whether more pages follow. A link was checked to stay on the collection. */
  readonly next:
    | { readonly _tag: "End" }
    | { readonly _tag: "Link"; readonly url: string; readonly skips: boolean }
    /** The link to the next page cannot be followed: it repeats, leads elsewhere, or Graph refused it. */
    | { readonly _tag: "DeadLink" }
}

/** How the pass continues. The mark may move to `mark` once the page is committed. */
export type Step =
  | { readonly _tag: "Go"; readonly position: Position; readonly mark: Timestamp | undefined }
  | { readonly _tag: "End"; readonly mark: Timestamp | undefined }
  /** More pages follow that cannot be read. The position includes what this page showed. */
  | { readonly _tag: "Stuck"; readonly position: Position }

/** The position of a pass that begins at a cursor. */
export const begin = (from: Timestamp): Position => ({
  bound: from,
  until: null,
  link: null,
  ordered: true,
  proven: false,
  reached: null,
  owed: [],
  from
})

/**
 * Returns where the next poll begins: at the position of an unfinished pass or `overlap` milliseconds before the mark. A
 * new pass begins neither before `known`, from where on the ledger is complete, nor inside a gap, which is tried separately.
 */
export const resume = (
  { floor, gaps, mark, position }: Pick<Checkpoint, "floor" | "gaps" | "mark" | "position">,
  overlap: number,
  known: Timestamp | undefined
): Position => {
  if (position !== null) return position
  const reach = later(minusMillis(mark, overlap), floor)
  const bound = gaps.reduce((bound, { to }) => later(bound, to), later(reach, known ?? reach))
  return begin(bound > mark ? mark : bound)
}

/**
 * Closes a pass that asks for rows in no order: it ends at the instant by Graph's clock at which its poll began. What
 * changes meanwhile leaves the pass, and belongs to the next one.
 */
export const closed = (position: Position, { graphStartedAt }: { readonly graphStartedAt: number }): Position => ({
  ...position,
  ordered: false,
  until: position.until ?? fromMillis(graphStartedAt)
})

/** A pass through a list that is older begins anew: what its first pages showed is no longer so. */
const passMillisMax = 2 * hourMillis

/** Returns where a poll of a list begins: on its first page, or where the pass was left. `now` is Graph's time. */
export const beginList = ({ mark, position }: Pick<Checkpoint, "mark" | "position">, now: number): Position =>
  position !== null && now - toMillis(position.from) < passMillisMax
    ? position
    : { ...begin(fromMillis(now)), bound: mark, ordered: false }

/** Returns how a pass through a list continues after a page. At its end the mark is the time when the pass began. */
export const stepList = (position: Position, { next }: Pick<Seen, "next">): Step => {
  const on = step(position, { cursors: [], next })
  return on._tag === "End" ? { _tag: "End", mark: position.from } : on
}

const earlier = (one: Timestamp, other: Timestamp): Timestamp => (other < one ? other : one)

/** The end of the window that begins at `bound`, not behind `end`. */
const windowEnd = ({ windowHours }: Pick<Reading, "windowHours">, bound: Timestamp, end: Timestamp): Timestamp =>
  windowHours === undefined ? end : earlier(minusMillis(bound, windowHours * -hourMillis), end)

/**
 * Puts a position of live polling into the window that its endpoint is read by; one in a window stays as it is. Where rows
 * come in no order, the last window ends at `end`, Graph's time when the poll began; otherwise it has no end.
 */
export const within = (
  position: Position,
  reading: Pick<Reading, "list" | "order" | "windowHours">,
  end: Timestamp
): Position => {
  const { bound, link, until } = position
  if (reading.list !== undefined) return { ...position, ordered: false }
  if (reading.order === "unproven") {
    return { ...position, ordered: false, until: until ?? windowEnd(reading, bound, end) }
  }
  if (until !== null || link !== null) return position
  const reach = windowEnd(reading, bound, end)
  return reach < end ? { ...position, until: reach } : position
}

/**
 * Returns how a pass over windows without order continues after a page. What changes while a window is read leaves it for
 * a later one, so that the mark may move to the window's end, whatever it held.
 */
export const stepClosed = (position: Position, seen: Seen, end: Timestamp): Step => {
  const on = step({ ...position, ordered: false }, seen)
  if (on._tag !== "Go" || on.position.until !== null) return on
  const { bound: mark } = on.position
  return mark >= end ? { _tag: "End", mark } : { _tag: "Go", mark, position: { ...begin(mark), ordered: false } }
}

const greatest = (cursors: ReadonlyArray<Timestamp>, floor: Timestamp | null): Timestamp | null => {
  let found = floor
  for (const cursor of cursors) if (found === null || cursor > found) found = cursor
  return found
}

/** What the page before a link reached, within the filter; undefined for a page that no link led to. */
const reachedBefore = ({ bound, link, reached }: Position): Timestamp | undefined =>
  link !== null && reached !== null && reached > bound ? reached : undefined

/** Whether cursors are in order, inside the filter, and not before what the pass has reached. */
const inOrder = (position: Position, cursors: ReadonlyArray<Timestamp>): boolean => {
  const { bound, until } = position
  let before = reachedBefore(position) ?? bound
  for (const cursor of cursors) {
    if (cursor < before || (until !== null && cursor >= until)) return false
    before = cursor
  }
  return true
}

/** Whether a page shows its rows to be in order, by two different cursors. */
const shows = (position: Position, cursors: ReadonlyArray<Timestamp>, first = cursors[0]): boolean => {
  const last = cursors.at(-1)
  return last !== undefined && first !== undefined && position.ordered && inOrder(position, cursors) && first < last &&
    last > position.bound
}

/** Returns how a pass to the newest row continues after a page. */
export const step = (position: Position, { cursors, next }: Seen): Step => {
  const ordered = position.ordered && inOrder(position, cursors)
  const last = cursors.at(-1)
  const shown = shows(position, cursors)
  const reached = greatest(cursors, position.reached)
  // Pages of a single row show it together with the page before their link.
  const proven = ordered && (position.proven || shown || shows(position, cursors, reachedBefore(position)))
  const going = { ...position, ordered, proven, reached, link: null }
  switch (next._tag) {
    case "End":
      if (position.until === null) return { _tag: "End", mark: reached ?? undefined }
      // Everything below the narrowed window's end was read; the rest is asked for without one.
      return {
        _tag: "Go",
        position: { ...going, bound: position.until, until: null },
        mark: ordered && reached !== null ? earlier(reached, position.until) : undefined
      }
    case "Link":
      // What the pass had reached before it went back to a narrower window may lie behind what was not read yet.
      return {
        _tag: "Go",
        position: next.skips && shown && last !== undefined ? { ...going, bound: last } : { ...going, link: next.url },
        mark: shown ? last : undefined
      }
    case "DeadLink": {
      const moved = withoutLink(going)
      return moved.bound > position.bound
        ? { _tag: "Go", position: moved, mark: undefined }
        : { _tag: "Stuck", position: going }
    }
  }
}

/** Returns how a pass that ends at `end` (exclusive) continues after a page. */
export const stepWithin = (position: Position, seen: Seen, end: Timestamp): Step => {
  const on = step(position, seen)
  if (on._tag !== "Go" || on.position.until !== null) return on
  return on.position.bound >= end
    ? { _tag: "End", mark: on.position.reached ?? undefined }
    : { ...on, position: { ...on.position, until: end } }
}

/** Drops an expired or unreadable link. When order was proven, the filter moves to what was reached. */
export const withoutLink = (position: Position): Position => ({
  ...position,
  link: null,
  bound: position.proven && position.reached !== null ? later(position.bound, position.reached) : position.bound
})

/**
 * Halves the window of a position; one without an end reaches to `horizon`. Undefined when the window is already as narrow
 * as `floor` milliseconds.
 */
export const narrow = (position: Position, horizon: Timestamp, floor: number): Position | undefined => {
  const { bound, until } = position
  const span = toMillis(until ?? horizon) - toMillis(bound)
  if (until !== null && span <= floor) return undefined
  return { ...position, until: minusMillis(bound, -Math.max(floor, Math.ceil(span / 2))) }
}

/** Returns the position at the end of a window that cannot be read. */
export const passOver = (position: Position, end: Timestamp): Position => ({
  ...position,
  bound: end,
  until: null,
  link: null,
  reached: position.reached === null ? end : later(position.reached, end)
})
