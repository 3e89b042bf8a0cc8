/**
 * Remembers what was published, as 8-byte keys, so that nothing is published twice.
 *
 * A key is the first 16 hex digits of an artifact id or, for a record without an identity, of the SHA-256 of its line.
 * Keys are stored in pieces that fit a broker's message. The last piece is rewritten until it is full.
 */
import { Effect, Option, Schema } from "effect"
import { ledgerKeysMax, pieceKeysMax } from "../domain/Bounds.ts"
import type { Delivery as Delivered, Receipt } from "../domain/Delivery.ts"
import { later, type Timestamp } from "../domain/Timestamp.ts"
import { Delivery } from "./Deliveries.ts"
import { keyBytes, KeySet } from "./KeySet.ts"
import * as Sealed from "./Sealed.ts"
import { StateStore, type StateStoreError } from "./StateStore.ts"

/** Days that keys are kept: longer than any poll or sweep reaches back. */
export const ledgerDaysMax = 7

const dayMillis = 86_400_000

/** Where a stream of the broker has the page whose keys were appended last. */
const Appended = Schema.Struct({
  stream: Schema.String,
  created: Schema.String,
  largest: Schema.Int,
  page: Delivery
})

/** A page in a stream of the broker. */
export interface Appended extends Pick<Receipt, "created" | "largest" | "stream"> {
  readonly page: Delivered
}

const Header = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(1),
  /** Name of the piece in the store; absent in one that an earlier version wrote last. */
  name: Schema.optionalKey(Schema.String),
  /** Greatest cursor among the rows of this piece. */
  reached: Schema.String,
  /** Cursor from which on the ledger is complete. Rows before it may have been published without a key. */
  floor: Schema.String,
  /** When the piece was last written, in milliseconds since 1970. */
  at: Schema.Finite,
  /** The checkpoint has it as well, unless the process ended between the two. */
  delivered: Schema.optionalKey(Appended)
}))
const encodeHeader = Schema.encodeEffect(Header)
const decodeHeader = Schema.decodeEffect(Header)

/** A piece without its keys, which are in the set and in the store. */
interface Piece {
  readonly number: number
  readonly revision: number
  readonly reached: Timestamp
  readonly at: number
  readonly size: number
}

interface Stored extends Omit<Piece, "size"> {
  readonly floor: Timestamp
  readonly delivered: Appended | undefined
  /** {@link keyBytes} bytes per key. */
  readonly keys: Uint8Array
}

const pieceOf = ({ at, keys, number, reached, revision }: Stored): Piece => ({
  number,
  revision,
  reached,
  at,
  size: keys.length / keyBytes
})

const joined = (one: Uint8Array, other: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(one.length + other.length)
  bytes.set(one)
  bytes.set(other, one.length)
  return bytes
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")

const toBytes = Effect.fnUntraced(function*(name: string, piece: Omit<Stored, "revision">) {
  const { at, delivered, floor, keys, reached } = piece
  const header = yield* Effect.orDie(
    encodeHeader({ version: 1, name, reached, floor, at, ...(delivered === undefined ? {} : { delivered }) })
  )
  return joined(new TextEncoder().encode(`${Sealed.seal(header, textOf(keys))}\n`), keys)
})

/** Decodes a piece; none for bytes that no ledger wrote, or that were written under another name. */
const fromBytes = Effect.fnUntraced(function*(name: string, number: number, bytes: Uint8Array, revision: number) {
  const end = bytes.indexOf(10)
  const text = new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)))
  const header = yield* Effect.option(decodeHeader(text))
  if (
    Option.isNone(header) || (header.value.name ?? name) !== name ||
    !Sealed.isIntact(text, textOf(bytes.subarray(end + 1))) ||
    (bytes.length - end - 1) % keyBytes !== 0
  ) return Option.none<Stored>()
  return Option.some<Stored>({
    number,
    revision,
    reached: header.value.reached as Timestamp,
    floor: header.value.floor as Timestamp,
    at: header.value.at,
    delivered: header.value.delivered,
    keys: bytes.slice(end + 1)
  })
})

/** The ledger of one endpoint of one tenant, in memory and in the store. */
export interface Ledger {
  /** Whether the id, by its first 16 hex digits, was published before. */
  readonly has: (id: string) => boolean
  /** Saves keys until they are {@link ledgerDaysMax} days old or the ledger is full. */
  readonly append: (keys: KeySet, of: Rows) => Effect.Effect<void, StateStoreError>
  /** Where it ends: the number of its last piece, and the keys in that. */
  readonly end: () => Delivered["place"]
  /** Where a stream of the broker has what was appended last, as far as that is known. */
  readonly delivered: () => Appended | undefined
  /** Forgets what was appended behind a place, so that it is published again. */
  readonly truncate: (to: Delivered["place"]) => Effect.Effect<void, StateStoreError>
  /** Cursor from which on the ledger is complete; undefined while it is empty. */
  readonly floor: () => Timestamp | undefined
  readonly size: () => number
  /** Names of pieces that could not be read and were set aside. */
  readonly setAside: ReadonlyArray<string>
}

/** The rows that keys belong to. */
export interface Rows {
  /** Greatest cursor among the rows. */
  readonly reached: Timestamp
  /** Cursor before which the connector reads nothing. */
  readonly floor: Timestamp
  /** When the rows were published, in milliseconds since 1970. */
  readonly at: number
  /** Where a stream of the broker has them. */
  readonly delivered?: Appended | undefined
}

/** Opens the ledger stored under `prefix` and reads all its pieces. Unreadable pieces are set aside. */
export const open = Effect.fn("Ledger.open")(
  function*(prefix: string, keysMax: number = ledgerKeysMax): Effect.fn.Return<Ledger, StateStoreError, StateStore> {
    const store = yield* StateStore
    const known = new KeySet()
    const pieces: Array<Piece> = []
    let last: Stored | undefined
    let isSaid = false
    const setAside: Array<string> = []
    let floor: Timestamp | undefined
    const nameOf = (number: number) => `${prefix}.ledger-${String(number).padStart(6, "0")}`

    const read = Effect.fnUntraced(function*(number: number) {
      const stored = yield* store.get(nameOf(number))
      if (Option.isNone(stored)) return Option.none<Stored | undefined>()
      const { bytes, revision } = stored.value
      return Option.some(Option.getOrUndefined(yield* fromBytes(nameOf(number), number, bytes, revision)))
    })

    for (const key of yield* store.keys(`${prefix}.ledger-`)) {
      const number = Number(key.slice(`${prefix}.ledger-`.length))
      if (!Number.isInteger(number)) continue
      const stored = yield* read(number)
      if (Option.isNone(stored)) continue
      if (stored.value === undefined) {
        setAside.push(yield* store.setAside(key))
        continue
      }
      last = stored.value
      pieces.push(pieceOf(last))
      known.addBytes(last.keys)
      floor = last.floor
    }

    /** Selects the pieces to drop when `coming` keys are added: too old, or over the limit. */
    const leaving = (coming: number, at: number): ReadonlyArray<Piece> => {
      let size = pieces.reduce((sum, { size }) => sum + size, coming)
      const end = pieces.slice(0, -1).findIndex((piece) => {
        if (size <= keysMax && piece.at >= at - ledgerDaysMax * dayMillis) return true
        size -= piece.size
        return false
      })
      return pieces.slice(0, end < 0 ? Math.max(0, pieces.length - 1) : end)
    }

    const letGo = Effect.fnUntraced(function*(piece: Piece, at: number) {
      if (!isSaid && piece.at >= at - ledgerDaysMax * dayMillis) {
        isSaid = true
        yield* Effect.logWarning(
          `${prefix}: more than ${keysMax} artifacts in ${ledgerDaysMax} days fill the ledger; records changed before ${piece.reached} are not read again, and this time moves on as more artifacts come`
        )
      }
      const stored = yield* read(piece.number)
      yield* store.remove(nameOf(piece.number), piece.revision)
      pieces.shift()
      // Keys of an unreadable piece stay in the set: they were published.
      if (Option.isSome(stored) && stored.value !== undefined) known.deleteBytes(stored.value.keys)
    })

    const append = Effect.fnUntraced(function*(keys: KeySet, { at, delivered, floor: begun, reached }: Rows) {
      const fresh = keys.except(known)
      if (fresh.length === 0) return
      const old = leaving(fresh.length / keyBytes, at)
      // The floor is saved before old pieces are removed. Otherwise a restart could publish their rows a second time.
      floor = old.reduce((floor, piece) => later(floor, piece.reached), later(floor ?? begun, begun))
      for (let taken = 0; taken < fresh.length;) {
        const isOpen = last !== undefined && last.keys.length < pieceKeysMax * keyBytes
        const open: Stored = isOpen && last !== undefined ? last : {
          number: (last?.number ?? 0) + 1,
          revision: 0,
          reached,
          floor,
          at,
          delivered,
          keys: new Uint8Array()
        }
        const room = fresh.subarray(taken, taken + pieceKeysMax * keyBytes - open.keys.length)
        const written = {
          ...open,
          at,
          floor,
          delivered,
          reached: reached > open.reached ? reached : open.reached,
          keys: joined(open.keys, room)
        }
        const revision = yield* store.put(
          nameOf(open.number),
          yield* toBytes(nameOf(open.number), written),
          open.revision
        )
        last = { ...written, revision }
        if (isOpen) pieces.pop()
        pieces.push(pieceOf(last))
        known.addBytes(room)
        taken += room.length
      }
      for (const piece of old) yield* letGo(piece, at)
    }, Effect.uninterruptible)

    const end = (): Delivered["place"] => last === undefined ? [0, 0] : [last.number, last.keys.length / keyBytes]

    const forget = Effect.fnUntraced(function*(piece: Piece) {
      const stored = yield* read(piece.number)
      yield* store.remove(nameOf(piece.number), piece.revision)
      pieces.pop()
      if (Option.isSome(stored) && stored.value !== undefined) known.deleteBytes(stored.value.keys)
    })

    const truncate = Effect.fnUntraced(function*([number, size]: Delivered["place"]) {
      if (last === undefined) return
      const { at, reached } = last
      for (let piece = pieces.at(-1); piece !== undefined && piece.number > number; piece = pieces.at(-1)) {
        yield* forget(piece)
      }
      const piece = pieces.at(-1)
      const stored = piece === undefined ? undefined : Option.getOrUndefined(yield* read(piece.number))
      // Numbers go on from here, and are never used twice: an empty piece keeps them.
      last = stored ??
        {
          number: Math.max(1, number),
          revision: 0,
          reached,
          floor: floor ?? reached,
          at,
          delivered: undefined,
          keys: new Uint8Array()
        }
      const cut = last.number < number ? last.keys.length : size * keyBytes
      if (stored !== undefined && last.keys.length <= cut) return
      const gone = last.keys.slice(cut)
      const kept = { ...last, delivered: undefined, keys: last.keys.slice(0, cut) }
      const revision = yield* store.put(nameOf(kept.number), yield* toBytes(nameOf(kept.number), kept), kept.revision)
      last = { ...kept, revision }
      if (piece !== undefined) pieces.pop()
      pieces.push(pieceOf(last))
      known.deleteBytes(gone)
    }, Effect.uninterruptible)

    return {
      has: (id) => known.has(id),
      append,
      end,
      delivered: () => last?.delivered,
      truncate,
      floor: () => floor,
      size: () => known.size,
      setAside
    }
  }
)
