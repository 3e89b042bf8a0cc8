import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { inspect } from "node:util"
import { type Document, fill, withoutSecret } from "../../src/config/SettingsForm.ts"
import { documentOf } from "./SettingsStoreSuite.ts"

const stored = documentOf({ note: "kept", endpoints: { alerts: { enabled: false } } })
const cloud = { login: "https://login.example", graph: "https://graph.example" }

const faultsOf = (form: Document, before: Document | null = stored, name = "one") =>
  Effect.map(
    Effect.flip(fill(name, form, before ?? undefined, ["one", "Contoso Prod"])),
    (faults) => faults.map(({ message, path }) => `${path}: ${message}`)
  )

describe("SettingsForm", () => {
  it.effect("keeps settings that a form leaves out, trims values, and removes emptied settings", () =>
    Effect.gen(function*() {
      const { document, settings } = yield* fill(
        "one",
        {
          display_name: "  Contoso ",
          endpoints: { alerts: { enabled: null }, incidents: { poll_interval_minutes: 30 } }
        },
        stored,
        []
      )
      assert.deepStrictEqual(document, {
        ...stored,
        display_name: "Contoso",
        endpoints: { alerts: {}, incidents: { poll_interval_minutes: 30 } }
      })
      assert.isTrue(settings.endpoints.alerts.enabled)
      const emptied = yield* fill("one", { display_name: " ", credentials: { client_secret: "" } }, document, [])
      assert.notProperty(emptied.document, "display_name")
      assert.deepStrictEqual(emptied.document["credentials"], stored.credentials)
    }))

  it.effect("makes a document as Conductor stores it", () =>
    Effect.gen(function*() {
      const { document } = yield* fill(
        "new",
        { credentials: stored.credentials, poll_interval_minutes: 5 },
        undefined,
        []
      )
      assert.deepStrictEqual(document, {
        enabled: true,
        integration_type: "microsoft_graph",
        poll_interval_minutes: 5,
        credentials: stored.credentials
      })
    }))

  it.effect("reports each fault at its field in the schema's words, without values", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* faultsOf(
          { poll_interval_minutes: 0, credentials: { tenant_id: "common", client_id: "x", client_secret: "s3cret" } },
          null,
          "-"
        ),
        [
          "name: Expected a name of 1 to 64 letters, digits, blanks, dots, dashes and underscores",
          "poll_interval_minutes: Expected whole minutes from 1 to 1440",
          "credentials.tenant_id: Expected the Directory (tenant) ID: a GUID, or a domain name of the tenant",
          "credentials.client_id: Expected the Application (client) ID: a GUID"
        ]
      )
      assert.deepStrictEqual(yield* faultsOf({ credentials: stored.credentials }, null, "contoso-prod"), [
        `name: Expected a name that differs from "Contoso Prod" in more than case and punctuation`
      ])
      assert.deepStrictEqual(yield* faultsOf({ credentials: { tenant_id: null } }), [
        "credentials.tenant_id: Missing key"
      ])
    }))

  it.effect("never sends a stored secret to another host", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* faultsOf({ cloud }), [
        "credentials.client_secret: Enter the client secret again, because it would be sent to other hosts"
      ])
      assert.deepStrictEqual(yield* faultsOf({ cloud: "global" }, documentOf({ cloud })), [
        "credentials.client_secret: Enter the client secret again, because it would be sent to other hosts"
      ])
      yield* fill("one", { cloud, credentials: { client_secret: "again" } }, stored, [])
      yield* fill("one", { cloud }, documentOf({ cloud }), [])
      const { client_secret: _, ...credentials } = stored.credentials
      const byFile = { credentials: { ...credentials, client_secret_file: "/etc/shadow" } }
      assert.deepStrictEqual(yield* faultsOf({ cloud }, byFile), [
        "cloud: The cloud cannot be changed here while client_secret_file is set; change it where the settings are stored"
      ])
      assert.deepStrictEqual(yield* faultsOf({ credentials: { client_secret_file: "/etc/shadow" } }, byFile), [
        "credentials.client_secret_file: This setting cannot be changed here; change it where the settings are stored"
      ])
      const typed = yield* fill("one", { credentials: { client_secret: "typed" } }, byFile, [])
      assert.deepStrictEqual(typed.document["credentials"], { ...credentials, client_secret: "typed" })
    }))

  it.effect.prop("never shows a secret, wherever it is in malformed credentials", [
    Schema.Record(Schema.String, Schema.Union([Schema.Literal("hidden"), Schema.Int]))
  ], ([credentials]) =>
    Effect.sync(() => {
      const shown = inspect(withoutSecret({ credentials: { client_secret: "hidden", ...credentials } }))
      for (const name of Object.keys(credentials)) {
        if (!["tenant_id", "client_id"].includes(name) && !name.startsWith("client_")) {
          assert.notInclude(shown, "hidden")
        }
      }
      assert.notMatch(shown, /\bclient_secret:/)
      assert.notInclude(inspect(withoutSecret({ credentials: ["hidden"] })), "hidden")
    }))
})
