/**
 * Puts secrets, tokens and personal data wherever Microsoft or a person could put them, and searches all output for
 * them.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer, Logger, Ref } from "effect"
import { HttpClient } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore, Values } from "../../src/checkpoints/StateStore.ts"
import * as Assembly from "../../src/cli/Assembly.ts"
import * as Connector from "../../src/cli/Connector.ts"
import * as Logging from "../../src/cli/Logging.ts"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { ArtifactSink, Published } from "../../src/sinks/ArtifactSink.ts"
import { Status } from "../../src/status/Status.ts"
import { jwt, microsoft, nodeError } from "../graph/FakeMicrosoft.ts"
import { tenant } from "../support/Connector.ts"

const secret = "canary~Secret-0123456789"
const token = jwt({ roles: ["SecurityAlert.Read.All"], canary: "canary-claim" })
const person = "canary.person@contoso.example"
const canaries = [secret, token, token.split(".")[1]!, person, "canary"]
const all = canaries.join(" ")
/** Without the word alone: reports quote Graph's words when it rejects a query, and Entra's of a number nobody knows. */
const quoted = canaries.slice(0, -1).join(" ")

type Replies = Parameters<typeof microsoft>[0]

const given = () => Response.json({ token_type: "Bearer", expires_in: 3599, access_token: token })
const error = (status: number, headers: HeadersInit = {}) => () =>
  Response.json({
    error: { code: all, message: quoted, innerError: { "request-id": all, "client-request-id": all, date: all } }
  }, { status, headers: { "request-id": "x", ...headers } })
const refused = (status: number, code: unknown, description = all) => () =>
  Response.json({
    error: all,
    error_description: `AADSTS7000215: ${description}`,
    error_codes: [code],
    trace_id: all,
    correlation_id: all
  }, { status })
const page = (more: object) => () => Response.json({ value: [], ...more })
const text = (body: string, headers: HeadersInit = {}, status = 200) => () => new Response(body, { status, headers })

const wrong: Record<string, Replies> = {
  "a token refused by number": { token: [refused(401, 7000215)] },
  "a token refused by a number nobody knows": { token: [refused(400, 999, quoted)] },
  "a token refused without a number": { token: [refused(400, all)] },
  "a token endpoint of HTML": { token: [text(`<html>${all}</html>`, { "content-type": "text/html" })] },
  "a token endpoint that is down": { token: [text(all, {}, 503)] },
  "a token endpoint that cannot be reached": { token: [() => nodeError("ENOTFOUND", { hostname: all })] },
  "a token that is none": { token: [() => Response.json({ access_token: [all] })] },
  "a request that cannot be made": { graph: [() => nodeError("ECONNRESET", { address: all })] },
  "an untrusted certificate": { graph: [() => nodeError("SELF_SIGNED_CERT_IN_CHAIN", { cert: all })] },
  "a body that is no JSON": { graph: [text(`{"value":[{"mail":"${all}`)] },
  "a body of HTML": { graph: [text(`<html>${all}</html>`, { "content-type": "text/html" })] },
  "a body of another shape": { graph: [page({ value: all })] },
  "a record without an id": { graph: [page({ value: [{ mail: all }, all, null] })] },
  "a record that shows drift": {
    graph: [page({
      value: [{
        id: "1",
        lastUpdateDateTime: "1970-01-01T00:00:00Z",
        severity: 7,
        title: [all],
        evidence: [{ "@odata.type": "#microsoft.graph.security.userEvidence", userAccount: all }]
      }]
    })]
  },
  "a hostile nextLink": { graph: [page({ "@odata.nextLink": `https://${person}/?${all}` })] },
  "a nextLink that repeats": {
    graph: [page({ "@odata.nextLink": `https://graph.microsoft.com/v1.0/security/alerts_v2?$skiptoken=${secret}` })]
  },
  "a provider that did not answer": { graph: [text("{\"value\":[]}", { warning: `199 - "${all}/504/1"` }, 206)] },
  "a challenge": {
    graph: [error(401, { "www-authenticate": `Bearer error="x", claims="${Buffer.from(all).toString("base64")}"` })]
  },
  ...Object.fromEntries(
    [301, 400, 401, 403, 404, 408, 410, 429, 500, 502, 503, 504, 509].map((status) => [`HTTP ${status}`, {
      graph: [error(status, { location: `https://evil.example/${secret}`, "retry-after": all })]
    }])
  )
}

const json = (value: unknown) => JSON.stringify(value)

const settingsOf = (more: object) =>
  decodeSettings(
    "settings",
    json({
      instances: {
        tenant: { credentials: { tenant_id: tenant, client_id: tenant, client_secret: secret }, ...more }
      }
    })
  )

/** Returns all output of the connector for the given answers of Microsoft: log, status, metrics, checkpoints. */
const outputOf = Effect.fnUntraced(function*(replies: Replies) {
  const fake = yield* microsoft({ token: [given], ...replies })
  const initial = yield* settingsOf({ endpoints: { alerts: { enabled: true } } })
  const lines: Array<string> = []
  const capture = Logger.make((options) => void lines.push(Logging.text.log(options), Logging.json.log(options)))
  return yield* Effect.gen(function*() {
    const run = yield* Effect.forkChild(Connector.run(true))
    for (let n = 0; n < 40; n++) yield* TestClock.adjust("1 minute")
    yield* Fiber.join(run)
    const values = yield* Ref.get(yield* Values)
    const { document } = yield* Status
    return {
      lines,
      rest: [
        json(yield* document),
        yield* PrometheusMetrics.format(),
        ...Array.from(values, ([key, { bytes }]) => `${key} ${new TextDecoder().decode(bytes)}`)
      ]
    }
  }).pipe(
    Effect.provide(Logger.layer([capture])),
    Effect.provide(
      Assembly.layerNoDeps({
        settings: initial,
        stores: Layer.merge(Layer.provide(Checkpoints.layer, StateStore.layerMemoryOpen), ArtifactSink.layerMemoryOpen)
      }).pipe(
        Layer.provideMerge(Layer.succeed(HttpClient.HttpClient, fake.http)),
        Layer.provideMerge(FileSystem.layerNoop({})),
        Layer.provideMerge(Layer.mergeAll(Values.layer, Published.layer, Status.layer("test"))),
        Layer.provideMerge(SettingsSource.layerConstant(initial))
      ),
      { local: true }
    )
  )
})

const assertClean = (output: ReadonlyArray<string>) => {
  for (const piece of output) {
    for (const canary of canaries) {
      if (piece.includes(canary)) assert.fail(`${canary} stands in: ${piece.slice(0, 2000)}`)
    }
  }
}

describe("no secret and no person's name is in the log, in the status, in the metrics or in a checkpoint", () => {
  for (const [name, replies] of Object.entries(wrong)) {
    it.effect(`after ${name}`, () =>
      Effect.gen(function*() {
        const { lines, rest } = yield* outputOf(replies)
        assert.isNotEmpty(lines)
        assertClean([...lines, ...rest])
      }))
  }

  it.effect("when the settings are wrong", () =>
    Effect.gen(function*() {
      for (
        const credentials of [
          { tenant_id: secret, client_id: person, client_secret: [secret] },
          { client_secret: { nested: secret } },
          `${secret} ${person}`,
          { tenant_id: tenant, client_id: tenant, client_secret: secret, client_secret_env: secret }
        ]
      ) {
        const bad = yield* Effect.flip(settingsOf({ credentials, client_secret: 3 }))
        assertClean([bad.message, String(bad), json(bad)])
      }
      const torn = yield* Effect.flip(decodeSettings("settings", `{"client_secret":"${secret}",`))
      assertClean([torn.message, String(torn), json(torn)])
    }))
})

it.layer(NodeServices.layer)("the settings in memory", (it) => {
  it.effect("print no secret", () =>
    Effect.gen(function*() {
      const settings = yield* settingsOf({})
      assertClean([json(settings), String(settings)])
    }))
})
