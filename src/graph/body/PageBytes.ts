/**
 * Splits the bytes of a page into records without parsing the page, so that each record is parsed when it is processed.
 * A parsed page takes three times the memory of its text, and the garbage collector keeps moving it; bytes lie outside
 * its heap.
 *
 * The scanner checks every byte: what it accepts is valid JSON, at any depth. The records equal those of a full parse,
 * except that a name that stands twice in one object is kept twice. Graph does not send such names.
 */
import {
  elementParsedBytes,
  evidenceMappedMax,
  evidenceParsed,
  lightPageValues,
  pageHolds,
  propertiesParsedMax,
  recordDepthMax,
  stepBytes,
  wholeRecord
} from "../../domain/Bounds.ts"
import { atHand } from "../../domain/GraphRecord.ts"
import type { Body } from "./Bodies.ts"
import * as Scan from "./JsonScan.ts"
import { CutRecord, type EvidencePlace, type Place } from "./SentRecord.ts"

/** A page split into its envelope and its records. */
export interface PageBytes {
  /** The page's JSON with an empty list in place of its records. */
  readonly envelope: string
  readonly records: ReadonlyArray<CutRecord>
}

/** Why a page cannot be split: it is no JSON object, becomes more than `pageHolds`, or is large without its records. */
export type Uncut = "not JSON" | "too much" | "no page"

const byteOrderMark = [0xef, 0xbb, 0xbf]
const {
  afterBlanks,
  afterValue,
  closeList,
  closeObject,
  endOfName,
  nowhere,
  openList,
  openObject,
  readOn,
  valueAfter
} = Scan
const { backslash, quote } = Scan

const utf8 = (bytes: Buffer, from: number, to: number) => bytes.toString("utf8", from, to)

const named = (text: string) => ({ text, bytes: Scan.ascii(text) })
const valueName = named("value")
const evidenceName = named("evidence")
const handNames = atHand.map(named)
/** Bytes of a name all of whose characters are written as escapes. */
const escapedMax = 6

/** Whether the name between two quotes is `name`, by its bytes or, where it has escapes, by what they spell. */
const isNamed = ({ bytes, isEscaped }: Scan.Scan, from: number, end: number, name: ReturnType<typeof named>) => {
  const { length } = name.bytes
  if (!isEscaped) return end - from === length + 2 && Scan.isAt(bytes, from + 1, name.bytes)
  return end - from <= length * escapedMax + 2 && JSON.parse(utf8(bytes, from, end)) === name.text
}

const handOf = (scan: Scan.Scan, from: number, end: number): number => {
  for (let index = 0; index < handNames.length; index++) {
    if (isNamed(scan, from, end, handNames[index]!)) return index
  }
  return nowhere
}

type Steps<A> = Generator<undefined, A>

/** Reads over the value at an offset. Returns the offset behind it. */
function* endOfValue(scan: Scan.Scan, at: number): Steps<number> {
  Scan.begin(scan, at, 0)
  while (!readOn(scan)) yield
  return scan.at
}

/** Reads over a list of evidence, and remembers the places of the elements that are mapped. */
function* evidenceAt(scan: Scan.Scan, from: number): Steps<EvidencePlace | undefined> {
  const places: Array<number> = []
  let count = 0
  let bytes = 0
  let values = 0
  let rest = nowhere
  let at = afterBlanks(scan, from + 1)
  while (scan.bytes[at] !== closeList) {
    const before = scan.values
    Scan.begin(scan, at, 2)
    while (!readOn(scan)) yield
    const end = scan.at
    if (end < 0) return undefined
    count++
    bytes += Math.min(end - at, elementParsedBytes)
    values += Math.min(scan.values - before, elementParsedBytes / 2)
    const isMapped = count <= evidenceMappedMax && bytes <= evidenceParsed.bytes && values <= evidenceParsed.values
    if (rest < 0 && isMapped) places.push(at, end)
    else if (rest < 0) rest = at
    at = afterValue(scan, end, closeList)
    if (at < 0) return undefined
  }
  return { places, count, rest, end: at }
}

/** Reads over the record at an offset; undefined for invalid JSON. */
function* recordAt(scan: Scan.Scan, start: number): Steps<Place | undefined> {
  const { bytes } = scan
  const hand: Array<number> = []
  const properties: Array<number> = []
  let evidence: EvidencePlace | undefined
  const before = scan.values
  Scan.beginRecord(scan)
  let end: number
  if (bytes[start] !== openObject) {
    end = yield* endOfValue(scan, start)
    if (end < 0) return undefined
  } else {
    let at = afterBlanks(scan, start + 1)
    while (bytes[at] !== closeObject) {
      if (Scan.isDue(scan, at)) yield
      const name = endOfName(scan, at)
      if (name < 0) return undefined
      // When a name stands twice, the last one counts.
      const isEvidence = isNamed(scan, at, name, evidenceName)
      const handed = isEvidence ? nowhere : handOf(scan, at, name)
      const value = valueAfter(scan, name)
      if (value < 0) return undefined
      if (isEvidence && bytes[value] === openList) {
        evidence = yield* evidenceAt(scan, value)
        if (evidence === undefined) return undefined
        end = evidence.end + 1
      } else {
        Scan.begin(scan, value, 1)
        while (!readOn(scan)) yield
        end = scan.at
        if (end < 0) return undefined
        if (isEvidence) evidence = undefined
        else if (properties.length < 3 * propertiesParsedMax) properties.push(at, value, end)
      }
      if (handed >= 0) {
        const isString = bytes[value] === quote
        hand[handed * 2] = isString ? value : nowhere
        hand[handed * 2 + 1] = isString ? end : nowhere
      }
      at = afterValue(scan, end, closeObject)
      if (at < 0) return undefined
    }
    end = at + 1
  }
  const isLarge = end - start > wholeRecord.bytes || scan.values - before > wholeRecord.values
  return {
    start,
    end,
    isPlain: scan.isPlain,
    isDeep: scan.deepest > recordDepthMax,
    evidence,
    hand,
    properties: isLarge ? properties : undefined
  }
}

/** Reads over blanks in steps: a list may have nothing else. Returns the offset behind them. */
function* endOfBlanks(scan: Scan.Scan, from: number): Steps<number> {
  let at = afterBlanks(scan, from, from + stepBytes)
  for (let before = from; at - before >= stepBytes;) {
    yield
    before = at
    at = afterBlanks(scan, at, at + stepBytes)
  }
  return at
}

/** Reads over the list of records. Returns the offset behind it. */
function* recordsAt(scan: Scan.Scan, from: number, body: Body, records: Array<CutRecord>): Steps<number | "too much"> {
  let artifacts = 0
  let at = yield* endOfBlanks(scan, from + 1)
  while (scan.bytes[at] !== closeList) {
    const place = yield* recordAt(scan, at)
    if (place === undefined) return nowhere
    records.push(new CutRecord(body, place))
    artifacts += 1 + (place.evidence?.places.length ?? 0) / 2
    if (records.length > pageHolds.records || artifacts > pageHolds.artifacts) return "too much"
    at = afterValue(scan, place.end, closeList)
    if (at < 0) return nowhere
  }
  return at + 1
}

/**
 * Splits a page into its records, in steps of about `stepBytes`. A page without a list of records has an envelope and no
 * records.
 *
 * The scanner is made of small functions on purpose: V8 compiles a function that is called often once, but recompiled a
 * single loop over the whole page for every page.
 */
export function* cut(body: Body): Steps<PageBytes | Uncut> {
  const { bytes } = body
  const first = Scan.isAt(bytes, 0, byteOrderMark) ? byteOrderMark.length : 0
  const scan = Scan.make(bytes, first)
  let records: Array<CutRecord> = []
  let envelope = ""
  /** Offset up to which the envelope was taken over. */
  let taken = first
  const start = afterBlanks(scan, first)
  if (bytes[start] !== openObject) return "not JSON"
  let at = afterBlanks(scan, start + 1)
  while (bytes[at] !== closeObject) {
    if (Scan.isDue(scan, at)) yield
    const name = endOfName(scan, at)
    if (name < 0) return "not JSON"
    const isValue = isNamed(scan, at, name, valueName)
    const value = valueAfter(scan, name)
    if (value < 0) return "not JSON"
    let end: number | "too much"
    if (isValue && bytes[value] === openList) {
      records = []
      end = yield* recordsAt(scan, value, body, records)
      if (end === "too much") return end
      envelope += `${utf8(bytes, taken, value)}[]`
      taken = end
    } else end = yield* endOfValue(scan, value)
    at = end < 0 ? nowhere : afterValue(scan, end, closeObject)
    if (at < 0) return "not JSON"
  }
  if (afterBlanks(scan, at + 1) !== bytes.length) return "not JSON"
  if (at + 1 - taken + envelope.length > wholeRecord.bytes) return "no page"
  return { envelope: envelope + utf8(bytes, taken, bytes.length), records }
}

/**
 * Whether a page is so flat, and has so few values, that it may be parsed at once. Says nothing about whether it is JSON.
 */
export const isLight = ({ bytes }: Body): boolean => {
  // The page and its list of records are two levels.
  const depthMax = recordDepthMax + 2
  let depth = 0
  let values = 0
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at]
    if (code === quote) {
      for (at++; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++
    } else if (code === openObject || code === openList) {
      if (++depth > depthMax) return false
    } else if (code === closeObject || code === closeList) depth--
    else if (code === 44 && ++values > lightPageValues) return false
  }
  return true
}
