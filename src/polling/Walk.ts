/**
 * How a pass over a collection goes on after each page, as a pure function of what the page was.
 *
 * Graph's own paging by `$skip` loses rows: one updated between two pages shifts every later row by one. Where rows come
 * in cursor order the filter is moved to the last cursor instead, and what is known is dropped. Where they do not, the
 * nextLink is all there is, and the mark waits for the end of the pass.
 */
import type { Checkpoint, Position } from "../checkpoints/Checkpoint.ts"
import { later, minusMillis, type Timestamp, toMillis } from "../domain/Timestamp.ts"

/** What a page says about the way on. */
export interface Seen {
  /** Cursors of its rows, in the page's order; rows dated in the future left out. */
  readonly cursors: ReadonlyArray<Timestamp>
  /** Where Graph says there is more; already checked to stay on the collection. */
  readonly next:
    | { readonly _tag: "End" }
    | { readonly _tag: "Link"; readonly url: string; readonly skips: boolean }
    /** There is more, and the link to it cannot be followed: it repeats, leads elsewhere, or Graph refused it. */
    | { readonly _tag: "DeadLink" }
}

/** How the pass goes on. */
export type Step =
  | { readonly _tag: "Go"; readonly position: Position; readonly mark: Timestamp | undefined }
  | { readonly _tag: "End"; readonly mark: Timestamp | undefined }
  /** Graph says that there is more and gives no way to it; the position knows what the page showed. */
  | { readonly _tag: "Stuck"; readonly position: Position }

/** Begins a pass at a cursor. */
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
 * Where the next poll begins: where a pass was left, or behind the mark by the overlap; never before `known`, from
 * where on the ledger knows everything, nor where a gap was left that is tried again by itself.
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

const earlier = (one: Timestamp, other: Timestamp): Timestamp => (other < one ? other : one)

const greatest = (cursors: ReadonlyArray<Timestamp>, floor: Timestamp | null): Timestamp | null => {
  let found = floor
  for (const cursor of cursors) if (found === null || cursor > found) found = cursor
  return found
}

/** In order, inside the filter, and not before what the pass has reached. */
const inOrder = ({ bound, link, reached, until }: Position, cursors: ReadonlyArray<Timestamp>): boolean => {
  let before = link !== null && reached !== null && reached > bound ? reached : bound
  for (const cursor of cursors) {
    if (cursor < before || (until !== null && cursor >= until)) return false
    before = cursor
  }
  return true
}

/** The way on after a page. */
export const step = (position: Position, { cursors, next }: Seen): Step => {
  const ordered = position.ordered && inOrder(position, cursors)
  const last = cursors.at(-1)
  const shown = ordered && last !== undefined && cursors[0]! < last && last > position.bound
  const reached = greatest(cursors, position.reached)
  const going = { ...position, ordered, proven: ordered && (position.proven || shown), reached, link: null }
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
        position: next.skips && shown ? { ...going, bound: last } : { ...going, link: next.url },
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

/** The way on after a page of a pass that ends at a cursor (exclusive) instead of at the newest row. */
export const stepWithin = (position: Position, seen: Seen, end: Timestamp): Step => {
  const on = step(position, seen)
  if (on._tag !== "Go" || on.position.until !== null) return on
  return on.position.bound >= end
    ? { _tag: "End", mark: on.position.reached ?? undefined }
    : { ...on, position: { ...on.position, until: end } }
}

/** The same position without its link, which dies or cannot be read: the filter is moved as far as order was proven. */
export const withoutLink = (position: Position): Position => ({
  ...position,
  link: null,
  bound: position.proven && position.reached !== null ? later(position.bound, position.reached) : position.bound
})

/**
 * Half the window of a position, which reaches to `horizon` where it has no end of its own; none where it is as narrow
 * as `floor` milliseconds already.
 */
export const narrow = (position: Position, horizon: Timestamp, floor: number): Position | undefined => {
  const { bound, until } = position
  const span = toMillis(until ?? horizon) - toMillis(bound)
  if (until !== null && span <= floor) return undefined
  return { ...position, until: minusMillis(bound, -Math.max(floor, Math.ceil(span / 2))) }
}

/** The position behind a window that cannot be read. */
export const passOver = (position: Position, end: Timestamp): Position => ({
  ...position,
  bound: end,
  until: null,
  link: null,
  reached: position.reached === null ? end : later(position.reached, end)
})
