/**
 * What was published already, as 8-byte keys, so that nothing is published twice.
 *
 * Keys are the first 16 hex digits of artifact ids or, for a record that has no identity, of the SHA-256 of its line. They
 * are kept in pieces that fit a broker's message; a piece is rewritten as keys are appended, and sealed when it is full.
 */
import { Effect, Option, Schema } from "effect"
import { ledgerKeysMax, pieceKeysMax } from "../domain/Bounds.ts"
import { later, type Timestamp } from "../domain/Timestamp.ts"
import { keyBytes, KeySet } from "./KeySet.ts"
import { StateStore, type StateStoreError } from "./StateStore.ts"

/** How long keys are kept: longer than any poll or sweep reaches back. */
export const ledgerDaysMax = 7

const dayMillis = 86_400_000

const Header = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(1),
  /** Greatest cursor among the rows whose keys these are. */
  reached: Schema.String,
  /** The cursor from which on the ledger reaches: below it, rows may have been published that it does not know. */
  floor: Schema.String,
  /** When the piece was last written, in milliseconds since 1970. */
  at: Schema.Finite
}))
const encodeHeader = Schema.encodeEffect(Header)
const decodeHeader = Schema.decodeEffect(Header)

/** What is known of a piece; its keys are in the set and in the store. */
interface Piece {
  readonly number: number
  readonly revision: number
  readonly reached: Timestamp
  readonly at: number
  readonly size: number
}

/** A piece as it is stored. */
interface Stored extends Omit<Piece, "size"> {
  readonly floor: Timestamp
  /** {@link keyBytes} a key. */
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

/** One line of JSON, then the keys. */
const toBytes = Effect.fnUntraced(function*(piece: Omit<Stored, "revision">) {
  const header = new TextEncoder().encode(
    `${yield* Effect.orDie(encodeHeader({ version: 1, reached: piece.reached, floor: piece.floor, at: piece.at }))}\n`
  )
  return joined(header, piece.keys)
})

/** None for bytes that no ledger wrote. */
const fromBytes = Effect.fnUntraced(function*(number: number, bytes: Uint8Array, revision: number) {
  const end = bytes.indexOf(10)
  const header = yield* Effect.option(decodeHeader(new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)))))
  if (Option.isNone(header) || (bytes.length - end - 1) % keyBytes !== 0) return Option.none<Stored>()
  return Option.some<Stored>({
    number,
    revision,
    reached: header.value.reached as Timestamp,
    floor: header.value.floor as Timestamp,
    at: header.value.at,
    keys: bytes.slice(end + 1)
  })
})

/** The ledger of one endpoint of one tenant, held in memory and behind it in the store. */
export interface Ledger {
  /** Whether what the artifact id stands for was published already. */
  readonly has: (id: string) => boolean
  /** Remembers keys until they are {@link ledgerDaysMax} days old, or there are too many. */
  readonly append: (keys: KeySet, of: Rows) => Effect.Effect<void, StateStoreError>
  /** The cursor from which on it knows everything published; undefined while it is empty. */
  readonly floor: () => Timestamp | undefined
  readonly size: () => number
  /** Names of pieces that could not be read and were set aside. */
  readonly setAside: ReadonlyArray<string>
}

/** The rows that keys belong to. */
export interface Rows {
  /** Greatest cursor among them. */
  readonly reached: Timestamp
  /** The cursor from which on the connector reads at all. */
  readonly floor: Timestamp
  /** When they were published, in milliseconds since 1970. */
  readonly at: number
}

/** Opens the ledger kept under `prefix`, reading all of it. */
export const open = Effect.fn("Ledger.open")(function*(
  prefix: string,
  keysMax: number = ledgerKeysMax
): Effect.fn.Return<Ledger, StateStoreError, StateStore> {
  const store = yield* StateStore
  const known = new KeySet()
  const pieces: Array<Piece> = []
  /** The last piece, to which keys are appended. */
  let last: Stored | undefined
  let isSaid = false
  const setAside: Array<string> = []
  let floor: Timestamp | undefined
  const nameOf = (number: number) => `${prefix}.ledger-${String(number).padStart(6, "0")}`

  const read = Effect.fnUntraced(function*(number: number) {
    const stored = yield* store.get(nameOf(number))
    if (Option.isNone(stored)) return Option.none<Stored | undefined>()
    const { bytes, revision } = stored.value
    return Option.some(Option.getOrUndefined(yield* fromBytes(number, bytes, revision)))
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

  /** The pieces that go when so many keys come. */
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
        `${prefix}: more than ${keysMax} artifacts in ${ledgerDaysMax} days; what changed before ${piece.reached} is not read again, and so on as more come`
      )
    }
    const stored = yield* read(piece.number)
    yield* store.remove(nameOf(piece.number), piece.revision)
    pieces.shift()
    // Keys that nobody can read any more stay in the set: they were published.
    if (Option.isSome(stored) && stored.value !== undefined) known.deleteBytes(stored.value.keys)
  })

  const append = Effect.fnUntraced(function*(keys: KeySet, { at, floor: begun, reached }: Rows) {
    const fresh = keys.except(known)
    if (fresh.length === 0) return
    const old = leaving(fresh.length / keyBytes, at)
    // Written before they go: a restart must not take for unpublished what only they knew.
    floor = old.reduce((floor, piece) => later(floor, piece.reached), later(floor ?? begun, begun))
    for (let taken = 0; taken < fresh.length;) {
      const isOpen = last !== undefined && last.keys.length < pieceKeysMax * keyBytes
      const open: Stored = isOpen && last !== undefined
        ? last
        : { number: (last?.number ?? 0) + 1, revision: 0, reached, floor, at, keys: new Uint8Array() }
      const room = fresh.subarray(taken, taken + pieceKeysMax * keyBytes - open.keys.length)
      const written = {
        ...open,
        at,
        floor,
        reached: reached > open.reached ? reached : open.reached,
        keys: joined(open.keys, room)
      }
      const revision = yield* store.put(nameOf(open.number), yield* toBytes(written), open.revision)
      last = { ...written, revision }
      if (isOpen) pieces.pop()
      pieces.push(pieceOf(last))
      known.addBytes(room)
      taken += room.length
    }
    for (const piece of old) yield* letGo(piece, at)
  }, Effect.uninterruptible)

  return {
    has: (id) => known.has(id),
    append,
    floor: () => floor,
    size: () => known.size,
    setAside
  }
})
