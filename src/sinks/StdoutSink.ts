/** Publishes artifacts to standard output, one line each, for a pipe. Dead letters go to standard error. */
import { Duration, Effect, Fiber, Layer, Stdio, Stream } from "effect"
import { codeOf, describeFailure } from "../config/DurableFile.ts"
import {
  ArtifactSink,
  ArtifactSinkError,
  type DeadLetter,
  idOf,
  linesOf,
  type Payload,
  ReaderGone,
  SinkUnavailable,
  type Slice
} from "./ArtifactSink.ts"
import { texts } from "./Ndjson.ts"

/** Timeout for a full pipe. A stop waits for the write too, and must end within ten seconds. */
const patience = Duration.seconds(5)

const unavailable = (detail: string, remedy?: string) =>
  new ArtifactSinkError({
    sink: "stdout",
    reason: new SinkUnavailable({ detail, ...(remedy === undefined ? {} : { remedy }) })
  })

const unread = "see why the program behind the pipe does not read on; nothing is lost: the page is kept until it does"

const keyOf = ({ endpoint, instance, occurred_at, path }: DeadLetter) =>
  [instance, endpoint, occurred_at, path].join(" ")

/**
 * Layer of an {@link ArtifactSink} that writes to standard output. A slice is written when the pipe has taken its lines.
 * Writing fails when nobody reads the pipe for five seconds, and with `ReaderGone` when its reader has ended. A pipe cannot
 * be rolled back: lines that it took in a failed attempt are skipped when the page comes again.
 */
export const layerOf = (payload: Payload): Layer.Layer<ArtifactSink, never, Stdio.Stdio> =>
  Layer.effect(
    ArtifactSink,
    Effect.gen(function*() {
      const stdio = yield* Stdio.Stdio
      const scope = yield* Effect.scope
      /** Keys of the lines that were given to the pipe since the last commit. */
      const given = new Set<string>()
      let writing: Fiber.Fiber<void, ArtifactSinkError> | undefined

      /** A long line is made while its beginning is read. */
      const print = (values: ReadonlyArray<object>, to: "stdout" | "stderr") =>
        values.length === 0
          ? Effect.void
          : Stream.run(Stream.fromIterable(texts(values), { chunkSize: 1 }), stdio[to]({ endOnDone: false }))

      const begin = (slice: Slice) => {
        const lines = linesOf(slice).filter((line) => !given.has(idOf(line)))
        const deadLetters = slice.deadLetters.filter((one) => !given.has(keyOf(one)))
        const keys = [...lines.map(idOf), ...deadLetters.map(keyOf)]
        for (const key of keys) given.add(key)
        return Effect.andThen(print(deadLetters, "stderr"), print(lines, "stdout")).pipe(
          Effect.mapError((error) =>
            codeOf(error) === "EPIPE" && error.reason.method === "stdout"
              ? new ArtifactSinkError({ sink: "stdout", reason: new ReaderGone() })
              : unavailable(`${describeFailure(error)}: nobody reads standard output, or its disk is full`)
          ),
          Effect.tapError(() => Effect.sync(() => keys.forEach((key) => given.delete(key)))),
          Effect.interruptible,
          Effect.forkIn(scope)
        )
      }

      /** Waits for the last write, which an earlier attempt may have started. */
      const taken = Effect.suspend(() => {
        if (writing === undefined) return Effect.void
        return Effect.interruptible(Fiber.await(writing)).pipe(
          Effect.timeoutOrElse({
            duration: patience,
            orElse: () => Effect.fail(unavailable("nobody has read standard output for five seconds", unread))
          }),
          Effect.tap(() =>
            Effect.sync(() => {
              writing = undefined
            })
          ),
          Effect.flatten
        )
      })

      return ArtifactSink.of({
        type: "stdout",
        payload,
        open: Effect.succeed({
          write: Effect.fnUntraced(function*(slice) {
            yield* taken
            writing = yield* begin(slice)
            yield* taken
          }),
          commit: Effect.sync(() => given.clear())
        })
      })
    })
  )

/** The layer of {@link layerOf} for artifacts. */
export const layer = layerOf("artifact")
