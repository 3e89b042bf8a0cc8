import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { largePageBytes, pageRoomBytes, spareRooms } from "../../src/domain/Bounds.ts"
import * as Bodies from "../../src/graph/Bodies.ts"

const bodyOf = (bodies: Bodies.Bodies, pieces: ReadonlyArray<Uint8Array>, now = 0) => {
  const incoming = bodies.receive(now)
  for (const piece of pieces) incoming.append(piece)
  return incoming.body()
}

const filled = (size: number, value: number) => Buffer.alloc(size, value)
const large = (value: number, size = largePageBytes) => [filled(size, value)]
const small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))

describe("Bodies", () => {
  it.effect.prop(
    "gives back the bytes that were received, in pieces of any size",
    [Schema.Array(small), Schema.Literals([1, 1000, largePageBytes / 2, pageRoomBytes - 1])],
    ([pieces, unit]) =>
      Effect.sync(() => {
        const sent = pieces.map((size, value) => filled(size * unit, value))
        const bodies = Bodies.make()
        for (const _ of [1, 2]) {
          const body = bodyOf(bodies, sent)
          assert.isTrue(body.bytes.equals(Buffer.concat(sent)))
          body.release()
        }
      }),
    { arbitrary: { runs: 30 } }
  )

  it("uses the room of a large body for the next, once it was given back and no earlier", () => {
    const bodies = Bodies.make()
    const first = bodyOf(bodies, large(1))
    const second = bodyOf(bodies, large(2))
    const { buffer } = first.bytes
    assert.notStrictEqual(second.bytes.buffer, buffer)
    assert.isTrue(first.bytes.every((byte) => byte === 1))
    first.release()
    const third = bodyOf(bodies, large(3))
    assert.strictEqual(third.bytes.buffer, buffer)
    first.release()
    const fourth = bodyOf(bodies, large(4))
    assert.notStrictEqual(fourth.bytes.buffer, buffer, "what was given back twice is one room")
    assert.isTrue(third.bytes.every((byte) => byte === 3))
  })

  it("lets nobody read a body that was given back", () => {
    const body = bodyOf(Bodies.make(), large(1))
    body.release()
    assert.throws(() => body.bytes, "after it was given back")
  })

  it("keeps no room for small bodies", () => {
    const bodies = Bodies.make()
    const body = bodyOf(bodies, large(1, largePageBytes - 1))
    body.release()
    assert.strictEqual(bodies.spares(), 0)
    assert.strictEqual(body.bytes.length, largePageBytes - 1)
  })

  it("keeps as many rooms as an endpoint uses, for a minute, and frees the others at once", () => {
    const bodies = Bodies.make()
    const held = Array.from({ length: spareRooms + 2 }, (_, n) => bodyOf(bodies, large(n)))
    const buffers = held.map(({ bytes }) => bytes.buffer as ArrayBuffer)
    for (const body of held) body.release()
    assert.strictEqual(bodies.spares(), spareRooms)
    assert.deepStrictEqual(buffers.map(({ detached }) => detached), held.map((_, n) => n >= spareRooms))
    bodies.receive(Bodies.spareMillisMax)
    assert.strictEqual(bodies.spares(), spareRooms)
    bodies.receive(Bodies.spareMillisMax + 1)
    assert.strictEqual(bodies.spares(), 0)
    assert.isTrue(buffers.every(({ detached }) => detached))
  })

  it("moves to a larger room as a body grows", () => {
    const bodies = Bodies.make()
    const body = bodyOf(bodies, [filled(pageRoomBytes, 1), filled(1, 2)])
    assert.strictEqual(body.bytes.length, pageRoomBytes + 1)
    assert.strictEqual(body.bytes.buffer.byteLength, pageRoomBytes * 2)
    assert.strictEqual(bodies.spares(), 1, "the room that it has outgrown")
  })
})
