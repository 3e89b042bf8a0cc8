/**
 * Rows of a fixed size in the store, in pieces that fit a broker's message: the keys of a ledger, the objects of an
 * inventory. A piece is a header, one line of JSON, and its rows. The last piece is rewritten until it is full.
 */
import { Effect, Option, Schema } from "effect"
import * as Sealed from "./Sealed.ts"
import { StateStore, type StateStoreError } from "./StateStore.ts"

/** What every header has. */
export const header = {
  version: Schema.Literal(1),
  /** Name of the piece in the store; absent in one that an early version wrote last. */
  name: Schema.optionalKey(Schema.String)
}

/** Any header. */
interface Any {
  readonly version: 1
  readonly name?: string
}

type Own<Header> = Omit<Header, "name" | "version">

/** A piece without its rows, which are in the store. */
export interface Piece<Header> {
  readonly number: number
  readonly revision: number
  readonly header: Own<Header>
  /** Number of its rows. */
  readonly size: number
}

/** The pieces of one ledger or inventory. */
export interface Pieces<Header> {
  /** All of them, the oldest first. */
  readonly all: () => ReadonlyArray<Piece<Header>>
  /** Adds rows. A piece's header is made of the one that it has, and `stored` is called with what is in the store. */
  readonly append: (
    rows: Uint8Array,
    headerOf: (before: Own<Header> | undefined) => Own<Header>,
    stored: (rows: Uint8Array) => void
  ) => Effect.Effect<void, StateStoreError>
  /** Removes the first piece or the last one, and returns its rows; none where nobody can read them any more. */
  readonly remove: (piece: Piece<Header>) => Effect.Effect<Uint8Array, StateStoreError>
  /** Removes what lies behind so many rows of a piece. `gone` is called with what is no longer in the store. */
  readonly truncate: (
    to: { readonly number: number; readonly size: number },
    headerOf: (before: Own<Header> | undefined) => Own<Header>,
    gone: (rows: Uint8Array) => void
  ) => Effect.Effect<void, StateStoreError>
  /** Writes all rows anew, then removes the old pieces: a process that ends in between finds each row in one of them. */
  readonly replace: (parts: Iterable<Uint8Array>, header: Own<Header>) => Effect.Effect<void, StateStoreError>
  /** Names of pieces that could not be read and were set aside. */
  readonly setAside: ReadonlyArray<string>
}

const joined = (one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(one.length + other.length)
  bytes.set(one)
  bytes.set(other, one.length)
  return bytes
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")

/** What {@link open} needs. */
interface Options<Header> {
  readonly prefix: string
  readonly rowBytes: number
  /** Rows of a piece at most. */
  readonly rowsMax: number
  readonly header: Schema.Codec<Header, string>
  readonly found: (rows: Uint8Array, header: Own<Header>) => void
}

/** Pieces that are open. */
interface Opened<Header> extends Pick<Options<Header>, "header" | "prefix" | "rowBytes" | "rowsMax"> {
  readonly store: StateStore["Service"]
  readonly pieces: Array<Piece<Header>>
  /** The rows of the last piece. */
  last: Uint8Array
}

const nameOf = ({ prefix }: { readonly prefix: string }, number: number) =>
  `${prefix}${String(number).padStart(6, "0")}`

/** Reads a piece: undefined where it is gone, and none for bytes that nobody wrote here under this name. */
const read = Effect.fnUntraced(function*<Header extends Any>(self: Opened<Header>, number: number) {
  const name = nameOf(self, number)
  const stored = yield* self.store.get(name)
  if (Option.isNone(stored)) return undefined
  const { bytes, revision } = stored.value
  const end = bytes.indexOf(10)
  const text = new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)))
  const line = yield* Effect.option(Schema.decodeEffect(self.header)(text))
  const rows = bytes.slice(end + 1)
  const isWhole = Option.isSome(line) && (line.value.name ?? name) === name &&
    Sealed.isIntact(text, textOf(rows)) && rows.length % self.rowBytes === 0
  if (!isWhole) return Option.none()
  const piece: Piece<Header> = { number, revision, header: line.value, size: rows.length / self.rowBytes }
  return Option.some({ piece, rows })
})

const put = Effect.fnUntraced(
  function*<Header extends Any>(
    self: Opened<Header>,
    number: number,
    revision: number,
    header: Own<Header>,
    rows: Uint8Array
  ) {
    const name = nameOf(self, number)
    const line = yield* Effect.orDie(Schema.encodeEffect(self.header)({ ...header, version: 1, name } as Header))
    const sealed = new TextEncoder().encode(`${Sealed.seal(line, textOf(rows))}\n`)
    const written = yield* self.store.put(name, joined(sealed, rows), revision)
    self.last = rows
    return { number, revision: written, header, size: rows.length / self.rowBytes } satisfies Piece<Header>
  }
)

const remove = Effect.fnUntraced(function*<Header extends Any>(self: Opened<Header>, piece: Piece<Header>) {
  const stored = yield* read(self, piece.number)
  yield* self.store.remove(nameOf(self, piece.number), piece.revision)
  self.pieces.splice(self.pieces.indexOf(piece), 1)
  return stored === undefined || Option.isNone(stored) ? new Uint8Array() : stored.value.rows
})

const append = Effect.fnUntraced(
  function*<Header extends Any>(
    self: Opened<Header>,
    ...[rows, headerOf, stored]: Parameters<Pieces<Header>["append"]>
  ) {
    const { pieces, rowBytes, rowsMax } = self
    for (let taken = 0; taken < rows.length;) {
      const newest = pieces.at(-1)
      const open = newest !== undefined && newest.size < rowsMax ? newest : undefined
      const part = rows.subarray(taken, taken + (rowsMax - (open?.size ?? 0)) * rowBytes)
      const piece = open === undefined
        ? yield* put(self, (newest?.number ?? 0) + 1, 0, headerOf(undefined), part.slice())
        : yield* put(self, open.number, open.revision, headerOf(open.header), joined(self.last, part))
      if (open !== undefined) pieces.pop()
      pieces.push(piece)
      stored(part)
      taken += part.length
    }
  }
)

const truncate = Effect.fnUntraced(
  function*<Header extends Any>(
    self: Opened<Header>,
    ...[{ number, size }, headerOf, gone]: Parameters<Pieces<Header>["truncate"]>
  ) {
    const { pieces, rowBytes } = self
    for (let piece = pieces.at(-1); piece !== undefined && piece.number > number; piece = pieces.at(-1)) {
      gone(yield* remove(self, piece))
    }
    const newest = pieces.at(-1)
    const stored = newest === undefined ? undefined : yield* read(self, newest.number)
    const kept = stored === undefined ? undefined : Option.getOrUndefined(stored)
    self.last = kept?.rows ?? new Uint8Array()
    const rows = kept !== undefined && kept.piece.number < number ? self.last : self.last.subarray(0, size * rowBytes)
    if (kept !== undefined && rows.length === self.last.length) return
    const cut = self.last.slice(rows.length)
    // Numbers go on from here, and are never used twice: an empty piece keeps them.
    const piece = yield* put(
      self,
      kept?.piece.number ?? Math.max(1, number),
      kept?.piece.revision ?? 0,
      headerOf(kept?.piece.header),
      rows
    )
    if (newest !== undefined) pieces.pop()
    pieces.push(piece)
    gone(cut)
  }
)

const replace = Effect.fnUntraced(
  function*<Header extends Any>(self: Opened<Header>, ...[parts, header]: Parameters<Pieces<Header>["replace"]>) {
    const { pieces, store } = self
    const old = [...pieces]
    for (const rows of parts) pieces.push(yield* put(self, (pieces.at(-1)?.number ?? 0) + 1, 0, header, rows))
    for (const piece of old) {
      yield* store.remove(nameOf(self, piece.number), piece.revision)
      pieces.splice(pieces.indexOf(piece), 1)
    }
  }
)

/** Opens the pieces whose names begin with `prefix`, and calls `found` with the rows of each, the oldest first. */
export const open = Effect.fnUntraced(
  function*<Header extends Any>(
    { found, ...options }: Options<Header>
  ): Effect.fn.Return<Pieces<Header>, StateStoreError, StateStore> {
    const store = yield* StateStore
    const self: Opened<Header> = { ...options, store, pieces: [], last: new Uint8Array() }
    const setAside: Array<string> = []
    for (const key of yield* store.keys(options.prefix)) {
      const number = Number(key.slice(options.prefix.length))
      const one = Number.isInteger(number) ? yield* read(self, number) : undefined
      if (one === undefined) continue
      if (Option.isNone(one)) {
        setAside.push(yield* store.setAside(key))
        continue
      }
      self.pieces.push(one.value.piece)
      self.last = one.value.rows
      found(self.last, one.value.piece.header)
    }
    return {
      all: () => self.pieces,
      append: (rows, headerOf, stored) => append(self, rows, headerOf, stored),
      remove: (piece) => remove(self, piece),
      truncate: (to, headerOf, gone) => truncate(self, to, headerOf, gone),
      replace: (parts, header) => replace(self, parts, header),
      setAside
    }
  }
)
