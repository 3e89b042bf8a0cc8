/**
 * The door to everything about the bytes of an answer. No file outside this folder imports another file of it.
 *
 * **Why bytes are handled by hand**
 *
 * A page of 1,000 alerts is 6 MB of JSON. Parsed at once it takes three times the memory of its text, and the garbage
 * collector keeps moving it while its records are mapped. So a large page is received into a buffer outside the heap of V8,
 * split into the places of its records without being parsed, and each record is parsed when it is mapped.
 *
 * | step | file | what it saves, measured on a drain of 40,000 alerts |
 * |---|---|---|
 * | decompress in pieces of 256 KiB, freed once copied | `Gunzip`, `Bodies.giveAway` | half of the collections of the whole heap |
 * | receive into a buffer that is reused | `Bodies` | up to a tenth of the time, and fragments in malloc's heap |
 * | split into records without parsing | `PageBytes`, `JsonScan` | 22 to 17 us an alert, and two thirds of a page's memory |
 * | parse a record when it is mapped | `SentRecord` | a page is never in memory as objects |
 * | parse numbers twice only where JavaScript would change their digits | `GraphJson` | a second parse of nearly every record |
 *
 * A page below 1 MiB is parsed at once: for a quiet tenant V8 would compile the splitter for nothing. A hostile page, large or
 * small, is split in steps, and a large record is parsed in parts: whatever a page holds, the event loop waits for no more
 * than some milliseconds of it.
 */
import { Result } from "effect"
import { largePageBytes } from "../../domain/Bounds.ts"
import type { Sent } from "../../domain/GraphRecord.ts"
import type { Body } from "./Bodies.ts"
import * as GraphJson from "./GraphJson.ts"
import * as PageBytes from "./PageBytes.ts"
import { ofValue } from "./SentRecord.ts"

export { Bodies, type Body } from "./Bodies.ts"
export { decode as decodeJson } from "./GraphJson.ts"
export { askingGzip, decompressed } from "./Gunzip.ts"
export { type Uncut } from "./PageBytes.ts"

/** A page's body, read as far as its envelope. */
export interface PageBody {
  /** The envelope, with its records or with an empty list in their place; not validated. */
  readonly envelope: unknown
  /** The records, in the page's order. To be called only when the envelope has a list of them. */
  readonly records: () => ReadonlyArray<Sent>
  /** Whether the records are read from the body later, so that the body must not be released before. */
  readonly isSplit: boolean
}

/** Returns a body as text, without a byte order mark, which `JSON.parse` rejects. */
export const bodyText = ({ bytes }: Body): string => bytes.toString().replace(/^\uFEFF/, "")

const listOf = (page: unknown): ReadonlyArray<unknown> => (page as { readonly value: ReadonlyArray<unknown> }).value

/**
 * Reads the body of a page in steps, between which others may go on. A page that is small, flat and light is parsed at
 * once, unless its records are to keep their bytes.
 */
export function* readPage(
  body: Body,
  keepsBytes = false
): Generator<undefined, Result.Result<PageBody, PageBytes.Uncut>> {
  if (!keepsBytes && body.bytes.length < largePageBytes && PageBytes.isLight(body)) {
    return Result.map(GraphJson.decode(bodyText(body)), ({ exact, value }): PageBody => ({
      envelope: value,
      records: () => listOf(value).map((one, index) => ofValue(one, listOf(exact)[index])),
      isSplit: false
    }))
  }
  const split = yield* PageBytes.cut(body)
  return typeof split === "string"
    ? Result.fail(split)
    : Result.map(GraphJson.decode(split.envelope), ({ value }): PageBody => ({
      envelope: value,
      records: () => split.records,
      isSplit: true
    }))
}
