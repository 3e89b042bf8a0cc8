/**
 * Room for the bodies of answers. That of a large page is used for the next one again: made anew for each, the room cost a
 * drain up to a tenth of its time, and left malloc with holes.
 */
import { Context } from "effect"
import { Buffer } from "node:buffer"
import { inflatedBytes, largePageBytes, pageRoomBytes, spareRooms } from "../../domain/Bounds.ts"

/** A body that was received whole. */
export interface Body {
  /** Throws once the body was given back. */
  readonly bytes: Buffer
  /** Gives back its room, where something else will stand; only the first call counts. One that is forgotten is collected. */
  readonly release: () => void
}

/** A body that is being received. */
export interface Incoming {
  readonly append: (piece: Uint8Array) => void
  /** Bytes so far. */
  readonly size: () => number
  /** What was received; nothing is left behind. */
  readonly body: () => Body
  /** Gives back the room of what will never be whole. */
  readonly drop: () => void
}

/** Where bodies are received. */
export interface Bodies {
  /** Begins a body, and lets go of room that nobody used for a minute before it. */
  readonly receive: (now: number) => Incoming
  /** Rooms that wait for a body. */
  readonly spares: () => number
}

/** Frees the memory now; the collector would come to it with the next collection of everything. */
const free = ({ buffer }: Uint8Array) => {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

const givenAway = new WeakSet<ArrayBufferLike>()

/**
 * Gives away the buffer of a piece that gzip was undone into: all its pieces will be received, in order, and nobody else reads
 * them. It is freed once the last of them was copied to a room: left to the collector, those of a drain and the buffers of its
 * lines had it go through the whole heap more than twice as often.
 *
 * **Details**
 *
 * Only a buffer of {@link inflatedBytes} is one of those. Node joins pieces that wait for a reader, and puts a short one so
 * made into the buffer that the whole process shares.
 */
export const giveAway = (piece: Uint8Array): Uint8Array => {
  if (piece.buffer.byteLength === inflatedBytes) givenAway.add(piece.buffer)
  return piece
}

/** What is copied to the end of a buffer that is nobody else's is not needed any more. */
const copy = (piece: Uint8Array, room: Buffer, at: number) => {
  room.set(piece, at)
  const { buffer, byteLength, byteOffset } = piece
  if (byteOffset + byteLength === buffer.byteLength && givenAway.has(buffer)) free(piece)
}

/** Makes room for bodies, none yet. */
export const make = (): Bodies => {
  let spares: Array<Buffer> = []
  let usedAt = -Infinity

  const take = (size: number): Buffer => {
    const index = spares.findIndex(({ length }) => length >= size)
    if (index >= 0) return spares.splice(index, 1)[0]!
    return Buffer.allocUnsafeSlow(Math.max(pageRoomBytes, 2 ** Math.ceil(Math.log2(size))))
  }
  const give = (room: Buffer, now: number) => {
    usedAt = now
    // One that a larger page needed is not kept for the others.
    if (spares.length < spareRooms.rooms && room.length <= pageRoomBytes) spares.push(room)
    else free(room)
  }

  const made = (received: Buffer, onRelease: () => void): Body => {
    let bytes: Buffer | undefined = received
    return {
      get bytes() {
        if (bytes === undefined) throw new Error("the body of an answer was read after it was given back")
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
      let room: Buffer | undefined
      /** What there is is another's from now on. */
      const leave = () => {
        const left = { pieces, size, room }
        pieces = []
        size = 0
        room = undefined
        return left
      }
      const drop = () => {
        const { room } = leave()
        if (room !== undefined) give(room, now)
      }
      return {
        append: (piece) => {
          const before = size
          size += piece.length
          if (room === undefined && size < largePageBytes) return void pieces.push(piece)
          if (room === undefined) {
            room = take(size)
            let at = 0
            for (const one of pieces) {
              const { length } = one
              copy(one, room, at)
              at += length
            }
            pieces = []
          } else if (size > room.length) {
            const outgrown = room
            room = take(size)
            outgrown.copy(room, 0, 0, before)
            give(outgrown, now)
          }
          copy(piece, room, before)
        },
        size: () => size,
        body: () => {
          const { pieces, room, size } = leave()
          return room === undefined
            ? made(Buffer.concat(pieces, size), () => {})
            : made(room.subarray(0, size), () => give(room, now))
        },
        drop
      }
    },
    spares: () => spares.length
  }
}

/** The rooms of this process. */
export const Bodies = Context.Reference<Bodies>("azure-security/graph/body/Bodies", { defaultValue: make })
