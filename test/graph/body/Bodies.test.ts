import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { inflatedBytes, largePageBytes, pageRoomBytes, spareRooms } from "../../../src/domain/Bounds.ts"
import * as Bodies from "../../../src/graph/body/Bodies.ts"
import { exchange } from "../../../src/graph/Exchange.ts"

const bodyOf = (bodies: Bodies.Bodies, pieces: ReadonlyArray<Uint8Array>, now = 0) => {
  const incoming = bodies.receive(now)
  for (const piece of pieces) incoming.append(piece)
  return incoming.body()
}

const filled = (size: number, value: number) => Buffer.alloc(size, value)
const large = (value: number, size = largePageBytes) => [filled(size, value)]
const small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))

describe("Bodies", () => {
  it.effect.prop("returns the bytes that were received, in pieces of any size", [
    Schema.Array(small).check(Schema.isMaxLength(6)),
    Schema.Literals([0, 1, 1000, largePageBytes / 2])
  ], ([pieces, unit]) =>
    Effect.sync(() => {
      const sent = pieces.map((size, value) => filled(size * unit, value))
      const bodies = Bodies.make()
      for (const _ of [1, 2]) {
        const body = bodyOf(bodies, sent)
        assert.isTrue(body.bytes.equals(Buffer.concat(sent)))
        body.release()
      }
    }), { arbitrary: { runs: 30 } })

  it("reuses the buffer of a large body for the next one, but only after its release", () => {
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
    assert.notStrictEqual(fourth.bytes.buffer, buffer, "a body released twice gives one buffer")
    assert.isTrue(third.bytes.every((byte) => byte === 3))
  })

  it("frees a buffer that was given away once its last byte is copied, and no other buffer", () => {
    const size = inflatedBytes
    const [one, other, kept] = [1, 2, 3].map((value) => new Uint8Array(size).fill(value))
    const halves = (whole: Uint8Array) => [whole.subarray(0, size / 2), whole.subarray(size / 2)]
    const pieces = [...halves(one!), ...halves(other!)].map(Bodies.giveAway)
    const seen: Array<ReadonlyArray<boolean>> = []
    const incoming = Bodies.make().receive(0)
    const before = largePageBytes - 2 * size + 1
    incoming.append(filled(before, 0))
    for (const piece of [...pieces, ...halves(kept!)]) {
      incoming.append(piece)
      seen.push([one, other, kept].map((whole) => (whole!.buffer as ArrayBuffer).detached))
    }
    const none = [false, false, false]
    // The pool's buffer is taken with the fourth piece, and both given buffers are copied to it.
    const both = [true, true, false]
    assert.deepStrictEqual(seen, [none, none, none, both, both, both])
    const expected = Buffer.concat([filled(before, 0), ...[1, 2, 3].map((value) => filled(size, value))])
    assert.isTrue(incoming.body().bytes.equals(expected))
  })

  it("does not free a given-away buffer that the reader of a small body still uses", () => {
    const piece = Bodies.giveAway(new Uint8Array(inflatedBytes).fill(7))
    const body = bodyOf(Bodies.make(), [piece])
    assert.isTrue(body.bytes.equals(filled(inflatedBytes, 7)))
  })

  it("never frees the buffer that the whole process shares", () => {
    const incoming = Bodies.make().receive(0)
    incoming.append(filled(largePageBytes, 1))
    const shared = Buffer.allocUnsafe(1).buffer as ArrayBuffer
    incoming.append(Bodies.giveAway(new Uint8Array(shared, shared.byteLength - 100)))
    const own = new Uint8Array(Buffer.poolSize)
    incoming.append(Bodies.giveAway(own))
    assert.isFalse(shared.detached)
    assert.isFalse((own.buffer as ArrayBuffer).detached)
    assert.strictEqual(incoming.size(), largePageBytes + 100 + Buffer.poolSize)
  })

  it("refuses to read a body after its release", () => {
    for (const size of [0, 1, largePageBytes]) {
      const body = bodyOf(Bodies.make(), large(1, size))
      body.release()
      assert.throws(() => body.bytes, "after its release")
    }
  })

  it("keeps no buffer for small bodies", () => {
    const bodies = Bodies.make()
    const body = bodyOf(bodies, large(1, largePageBytes - 1))
    assert.strictEqual(body.bytes.length, largePageBytes - 1)
    body.release()
    assert.strictEqual(bodies.spares(), 0)
  })

  it("keeps as many buffers as an endpoint uses, for a minute, and frees the others at once", () => {
    const bodies = Bodies.make()
    const held = Array.from({ length: spareRooms.rooms + 2 }, (_, n) => bodyOf(bodies, large(n)))
    const buffers = held.map(({ bytes }) => bytes.buffer as ArrayBuffer)
    for (const body of held) body.release()
    assert.strictEqual(bodies.spares(), spareRooms.rooms)
    assert.deepStrictEqual(buffers.map(({ detached }) => detached), held.map((_, n) => n >= spareRooms.rooms))
    bodies.receive(spareRooms.millis)
    assert.strictEqual(bodies.spares(), spareRooms.rooms)
    bodies.receive(spareRooms.millis + 1)
    assert.strictEqual(bodies.spares(), 0)
    assert.isTrue(buffers.every(({ detached }) => detached))
  })

  it("moves to a larger buffer as a body grows", () => {
    const bodies = Bodies.make()
    const body = bodyOf(bodies, [filled(pageRoomBytes, 1), filled(1, 2)])
    assert.strictEqual(body.bytes.length, pageRoomBytes + 1)
    assert.strictEqual(body.bytes.buffer.byteLength, pageRoomBytes * 2)
    assert.strictEqual(bodies.spares(), 1, "the outgrown buffer")
    const { buffer } = body.bytes
    body.release()
    assert.strictEqual(bodies.spares(), 1, "a buffer for larger pages is not kept")
    assert.isTrue((buffer as ArrayBuffer).detached)
  })

  it("gives a buffer to one body only, and takes back that of an incomplete body", () => {
    const bodies = Bodies.make()
    const incoming = bodies.receive(0)
    incoming.append(filled(largePageBytes, 1))
    const body = incoming.body()
    incoming.drop()
    assert.strictEqual(incoming.body().bytes.length, 0)
    assert.strictEqual(bodies.spares(), 0)
    body.release()
    const broken = bodies.receive(0)
    broken.append(filled(largePageBytes, 2))
    assert.strictEqual(bodies.spares(), 0)
    broken.drop()
    broken.drop()
    assert.strictEqual(bodies.spares(), 1)
  })

  for (
    const [what, last] of [["is too large", filled(largePageBytes, 1)], ["breaks off", undefined], [
      "takes too long",
      "never"
    ]] as const
  ) {
    it.live(`takes back the buffer of a body that ${what}`, () =>
      Effect.gen(function*() {
        const bodies = Bodies.make()
        bodyOf(bodies, large(1), yield* Clock.currentTimeMillis).release()
        const answer = () =>
          new ReadableStream<Uint8Array>({
            start: (controller) => controller.enqueue(filled(largePageBytes, 1)),
            pull: (controller) => {
              if (last === undefined) controller.error(new Error("gone"))
              else if (last !== "never") controller.enqueue(last)
              else return new Promise(() => {})
            }
          }, { highWaterMark: 0 })
        const http = HttpClient.make((request) =>
          Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(answer())))
        )
        const bounds = { timeout: Duration.millis(50), bytesMax: largePageBytes + 1, errorBytesMax: 1 }
        for (const _ of [1, 2]) {
          yield* exchange(http, HttpClientRequest.get("https://graph.example/"), bounds).pipe(
            Effect.flip,
            Effect.provideService(Bodies.Bodies, bodies)
          )
          assert.strictEqual(bodies.spares(), 1)
        }
      }))
  }
})
