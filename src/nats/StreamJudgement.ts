/**
 * Judges how the stream of the artifacts is made: what loses them, what lets them come twice, and whether anybody reads them.
 * Each finding has the command that mends it.
 */
import type { ConsumerInfo, MsgRequest, StreamConfig, StreamInfo } from "@nats-io/jetstream"
import { Clock, DateTime, Duration, Effect, Option, Random, Schema, Stream } from "effect"
import { Checkpoint } from "../checkpoints/Checkpoint.ts"
import { bucketOf } from "./CompareAndSet.ts"
import { Connection } from "./Connection.ts"
import { apiCode, apiCodeOf } from "./NatsFailure.ts"
import { bucket as checkpoints } from "./NatsStateStore.ts"
import { ask, Refused } from "./Request.ts"

/** What was published into the stream, by the watermarks of all endpoints. */
export interface Volume {
  /** Messages of the last day. */
  readonly daily: number
  /** Bytes of the largest artifact, before it was shortened. */
  readonly largest: number
}

/** What the stream is judged by. */
export interface StreamFacts {
  readonly subject: string
  readonly config: Partial<StreamConfig> & Pick<StreamConfig, "name">
  readonly state: Pick<StreamInfo["state"], "bytes" | "messages">
  readonly isCluster: boolean
  /**
   * Subjects that its consumers filter by, empty for all. A stream that copies it reads all. Undefined where this user may not
   * list them.
   */
  readonly filters: ReadonlyArray<string> | undefined
  readonly volume: Volume
}

/** A way in which a stream does not keep what is promised. */
export interface StreamFinding {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** The longest outage after which nothing that was stored and not acknowledged comes twice. */
export const outageRidden = Duration.hours(1)

/** The longest time in which nobody looks after an appliance, Friday's evening to Monday's. */
export const weekend = Duration.hours(72)

const nanos = 1_000_000

const spoken = (millis: number): string =>
  millis < 7_200_000 ? `${Math.round(millis / 60_000)} minutes` : `${Math.round(millis / 3_600_000)} hours`

const isPart = (filter: ReadonlyArray<string>, subject: ReadonlyArray<string>): boolean =>
  filter.length === 0
    ? subject.length === 0
    : filter[0] === ">"
    ? subject.length > 0
    : subject.length > 0 && (filter[0] === "*" || filter[0] === subject[0]) && isPart(filter.slice(1), subject.slice(1))

/** Whether a consumer's filter lets a subject through. */
const passes = (filter: string, subject: string) => filter === "" || isPart(filter.split("."), subject.split("."))

const discards = ({ config, state, volume: { daily } }: StreamFacts): StreamFinding | undefined => {
  if (config.discard === "new" || daily === 0) return undefined
  const { max_bytes = -1, max_msgs = -1, name } = config
  const bytes = state.messages === 0 ? 0 : Math.ceil(daily * state.bytes / state.messages)
  const limit = max_msgs > 0 && daily >= max_msgs
    ? { has: `max_msgs ${max_msgs}`, day: `${daily} messages`, flag: `--max-msgs=${daily * 3}` }
    : max_bytes > 0 && bytes >= max_bytes
    ? { has: `max_bytes ${max_bytes}`, day: `${bytes} bytes`, flag: `--max-bytes=${bytes * 3}` }
    : undefined
  return limit === undefined ? undefined : {
    code: "stream_discards",
    message:
      `the stream ${name} discards the oldest artifacts at ${limit.has}, and a day brings ${limit.day}: what is not read within a day is lost`,
    remedy: `nats stream edit ${name} ${limit.flag}`
  }
}

/** The commands that make a stream again: what is in it is kept meanwhile. */
const again = ({ config: { name, subjects }, subject }: StreamFacts, flag: string): string =>
  `nats stream backup ${name} backup-of-${name}; nats stream rm ${name}; nats stream add ${name} ${flag} --subjects="${
    (subjects ?? [subject]).join(",")
  }"; what its consumers have not read is in the backup`

/** Returns what is wrong with a stream; empty for a good one. */
export const judge = (facts: StreamFacts): ReadonlyArray<StreamFinding> => {
  const { config, filters, isCluster, subject, volume: { largest } } = facts
  const { name } = config
  const window = (config.duplicate_window ?? 0) / nanos
  const age = (config.max_age ?? 0) / nanos
  const size = config.max_msg_size ?? -1
  const found: ReadonlyArray<StreamFinding | undefined | false> = [
    window < Duration.toMillis(outageRidden) && {
      code: "stream_duplicate_window",
      message: `the stream ${name} knows duplicates for ${
        spoken(window)
      }: after a longer outage, artifacts that were stored and not acknowledged may come twice`,
      remedy: `nats stream edit ${name} --dupe-window=1h`
    },
    discards(facts),
    age > 0 && age < Duration.toMillis(weekend) && {
      code: "stream_max_age",
      message: `the stream ${name} keeps artifacts for ${
        spoken(age)
      }: a reader that is down over a weekend misses some`,
      remedy: `nats stream edit ${name} --max-age=72h`
    },
    config.storage === "memory" && {
      code: "stream_memory",
      message: `the stream ${name} is in memory, and loses everything at a restart of nats-server`,
      remedy: again(facts, "--storage=file")
    },
    isCluster && config.num_replicas === 1 && {
      code: "stream_replicas",
      message: `the stream ${name} has one replica on a cluster: with its server everything in it is gone`,
      remedy: `nats stream edit ${name} --replicas=3`
    },
    config.persist_mode === "async" && {
      code: "stream_async",
      message: `the stream ${name} acknowledges artifacts before they are written (persist_mode: async)`,
      remedy: again(facts, "--persist-mode=default")
    },
    size > 0 && largest > size && {
      code: "stream_message_size",
      message:
        `the stream ${name} takes messages of ${size} bytes, and the largest artifact had ${largest}: such are published shortened`,
      remedy: `nats stream edit ${name} --max-msg-size=${largest * 2}`
    },
    filters !== undefined && !filters.some((filter) => passes(filter, subject)) && config.republish === undefined && {
      code: "stream_unread",
      message: `nobody reads ${subject}: the stream ${name} has no consumer for it`,
      remedy: `look whether Conductor's parser runs, or nats consumer add ${name} parser --pull --filter=${subject}`
    }
  ]
  return found.filter((one) => one !== undefined && one !== false)
}

const decode = Schema.decodeOption(Schema.fromJsonString(Checkpoint))

/** Reads what was published into a stream within a day, by all checkpoints on the broker. */
const volumeOf = Effect.fnUntraced(function*(stream: string): Effect.fn.Return<Volume, Refused, Connection> {
  const { jsm } = yield* Connection
  const { last, stream: kept, subjectOf } = yield* bucketOf(checkpoints)
  const { state } = yield* ask(() => jsm.streams.info(kept, { subjects_filter: `${subjectOf("")}>` }))
  const keys = Object.keys(state.subjects ?? {})
    .map((subject) => subject.slice(subjectOf("").length))
    .filter((key) => key.endsWith(".checkpoint.json"))
  const since = (yield* Clock.currentTimeMillis) - Duration.toMillis(Duration.days(1))
  const found = yield* Effect.forEach(
    keys,
    (key) =>
      Effect.map(
        last(key),
        Option.flatMap(({ bytes, isValue }) => isValue ? decode(new TextDecoder().decode(bytes)) : Option.none())
      ),
    { concurrency: 16 }
  )
  const deliveries = found.flatMap((one) =>
    Option.isSome(one) && one.value.delivered?.stream === stream ? [one.value.delivered] : []
  )
  return {
    daily: deliveries.reduce(
      (sum, { entries }) => entries.reduce((sum, { at, count }) => at >= since ? sum + count : sum, sum),
      0
    ),
    largest: Math.max(0, ...deliveries.map(({ largest }) => largest))
  }
})

const filtersOf = ({ config: { filter_subject, filter_subjects } }: ConsumerInfo): ReadonlyArray<string> =>
  filter_subjects ?? [filter_subject ?? ""]

const listed = <A>(all: AsyncIterable<A>) =>
  Stream.runCollect(Stream.fromAsyncIterable(all, (cause) => new Refused({ cause })))

/** Reads who reads a stream: its consumers, and the streams that copy it. */
const readersOf = Effect.fnUntraced(
  function*(name: string): Effect.fn.Return<ReadonlyArray<string>, Refused, Connection> {
    const { jsm } = yield* Connection
    const consumers = yield* listed(jsm.consumers.list(name))
    if (consumers.length > 0) return Array.from(consumers).flatMap(filtersOf)
    const streams = yield* listed(jsm.streams.list())
    return streams.some(({ config: { mirror, sources = [] } }) =>
        mirror?.name === name || sources.some((source) => source.name === name)
      )
      ? [""]
      : []
  }
)

/** Reads from the broker what the stream that keeps a subject is judged by; fails where there is none. */
export const factsOf = Effect.fn("StreamJudgement.factsOf")(
  function*(subject: string): Effect.fn.Return<StreamFacts, Refused, Connection> {
    const { jsm, nc } = yield* Connection
    const name = yield* ask(() => jsm.streams.find(subject))
    const { config, state } = yield* ask(() => jsm.streams.info(name))
    return {
      subject,
      config,
      state,
      isCluster: nc.info?.cluster !== undefined,
      filters: Option.getOrUndefined(yield* Effect.option(readersOf(name))),
      // Before the first page there is no bucket.
      volume: yield* Effect.orElseSucceed(volumeOf(name), () => ({ daily: 0, largest: 0 }))
    }
  }
)

/** What was published within a day, and what of it came to the subject of unknown artifacts since then. */
export interface Unparsed {
  readonly published: number
  /** An estimate by a sample: other integrations' messages come to the same subject. */
  readonly unknown: number
}

/** The first message of a subject from a sequence on: nats-server answers it, and the client's type leaves it out. */
const nextOf = (subject: string, seq: number): MsgRequest => ({ seq, next_by_subj: subject } as MsgRequest)

/** Messages of the unknown artifacts that are looked at. */
const sampleMax = 50

/**
 * Counts what was published within a day, and what Conductor's parser did not know of it: it asks a consumer that begins a day
 * ago and takes nothing, and looks at a few messages from then to now for the ids of the tenants. Undefined where one of the
 * two cannot be told.
 */
export const unparsed = Effect.fn("StreamJudgement.unparsed")(
  function*(raw: string, unknown: string, tenantIds: ReadonlyArray<string>) {
    const { jsm } = yield* Connection
    const stream = yield* ask(() => jsm.streams.find(raw))
    const { daily: published } = yield* volumeOf(stream)
    const kept = yield* ask(() => jsm.streams.find(unknown))
    const since = (yield* Clock.currentTimeMillis) - Duration.toMillis(Duration.days(1))
    const counting = yield* ask(() =>
      jsm.consumers.add(kept, {
        ack_policy: "none",
        deliver_policy: "by_start_time",
        opt_start_time: DateTime.formatIso(DateTime.makeUnsafe(since)),
        filter_subject: unknown,
        mem_storage: true,
        inactive_threshold: 5_000_000_000
      })
    )
    yield* Effect.ignore(ask(() => jsm.consumers.delete(kept, counting.name)))
    const { state: { last_seq } } = yield* ask(() => jsm.streams.info(kept))
    const first = counting.delivered.stream_seq + 1
    const step = Math.max(1, Math.floor((last_seq - first + 1) / sampleMax))
    const sampled = new Map<number, boolean>()
    for (let from = first; from <= last_seq && sampled.size < sampleMax; from += step) {
      // Messages may come in a rhythm.
      const seq = yield* Random.nextIntBetween(from, from + step - 1)
      const message = yield* ask(() => jsm.streams.getMessage(kept, nextOf(unknown, seq)))
      if (message === null) break
      const text = new TextDecoder().decode(message.data).toLowerCase()
      sampled.set(message.seq, tenantIds.some((id) => text.includes(id.toLowerCase())))
    }
    const ours = Array.from(sampled.values()).filter((isOurs) => isOurs).length
    return {
      published,
      unknown: sampled.size === 0 ? 0 : Math.round(counting.num_pending * ours / sampled.size)
    } satisfies Unparsed
  },
  Effect.option,
  Effect.map(Option.getOrUndefined)
)

const missing = (subject: string): StreamFinding => ({
  code: "stream_missing",
  message: `no stream keeps ${subject}: nothing can be published, and what is read waits`,
  remedy:
    `start Conductor, which makes it, or: nats stream add DATA --subjects="${subject}" --storage=file --dupe-window=1h; what one that was deleted had is read from Graph again`
})

/** Whether no stream keeps a subject; undefined where the broker cannot be asked. */
export const isMissing = (subject: string): Effect.Effect<boolean | undefined, never, Connection> =>
  Effect.flatMap(Connection, ({ jsm }) =>
    Effect.match(ask(() => jsm.streams.find(subject)), {
      onFailure: ({ cause }) => apiCodeOf(cause) === apiCode.streamNotFound ? true : undefined,
      onSuccess: () => false
    }))

/** Judges the stream that keeps a subject; undefined where it cannot be asked. */
export const findings = (subject: string): Effect.Effect<ReadonlyArray<StreamFinding> | undefined, never, Connection> =>
  Effect.flatMap(
    isMissing(subject),
    (is) =>
      is === undefined
        ? Effect.undefined
        : is
        ? Effect.succeed([missing(subject)])
        : Effect.orElseSucceed(Effect.map(factsOf(subject), judge), () => undefined)
  )
