/** Each shape in which a service refuses a tenant, over the whole connector: one stream is refused, and eleven flow. */
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { HttpClient } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { run } from "../../src/cli/Connector.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { all } from "../../src/endpoints/Endpoints.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { PagePermits } from "../../src/publishing/PagePermits.ts"
import { type CollectionName } from "../../src/simulator/Collections.ts"
import { Simulator } from "../../src/simulator/Simulator.ts"
import { ArtifactSink } from "../../src/sinks/ArtifactSink.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"
import type { EndpointState } from "../../src/status/StatusDocument.ts"
import * as Json from "../support/Json.ts"
import * as SimulatedClient from "../support/SimulatedClient.ts"

const noon = Date.UTC(2026, 10, 20, 12)
const nested = `{"ErrorCode":"Forbidden","Message":"{\\"ErrorCode\\":\\"Forbidden\\"}","Target":null}`
const tenantOf = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`

/** The shapes of `graph-identity-api.md`, 5.2: what Graph answers, and what an administrator is told. */
const shapes: ReadonlyArray<{
  readonly endpoint: CollectionName
  readonly status: number
  readonly graph: string
  readonly message: string
  readonly state: EndpointState
  readonly code: string
  readonly remedy: RegExp
  readonly permissions?: ReadonlyArray<string>
}> = [{
  endpoint: "signIns",
  status: 403,
  graph: "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
  message: "Neither tenant is B2C or tenant doesn't have premium license",
  state: "forbidden",
  code: "not_licensed",
  remedy: /^Sign-in logs need Entra ID P1 or P2 in this tenant/
}, {
  endpoint: "signIns",
  status: 403,
  graph: "Authentication_ApplicationHasNoDirectoryReadAccess",
  message: "Failed to do premium license check from ADGraph",
  state: "forbidden",
  code: "missing_permission",
  remedy: /^Grant Directory\.Read\.All/,
  permissions: ["Directory.Read.All"]
}, {
  endpoint: "directoryAudits",
  status: 403,
  graph: "Authentication_MSGraphPermissionMissing",
  message: "Calling principal does not have required MSGraph permissions AuditLog.Read.All",
  state: "forbidden",
  code: "missing_permission",
  remedy: /^Grant AuditLog\.Read\.All/,
  permissions: ["AuditLog.Read.All"]
}, {
  endpoint: "riskyUsers",
  status: 403,
  graph: "Forbidden",
  message: "Your tenant is not licensed for this feature.",
  state: "forbidden",
  code: "not_licensed",
  remedy: /^Risky users need Entra ID P2/
}, {
  endpoint: "riskDetections",
  status: 403,
  graph: "Forbidden",
  message: "You cannot perform the requested operation, required scopes are missing in the token.",
  state: "forbidden",
  code: "missing_permission",
  remedy: /^Grant IdentityRiskEvent\.Read\.All/,
  permissions: ["IdentityRiskEvent.Read.All"]
}, {
  endpoint: "managedDevices",
  status: 403,
  graph: "Forbidden",
  message:
    `{"_version":3,"Message":"Application must have one of the following scopes: DeviceManagementManagedDevices.Read.All - Operation ID: 0"}`,
  state: "forbidden",
  code: "missing_permission",
  remedy: /^Grant DeviceManagementManagedDevices\.Read\.All/,
  permissions: ["DeviceManagementManagedDevices.Read.All"]
}, {
  endpoint: "users",
  status: 403,
  graph: "Authorization_RequestDenied",
  message: "Insufficient privileges to complete the operation.",
  state: "forbidden",
  code: "forbidden",
  remedy: /consent/
}, {
  endpoint: "secureScores",
  status: 403,
  graph: "Unauthorized",
  message: "Unauthorized request - Account is not provisioned.",
  state: "forbidden",
  code: "not_licensed",
  remedy: /^Open the Microsoft Defender portal once/
}, {
  endpoint: "detectedApps",
  status: 400,
  graph: "BadRequest",
  message: "Request not applicable to target tenant.",
  state: "forbidden",
  code: "not_licensed",
  remedy: /^Intune is not set up in this tenant/
}, {
  endpoint: "managedDevices",
  status: 401,
  graph: "UnknownError",
  message: nested,
  state: "forbidden",
  code: "not_licensed",
  remedy: /^Intune is not set up in this tenant/
}, {
  endpoint: "detectedApps",
  status: 500,
  graph: "InternalServerError",
  message: "Rate limit reached because of too many requests to query broker. Please retry after sometime.",
  state: "cooldown",
  code: "throttled",
  remedy: /./
}]

it.effect(
  "one stream is refused in each of the services' ways, with its remedy, and eleven flow",
  () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const initial = yield* Effect.orDie(decodeSettings(
        "test",
        Json.text({
          instances: Object.fromEntries(shapes.map((_, n) => [`tenant-${n}`, {
            collect: "everything",
            lookback_hours: 1,
            credentials: {
              tenant_id: tenantOf(n),
              client_id: "22222222-2222-4222-8222-222222222222",
              client_secret: "x"
            }
          }]))
        })
      ))
      yield* Effect.gen(function*() {
        const simulator = yield* Simulator
        for (const [n, { endpoint, graph, message, status }] of shapes.entries()) {
          yield* simulator.addFault({ kind: "status", tenant: tenantOf(n), endpoint, status, code: graph, message })
        }
        const http = Layer.effect(HttpClient.HttpClient, SimulatedClient.make)
        const context = yield* Layer.build(Status.layer("test"))
        yield* run(false).pipe(
          Effect.provide(
            Layer.mergeAll(
              GraphClient.layer.pipe(Layer.provide([http, FileSystem.layerNoop({})])),
              Checkpoints.layer.pipe(Layer.provide(StateStore.layerMemory)),
              ArtifactSink.layerMemory,
              Reporter.layer,
              PagePermits.layer(8),
              SettingsSource.layerConstant(initial)
            )
          ),
          Effect.provideContext(context),
          Effect.forkChild
        )
        yield* Effect.repeat(TestClock.adjust("1 second"), { times: 59 })
        const { instances } = yield* Effect.flatMap(Status, ({ document }) => document).pipe(
          Effect.provideContext(context)
        )
        for (const [n, { code, endpoint, permissions, remedy, state }] of shapes.entries()) {
          const { endpoints, state: whole } = instances.find(({ name }) => name === `tenant-${n}`)!
          const refused = endpoints.find(({ name }) => name === endpoint)!
          assert.deepInclude({ state: refused.state, code: refused.error?.code }, { state, code }, `${endpoint} ${n}`)
          assert.match(refused.error?.remedy ?? "", remedy, `${endpoint} ${n}`)
          if (permissions !== undefined) assert.deepStrictEqual(refused.error?.required_permissions, [...permissions])
          const flowing = endpoints.filter(({ state }) => state === "ok").map(({ name }) => name)
          assert.lengthOf(flowing, all.length - 1, `all but ${endpoint}: ${flowing.join()}`)
          assert.strictEqual(whole, "ok", "one that is excused leaves the instance well")
        }
      }).pipe(Effect.provide(Simulator.layer({
        roles: Array.from(new Set(all.flatMap(({ permissions }) => permissions[0]!)), String).concat(
          "AuditLog.Read.All"
        ),
        legacyAlerts: 1,
        alerts: 5,
        incidents: 2
      })))
    }).pipe(Effect.provide(RateLimiter.layerStoreMemory), Effect.scoped)
)
