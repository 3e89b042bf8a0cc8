/** Settings on the broker as the field has them: flat keys, another key, several integrations, organisations. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { appliance, json, onlyAlerts, says, until } from "../support/Appliance.ts"
import { describeNats } from "../support/DescribeNats.ts"
import * as Json from "../support/Json.ts"
import * as Process from "../support/Process.ts"
import { tenantId } from "../support/RunFiles.ts"

const second = "33333333-3333-4333-8333-333333333333"

describeNats("documents of the field", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("with flat keys and organisations of their own are polled, and those of other connectors left alone", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { directory, inConductor, kvm, stored } = yield* appliance({ alerts: 5, incidents: 0, legacyAlerts: 0 })
        const bucket = yield* Effect.promise(() => kvm.open("INTEGRATIONS"))
        const put = (key: string, document: object) => Effect.promise(() => bucket.put(key, json(document)))
        const flat = {
          enabled: true,
          integration_type: "microsoft_graph",
          tenant_id: tenantId,
          client_id: tenantId,
          ...onlyAlerts
        }
        yield* put("connectors", { sink: { type: "nats" } })
        yield* put("connectors.customer", { ...flat, secret: "never-to-be-seen", org_id: "customer-a" })
        yield* put("connectors.own", { ...flat, tenant_id: second, client_secret: "never-to-be-seen" })
        yield* put("connectors.sentinel", { integration_type: "ms_sentinel", workspace: "w" })
        const port = yield* Process.freePort
        const process = yield* Process.start(["run", "--listen", `127.0.0.1:${port}`], {
          ...inConductor,
          AZURE_SECURITY_SETTINGS_KEY: "connectors"
        })
        yield* says(process, /connectors\.sentinel is a document of ms_sentinel, and is left alone/)
        yield* until(Effect.sync(() => process.stdout().split("fetched 5 events").length === 3), "20 seconds")
        const organisations = new Set((yield* stored).map(({ text }) => Json.parse<{ org_id: string }>(text).org_id))
        assert.sameMembers(Array.from(organisations), ["customer-a", "acme"])

        // The page shows no secret, and a change on it keeps the form of the document.
        const token = (yield* fs.readFileString(`${directory}/admin-token`)).trim()
        const ask = (path: string, init: RequestInit = {}) =>
          Effect.promise(async () =>
            await (await fetch(`http://127.0.0.1:${port}${path}`, {
              ...init,
              headers: {
                authorization: `Bearer ${token}`,
                "content-type": "application/json",
                "x-azure-security-page": "1"
              }
            })).text()
          )
        const listed = yield* ask("/api/instances")
        assert.include(listed, tenantId)
        assert.notInclude(listed, "never-to-be-seen")
        assert.notInclude(listed, "sentinel")
        const { revision } = Json.parse<{ instances: ReadonlyArray<{ name: string; revision: string }> }>(listed)
          .instances.find(({ name }) => name === "customer")!
        const saved = yield* ask("/api/instances/customer", {
          method: "PUT",
          body: json({ revision, document: { poll_interval_minutes: 9 } })
        })
        assert.notInclude(saved, "never-to-be-seen")
        const entry = yield* Effect.promise(() => bucket.get("connectors.customer"))
        assert.deepInclude(entry!.json<object>(), {
          tenant_id: tenantId,
          secret: "never-to-be-seen",
          org_id: "customer-a",
          poll_interval_minutes: 9
        })
        assert.notProperty(entry!.json<object>(), "credentials")
        yield* says(process, /settings were changed: poll_interval_minutes {2}by=page instance=customer/)
        assert.strictEqual(process.stdout().split("left alone").length, 2, "told once")
        assert.notInclude(process.stdout() + process.stderr(), "never-to-be-seen")
      }))
  })
})
