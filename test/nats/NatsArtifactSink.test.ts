import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Fiber, FileSystem, Layer, Redacted } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { windowBytes, windowMessages } from "../../src/domain/Bounds.ts"
import { Connection, type ConnectionOptions } from "../../src/nats/Connection.ts"
import * as NatsArtifactSink from "../../src/nats/NatsArtifactSink.ts"
import { publisherLimits } from "../../src/nats/Outgoing.ts"
import { ArtifactSink, type DeadLetter, publishTo, type Slice } from "../../src/sinks/ArtifactSink.ts"
import { suite } from "../sinks/ArtifactSinkSuite.ts"
import { artifact } from "../support/Artifacts.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { start } from "../support/NatsServer.ts"
import { applianceId, connection, count, createStream, stored, stream } from "../support/NatsStream.ts"

const off = { applianceId, stage: "raw", deadLetters: { to: "off" } } as const

const sliceSize = 64

const impatient = { ...publisherLimits, silence: Duration.millis(600) }

const overStream = (options: NatsArtifactSink.NatsArtifactSinkOptions = off) =>
  NatsArtifactSink.layer(options).pipe(
    Layer.provideMerge(Layer.effectDiscard(createStream())),
    Layer.provideMerge(connection()),
    Layer.provideMerge(NodeServices.layer)
  )

const many = (n: number, size = 1000): ReadonlyArray<Artifact> =>
  Array.from({ length: n }, (_, index) => ({
    ...artifact(index.toString(16).padStart(32, "0")),
    message: `{"a":"${"x".repeat(size)}"}`
  }))
const batch = (artifacts: ReadonlyArray<Artifact>) => ({ artifacts, deadLetters: [] })

const json = (value: object) => JSON.stringify(value)
const parsed = (text: string) => JSON.parse(text) as Artifact

/** Publishes a batch until it succeeds, as the consumer does, but without waits. */
const untilTaken = (sink: ArtifactSink["Service"], given: Slice) =>
  Effect.retry(publishTo(sink, given), { while: () => true })

/** A sink on a broker that the test may kill, stop and fill. */
const withServer = <A, E>(
  body: (
    server: Effect.Success<ReturnType<typeof start>>,
    sink: ArtifactSink["Service"]
  ) => Effect.Effect<A, E, Connection>,
  { config = "", limits = publisherLimits, before = createStream(), user = {} }: {
    readonly config?: string
    readonly limits?: NonNullable<NatsArtifactSink.NatsArtifactSinkOptions["limits"]>
    readonly before?: Effect.Effect<unknown, never, Connection>
    readonly user?: Pick<ConnectionOptions, "user" | "password">
  } = {}
) =>
  Effect.scoped(Effect.gen(function*() {
    const server = yield* start(config)
    const context = yield* Layer.build(
      NatsArtifactSink.layer({ ...off, limits }).pipe(
        Layer.provideMerge(Layer.effectDiscard(before)),
        Layer.provideMerge(Connection.layer({ servers: [server.url], answerMax: Duration.millis(250), ...user })),
        Layer.provide(NodeServices.layer)
      )
    )
    return yield* Effect.provide(Effect.flatMap(ArtifactSink, (sink) => body(server, sink)), context)
  }))

describeNats("NatsArtifactSink", () => {
  suite("NATS", overStream(), Effect.map(stored, (all) => all.map(({ id }) => id)))

  it.live("publishes 20,000 artifacts exactly once over two kills of the broker", () =>
    withServer((server, sink) =>
      Effect.gen(function*() {
        const artifacts = many(20_000)
        const publishing = yield* Effect.forkChild(untilTaken(sink, batch(artifacts)))
        for (const least of [3000, 9000]) {
          yield* Effect.repeat(count, { until: (n) => n >= least })
          yield* server.kill
          assert.isUndefined(publishing.pollUnsafe(), "the broker was killed too late")
          yield* server.restart
        }
        yield* Fiber.join(publishing)
        const ids = (yield* stored).map(({ id }) => id)
        assert.strictEqual(ids.length, artifacts.length)
        assert.strictEqual(new Set(ids).size, artifacts.length)
      })
    ))

  it.live("limits the messages and bytes in flight, and the artifacts in memory", () =>
    withServer((server, sink) =>
      Effect.gen(function*() {
        const { nc } = yield* Connection
        /** Returns the messages sent and the artifacts made of an endless batch that the broker never acknowledges. */
        const held = Effect.fnUntraced(function*(size: number, from: number) {
          const one = { ...artifact("0".repeat(32)), message: `{"a":"${"x".repeat(size)}"}` }
          let made = 0
          const nextSlice = () =>
            Array.from({ length: sliceSize }, () => ({
              ...one,
              id: (from + made++).toString(16).padStart(32, "0")
            }))
          yield* server.pause
          const before = nc.stats().outMsgs
          yield* Effect.flip(Effect.scoped(Effect.gen(function*() {
            const writer = yield* sink.open
            while (true) yield* writer.write({ artifacts: nextSlice(), deadLetters: [] })
          })))
          const sent = nc.stats().outMsgs - before
          yield* server.resume
          return { sent, made }
        })
        const [small, large] = [1000, 900_000]
        assert.deepStrictEqual(yield* held(small, 0), { sent: windowMessages, made: windowMessages + sliceSize })
        // After a failure the sink looks for its stream again, which needs an answer.
        yield* untilTaken(sink, batch([artifact("f".repeat(32))]))
        const { sent } = yield* held(large, 10_000)
        assert.isAtMost((sent - 1) * large, windowBytes)
        assert.isAtLeast((sent + 1) * large, windowBytes)
      }), { limits: { ...impatient, answer: Duration.minutes(1) } }))

  it.live("continues by itself after an outage longer than one attempt", () =>
    withServer((server, sink) =>
      Effect.gen(function*() {
        yield* publishTo(sink, batch(many(10)))
        yield* server.kill
        const given = batch(many(2000))
        const error = yield* Effect.flip(publishTo(sink, given))
        assert.match(error.message, /^the nats sink cannot write: .*(the broker is away|no answer in time)/)
        yield* server.restart
        yield* untilTaken(sink, given)
        const ids = (yield* stored).map(({ id }) => id)
        assert.deepStrictEqual([ids.length, new Set(ids).size], [2000, 2000])
      }), { limits: impatient }))

  it.live("sends again messages that the broker received and lost, without a new connection", () =>
    withServer((server, sink) =>
      Effect.gen(function*() {
        yield* server.pause
        const publishing = yield* Effect.forkChild(publishTo(sink, batch(many(500))))
        yield* Effect.yieldNow
        yield* server.resume
        yield* Fiber.join(publishing)
        assert.strictEqual(yield* count, 500)
      }), { limits: { ...publisherLimits, answer: Duration.millis(100) } }))

  it.live("waits for room in a full stream, reports it, and sends only unacknowledged messages", () =>
    withServer((_, sink) =>
      Effect.gen(function*() {
        const { jsm } = yield* Connection
        const given = batch(many(10))
        const error = yield* Effect.flip(publishTo(sink, given))
        assert.match(error.message, /the stream is full \(maximum messages exceeded\): waiting for room/)
        assert.strictEqual(yield* count, 4)
        yield* Effect.promise(() => jsm.streams.update(stream, { max_msgs: 100 }))
        // Acknowledged messages were removed from the stream meanwhile, and are not sent again.
        yield* Effect.promise(() => jsm.streams.purge(stream))
        yield* publishTo(sink, given)
        assert.strictEqual(yield* count, 6)
      }), { limits: impatient, before: createStream({ max_msgs: 4, discard: "new" }) }))

  it.live("continues within one attempt when consumers free space", () =>
    withServer((_, sink) =>
      Effect.gen(function*() {
        const { jsm } = yield* Connection
        const publishing = yield* Effect.forkChild(publishTo(sink, batch(many(10))))
        yield* Effect.repeat(count, { until: (n) => n === 4 })
        yield* Effect.promise(() => jsm.streams.update(stream, { max_msgs: 100 }))
        yield* Fiber.join(publishing)
        assert.strictEqual(yield* count, 10)
      }), { before: createStream({ max_msgs: 4, discard: "new" }) }))

  it.live("names the subject that no stream captures, and continues once one does", () =>
    withServer((_, sink) =>
      Effect.gen(function*() {
        const { jsm } = yield* Connection
        const given = batch(many(10))
        const error = yield* Effect.flip(publishTo(sink, given))
        assert.include(error.message, `no stream captures ${applianceId}.data.artifacts.raw`)
        yield* createStream()
        yield* publishTo(sink, given)
        assert.strictEqual(yield* count, 10)

        yield* Effect.promise(() => jsm.streams.delete(stream))
        const gone = yield* Effect.flip(publishTo(sink, batch(many(20))))
        assert.include(gone.message, `no stream captures ${applianceId}.data.artifacts.raw`)
        yield* createStream()
        yield* publishTo(sink, batch(many(20)))
        assert.strictEqual(yield* count, 20)
      }), { limits: impatient, before: Effect.void }))

  it.live("notices that another stream captures the subject now", () =>
    withServer((_, sink) =>
      Effect.gen(function*() {
        const { jsm } = yield* Connection
        yield* publishTo(sink, batch(many(1)))
        yield* Effect.promise(async () => {
          await jsm.streams.delete(stream)
          await jsm.streams.add({ name: "OTHER", subjects: [`${applianceId}.>`] })
        })
        const error = yield* Effect.flip(publishTo(sink, batch(many(2))))
        assert.match(error.message, /another stream captures/)
        yield* publishTo(sink, batch(many(2)))
        const { state } = yield* Effect.promise(() => jsm.streams.info("OTHER"))
        assert.strictEqual(state.messages, 2)
      })
    ))

  it.live("shortens an artifact over the broker's limit, and over the stream's", () =>
    withServer((_, sink) =>
      Effect.gen(function*() {
        const { jsm } = yield* Connection
        const large = { ...artifact("large"), message: json({ id: "a", evidence: ["e".repeat(70_000)] }) }
        yield* publishTo(sink, batch([artifact("small"), large]))
        yield* Effect.promise(() => jsm.streams.update(stream, { max_msg_size: 4096 }))
        const later = { ...artifact("later"), message: json({ id: "b", title: "t".repeat(9000) }) }
        assert.match((yield* Effect.flip(publishTo(sink, batch([later])))).message, /over the stream's max_msg_size/)
        yield* publishTo(sink, batch([later]))
        const all = (yield* stored).map(({ text }) => parsed(text))
        assert.deepStrictEqual(all.map(({ id, tags }) => [id, tags]), [
          ["small", []],
          ["large", ["truncated:message"]],
          ["later", ["truncated:message"]]
        ])
        assert.strictEqual(all[1]!.message, "{\"id\":\"a\"}")
        assert.match(all[2]!.message, /^\{"id":"b","title":"t{2000,}"\}$/)
      }), { config: "max_payload: 65536" }))

  it.live("names the subject that the broker's permissions refuse", () =>
    withServer((_, sink) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(publishTo(sink, batch(many(3))))
        const subject = `${applianceId}.data.artifacts.raw`
        assert.include(error.message, `the broker's permissions refuse this user ${subject}`)
        assert.strictEqual(
          error.reason._tag === "SinkUnavailable" && error.reason.remedy,
          `let this user of the broker publish to ${subject}`
        )
      }), {
      config: `authorization { users = [{ user: "c", password: "p", permissions: {
        publish: { deny: ["${applianceId}.data.artifacts.raw"] } } }] }`,
      user: { user: "c", password: Redacted.make("p") }
    }))
})

it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
  describeNats("Dead letters of NatsArtifactSink", () => {
    const deadLetter = (id: number): DeadLetter => ({
      instance: "i",
      endpoint: "e",
      reason: "no_id",
      path: "$.value[0].id",
      occurred_at: "2026-01-01T00:00:00Z",
      record: { id }
    })
    const withDeadLetters = (deadLetters: NatsArtifactSink.DeadLetters) =>
      Layer.build(overStream({ ...off, deadLetters, limits: impatient }))

    it.effect("go to the subject `unknown`, once", () =>
      Effect.gen(function*() {
        const context = yield* withDeadLetters({ to: "subject" })
        yield* Effect.gen(function*() {
          const sink = yield* ArtifactSink
          const given = { artifacts: [artifact("1")], deadLetters: [deadLetter(1), deadLetter(2)] }
          yield* publishTo(sink, given)
          yield* publishTo(sink, given)
          const all = yield* stored
          assert.deepStrictEqual(all.map(({ subject }) => subject.split(".").at(-1)), ["unknown", "unknown", "raw"])
          assert.strictEqual(all[0]!.text, json(deadLetter(1)))
        }).pipe(Effect.provide(context))
      }))

    it.effect("go to files, once per batch however often it is published", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        const context = yield* withDeadLetters({ to: "file", directory })
        yield* Effect.gen(function*() {
          const sink = yield* ArtifactSink
          const { jsm } = yield* Connection
          const given = { artifacts: [artifact("1")], deadLetters: [deadLetter(1)] }
          yield* Effect.promise(() => jsm.streams.update(stream, { subjects: ["elsewhere"] }))
          yield* Effect.flip(publishTo(sink, given))
          yield* Effect.promise(() => jsm.streams.update(stream, { subjects: [`${applianceId}.>`] }))
          yield* publishTo(sink, given)
          const [file, ...more] = yield* fs.readDirectory(directory)
          assert.deepStrictEqual(more, [])
          assert.strictEqual(yield* fs.readFileString(`${directory}/${file}`), `${json(deadLetter(1))}\n`)
        }).pipe(Effect.provide(context))
      }))
  })
})
