import { assert, describe, it } from "@effect/vitest"
import { type StreamConfig } from "@nats-io/jetstream"
import { Duration, Effect, Schema } from "effect"
import { Checkpoint, delivered, initial } from "../../src/checkpoints/Checkpoint.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Connection } from "../../src/nats/Connection.ts"
import { bucket } from "../../src/nats/NatsStateStore.ts"
import { factsOf, findings, judge, outageRidden, type StreamFacts, weekend } from "../../src/nats/StreamJudgement.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { connection } from "../support/NatsStream.ts"

const nanos = (duration: Duration.Duration) => Duration.toMillis(duration) * 1_000_000

const good: StreamFacts = {
  subject: "a.data.artifacts.raw",
  config: {
    name: "DATA",
    storage: "file",
    discard: "old",
    max_msgs: 10_000,
    max_bytes: 10_000_000,
    max_age: nanos(weekend),
    duplicate_window: nanos(outageRidden),
    num_replicas: 3,
    max_msg_size: -1
  },
  state: { bytes: 1_000_000, messages: 1000 },
  isCluster: true,
  filters: ["a.data.*.raw"],
  volume: { daily: 5000, largest: 100_000 }
}

const codes = (facts: StreamFacts) => judge(facts).map(({ code }) => code)
const withConfig = (config: object): StreamFacts => ({ ...good, config: { ...good.config, ...config } })

describe("a stream", () => {
  it("that is well made has no finding", () => {
    assert.deepStrictEqual(codes(good), [])
    assert.deepStrictEqual(codes(withConfig({ max_age: 0, max_msgs: -1, max_bytes: -1 })), [])
    assert.deepStrictEqual(codes({ ...good, filters: undefined }), [], "what may not be listed is not judged")
    assert.deepStrictEqual(codes({ ...withConfig({ num_replicas: 1 }), isCluster: false }), [])
    assert.deepStrictEqual(codes({ ...withConfig({ max_msgs: 1 }), volume: { daily: 0, largest: 0 } }), [])
    assert.deepStrictEqual(codes(withConfig({ max_msgs: 1, discard: "new" })), [], "it refuses, and is waited for")
  })

  const bad: ReadonlyArray<readonly [string, StreamFacts, RegExp]> = [
    ["stream_duplicate_window", withConfig({ duplicate_window: nanos(outageRidden) - 1 }), /--dupe-window=1h/],
    ["stream_discards", withConfig({ max_msgs: 5000 }), /edit DATA --max-msgs=15000/],
    ["stream_discards", withConfig({ max_bytes: 5_000_000 }), /edit DATA --max-bytes=15000000/],
    ["stream_max_age", withConfig({ max_age: nanos(weekend) - 1 }), /--max-age=72h/],
    ["stream_memory", withConfig({ storage: "memory" }), /^nats stream backup DATA .*--storage=file/],
    ["stream_replicas", withConfig({ num_replicas: 1 }), /--replicas=3/],
    ["stream_async", withConfig({ persist_mode: "async" }), /^nats stream backup DATA .*--persist-mode=default/],
    ["stream_message_size", withConfig({ max_msg_size: 99_999 }), /--max-msg-size=200000/],
    ["stream_unread", { ...good, filters: ["a.data.artifacts.final", "b.>"] }, /--filter=a.data.artifacts.raw/]
  ]
  for (const [code, facts, remedy] of bad) {
    it(`that is badly made has one finding, with the command that mends it: ${code}`, () => {
      const found = judge(facts)
      assert.deepStrictEqual(found.map((one) => one.code), [code])
      assert.match(found[0]!.remedy, remedy)
    })
  }

  it("is read by a consumer of all, of its subject, and of a wildcard that includes it", () => {
    for (const filter of ["", ">", "a.>", "*.data.artifacts.raw", good.subject]) {
      assert.deepStrictEqual(codes({ ...good, filters: ["x", filter] }), [], filter)
    }
    for (const filter of ["a", "a.data.artifacts.raw.x", "a.data.artifacts", "a.data.artifacts.raw.>"]) {
      assert.deepStrictEqual(codes({ ...good, filters: [filter] }), ["stream_unread"], filter)
    }
  })
})

describeNats("streams of a real broker", () => {
  it.live("are judged by what they are, and by what was published within a day", () =>
    Effect.gen(function*() {
      const { jsm, kvm, nc } = yield* Connection
      const ask = <A>(request: () => Promise<A>) => Effect.promise(request)
      const hour = nanos(outageRidden)
      const made: Record<string, Partial<StreamConfig>> = {
        GOOD: {},
        WINDOW: { duplicate_window: hour / 30 },
        DISCARDS: { max_msgs: 915 },
        AGE: { max_age: hour },
        MEMORY: { storage: "memory" },
        ASYNC: { persist_mode: "async" },
        SIZE: { max_msg_size: 5000 },
        UNREAD: {}
      }
      const store = yield* ask(() => kvm.create(bucket))
      const now = Date.now()
      for (const [name, config] of Object.entries(made)) {
        yield* ask(() => jsm.streams.add({ name, subjects: [`${name}.raw`], duplicate_window: hour, ...config }))
        if (name !== "UNREAD") {
          yield* ask(() => jsm.consumers.add(name, { durable_name: "parser", ack_policy: "explicit" }))
        }
        const page = (at: number, count: number) => ({
          stream: name,
          created: "then",
          largest: 5001,
          page: {
            first: 1,
            last: 9,
            id: `${at}`,
            count,
            from: Timestamp.fromMillis(0),
            since: at,
            at,
            place: [0, 0] as const
          }
        })
        const key = { cloud: "global", tenant: name, endpoint: "alerts_v2" }
        const saved = [page(now - 90_000_000, 5000), page(now - 1000, 915)].reduce(
          delivered,
          initial(key, Timestamp.fromMillis(0), 0)
        )
        yield* ask(() =>
          store.put(
            `global.${name}.alerts_v2.checkpoint.json`,
            Schema.encodeSync(Schema.fromJsonString(Checkpoint))(saved)
          )
        )
      }
      const found = yield* Effect.forEach(Object.keys(made), (name) =>
        Effect.map(findings(`${name}.raw`), (all) => [name, all?.map(({ code }) => code).join()] as const))
      const isNew = !/^2\.(?:\d|10|11)\./.test(nc.info!.version)
      assert.deepStrictEqual(Object.fromEntries(found), {
        GOOD: "",
        WINDOW: "stream_duplicate_window",
        DISCARDS: "stream_discards",
        AGE: "stream_max_age",
        MEMORY: "stream_memory",
        ASYNC: isNew ? "stream_async" : "",
        SIZE: "stream_message_size",
        UNREAD: "stream_unread"
      })
      assert.deepStrictEqual((yield* factsOf("GOOD.raw")).volume, { daily: 915, largest: 5001 })
      assert.deepStrictEqual(
        (yield* findings("nobody.raw"))?.map(({ code }) => code),
        ["stream_missing"]
      )
      // A stream that copies it is a reader.
      yield* ask(() => jsm.streams.add({ name: "COPY", sources: [{ name: "UNREAD" }] }))
      assert.deepStrictEqual(yield* findings("UNREAD.raw"), [])
    }).pipe(Effect.provide(connection())))
})
