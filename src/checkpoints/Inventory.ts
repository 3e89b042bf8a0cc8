/**
 * Remembers the objects of a list: the content of each, and which ones vanished. Two passes, and a number of objects that
 * agrees, tell an object that was removed from a list that was cut short. Of a log that is published in part, it remembers
 * what was seen, and when.
 *
 * What changes is appended to pieces that fit a broker's message; the last version of an object counts. When two thirds of
 * the pieces are outdated, the objects are written anew. A pass over objects that did not change writes nothing.
 */
import { Effect, Schema } from "effect"
import { objectsMax, pieceObjectsMax } from "../domain/Bounds.ts"
import { encode, type KnownObject, objectBytes, ObjectTable, sightedDays } from "./ObjectTable.ts"
import * as Pieces from "./Pieces.ts"
import type { StateStore, StateStoreError } from "./StateStore.ts"

const Header = Schema.fromJsonString(Schema.Struct(Pieces.header))

/** A walk through a list, from its first page on; of a log, a day. */
export interface Walk {
  /** Number of objects that Graph told with the first page. */
  readonly count: number | undefined
  /** When it began, in seconds since 1970. */
  readonly at: number
}

/** An object that is to be remembered. */
export interface Changed extends Omit<KnownObject, "id"> {
  readonly id: string
}

/** What a page of a list makes of the inventory. */
export interface Changes {
  /** The walk that the page belongs to; undefined where this process did not read its first page. */
  readonly walk: Walk | undefined
  /** Ids of the page's objects. */
  readonly shown: ReadonlyArray<string>
  /** Number of the page's objects that have no id. */
  readonly unnamed?: number
  readonly changed: ReadonlyArray<Changed>
}

/** The objects of one list, in memory and in the store. */
export interface Inventory {
  readonly find: (id: string) => KnownObject | undefined
  /**
   * The objects that the walk has not shown, with those whose removal was forgotten; to be called once all its pages but the last are committed; and how many it
   * has, with the new ones of its last page. `last` are that page's ids, and `unnamed` its objects without one.
   */
  readonly missing: (
    walk: Walk,
    last: ReadonlyArray<string>,
    unnamed?: number
  ) => { readonly objects: ReadonlyArray<KnownObject>; readonly shown: number }
  /** Saves what a page changed, and notes which objects it showed. */
  readonly commit: (changes: Changes) => Effect.Effect<void, StateStoreError>
  /**
   * Forgets what was published of each object, so that it is published again where the ledger does not know it, and so is the
   * removal of those that are gone or have vanished meanwhile. Forgets whatever was seen in a log.
   */
  readonly forget: Effect.Effect<void, StateStoreError>
  readonly size: () => number
  /** Names of pieces that could not be read and were set aside. */
  readonly setAside: ReadonlyArray<string>
}

/** The inventory of an endpoint that remembers no objects. */
export const none: Inventory = {
  find: () => undefined,
  missing: () => ({ objects: [], shown: 0 }),
  commit: () => Effect.void,
  forget: Effect.void,
  size: () => 0,
  setAside: []
}

/** Opens the inventory stored under `prefix` and reads all its pieces. Unreadable pieces are set aside. */
export const open = Effect.fn("Inventory.open")(
  function*(prefix: string, most: number = objectsMax): Effect.fn.Return<Inventory, StateStoreError, StateStore> {
    let table = new ObjectTable()
    let walk: Walk | undefined
    /** Objects of the walk that have no id. */
    let nameless = 0
    /** The changes that were noted last: a commit that failed behind the inventory is tried again with them. */
    let noted: Changes | undefined
    let isSaid = false
    const pieces = yield* Pieces.open({
      prefix: `${prefix}.inventory-`,
      rowBytes: objectBytes,
      rowsMax: pieceObjectsMax,
      header: Header,
      found: (objects) => table.setBytes(objects)
    })

    /** Notes what a page of a walk showed. A new walk has shown nothing yet. */
    const note = (of: Walk, shown: ReadonlyArray<string>) => {
      if (of !== walk) {
        walk = of
        nameless = 0
        table = table.renewed(of.at)
      }
      for (const id of shown) table.show(id)
    }

    const commit = Effect.fnUntraced(function*(changes: Changes) {
      const { changed, shown, unnamed = 0, walk: of } = changes
      const room = Math.max(0, most - table.size)
      const fitting = changed.filter(({ id }, index) => index < room || table.find(id) !== undefined)
      if (fitting.length < changed.length && !isSaid) {
        isSaid = true
        yield* Effect.logWarning(
          changed.some(({ isSighted }) => isSighted === true)
            ? `${prefix}: users signed in from more than ${most} places and to applications in ${sightedDays} days; records of the others are not held back`
            : `${prefix}: the list has more than ${most} objects; each of the others is published once a week, and not when it is removed`
        )
      }
      if (fitting.length > 0) {
        const objects = Buffer.concat(fitting.map((object) => encode(object.id, object)))
        yield* pieces.append(objects, () => ({}), (stored) => table.setBytes(stored))
      }
      if (of !== undefined) {
        note(of, shown)
        if (changes !== noted) nameless += unnamed
        noted = changes
      }
      const stored = pieces.all().reduce((sum, { size }) => sum + size, 0)
      if (stored > 3 * table.size + pieceObjectsMax) yield* pieces.replace(table.toBytes(pieceObjectsMax, 0), {})
    }, Effect.uninterruptible)

    return {
      find: (id) => table.find(id),
      missing: (of, ids, unnamed = 0) => {
        note(of, ids)
        const fresh = new Set(ids.filter((id) => table.find(id) === undefined))
        return { objects: Array.from(table.unshown()), shown: table.shown + fresh.size + nameless + unnamed }
      },
      commit,
      forget: Effect.gen(function*() {
        const forgotten = table.forgotten()
        yield* pieces.replace(forgotten.toBytes(pieceObjectsMax, 0), {})
        table = forgotten
        walk = undefined
      }).pipe(Effect.uninterruptible),
      size: () => table.size,
      setAside: pieces.setAside
    }
  }
)
