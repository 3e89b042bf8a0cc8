import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { inspect } from "node:util"
import { type Document, fill, type FormContext, withoutSecret } from "../../src/config/SettingsForm.ts"
import { documentOf } from "./SettingsStoreSuite.ts"

const stored = documentOf({ note: "kept", endpoints: { alerts: { enabled: false } } })
const cloud = { login: "https://login.example", graph: "https://graph.example" }

const context: FormContext = {
  names: [],
  files: "paths",
  grant: { secrets: undefined, hosts: new Set(), data: "/data", page: { trusted_proxies: [] }, faults: [] }
}

const faultsOf = (form: Document, before: Document | null = stored, name = "one") =>
  Effect.map(
    Effect.flip(fill(name, form, before ?? undefined, { ...context, names: ["one", "Contoso Prod"] })),
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
        context
      )
      assert.deepStrictEqual(document, {
        ...stored,
        display_name: "Contoso",
        endpoints: { alerts: {}, incidents: { poll_interval_minutes: 30 } }
      })
      assert.isTrue(settings.endpoints.alerts.enabled)
      const emptied = yield* fill("one", { display_name: " ", credentials: { client_secret: "" } }, document, context)
      assert.notProperty(emptied.document, "display_name")
      assert.deepStrictEqual(emptied.document["credentials"], stored.credentials)
    }))

  it.effect("makes a document as Conductor stores it", () =>
    Effect.gen(function*() {
      const { document } = yield* fill(
        "new",
        { credentials: stored.credentials, poll_interval_minutes: 5 },
        undefined,
        context
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
          "name: Expected a name of 1 to 64 letters, digits, blanks, dots, dashes and underscores; display_name may be any text",
          "poll_interval_minutes: Expected whole minutes from 1 to 1440",
          "credentials.tenant_id: Expected the Directory (tenant) ID: a GUID, or a domain name of the tenant",
          "credentials.client_id: Expected the Application (client) ID: a GUID"
        ]
      )
      assert.deepStrictEqual(yield* faultsOf({ credentials: stored.credentials }, null, "contoso-prod"), [
        `name: Expected a name that differs from "Contoso Prod" in more than case and punctuation: both become contoso-prod`
      ])
      assert.deepStrictEqual(yield* faultsOf({ credentials: { tenant_id: null } }), [
        "credentials.tenant_id: Expected a value, and there is none"
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
      yield* fill("one", { cloud, credentials: { client_secret: "again" } }, stored, context)
      yield* fill("one", { cloud }, documentOf({ cloud }), context)
      const { client_secret: _, ...credentials } = stored.credentials
      const byFile = { credentials: { ...credentials, client_secret_file: "/etc/shadow" } }
      assert.deepStrictEqual(yield* faultsOf({ cloud }, byFile), [
        "cloud: The cloud cannot be changed here while client_secret_file is set; change it where the settings are stored"
      ])
      const typed = yield* fill("one", { credentials: { client_secret: "typed" } }, byFile, context)
      assert.deepStrictEqual(typed.document["credentials"], { ...credentials, client_secret: "typed" })
    }))

  it.effect("takes the name of a granted file only, and stores its path where paths are stored", () =>
    Effect.gen(function*() {
      const grant = { ...context.grant, secrets: "/secrets" }
      const faults = (credentials: Document, more: Document = {}, granted: FormContext["grant"] = grant) =>
        Effect.map(
          Effect.flip(fill("one", { credentials, ...more }, stored, { ...context, grant: granted })),
          (all) => all.map(({ message, path }) => `${path}: ${message}`)
        )
      assert.deepStrictEqual(yield* faults({ client_secret_file: "acme" }, {}, context.grant), [
        "credentials.client_secret_file: Expected no file here, because none is granted: set AZURE_SECURITY_SECRETS_DIR in the connector's environment"
      ])
      for (const name of ["/etc/shadow", "../shadow", "..", ".hidden", "a/b", "a\u0000b"]) {
        assert.deepStrictEqual(yield* faults({ client_secret_file: name }), [
          "credentials.client_secret_file: Expected the name of a file in AZURE_SECURITY_SECRETS_DIR, without a path"
        ])
      }
      assert.deepStrictEqual(yield* faults({ client_secret_env: "HOME" }), [
        "credentials.client_secret_env: Expected no environment variable here; write the secret itself, or a file's name"
      ])
      assert.deepStrictEqual(yield* faults({ federated_token_file: "token" }, { cloud }), [
        "cloud: Expected a cloud of Microsoft's beside federated_token_file; to allow this one, add login.example,graph.example to AZURE_SECURITY_CREDENTIAL_HOSTS in the connector's environment"
      ])

      const { client_secret: _, ...ids } = stored.credentials
      const form = { credentials: { client_secret_file: "acme" } }
      const inFile = yield* fill("one", form, stored, { ...context, grant })
      assert.deepStrictEqual(inFile.document["credentials"], { ...ids, client_secret_file: "/secrets/acme" })
      const inBucket = yield* fill("one", form, stored, { ...context, grant, files: "names" })
      assert.deepStrictEqual(inBucket.document["credentials"], { ...ids, client_secret_file: "acme" })
      assert.strictEqual(inBucket.settings.credentials.client_secret_file, "/secrets/acme")
      const again = yield* fill("one", { display_name: "x" }, inBucket.document, { ...context, grant, files: "names" })
      assert.strictEqual(again.settings.credentials.client_secret_file, "/secrets/acme")
      const kept = yield* fill("one", { display_name: "x" }, inFile.document, context)
      assert.deepStrictEqual(kept.document["credentials"], inFile.document["credentials"])
    }))

  it.effect("judges nothing that a form has as the file has it, and all that it has otherwise", () =>
    Effect.gen(function*() {
      const { client_secret: _, ...ids } = stored.credentials
      const local = { login: "http://127.0.0.1:21002", graph: "http://127.0.0.1:21003" }
      const inFile = { cloud: local, credentials: { ...ids, client_secret_env: "ACME_SECRET" } }
      const turned = { graph: local.graph, login: local.login }
      for (const form of [{}, inFile, { cloud: turned }, { ...inFile, cloud: turned }]) {
        const { document } = yield* fill("one", { ...form, display_name: "Acme" }, inFile, context)
        assert.deepStrictEqual(document, { ...inFile, display_name: "Acme" })
      }
      for (const more of [{ client_secret_env: "HOME" }, { client_secret_file: "acme" }]) {
        assert.isNotEmpty(yield* faultsOf({ credentials: more }, inFile))
      }
      assert.deepStrictEqual(yield* faultsOf({ ...inFile, cloud }, inFile), [
        "cloud: The cloud cannot be changed here while client_secret_env is set; change it where the settings are stored"
      ])
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
