/**
 * Tests the broker once, for `check`: whether it answers, which stream keeps the artifacts, and which settings it
 * holds. Writes nothing.
 */
import { Effect, Layer, Option, Schema, type Scope, Stream } from "effect"
import { hostOf, isLoopback } from "../config/Loopback.ts"
import { type SettingsChange, SettingsSource } from "../config/SettingsSource.ts"
import type { Bootstrap } from "./Bootstrap.ts"
import { Connection, hasCredentials } from "./Connection.ts"
import { CreationOrder } from "./CreationOrder.ts"
import { subjectOf } from "./NatsArtifactSink.ts"
import { apiCode, apiCodeOf, describe, remedyOf } from "./NatsFailure.ts"
import * as NatsSettingsSource from "./NatsSettingsSource.ts"
import { ask } from "./Request.ts"
import * as Rights from "./Rights.ts"
import * as StreamJudgement from "./StreamJudgement.ts"

/** How long to wait for a broker that should be up. */
const patience = "8 seconds"

/** The broker did not answer in time. The log has the cause. */
export class NoBroker extends Schema.TaggedError<NoBroker>()("NoBroker", { servers: Schema.Array(Schema.String) }) {
  override get message() {
    return `the broker ${this.servers.join(", ")} does not answer, or refuses the connection`
  }
}

/** The broker's permissions keep the settings from this user. */
export class NoSettings extends Schema.TaggedError<NoSettings>()("NoSettings", { lack: Schema.String }) {
  override get message() {
    return this.lack
  }
}

/** The stream that keeps a subject, with the number of its messages; or the reason why there is none, and what to do. */
export type Kept =
  | { readonly stream: string; readonly messages: number }
  | { readonly missing: string; readonly remedy: string }

const keptOf = Effect.fnUntraced(function*(subject: string): Effect.fn.Return<Kept, never, Connection> {
  const { jsm } = yield* Connection
  return yield* ask(async () => {
    const stream = await jsm.streams.find(subject)
    const { state } = await jsm.streams.info(stream, { subjects_filter: subject })
    return { stream, messages: Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0) }
  }).pipe(Effect.catch(({ cause }) =>
    Effect.succeed({
      missing: apiCodeOf(cause) === apiCode.streamNotFound ? `no stream captures ${subject}` : describe(cause),
      remedy: remedyOf(cause) ?? "make the stream, or look at appliance_id of node.json and stage of the sink"
    })
  ))
})

const settingsLayer = Layer.provide(NatsSettingsSource.layer, CreationOrder.layerReadOnly)

/** What the broker has of settings. */
export interface OnBroker extends SettingsChange {
  /** Whether there is a bucket of settings. */
  readonly hasBucket: boolean
}

/** Reads the settings on the broker once; fails where this user may not read them. */
export const settingsNow: Effect.Effect<OnBroker, NoSettings, Connection | Scope.Scope> = Effect.gen(function*() {
  const lacks = yield* Rights.lacks
  // The source waits for ever for settings that it may not read.
  const unread = lacks.find(({ bucket }) => bucket === NatsSettingsSource.bucket)
  if (unread !== undefined) return yield* new NoSettings({ lack: `${unread.message}: ${unread.remedy}` })
  const source = yield* Effect.provide(SettingsSource, yield* Layer.build(settingsLayer))
  const { jsm } = yield* Connection
  const hasBucket = yield* ask(() => jsm.streams.info(`KV_${NatsSettingsSource.bucket}`)).pipe(
    Effect.as(true),
    Effect.catch(({ cause }) => Effect.succeed(apiCodeOf(cause) !== apiCode.streamNotFound))
  )
  // The settings of a missing bucket never come, and those of a slow broker late: none of them is not known before.
  const found = hasBucket ? yield* Stream.runHead(source.changes) : Option.none<SettingsChange>()
  const change: SettingsChange = Option.getOrElse(found, () => ({ settings: source.initial, faults: [] }))
  return { ...change, faults: [...source.faults ?? [], ...change.faults], hasBucket }
})

/** Gives the broker of an environment 8 seconds for something; fails with {@link NoBroker} after that. */
export const within = <A, E, R>(
  { connection }: Pick<Bootstrap, "connection">,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | NoBroker, R> =>
  Effect.timeoutOrElse(effect, {
    duration: patience,
    orElse: () => Effect.fail(new NoBroker({ servers: connection.servers }))
  })

/**
 * Tests the broker that a process in Conductor would use; fails with {@link NoBroker} after 8 seconds. `lacks` is what the
 * broker's permissions refuse.
 */
export const look = Effect.fn("BrokerCheck.look")(
  function*({ applianceId, connection }: Bootstrap) {
    const { isEncrypted } = yield* Connection
    const lacks = yield* Rights.lacks
    const change = yield* settingsNow
    const { sink } = change.settings
    return {
      ...change,
      lacks,
      /** Whether somebody in between could read what should be protected. */
      isExposed: !isEncrypted && (connection.tls !== undefined || hasCredentials(connection)) &&
        !connection.servers.every((server) => isLoopback(hostOf(server.replace(/^(?:nats|tls):\/\//, "")))),
      /** What is wrong with the stream of the artifacts. */
      findings: sink.type === "nats" ? (yield* StreamJudgement.findings(subjectOf(applianceId, sink.stage))) ?? [] : [],
      /** Messages of the last day that were published, and those of them that no parser knows, where both can be told. */
      unparsed: sink.type === "nats" && sink.stage === "raw"
        ? yield* StreamJudgement.unparsed(
          subjectOf(applianceId, "raw"),
          subjectOf(applianceId, "unknown"),
          Object.values(change.settings.instances).map(({ credentials }) => credentials.tenant_id)
        )
        : undefined,
      artifacts: yield* keptOf(subjectOf(applianceId, sink.type === "nats" ? sink.stage : "raw")),
      unknown: yield* keptOf(subjectOf(applianceId, "unknown"))
    }
  },
  Effect.scoped,
  (effect, bootstrap) => within(bootstrap, Effect.provide(effect, Connection.layer(bootstrap.connection)))
)
