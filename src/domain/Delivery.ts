/** What a stream of the broker acknowledged of the connector's pages, to notice when it has lost something of it. */
import type { Timestamp } from "./Timestamp.ts"

/** Hex digits that are kept of a message's id. */
export const idDigits = 16

/** What a stream acknowledged of one page. */
export interface Receipt {
  readonly stream: string
  /** When the stream was made, as the broker writes it: one that is made again has another time. */
  readonly created: string
  /** Lowest and greatest sequence of the page's messages. */
  readonly first: number
  readonly last: number
  /** The first {@link idDigits} digits of the id of the message `last`. */
  readonly id: string
  /** Number of messages. */
  readonly count: number
  /** Bytes of the largest, before it was shortened for the broker. */
  readonly largest: number
}

/** A page in a stream, or several pages in a row, with all that is needed to read them again. */
export interface Delivery extends Pick<Receipt, "first" | "last" | "id" | "count"> {
  /** The least cursor among the rows. */
  readonly from: Timestamp
  /** When the first and the last of them were acknowledged, in milliseconds since 1970. */
  readonly since: number
  readonly at: number
  /** Where the ledger ended before them: the number of its piece, and the keys in it. */
  readonly place: readonly [piece: number, keys: number]
}

/** What one stream acknowledged of an endpoint's pages, oldest first. */
export interface Deliveries extends Pick<Receipt, "stream" | "created" | "largest"> {
  readonly entries: ReadonlyArray<Delivery>
}

/** What a stream has lost. */
export interface Verdict {
  /** Indices of the deliveries that it lost, wholly or in part. */
  readonly lost: ReadonlyArray<number>
  /** The stream as it is now. */
  readonly stream: string
  readonly created: string
  /** Greatest sequence that it had when the loss was noticed. */
  readonly last: number
}
