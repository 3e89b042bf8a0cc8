/**
 * Finds out which objects of a list are to be published: those that are new or changed, each once a day, and those that are
 * no longer there.
 *
 * What makes a version must be the same when a page is read again by the next process. So it depends on what is saved (the
 * inventory, and the mark, which is the beginning of the last whole pass) and on the content, but on no clock.
 */
import * as ArtifactId from "../artifacts/ArtifactId.ts"
import { type Compared, compared, contentKey } from "../artifacts/ContentKey.ts"
import { stringify } from "../artifacts/Message.ts"
import type { Changed, Changes, Inventory, Walk } from "../checkpoints/Inventory.ts"
import { forgottenKey } from "../checkpoints/ObjectTable.ts"
import { vanishedMax } from "../domain/Bounds.ts"
import type { GraphRecord, Sent } from "../domain/GraphRecord.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Listing } from "../endpoints/EndpointDefinition.ts"

const hourMillis = 3_600_000

/** A pass after this time that misses an object again shows it to be removed. Passes are an hour apart by default. */
const missedSeconds = 50 * 60

/** Stands for the content of an object that was never mapped. */
const unmappedKey = "0".repeat(16)

/** What the pages of a list are compared with. */
export interface Listed {
  readonly list: Listing
  /** Properties that the page was not asked for, because Graph refused them. */
  readonly leftOut?: ReadonlyArray<string>
  readonly inventory: Pick<Inventory, "find" | "missing">
  /** The walk that the page belongs to; undefined where this process did not read its first page. */
  readonly walk: Walk | undefined
  /** The beginning of the last whole pass, and of this one. */
  readonly mark: Timestamp.Timestamp
  readonly from: Timestamp.Timestamp
  /** Which objects are published although they did not change: all, those that are due, or none. */
  readonly again: "all" | "due" | "none"
  /** Whether the page is the last one. */
  readonly isLast: boolean
  /** Graph's time of the page. */
  readonly at: Timestamp.Timestamp
}

/** The versions of a page's objects. Each attempt to publish the page makes them anew. */
export interface Versions {
  /** Returns the object as it is to be published; undefined for one that is not. */
  readonly of: (object: GraphRecord, content: unknown) => Generator<undefined, GraphRecord | undefined>
  /**
   * Notes an object that cannot be mapped: it is in the list all the same, and is not taken for one that was removed. Returns
   * what tells it from others in each pass, where that is not its whole content.
   */
  readonly unmapped: (
    row: Pick<GraphRecord, "sent"> & { readonly id?: string }
  ) => Generator<undefined, string | undefined>
  /** Returns the objects that are no longer in the list; to be called behind the page's last object. */
  readonly removed: () => ReadonlyArray<GraphRecord>
  /** Returns what the commit of the page saves. */
  readonly changes: () => PageChanges
}

/** What a page changes, and what its pass found. */
export interface PageChanges extends Changes {
  /** Objects that vanished at once, so many that the list is taken to be cut short; undefined before the end of a whole pass. */
  readonly vanished: number | undefined
}

/**
 * The hour between two passes in which an object is due to be published again, in hours since 1970: one of 24, by its
 * content, so that objects are spread over the day.
 */
const dueHour = (key: string, after: Timestamp.Timestamp, until: Timestamp.Timestamp): number | undefined => {
  const [first, last] = [after, until].map((at) => Math.floor(Timestamp.toMillis(at) / hourMillis)) as [number, number]
  const hour = last - ((last - Number.parseInt(key.slice(0, 6), 16)) % 24 + 24) % 24
  return hour > first ? hour : undefined
}

/** A record of an object that Graph no longer shows: its id is all that is known. */
const sentOf = (id: string): Sent => {
  const value = { id }
  const text = stringify(value)
  return {
    isObject: true,
    property: (name) => name === "id" ? id : undefined,
    content: () => ({ value, text, evidence: [] }),
    exact: () => value,
    raw: () => text
  }
}

/** Whether so many objects vanished at once that the list is rather cut short. */
const isCut = (vanished: number, shown: number): boolean =>
  vanished > vanishedMax.objects && vanished > (vanished + shown) * vanishedMax.share

/** Tells in 16 bits which properties were not asked for; undefined where all were that count for a change. */
const lackingOf = ({ volatile }: Listing, leftOut: ReadonlyArray<string>): number | undefined => {
  const names = leftOut.filter((name) => !volatile.includes(name)).toSorted()
  return names.length === 0 ? undefined : Number.parseInt(ArtifactId.sha256(names.join(",")).slice(0, 4), 16) || 1
}

/** Makes the versions of a page's objects. */
export const make = ({ again, at, from, inventory, isLast, leftOut = [], list, mark, walk }: Listed): Versions => {
  const how: Compared = compared(list)
  const lacking = lackingOf(list, leftOut)
  const isDue = list.reads === "all" && again === "due"
  const shown: Array<string> = []
  const changed: Array<Changed> = []
  let vanished: number | undefined
  let unnamed = 0

  const keep = (id: string, key: string, of: number | undefined, missedAt = 0, isGone = false) =>
    changed.push({ id, key, missedAt, isGone, ...(of === undefined ? {} : { lacking: of }) })

  function* of(object: GraphRecord, content: unknown): Generator<undefined, GraphRecord | undefined> {
    const { id } = object
    const key = yield* contentKey(content, how)
    const known = inventory.find(id)
    shown.push(id)
    const isOther = known !== undefined && known.lacking !== lacking
    if (known === undefined || known.isGone || known.key !== key || known.missedAt > 0 || isOther) {
      keep(id, key, lacking)
    }
    if (known === undefined || (known.key === forgottenKey && !known.isGone)) {
      return { ...object, version: `snapshot:${key}`, change: "present" }
    }
    // Read with other properties than before, its content tells nothing of a change. What changed is published in its turn.
    const isComparable = !isOther || list.reads === "newest" || known.key === unmappedKey
    if (known.isGone || (known.key !== key && isComparable)) {
      // An object that goes back to what it was is a version of its own.
      const isTold = !known.isGone && known.key !== unmappedKey
      return { ...object, version: `snapshot:${key}:${mark}`, change: isTold ? "changed" : "present" }
    }
    // With more than the polls ask for, it is another artifact of the day.
    if (again === "all") return { ...object, version: `snapshot:${key}:${from.slice(0, 10)}+`, change: "present" }
    const hour = isDue ? dueHour(key, mark, from) : undefined
    if (hour === undefined) return undefined
    const day = Timestamp.fromMillis(hour * hourMillis).slice(0, 10)
    return { ...object, version: `snapshot:${key}:${day}`, change: "present" }
  }

  function* unmapped({ id, sent }: Parameters<Versions["unmapped"]>[0]): Generator<undefined, string | undefined> {
    if (id !== undefined) {
      shown.push(id)
      const known = inventory.find(id)
      // What was published as removed is published again once it can be mapped, although its content is what it was.
      if (known === undefined || known.isGone) keep(id, unmappedKey, lacking)
      else if (known.missedAt > 0) keep(id, known.key, known.lacking)
      return id
    }
    unnamed++
    return sent.isObject && sent.isDeep !== true ? yield* contentKey(sent.content().value, how) : undefined
  }

  const removed = (): ReadonlyArray<GraphRecord> => {
    if (!isLast || walk === undefined || list.counts === undefined) return []
    const found = inventory.missing(walk, shown, unnamed)
    const missed = found.objects.filter(({ isGone }) => !isGone).length
    if (isCut(missed, found.shown)) {
      vanished = missed
      return []
    }
    vanished = 0
    // Without Graph's number nothing tells a whole list from one with a page left out.
    if (walk.count === undefined || found.shown < walk.count) return []
    const now = Math.floor(Timestamp.toMillis(from) / 1000)
    return found.objects.flatMap(({ id, isGone, key, lacking, missedAt }) => {
      // Of an id that is no GUID only a hash is known: nobody could tell which object was removed.
      if (id === undefined) return []
      if (missedAt === 0) keep(id, key, lacking, now)
      if (missedAt === 0 || (!isGone && now - missedAt < missedSeconds)) return []
      keep(id, key === forgottenKey ? unmappedKey : key, lacking, missedAt, true)
      // Nobody was told of it.
      if (key === unmappedKey) return []
      const hour = Timestamp.fromMillis(missedAt * 1000).slice(0, 13)
      return [{ id, cursor: at, sent: sentOf(id), version: `gone:${hour}`, change: "removed" as const }]
    })
  }

  return { of, unmapped, removed, changes: () => ({ walk, shown, unnamed, changed, vanished }) }
}
