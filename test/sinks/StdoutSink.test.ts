import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, PlatformError, Sink, Stdio } from "effect"
import { TestClock } from "effect/testing"
import { ArtifactSink, isReaderGone, type Payload, publishTo } from "../../src/sinks/ArtifactSink.ts"
import { lines } from "../../src/sinks/Ndjson.ts"
import * as StdoutSink from "../../src/sinks/StdoutSink.ts"
import { artifact, event } from "../support/Artifacts.ts"

const letter = { instance: "i", endpoint: "e", reason: "no_id", path: "$", occurred_at: "", record: 1 }
const slice = (id: string) => ({ artifacts: [artifact(id)], deadLetters: [{ ...letter, path: id }] })

/** A pipe whose reader takes what it is given after `millis`; what was taken, and whether it was to be closed. */
const pipe = () => {
  const taken = { stdout: "", stderr: "", ended: false, millis: 0 }
  const to = (name: "stdout" | "stderr") => (options?: { readonly endOnDone?: boolean | undefined }) => {
    taken.ended ||= options?.endOnDone !== false
    return Sink.forEach((piece: string | Uint8Array) =>
      Effect.andThen(
        Effect.suspend(() => taken.millis === 0 ? Effect.void : Effect.sleep(taken.millis)),
        Effect.sync(() => {
          taken[name] += String(piece)
        })
      )
    )
  }
  const layerOf = (payload: Payload) =>
    StdoutSink.layerOf(payload).pipe(Layer.provide(Stdio.layerTest({ stdout: to("stdout"), stderr: to("stderr") })))
  return { layer: layerOf("artifact"), layerOf, taken }
}

describe("StdoutSink", () => {
  it.effect("writes artifacts to standard output and dead letters to standard error, and closes neither", () => {
    const { layer, taken } = pipe()
    return Effect.gen(function*() {
      yield* publishTo(yield* ArtifactSink, slice("1"))
      assert.strictEqual(taken.stdout, lines([artifact("1")]))
      assert.strictEqual(taken.stderr, lines([{ ...letter, path: "1" }]))
      assert.isFalse(taken.ended)
    }).pipe(Effect.provide(layer))
  })

  it.effect("writes events in place of artifacts, each once though its page comes again", () => {
    const { layerOf, taken } = pipe()
    return Effect.gen(function*() {
      const sink = yield* ArtifactSink
      assert.strictEqual(sink.payload, "ocsf")
      const page = { ...slice("1"), events: [event("a"), event("b")] }
      yield* Effect.scoped(Effect.flatMap(sink.open, ({ write }) => write(page)))
      yield* publishTo(sink, page)
      assert.strictEqual(taken.stdout, lines([event("a"), event("b")]))
    }).pipe(Effect.provide(layerOf("ocsf")))
  })

  it.effect("has written a slice once the pipe took it, and not before", () => {
    const { layer, taken } = pipe()
    return Effect.gen(function*() {
      const sink = yield* ArtifactSink
      taken.millis = 1000
      const writing = yield* Effect.forkChild(publishTo(sink, slice("1")), { startImmediately: true })
      yield* TestClock.adjust(1999)
      assert.isUndefined(writing.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(writing)
    }).pipe(Effect.provide(layer))
  })

  it.effect("fails where nobody reads for five seconds, and gives nobody a line twice when the page comes again", () => {
    const { layer, taken } = pipe()
    return Effect.gen(function*() {
      const sink = yield* ArtifactSink
      taken.millis = 3000
      const page = Effect.scoped(Effect.gen(function*() {
        const writer = yield* sink.open
        yield* writer.write(slice("1"))
        yield* writer.write(slice("2"))
        yield* writer.commit
      }))
      const failing = yield* Effect.forkChild(Effect.flip(page), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      const failed = yield* Fiber.join(failing)
      assert.include(failed.message, "nobody has read standard output for five seconds")
      assert.include("remedy" in failed.reason ? failed.reason.remedy : "", "behind the pipe")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(taken.stdout, lines([artifact("1")]), "taken after all")
      taken.millis = 0
      yield* page
      assert.strictEqual(taken.stdout, lines([artifact("1"), artifact("2")]))
      assert.strictEqual(taken.stderr, lines(["1", "2"].map((path) => ({ ...letter, path }))))
      yield* page
      assert.strictEqual(taken.stdout.split("\n").length - 1, 4, "another page with the same ids")
    }).pipe(Effect.provide(layer))
  })

  it.effect("has not written a page that comes again before the pipe took what an attempt before gave it", () => {
    const { layer, taken } = pipe()
    return Effect.gen(function*() {
      const sink = yield* ArtifactSink
      taken.millis = 6000
      const attempt = Effect.forkChild(Effect.result(publishTo(sink, slice("1"))), { startImmediately: true })
      for (const seconds of [5, 10]) {
        const failing = yield* attempt
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual((yield* Fiber.join(failing))._tag, "Failure", `after ${seconds} seconds`)
      }
      const last = yield* attempt
      yield* TestClock.adjust(1999)
      assert.deepStrictEqual([last.pollUnsafe(), taken.stdout], [undefined, ""])
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(last))._tag, "Success")
      assert.strictEqual(taken.stdout, lines([artifact("1")]))
    }).pipe(Effect.provide(layer))
  })

  it.effect("says that the reader has gone, and not so of standard error", () =>
    Effect.gen(function*() {
      const closed = (method: "stdout" | "stderr") => () =>
        Sink.fail(PlatformError.systemError({
          _tag: "Unknown",
          module: "Stdio",
          method,
          cause: Object.assign(new Error("EPIPE"), { code: "EPIPE" })
        }))
      const failure = (streams: Parameters<typeof Stdio.layerTest>[0]) =>
        Effect.flip(Effect.flatMap(ArtifactSink, (sink) => publishTo(sink, slice("1")))).pipe(
          Effect.provide(Layer.provide(StdoutSink.layer, Stdio.layerTest(streams)))
        )
      const gone = yield* failure({ stdout: closed("stdout"), stderr: () => Sink.drain })
      assert.isTrue(isReaderGone(gone))
      assert.match(gone.message, /has ended \(EPIPE; a shell shows 141, as for one that SIGPIPE ends\)/)
      assert.isFalse(isReaderGone(yield* failure({ stdout: () => Sink.drain, stderr: closed("stderr") })))
    }))
})
