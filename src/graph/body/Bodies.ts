/**
 * Buffers for the bodies of answers. The buffer of a large page is reused for the next one: allocating one for each
 * page cost a drain up to a tenth of its time, and fragmented malloc's heap.
 */
import { Context } from "effect"
import { Buffer } from "node:buffer"
import { inflatedBytes, largePageBytes, pageRoomBytes, spareRooms } from "../../domain/Bounds.ts"

/** A body that was received completely. */
export interface Body {
  /** Throws after `release` was called. */
  readonly bytes: Buffer
  /** Returns the buffer for reuse; only the first call counts. A forgotten body is garbage collected. */
  readonly release: () => void
}

/** A body that is being received. */
export interface Incoming {
  readonly append: (piece: Uint8Array) => void
  /** Bytes received so far. */
  readonly size: () => number
  /** Returns the received body. */
  readonly body: () => Body
  /** Returns the buffer of a body that will never be complete. */
  readonly drop: () => void
}

/** The pool of buffers that bodies are received into. */
export interface Bodies {
  /** Begins a body. Frees the spare buffers first when none was used for a minute. */
  readonly receive: (now: number) => Incoming
  /** Number of spare buffers. */
  readonly spares: () => number
}

/** Frees a buffer now; the garbage collector would wait for a full collection. */
const free = ({ buffer }: Uint8Array) => {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

const givenAway = new WeakSet<ArrayBufferLike>()

/**
 * Marks the buffer of a decompressed piece as free to release once its last piece was copied. The caller guarantees
 * that all pieces of the buffer are received, in order, and read by nobody else. When the garbage collector had to free
 * them instead, it ran over the whole heap more than twice as often during a drain.
 *
 * Only a buffer of {@link inflatedBytes} bytes belongs to decompression alone. Node joins pieces that wait for a
 * reader, and puts a short joined piece into the buffer that the whole process shares.
 */
export const giveAway = (piece: Uint8Array): Uint8Array => {
  if (piece.buffer.byteLength === inflatedBytes) givenAway.add(piece.buffer)
  return piece
}

/** Copies a piece; its buffer is freed after the last piece if it was given away. */
const copy = (piece: Uint8Array, target: Buffer, at: number) => {
  target.set(piece, at)
  const { buffer, byteLength, byteOffset } = piece
  if (byteOffset + byteLength === buffer.byteLength && givenAway.has(buffer)) free(piece)
}

/** Creates an empty pool. */
export const make = (): Bodies => {
  let spares: Array<Buffer> = []
  let usedAt = -Infinity

  const take = (size: number): Buffer => {
    const index = spares.findIndex(({ length }) => length >= size)
    if (index >= 0) return spares.splice(index, 1)[0]!
    return Buffer.allocUnsafeSlow(Math.max(pageRoomBytes, 2 ** Math.ceil(Math.log2(size))))
  }
  const give = (buffer: Buffer, now: number) => {
    usedAt = now
    // A buffer that a larger page needed is not kept for smaller ones.
    if (spares.length < spareRooms.rooms && buffer.length <= pageRoomBytes) spares.push(buffer)
    else free(buffer)
  }

  const made = (received: Buffer, onRelease: () => void): Body => {
    let bytes: Buffer | undefined = received
    return {
      get bytes() {
        if (bytes === undefined) throw new Error("the body of an answer was read after its release")
        return bytes
      },
      release: () => {
        if (bytes === undefined) return
        bytes = undefined
        onRelease()
      }
    }
  }

  return {
    receive: (now) => {
      if (now - usedAt > spareRooms.millis) {
        spares.forEach(free)
        spares = []
      }
      let pieces: Array<Uint8Array> = []
      let size = 0
      let buffer: Buffer | undefined
      /** Takes the content out, so that nothing is released twice. */
      const leave = () => {
        const left = { pieces, size, buffer }
        pieces = []
        size = 0
        buffer = undefined
        return left
      }
      const drop = () => {
        const { buffer } = leave()
        if (buffer !== undefined) give(buffer, now)
      }
      return {
        append: (piece) => {
          const before = size
          size += piece.length
          if (buffer === undefined && size < largePageBytes) return void pieces.push(piece)
          if (buffer === undefined) {
            buffer = take(size)
            let at = 0
            for (const one of pieces) {
              const { length } = one
              copy(one, buffer, at)
              at += length
            }
            pieces = []
          } else if (size > buffer.length) {
            const outgrown = buffer
            buffer = take(size)
            outgrown.copy(buffer, 0, 0, before)
            give(outgrown, now)
          }
          copy(piece, buffer, before)
        },
        size: () => size,
        body: () => {
          const { pieces, buffer, size } = leave()
          return buffer === undefined
            ? made(Buffer.concat(pieces, size), () => {})
            : made(buffer.subarray(0, size), () => give(buffer, now))
        },
        drop
      }
    },
    spares: () => spares.length
  }
}

/** The rooms of this process. */
export const Bodies = Context.Reference<Bodies>("azure-security/graph/body/Bodies", { defaultValue: make })
