/** Hours of the logs of Entra ID and of its protection: every sign-in, audit and version of a risk exactly once. */
import { assert, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import type { Row } from "../../src/simulator/Row.ts"
import { Simulator } from "../../src/simulator/Simulator.ts"
import { publishedIds, world } from "../support/Connector.ts"
import { polling, tenant } from "../support/SimulatedTenant.ts"

/** Of the day that pass; with 24 it takes some two minutes. */
const hours = 2
const noon = Date.UTC(2026, 10, 20, 12)
const names = ["signIns", "directoryAudits", "riskDetections", "riskyUsers"] as const
type Name = typeof names[number]

const roles = ["AuditLog.Read.All", "IdentityRiskEvent.Read.All", "IdentityRiskyUser.Read.All"]

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
      const { document } = yield* polling(names)
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
