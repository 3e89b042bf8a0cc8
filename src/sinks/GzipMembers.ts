/**
 * The form of the sink's compressed files: gzip in members of 1 MiB each, so that a line is found without reading what is
 * before it. Every program that reads gzip reads these files whole.
 *
 * The header of each member has a field of the connector's own (RFC 1952, 2.3.1.1) with the bytes of the member and of the
 * whole plain file. Search threads import this module, so it loads no Effect.
 */
import { readSync } from "node:fs"
import { gunzipSync } from "node:zlib"

/** Suffix of the name of a compressed file. */
export const suffix = ".gz"

/** Bytes of the plain file in each member but the last. */
export const memberBytes = 1_048_576

/** Bytes of a header as `node:zlib` writes it, which has no fields. */
const shortHeader = 10
/** Bytes of a header with the connector's field. */
export const headerBytes = 28
/** Bytes of a member at most: gzip adds some hundred bytes to what it cannot compress. */
const longMember = 2 * memberBytes

const start = Buffer.from([0x1f, 0x8b, 8, 4])
/** Length of all fields, the name of the field, and its length. */
const field = Buffer.from([16, 0, 0x57, 0x46, 12, 0])

/** Puts the connector's field into the header of a member that `node:zlib` wrote; `size` is that of the plain file. */
export const marked = (member: Uint8Array, size: number): Uint8Array => {
  const bytes = Buffer.alloc(member.length + headerBytes - shortHeader)
  bytes.set(member.subarray(0, shortHeader))
  bytes.set(start)
  bytes.set(field, shortHeader)
  bytes.writeUInt32LE(bytes.length, 16)
  bytes.writeDoubleLE(size, 20)
  bytes.set(member.subarray(shortHeader), headerBytes)
  return bytes
}

/** Returns the bytes of a member and of the plain file; undefined for what the connector did not compress. */
export const fieldOf = (header: Uint8Array): { readonly member: number; readonly size: number } | undefined => {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.length)
  if (bytes.length < headerBytes) return undefined
  if (!bytes.subarray(0, 4).equals(start) || !bytes.subarray(shortHeader, 16).equals(field)) return undefined
  const [member, size] = [bytes.readUInt32LE(16), bytes.readDoubleLE(20)]
  return member > headerBytes && member <= longMember && Number.isSafeInteger(size) && size > 0
    ? { member, size }
    : undefined
}

/** Reads from a file until the buffer is full or the file ends. */
export const readAt = (handle: number, buffer: Buffer, offset: number): Buffer => {
  let filled = 0
  while (filled < buffer.length) {
    const count = readSync(handle, buffer, filled, buffer.length - filled, offset + filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

/** Reads an open compressed file by the offsets of the plain one. It keeps one member in memory. */
export class Members {
  readonly #handle: number
  /** Where the members that were passed begin, and where the next one does. */
  readonly #starts: Array<number> = [0]
  #last: { readonly index: number; readonly plain: Buffer } | undefined

  constructor(handle: number) {
    this.#handle = handle
  }

  /** Bytes of the plain file; undefined when the connector did not compress it. */
  get size(): number | undefined {
    return fieldOf(readAt(this.#handle, Buffer.alloc(headerBytes), 0))?.size
  }

  /** As {@link readAt}. What is behind a damaged place is not there. */
  readonly read = (buffer: Buffer, offset: number): Buffer => {
    let filled = 0
    while (filled < buffer.length) {
      const at = offset + filled
      const piece = this.#plain(Math.floor(at / memberBytes)).subarray(at % memberBytes)
      if (piece.length === 0) break
      filled += piece.copy(buffer, filled)
    }
    return buffer.subarray(0, filled)
  }

  #plain(index: number): Buffer {
    if (this.#last?.index === index) return this.#last.plain
    const plain = this.#unpacked(index)
    this.#last = { index, plain }
    return plain
  }

  #unpacked(index: number): Buffer {
    while (this.#starts.length <= index + 1) {
      const begin = this.#starts.at(-1)!
      const found = fieldOf(readAt(this.#handle, Buffer.alloc(headerBytes), begin))
      if (found === undefined) return Buffer.alloc(0)
      this.#starts.push(begin + found.member)
    }
    const [begin, end] = [this.#starts[index]!, this.#starts[index + 1]!]
    try {
      return gunzipSync(readAt(this.#handle, Buffer.alloc(end - begin), begin), { maxOutputLength: memberBytes })
    } catch {
      return Buffer.alloc(0)
    }
  }
}
