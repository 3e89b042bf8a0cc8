/** Hours of the logs of Entra ID and of its protection: every sign-in, audit and version of a risk exactly once. */
import { assert, it } from "@effect/vitest"
import { Clock, Effect, FileSystem, Layer, Scope } from "effect"
import { HttpClient } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { run } from "../../src/cli/Connector.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import type { Row } from "../../src/simulator/Row.ts"
import { Simulator } from "../../src/simulator/Simulator.ts"
import { ArtifactSink } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import { publishedIds, world } from "../support/Connector.ts"
import * as Json from "../support/Json.ts"
import * as SimulatedClient from "../support/SimulatedClient.ts"

/** Of the day that pass; with 24 it takes some two minutes. */
const hours = 2
const noon = Date.UTC(2026, 10, 20, 12)
const tenant = "11111111-1111-4111-8111-111111111111"
const names = ["signIns", "directoryAudits", "riskDetections", "riskyUsers"] as const
type Name = typeof names[number]

const roles = ["AuditLog.Read.All", "IdentityRiskEvent.Read.All", "IdentityRiskyUser.Read.All"]

const settings = Effect.orDie(decodeSettings(
  "test",
  Json.text({
    instances: {
      c0ntoso: {
        lookback_hours: 3,
        credentials: { tenant_id: tenant, client_id: "22222222-2222-4222-8222-222222222222", client_secret: "x" },
        endpoints: {
          alerts: { enabled: false },
          alerts_v2: { enabled: false },
          incidents: { enabled: false },
          ...Object.fromEntries(names.map((name) => [name, { enabled: true }]))
        }
      }
    }
  })
))

/** A connector that polls the simulated Microsoft in this process, until the scope ends. */
const polling = Effect.gen(function*() {
  const http = Layer.effect(HttpClient.HttpClient, SimulatedClient.make)
  const graph = GraphClient.layer.pipe(Layer.provide([http, FileSystem.layerNoop({})]))
  const status = yield* Layer.build(Status.layer("test"))
  yield* run(false).pipe(
    Effect.provide(
      Layer.mergeAll(
        graph,
        Checkpoints.layer.pipe(Layer.provide(StateStore.layerMemoryOpen)),
        ArtifactSink.layerMemoryOpen,
        Reporter.layer,
        PagePermits.layer(8),
        SettingsSource.layerConstant(yield* settings)
      )
    ),
    Effect.provideContext(status),
    Effect.forkIn(yield* Scope.Scope)
  )
  return { document: Effect.flatMap(Status, (status) => status.document).pipe(Effect.provideContext(status)) }
})

const versionOf = (name: Name, row: Row): string =>
  ArtifactId.ofRecord(tenant, name, {
    id: String(row["id"]),
    cursor: normalize(String(row[endpoints[name].cursor]))!,
    sent: ofValue({})
  })

it.effect("each is published once, minutes and hours late", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    yield* Effect.gen(function*() {
      const simulator = yield* Simulator
      const { document } = yield* polling
      const wanted = new Map<string, Name>()
      const begun = yield* Clock.currentTimeMillis
      for (let minute = 0; minute < hours * 60; minute++) {
        yield* TestClock.adjust("1 minute")
        if (minute % 5 !== 4) continue
        for (const name of names) {
          for (const row of yield* simulator.rows(tenant, name)) {
            const at = Date.parse(String(row[endpoints[name].cursor]))
            if (at >= begun) wanted.set(versionOf(name, row), name)
          }
        }
      }
      // What comes hours late is found within an hour.
      for (let minute = 0; minute < 70; minute++) yield* TestClock.adjust("1 minute")
      const ids = yield* publishedIds
      assert.strictEqual(new Set(ids).size, ids.length, "nothing twice")
      const published = new Set(ids)
      const missing = [...wanted].filter(([id]) => !published.has(id)).map(([, name]) => name)
      assert.deepStrictEqual(missing, [], `missing of ${wanted.size}`)
      for (const name of names) assert.isAbove([...wanted.values()].filter((one) => one === name).length, 5, name)
      for (const { name, state } of (yield* document).instances[0]!.endpoints) {
        if (names.includes(name as Name)) assert.strictEqual(state, "ok", name)
      }
    }).pipe(Effect.provide(Simulator.layer({ roles, legacyAlerts: 0, alerts: 0, incidents: 0 })))
  }).pipe(Effect.provide([world, RateLimiter.layerStoreMemory])))
