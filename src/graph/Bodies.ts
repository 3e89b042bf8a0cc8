/**
 * Room for the bodies of answers. That of a large page is used for the next one again: made anew for each, the room costs
 * a drain a tenth of its time, and malloc is left with holes.
 *
 * @since 0.1.0
 */
import { Context } from "effect"
import { Buffer } from "node:buffer"
import { largePageBytes, pageRoomBytes, spareRooms } from "../domain/Bounds.ts"

/**
 * A body that was received whole.
 *
 * @category models
 * @since 0.1.0
 */
export interface Body {
  /** Throws once the body was given back. */
  readonly bytes: Buffer
  /** Gives back its room, where something else will stand; only the first call counts. One that is forgotten is collected. */
  readonly release: () => void
}

/**
 * A body that is being received.
 *
 * @category models
 * @since 0.1.0
 */
export interface Incoming {
  readonly append: (piece: Uint8Array) => void
  /** Bytes so far. */
  readonly size: () => number
  /** To be asked for once, at the end. */
  readonly body: () => Body
}

/**
 * Where bodies are received.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bodies {
  /** Begins a body, and lets go of room that nobody used for a minute. */
  readonly receive: (now: number) => Incoming
  /** Rooms that wait for a body. */
  readonly spares: () => number
}

/**
 * Milliseconds after which room that nobody used is given back to the system: one minute.
 *
 * @category limits
 * @since 0.1.0
 */
export const spareMillisMax = 60_000

/** Frees the memory now; the collector would come to it with the next collection of everything. */
const free = ({ buffer }: Buffer) => {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** A body in memory of its own. */
const ofBytes = (bytes: Buffer): Body => ({ bytes, release: () => {} })

/**
 * Makes room for bodies, none yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Bodies => {
  let spares: Array<Buffer> = []
  let usedAt = -Infinity

  const take = (size: number): Buffer => {
    const index = spares.findIndex(({ length }) => length >= size)
    if (index >= 0) return spares.splice(index, 1)[0]!
    return Buffer.allocUnsafeSlow(Math.max(pageRoomBytes, 2 ** Math.ceil(Math.log2(size))))
  }
  const give = (room: Buffer) => {
    if (spares.length < spareRooms) spares.push(room)
    else free(room)
  }

  const inRoom = (room: Buffer, size: number): Body => {
    let bytes: Buffer | undefined = room.subarray(0, size)
    return {
      get bytes() {
        if (bytes === undefined) throw new Error("the body of an answer was read after it was given back")
        return bytes
      },
      release: () => {
        if (bytes === undefined) return
        bytes = undefined
        give(room)
      }
    }
  }

  return {
    receive: (now) => {
      if (now - usedAt > spareMillisMax) {
        spares.forEach(free)
        spares = []
      }
      const pieces: Array<Uint8Array> = []
      let size = 0
      let room: Buffer | undefined
      return {
        append: (piece) => {
          const before = size
          size += piece.length
          if (size < largePageBytes) return void pieces.push(piece)
          usedAt = now
          if (room === undefined) {
            room = take(size)
            let at = 0
            for (const one of pieces) {
              room.set(one, at)
              at += one.length
            }
            pieces.length = 0
          } else if (size > room.length) {
            const outgrown = room
            room = take(size)
            outgrown.copy(room, 0, 0, before)
            give(outgrown)
          }
          room.set(piece, before)
        },
        size: () => size,
        body: () => room === undefined ? ofBytes(Buffer.concat(pieces, size)) : inRoom(room, size)
      }
    },
    spares: () => spares.length
  }
}

/**
 * The rooms of this process.
 *
 * @category services
 * @since 0.1.0
 */
export const Bodies = Context.Reference<Bodies>("azure-security/graph/Bodies", { defaultValue: make })
