/**
 * Remembers what was published, as 8-byte keys, so that nothing is published twice.
 *
 * A key is the first 16 hex digits of an artifact id or, for a record without an identity, of the SHA-256 of its line.
 * Keys are stored in pieces that fit a broker's message. The last piece is rewritten until it is full.
 */
import { Effect, Schema } from "effect"
import { ledgerKeysMax, pieceKeysMax } from "../domain/Bounds.ts"
import type { Delivery as Delivered, Receipt } from "../domain/Delivery.ts"
import { later, type Timestamp } from "../domain/Timestamp.ts"
import { Delivery } from "./Deliveries.ts"
import { keyBytes, KeySet } from "./KeySet.ts"
import * as Pieces from "./Pieces.ts"
import type { StateStore, StateStoreError } from "./StateStore.ts"

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
  ...Pieces.header,
  /** Greatest cursor among the rows of this piece. */
  reached: Schema.String,
  /** Cursor from which on the ledger is complete. Rows before it may have been published without a key. */
  floor: Schema.String,
  /** When the piece was last written, in milliseconds since 1970. */
  at: Schema.Finite,
  /** The checkpoint has it as well, unless the process ended between the two. */
  delivered: Schema.optionalKey(Appended)
}))

type Piece = Pieces.Piece<typeof Header.Type>

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

/** A ledger that is open. */
interface Opened {
  readonly prefix: string
  readonly keysMax: number
  readonly known: KeySet
  readonly pieces: Pieces.Pieces<typeof Header.Type>
  floor: Timestamp | undefined
  /** Whether it was said that the ledger is full. */
  isSaid: boolean
}

const last = ({ pieces }: Opened): Piece | undefined => pieces.all().at(-1)

/** Selects the pieces to drop when `coming` keys are added: too old, or over the limit. */
const leaving = ({ keysMax, pieces }: Opened, coming: number, at: number): ReadonlyArray<Piece> => {
  const all = pieces.all()
  let size = all.reduce((sum, { size }) => sum + size, coming)
  const end = all.slice(0, -1).findIndex((piece) => {
    if (size <= keysMax && piece.header.at >= at - ledgerDaysMax * dayMillis) return true
    size -= piece.size
    return false
  })
  return all.slice(0, end < 0 ? Math.max(0, all.length - 1) : end)
}

const letGo = Effect.fnUntraced(function*(self: Opened, piece: Piece, at: number) {
  if (!self.isSaid && piece.header.at >= at - ledgerDaysMax * dayMillis) {
    self.isSaid = true
    yield* Effect.logWarning(
      `${self.prefix}: more than ${self.keysMax} artifacts in ${ledgerDaysMax} days fill the ledger; records changed before ${piece.header.reached} are not read again, and this time moves on as more artifacts come`
    )
  }
  // Keys of an unreadable piece stay in the set: they were published.
  self.known.deleteBytes(yield* self.pieces.remove(piece))
})

const append = Effect.fnUntraced(function*(self: Opened, keys: KeySet, { at, delivered, floor: begun, reached }: Rows) {
  const fresh = keys.except(self.known)
  if (fresh.length === 0) return
  const old = leaving(self, fresh.length / keyBytes, at)
  // The floor is saved before old pieces are removed. Otherwise a restart could publish their rows a second time.
  const from = old.reduce(
    (floor, { header }) => later(floor, header.reached as Timestamp),
    later(self.floor ?? begun, begun)
  )
  self.floor = from
  yield* self.pieces.append(fresh, (before) => ({
    reached: before !== undefined && before.reached > reached ? before.reached : reached,
    floor: from,
    at,
    ...(delivered === undefined ? {} : { delivered })
  }), (keys) => self.known.addBytes(keys))
  for (const piece of old) yield* letGo(self, piece, at)
}, Effect.uninterruptible)

const truncate = Effect.fnUntraced(function*(self: Opened, [number, size]: Delivered["place"]) {
  const newest = last(self)?.header
  if (newest === undefined) return
  yield* self.pieces.truncate(
    { number, size },
    ({ at, floor, reached } = { ...newest, floor: self.floor ?? newest.reached }) => ({ at, floor, reached }),
    (keys) => self.known.deleteBytes(keys)
  )
}, Effect.uninterruptible)

/** Opens the ledger stored under `prefix` and reads all its pieces. Unreadable pieces are set aside. */
export const open = Effect.fn("Ledger.open")(
  function*(prefix: string, keysMax: number = ledgerKeysMax): Effect.fn.Return<Ledger, StateStoreError, StateStore> {
    const known = new KeySet()
    let floor: Timestamp | undefined
    const pieces = yield* Pieces.open({
      prefix: `${prefix}.ledger-`,
      rowBytes: keyBytes,
      rowsMax: pieceKeysMax,
      header: Header,
      found: (keys, header) => {
        known.addBytes(keys)
        floor = header.floor as Timestamp
      }
    })
    const self: Opened = { prefix, keysMax, known, pieces, floor, isSaid: false }
    return {
      has: (id) => known.has(id),
      append: (keys, of) => append(self, keys, of),
      end: () => {
        const piece = last(self)
        return piece === undefined ? [0, 0] : [piece.number, piece.size]
      },
      delivered: () => last(self)?.header.delivered,
      truncate: (to) => truncate(self, to),
      floor: () => self.floor,
      size: () => known.size,
      setAside: pieces.setAside
    }
  }
)
