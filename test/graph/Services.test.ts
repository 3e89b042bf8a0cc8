/** Tests the budgets of the services behind Graph, and what their refusals mean. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import type { Collection } from "../../src/endpoints/EndpointDefinition.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import { BudgetUse, services } from "../../src/graph/Services.ts"
import { connection, graphRefusal, microsoft, token } from "./FakeMicrosoft.ts"

const collection = (service: Collection["service"], permissions = ["AuditLog.Read.All"]): Collection => ({
  name: "signIns",
  path: "/v1.0/auditLogs/signIns",
  permissions,
  service,
  licence: "needs Entra ID P1 or P2",
  retires: false
})

const url = "https://graph.microsoft.com/v1.0/auditLogs/signIns?$top=1"

/** The most times within a span of milliseconds. */
const mostWithin = (times: ReadonlyArray<number>, span: number) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + span).length))

/** Sends as many requests as may be sent, for two minutes, and returns when each was sent, by tenant. */
const sending = Effect.fnUntraced(function*(service: Collection["service"], tenants: number, clients = 1) {
  const times = new Map<number, Array<number>>()
  let at = 0
  const fake = yield* microsoft({ graph: [() => Response.json({ value: [] })] })
  yield* Effect.gen(function*() {
    const client = yield* GraphClient
    for (let tenant = 0; tenant < tenants; tenant++) {
      for (let app = 0; app < clients; app++) {
        const graph = yield* client.connect({
          ...connection,
          tenantId: `${tenant}.example`,
          clientId: connection.clientId.replace(/^0/, String(app))
        })
        const sent: Array<number> = times.get(tenant) ?? []
        times.set(tenant, sent)
        const ask = graph.fetchPage({ collection: collection(service), url }).pipe(
          Effect.andThen(Clock.currentTimeMillis),
          Effect.map((now) => sent.push(now)),
          Effect.orDie
        )
        yield* Effect.forkChild(Effect.forever(ask))
      }
    }
    for (; at < 120_000; at += 100) yield* TestClock.adjust(100)
  }).pipe(Effect.provide(Layer.fresh(fake.client)))
  return Array.from(times.values())
})

describe("the budgets of services", () => {
  it.effect("of reports: at most 5 in 10 s a tenant, and 122 over all tenants of an application", () =>
    Effect.gen(function*() {
      const byTenant = yield* sending("reports", 40)
      for (const times of byTenant) assert.isAtMost(mostWithin(times, 10_000), 5)
      const all = byTenant.flat().sort((one, other) => one - other)
      assert.isAtMost(mostWithin(all, 10_000), 122)
      assert.isAbove(all.length, 40 * 12, "and hardly less than may be")
    }))

  it.effect("of identity protection: one in two seconds a tenant, whatever applications ask", () =>
    Effect.gen(function*() {
      const byTenant = yield* sending("identityProtection", 3, 2)
      for (const times of byTenant) {
        assert.isAtMost(mostWithin(times, 2000), 2)
        assert.isAtMost(mostWithin(times, 20_000), 11)
        assert.isAbove(times.length, 50)
      }
    }))

  it("leave room for a backfill beside live polling", () => {
    const perMinute = (rate: { limit: number; window: Duration.Duration }) =>
      rate.limit * 60_000 / Duration.toMillis(rate.window)
    const limits = {
      security: [150],
      reports: [30, 732],
      identityProtection: [60],
      intune: [6000],
      directory: [10_500],
      signInActivity: [10]
    }
    for (const [name, { budgets }] of Object.entries(services)) {
      budgets.forEach(({ backfill, live }, index) => {
        const limit = limits[name as keyof typeof limits][index]!
        assert.isAtMost(perMinute(live) + perMinute(backfill), limit, name)
      })
    }
  })

  it.effect("are smaller for a backfill", () =>
    Effect.gen(function*() {
      const [times] = yield* Effect.provideService(sending("identityProtection", 1), BudgetUse, "backfill")
      assert.isAtMost(times!.length, 16)
    }))
})

describe("a refusal", () => {
  const refused = (reply: () => Response, roles: ReadonlyArray<string> = ["AuditLog.Read.All"]) =>
    Effect.gen(function*() {
      const fake = yield* microsoft({ token: [() => token({ roles })], graph: [reply] })
      const graph = yield* fake.connect()
      return (yield* Effect.flip(graph.fetchPage({ collection: collection("reports"), url }))).reason
    })

  for (
    const [status, code, message, why, required] of [
      [
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license",
        "not_licensed",
        ["AuditLog.Read.All"]
      ],
      [
        403,
        "Authentication_ApplicationHasNoDirectoryReadAccess",
        "Failed to do premium license check from ADGraph",
        "missing_role",
        ["Directory.Read.All"]
      ],
      [
        403,
        "Authentication_MSGraphPermissionMissing",
        "Calling principal does not have required MSGraph permissions AuditLog.Read.All, Directory.Read.All",
        "missing_role",
        ["AuditLog.Read.All", "Directory.Read.All"]
      ],
      [403, "Forbidden", "Your tenant is not licensed for this feature.", "not_licensed", ["AuditLog.Read.All"]],
      [
        403,
        "Forbidden",
        "You cannot perform the requested operation, required scopes are missing in the token.",
        "missing_role",
        ["AuditLog.Read.All"]
      ],
      [
        403,
        "Forbidden",
        `{"_version":3,"Message":"Application must have one of the following scopes: Some.Read.All, Some.ReadWrite.All - Operation ID: 0"}`,
        "missing_role",
        ["Some.Read.All", "Some.ReadWrite.All"]
      ],
      [403, "Unauthorized", "Account is not provisioned.", "not_licensed", ["AuditLog.Read.All"]],
      [401, "Unauthorized", "Account is not provisioned.", "not_licensed", ["AuditLog.Read.All"]],
      [400, "BadRequest", "Request not applicable to target tenant.", "not_licensed", ["AuditLog.Read.All"]]
    ] as const
  ) {
    it.effect(`${status} ${code}: "${message.slice(0, 40)}" is ${why}`, () =>
      Effect.gen(function*() {
        const reason = yield* refused(() => graphRefusal(status, code, message))
        assert.deepInclude(reason, { _tag: "Forbidden", why, requiredPermissions: [...required] })
        if (why === "not_licensed") assert.deepInclude(reason, { licence: "needs Entra ID P1 or P2" })
      }))
  }

  /** Lets the time pass for which the second request waits. */
  const patiently = <A, E>(request: Effect.Effect<A, E>) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(request)
      yield* TestClock.adjust("1 minute")
      return yield* Fiber.join(fiber)
    })

  const ofIntune = (status: number, code: string, message: string, roles: ReadonlyArray<string>, realm = "") =>
    Effect.gen(function*() {
      const reply = () => graphRefusal(status, code, message, realm === "" ? {} : { "www-authenticate": realm })
      const fake = yield* microsoft({ token: [() => token({ roles }), () => token({ roles })], graph: [reply, reply] })
      const graph = yield* fake.connect()
      const { reason } = yield* patiently(Effect.flip(graph.fetchPage({ collection: collection("intune"), url })))
      return { reason, requests: (yield* fake.gets).length }
    })

  const nested = `{"ErrorCode":"Forbidden","Message":"{\\"ErrorCode\\":\\"Forbidden\\"}","Target":null}`
  for (
    const [code, message, realm] of [["UnknownError", nested, ""], ["", "", ""], ["Unauthorized", nested, ""], [
      "Unauthorized",
      "",
      `Bearer realm="urn:intune:service,c3998d6e"`
    ]] as const
  ) {
    it.effect(`401 ${code} ${realm} of Intune is about the tenant or the permission, never about the token`, () =>
      Effect.gen(function*() {
        const granted = yield* ofIntune(401, code, message, ["AuditLog.Read.All"], realm)
        assert.deepInclude(granted.reason, {
          _tag: "Forbidden",
          why: "not_licensed",
          licence: "needs Entra ID P1 or P2"
        })
        assert.isAtMost(granted.requests, 2, "one renewal at most")
        const missing = yield* ofIntune(401, code, message, ["Other.Read.All"], realm)
        assert.deepInclude(missing.reason, { _tag: "Forbidden", why: "missing_role" })
      }))
  }

  it.effect("401 of Intune for an invalid token is about the token, and so is any of another service", () =>
    Effect.gen(function*() {
      const invalid = yield* ofIntune(401, "InvalidAuthenticationToken", "Lifetime validation failed.", [])
      assert.deepInclude(invalid.reason, { _tag: "Unauthorized" })
      const fake = yield* microsoft({
        token: [() => token(), () => token()],
        graph: [() => graphRefusal(401, "UnknownError", nested), () => graphRefusal(401, "UnknownError", nested)]
      })
      const graph = yield* fake.connect()
      const { reason } = yield* patiently(Effect.flip(graph.fetchPage({ collection: collection("reports"), url })))
      assert.deepInclude(reason, { _tag: "Unauthorized" })
    }))

  it.effect("501 is about a column that was asked for, or an outage", () =>
    Effect.gen(function*() {
      const ask = Effect.fnUntraced(function*(message: string) {
        const fake = yield* microsoft({
          token: [() => token()],
          graph: [() => graphRefusal(501, "NotImplemented", message)]
        })
        const graph = yield* fake.connect()
        const list = `${new URL(url).origin}/v1.0/devices?$select=id,isRooted&$top=999`
        return (yield* Effect.flip(graph.fetchPage({ collection: collection("directory"), url: list }))).reason
      })
      assert.deepInclude(yield* ask("Unsupported column 'isRooted'."), {
        _tag: "Rejected",
        refused: { part: "select", names: ["isRooted"] }
      })
      assert.deepInclude(yield* ask("Not implemented."), { _tag: "Unavailable" })
    }))

  it.effect("500 for too many requests is throttling", () =>
    Effect.gen(function*() {
      const message = "Rate limit reached because of too many requests to query broker. Please retry after sometime."
      assert.deepInclude(yield* refused(() => graphRefusal(500, "InternalServerError", message)), { _tag: "Throttled" })
    }))
})
