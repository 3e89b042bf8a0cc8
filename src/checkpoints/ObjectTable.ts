/**
 * What is known of the objects of a list, in a flat array: 32 bytes an object.
 *
 * A `Map` of a hundred thousand ids and keys was measured to take 20 MB; this table takes 4, and the garbage collector has
 * nothing to walk. Open addressing with linear probing, as in `KeySet`.
 */
import { hash } from "node:crypto"

/** Bytes of an object where it is stored, big-endian: 16 of its id, 8 of its content, 4 of when it was missed, 4 of flags. */
export const objectBytes = 32
const words = objectBytes / 4
const slotsMin = 64
const fullMax = 0.8
/** Objects that are copied together. */
const stepObjects = 1024

/** The id is hashed: it is no GUID, and cannot be told from what is stored. */
const isHashed = 1
const isGone = 2
/** It is no object of a list, but was seen in a log. */
const isSighted = 8
/** A slot that holds an object. */
const isUsed = 4
/** Flags above this bit tell what was not asked for. */
const lackingBit = 16

/** Stands for the content of an object, or for its removal, of which nobody knows whether it was published. */
export const forgottenKey = "f".repeat(16)

const daySeconds = 86_400

/** Days that a removed object is remembered: as long as the ledger knows what was published of it. */
const goneDays = 8

/** Days that what was seen in a log is remembered after it was seen last. */
export const sightedDays = 30

/** What is known of an object of a list. */
export interface KnownObject {
  /** As Graph sent it; undefined where the table has a hash of it only. */
  readonly id: string | undefined
  /** 16 hex digits of the hash of its content. */
  readonly key: string
  /**
   * When a whole pass missed it first, in seconds since 1970; 0 for an object that the last whole pass showed. Of what was
   * seen in a log, when it was seen last.
   */
  readonly missedAt: number
  /** Whether it was published as removed. */
  readonly isGone: boolean
  /** Whether it is no object of a list, but was seen in a log. `key` is then the record that was the first with it. */
  readonly isSighted?: boolean
  /** What was not asked for when its content was read, as a number of 16 bits; absent where all was. */
  readonly lacking?: number
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0")

/** An object as it is stored. `given` is its id as Graph sent it. */
export const encode = (given: string, object: Omit<KnownObject, "id">): Uint8Array => {
  const { key, missedAt } = object
  const hashed = guid.test(given) ? 0 : isHashed
  const digits = hashed === 0 ? given.replaceAll("-", "") : hash("sha256", given, "hex")
  const bytes = new Uint8Array(objectBytes)
  const view = new DataView(bytes.buffer)
  for (let word = 0; word < 4; word++) {
    view.setUint32(4 * word, Number.parseInt(digits.slice(8 * word, 8 * word + 8), 16))
  }
  for (let word = 0; word < 2; word++) {
    view.setUint32(16 + 4 * word, Number.parseInt(key.slice(8 * word, 8 * word + 8), 16))
  }
  view.setUint32(24, missedAt)
  const flags = isUsed | hashed | (object.isGone ? isGone : 0) | (object.isSighted === true ? isSighted : 0)
  view.setUint32(28, flags | (object.lacking ?? 0) << lackingBit)
  return bytes
}

/** An object of which only the id matters. */
const named = (id: string): Uint8Array => encode(id, { isGone: false, key: "0".repeat(16), missedAt: 0 })

/** A mutable table of objects, the last version of each. */
export class ObjectTable {
  private rows = new Uint32Array(slotsMin * words)
  /** 1 for the slots of objects that the present pass has shown; it is not stored. */
  private marks = new Uint8Array(slotsMin)
  private count = 0
  private marked = 0

  /** Number of objects. */
  get size(): number {
    return this.count
  }

  /** Number of objects that the present pass has shown. */
  get shown(): number {
    return this.marked
  }

  /** Returns what is known of an object by its id. */
  find(id: string): KnownObject | undefined {
    const at = this.slotOf(named(id))
    return this.isFree(at) ? undefined : this.known(at)
  }

  /** Sets objects that are stored one after the other; the last version of each counts. */
  setBytes(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let from = 0; from < bytes.length; from += objectBytes) {
      if (this.count + 1 > this.marks.length * fullMax) this.resize()
      const at = this.slotOf(bytes.subarray(from, from + objectBytes))
      if (this.isFree(at)) this.count++
      for (let word = 0; word < words; word++) this.rows[at * words + word] = view.getUint32(from + 4 * word)
    }
  }

  /** Notes that the present pass has shown an object. */
  show(id: string): void {
    const at = this.slotOf(named(id))
    if (this.isFree(at) || this.marks[at] === 1) return
    this.marks[at] = 1
    this.marked++
  }

  /**
   * Iterates over the objects that the present pass has not shown. Of those that are gone, only those whose removal was
   * forgotten.
   */
  *unshown(): Generator<KnownObject, void> {
    for (let at = 0; at < this.marks.length; at++) {
      if (this.isFree(at) || this.marks[at] !== 0) continue
      const object = this.known(at)
      if (!object.isGone || object.key === forgottenKey) yield object
    }
  }

  /**
   * Returns a table of the same objects whose content, or removal, is as if it had never been published, and without what was
   * seen in a log, whose first records are then the first ones again.
   */
  forgotten(): ObjectTable {
    const table = new ObjectTable()
    for (const objects of this.toBytes(stepObjects, 0)) {
      for (let from = 0; from < objects.length; from += objectBytes) {
        const object = objects.subarray(from, from + objectBytes)
        if ((object[objectBytes - 1]! & isSighted) !== 0) continue
        object.fill(0xff, 16, 24)
        table.setBytes(object)
      }
    }
    return table
  }

  /** Returns a table of the same objects for the next pass, without those out of date at `now`, in seconds since 1970. */
  renewed(now: number): ObjectTable {
    const table = new ObjectTable()
    for (const objects of this.toBytes(stepObjects, now)) table.setBytes(objects)
    return table
  }

  /** Returns the objects as they are stored, at most so many at a time, without those out of date at `now` (seconds). */
  *toBytes(most: number, now: number): Generator<Uint8Array, void> {
    let bytes = new Uint8Array(most * objectBytes)
    let size = 0
    for (let at = 0; at < this.marks.length; at++) {
      if (this.isFree(at)) continue
      const row = this.rows.subarray(at * words, (at + 1) * words)
      const days = (row[7]! & isGone) !== 0 ? goneDays : (row[7]! & isSighted) !== 0 ? sightedDays : Infinity
      if (row[6]! < now - days * daySeconds) continue
      const view = new DataView(bytes.buffer, size, objectBytes)
      row.forEach((word, index) => view.setUint32(4 * index, word))
      size += objectBytes
      if (size < bytes.length) continue
      yield bytes
      bytes = new Uint8Array(most * objectBytes)
      size = 0
    }
    if (size > 0) yield bytes.subarray(0, size)
  }

  private isFree(at: number): boolean {
    return this.rows[at * words + 7] === 0
  }

  private known(at: number): KnownObject {
    const [a, b, c, d, high, low, missedAt, flags] = this.rows.subarray(at * words, (at + 1) * words)
    const digits = [a!, b!, c!, d!].map(hex).join("")
    return {
      id: (flags! & isHashed) !== 0
        ? undefined
        : `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${
          digits.slice(20)
        }`,
      key: `${hex(high!)}${hex(low!)}`,
      missedAt: missedAt!,
      isGone: (flags! & isGone) !== 0,
      ...((flags! & isSighted) === 0 ? {} : { isSighted: true }),
      ...(flags! >>> lackingBit === 0 ? {} : { lacking: flags! >>> lackingBit })
    }
  }

  /** Returns the slot of a stored object's id, or the free slot for it. */
  private slotOf(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, objectBytes)
    const [a, b, c, d] = [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)]
    const hashed = view.getUint32(28) & isHashed
    const mask = this.marks.length - 1
    for (let at = Math.imul(a ^ b ^ c ^ d, 0x9e3779b1) >>> 8 & mask;; at = (at + 1) & mask) {
      const row = at * words
      if (this.isFree(at)) return at
      if (
        this.rows[row] === a && this.rows[row + 1] === b && this.rows[row + 2] === c && this.rows[row + 3] === d &&
        (this.rows[row + 7]! & isHashed) === hashed
      ) return at
    }
  }

  private resize(): void {
    const { marks, rows } = this
    this.rows = new Uint32Array(rows.length * 2)
    this.marks = new Uint8Array(marks.length * 2)
    const bytes = new Uint8Array(objectBytes)
    const view = new DataView(bytes.buffer)
    for (let from = 0; from < marks.length; from++) {
      const row = rows.subarray(from * words, (from + 1) * words)
      if (row[7] === 0) continue
      row.forEach((word, index) => view.setUint32(4 * index, word))
      const at = this.slotOf(bytes)
      this.rows.set(row, at * words)
      this.marks[at] = marks[from]!
    }
  }
}
