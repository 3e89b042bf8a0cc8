/** The command `backfill`: collects a past range, separately from live polling, which may run at the same time. */
import { Clock, DateTime, Effect, Layer, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { type CheckpointKey, storeKey } from "../checkpoints/Checkpoint.ts"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import { removeAll } from "../checkpoints/StateStore.ts"
import * as DataDirectory from "../config/DataDirectory.ts"
import { contextOf, fromSettings } from "../config/Instance.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { endpoints, names } from "../endpoints/Endpoints.ts"
import { GraphClient } from "../graph/GraphClient.ts"
import { GraphError } from "../graph/GraphError.ts"
import { BudgetUse } from "../graph/Services.ts"
import * as Recovery from "../instances/Recovery.ts"
import * as Backfill from "../polling/Backfill.ts"
import { ArtifactSink } from "../sinks/ArtifactSink.ts"
import { fromGraphError, line } from "../status/Report.ts"
import { Status } from "../status/Status.ts"
import { version } from "../status/Version.ts"
import * as Assembly from "./Assembly.ts"
import { ExitCode } from "./ExitCode.ts"
import { layer as positionsLayer, Positions } from "./Positions.ts"
import * as Printed from "./Printed.ts"
import * as Progress from "./ProgressLine.ts"
import * as SettingsFlag from "./SettingsFlag.ts"
import { Refusal } from "./StartRefusal.ts"
import * as Stop from "./Stop.ts"
import * as TlsVerification from "./TlsVerification.ts"

const isGraphError = Schema.is(GraphError)

const parseTime = (flag: string, text: string) =>
  Effect.mapError(
    Effect.fromNullishOr(Timestamp.normalize(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)),
    () => new Refusal({ faults: [`${flag} ${text}: Expected a time such as 2026-01-31 or 2026-01-31T08:00:00Z`] })
  )

export const command = Command.make(
  "backfill",
  {
    config: SettingsFlag.config,
    instance: Flag.String("instance").pipe(Flag.withMetavar("NAME"), Flag.withDescription("Name of the instance")),
    from: Flag.String("from").pipe(
      Flag.withMetavar("TIME"),
      Flag.withDescription("Creation time of the oldest records")
    ),
    to: Flag.String("to").pipe(
      Flag.withMetavar("TIME"),
      Flag.withDescription("Creation time up to which records are collected; now otherwise"),
      Flag.optional
    ),
    endpoint: Flag.Literals("endpoint", names).pipe(
      Flag.withDescription("This endpoint only; all that are turned on otherwise"),
      Flag.optional
    ),
    again: Flag.Boolean("again").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Begin a range anew that was collected before: its artifacts come a second time")
    )
  },
  Effect.fn(function*({ again, config, endpoint, from: fromText, instance: name, to: toText }) {
    yield* Effect.gen(function*() {
      const { initial } = yield* SettingsSource
      const found = initial.instances[name]
      if (found === undefined) {
        return yield* new Refusal({
          faults: [
            `--instance ${name}: the settings have no such instance; they have ${
              Object.keys(initial.instances).join(", ")
            }`
          ]
        })
      }
      if (Option.isSome(endpoint) && endpoints[endpoint.value].list !== undefined) {
        const { noun } = endpoints[endpoint.value]
        return yield* new Refusal({
          faults: [
            `--endpoint ${endpoint.value}: Graph has no past of its ${noun} to collect: each poll reads the list as it is`
          ]
        })
      }
      const { identity } = fromSettings(name, found)
      const now = yield* Clock.currentTimeMillis
      const from = yield* parseTime("--from", fromText)
      const to = Option.isSome(toText) ? yield* parseTime("--to", toText.value) : Timestamp.fromMillis(now)
      if (from >= to) {
        return yield* new Refusal({ faults: [`--from ${fromText}: Expected a time before the end of the range`] })
      }

      const { backfill, directories } = yield* Positions
      const faults = [...(yield* TlsVerification.faults), ...(yield* DataDirectory.faults(directories))]
      if (faults.length > 0) return yield* new Refusal({ faults })
      const { node, noted, stores, writtenSince } = yield* backfill(name)

      const collect = Effect.gen(function*() {
        const checkpoints = yield* Checkpoints
        const { keeper } = yield* ArtifactSink
        const graph = yield* (yield* GraphClient).connect(identity)
        const chosen = identity.endpoints.filter((one) =>
          endpoints[one].list === undefined && (Option.isNone(endpoint) || one === endpoint.value)
        )
        for (const one of chosen) {
          // Without --to the key has `now`, so that the same command resumes the same range later.
          const key: CheckpointKey = {
            cloud: identity.cloud.name,
            tenant: identity.tenantId,
            endpoint: `${one}-${from}-${Option.isSome(toText) ? to : "now"}`
          }
          if (again) yield* removeAll(`${storeKey(key)}.`)
          const state = yield* checkpoints.open(key)
          const saved = Option.getOrUndefined(state.current())
          const end = saved?.position?.until ?? to
          const show = yield* Progress.make(one, from, end)
          const so = yield* Recovery.untilKept(
            { instance: name, endpoint: one },
            state,
            keeper,
            Backfill.run({
              identity,
              endpoint: endpoints[one],
              graph,
              state,
              from,
              to: end as Timestamp.Timestamp,
              context: { ...node, ...contextOf(identity) },
              progress: show.tell
            })
          )
          yield* show.end(so)
          const at = DateTime.formatIso(DateTime.makeUnsafe(yield* Clock.currentTimeMillis))
          yield* noted({ at, command: "backfill", instance: name, endpoint: one, from, to: end })
        }
        const files = yield* writtenSince(now)
        if (files.length > 0) yield* Printed.lines(`written to ${files.join(", ")}`)
      })
      yield* Stop.unfinished(collect).pipe(
        Effect.provide(
          Layer.merge(
            Assembly.layer({
              settings: initial,
              stores
            }),
            Status.layer(version)
          ).pipe(Layer.provide(Layer.succeed(BudgetUse, "backfill")))
        ),
        Effect.catch((error) =>
          Effect.gen(function*() {
            const said = isGraphError(error)
              ? line(
                fromGraphError({ instance: name, endpoint: error.endpoint }, error, yield* Clock.currentTimeMillis)
              )
              : error.message
            yield* Printed.error(
              `azure-security: ${said}\nWhat was collected is kept; the same command goes on where it stopped.`
            )
            yield* ExitCode.set(ExitCode.ofError(error))
          })
        )
      )
      // The lease is given back while the broker's connection is still there.
    }).pipe(Effect.scoped, Effect.provide(positionsLayer(config)))
  })
).pipe(
  Command.withDescription(
    "Collect a past range into files of its own, or into the stream, beside live polling; resumable"
  )
)
