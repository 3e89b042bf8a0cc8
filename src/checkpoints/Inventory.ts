/**
 * Remembers the objects of a list: the content of each, and which ones vanished. Two passes, and a number of objects that
 * agrees, tell an object that was removed from a list that was cut short. Of a log that is published in part, it remembers
 * what was seen, and when.
 *
 * What changes is appended to pieces that fit a broker's message; the last version of an object counts. When two thirds of
 * the pieces are outdated, the objects are written anew. A pass over objects that did not change writes nothing.
 */
import { Effect, Option, Schema } from "effect"
import { objectsMax, pieceObjectsMax } from "../domain/Bounds.ts"
import { encode, type KnownObject, objectBytes, ObjectTable, sightedDays } from "./ObjectTable.ts"
import * as Sealed from "./Sealed.ts"
import { StateStore, type StateStoreError } from "./StateStore.ts"

const Header = Schema.fromJsonString(Schema.Struct({ version: Schema.Literal(1), name: Schema.String }))
const encodeHeader = Schema.encodeEffect(Header)
const decodeHeader = Schema.decodeEffect(Header)

interface Piece {
  readonly number: number
  readonly revision: number
  readonly size: number
}

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
   * The objects that the walk has not shown, to be called once all its pages but the last are committed; and how many it
   * has, with the new ones of its last page. `last` are that page's ids, and `unnamed` its objects without one.
   */
  readonly missing: (
    walk: Walk,
    last: ReadonlyArray<string>,
    unnamed?: number
  ) => { readonly objects: ReadonlyArray<KnownObject>; readonly shown: number }
  /** Saves what a page changed, and notes which objects it showed. */
  readonly commit: (changes: Changes) => Effect.Effect<void, StateStoreError>
  /** Forgets all objects, so that those are published again which the ledger does not know. */
  readonly forget: Effect.Effect<void, StateStoreError>
  readonly size: () => number
  /** Names of pieces that could not be read and were set aside. */
  readonly setAside: ReadonlyArray<string>
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")

const toBytes = Effect.fnUntraced(function*(name: string, objects: Uint8Array) {
  const header = yield* Effect.orDie(encodeHeader({ version: 1, name }))
  const line = new TextEncoder().encode(`${Sealed.seal(header, textOf(objects))}\n`)
  return new Uint8Array(Buffer.concat([line, objects]))
})

/** Decodes a piece; none for bytes that no inventory wrote, or that were written under another name. */
const fromBytes = Effect.fnUntraced(function*(name: string, bytes: Uint8Array) {
  const end = bytes.indexOf(10)
  const text = new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)))
  const header = yield* Effect.option(decodeHeader(text))
  const objects = bytes.slice(end + 1)
  return Option.isSome(header) && header.value.name === name && Sealed.isIntact(text, textOf(objects)) &&
      objects.length % objectBytes === 0
    ? Option.some(objects)
    : Option.none()
})

/** Opens the inventory stored under `prefix` and reads all its pieces. Unreadable pieces are set aside. */
export const open = Effect.fn("Inventory.open")(
  function*(prefix: string, most: number = objectsMax): Effect.fn.Return<Inventory, StateStoreError, StateStore> {
    const store = yield* StateStore
    let table = new ObjectTable()
    let pieces: Array<Piece> = []
    /** The objects of the last piece. */
    let last = new Uint8Array()
    let number = 0
    let walk: Walk | undefined
    /** Objects of the walk that have no id. */
    let nameless = 0
    let isSaid = false
    const setAside: Array<string> = []
    const nameOf = (number: number) => `${prefix}.inventory-${String(number).padStart(6, "0")}`

    for (const key of yield* store.keys(`${prefix}.inventory-`)) {
      const found = Number(key.slice(`${prefix}.inventory-`.length))
      const stored = Number.isInteger(found) ? yield* store.get(key) : Option.none()
      if (Option.isNone(stored)) continue
      number = found
      const { bytes, revision } = stored.value
      const objects = Option.getOrUndefined(yield* fromBytes(key, bytes))
      if (objects === undefined) {
        setAside.push(yield* store.setAside(key))
        continue
      }
      table.setBytes(objects)
      pieces.push({ number, revision, size: objects.length / objectBytes })
      last = objects
    }

    const put = Effect.fnUntraced(function*(of: Omit<Piece, "size">, objects: Uint8Array) {
      const bytes = yield* toBytes(nameOf(of.number), objects)
      const revision = yield* store.put(nameOf(of.number), bytes, of.revision)
      number = of.number
      last = new Uint8Array(objects)
      return { number: of.number, revision, size: objects.length / objectBytes }
    })

    const append = Effect.fnUntraced(function*(objects: Uint8Array) {
      for (let taken = 0; taken < objects.length;) {
        const newest = pieces.at(-1)
        const open = newest !== undefined && newest.size < pieceObjectsMax ? newest : undefined
        const room = (pieceObjectsMax - (open?.size ?? 0)) * objectBytes
        const part = objects.subarray(taken, taken + room)
        const piece = open === undefined
          ? yield* put({ number: number + 1, revision: 0 }, part)
          : yield* put(open, Buffer.concat([last, part]))
        if (open !== undefined) pieces.pop()
        pieces.push(piece)
        table.setBytes(part)
        taken += part.length
      }
    })

    /** Writes the objects anew. The new pieces come first: a process that ends in between finds each object in one of them. */
    const compact = Effect.fnUntraced(function*() {
      const old = pieces
      const written: Array<Piece> = []
      for (const objects of table.toBytes(pieceObjectsMax, 0)) {
        written.push(yield* put({ number: number + 1, revision: 0 }, objects))
      }
      for (const piece of old) yield* store.remove(nameOf(piece.number), piece.revision)
      pieces = written
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

    const commit = Effect.fnUntraced(function*({ changed, shown, unnamed = 0, walk: of }: Changes) {
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
      if (fitting.length > 0) yield* append(Buffer.concat(fitting.map((object) => encode(object.id, object))))
      if (of !== undefined) {
        note(of, shown)
        nameless += unnamed
      }
      const stored = pieces.reduce((sum, { size }) => sum + size, 0)
      if (stored > 3 * table.size + pieceObjectsMax) yield* compact()
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
        for (const piece of pieces.toReversed()) {
          yield* store.remove(nameOf(piece.number), piece.revision)
          pieces.pop()
        }
        table = new ObjectTable()
        last = new Uint8Array()
        walk = undefined
      }).pipe(Effect.uninterruptible),
      size: () => table.size,
      setAside
    }
  }
)
