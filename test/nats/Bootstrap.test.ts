import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Redacted } from "effect"
import * as Bootstrap from "../../src/nats/Bootstrap.ts"

const inEnvironment = (env: Record<string, string>) =>
  Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))

const nodeFile = Effect.fnUntraced(function*(text: string) {
  const fs = yield* FileSystem.FileSystem
  const file = `${yield* fs.makeTempDirectoryScoped()}/node.json`
  yield* fs.writeFileString(file, text)
  return file
})

it.layer(NodeServices.layer)("Bootstrap", (it) => {
  it.effect("reads the broker, the appliance and the credentials of a protected broker", () =>
    Effect.gen(function*() {
      const file = yield* nodeFile(
        `{"appliance_id":"b0f7-1","org_id":"acme","ca_path":"/c/ca.pem","client_cert_path":"/c/c.pem","client_key_path":"/c/k.pem","org_name":"Acme"}`
      )
      const read = yield* Bootstrap.read().pipe(inEnvironment({
        NATS_URL: "nats://broker-edge:4223, tls://other:4223",
        WF_NODE_CONFIG_FILE: file,
        NATS_USER: "u",
        NATS_PASSWORD: "p"
      }))
      assert.deepStrictEqual(read.connection.servers, ["nats://broker-edge:4223", "tls://other:4223"])
      assert.deepStrictEqual(read.connection.tls, { ca: "/c/ca.pem", certificate: "/c/c.pem", key: "/c/k.pem" })
      assert.deepInclude(read, { applianceId: "b0f7-1", orgId: "acme", caFile: "/c/ca.pem" })
      assert.strictEqual(read.connection.user, "u")
      assert.strictEqual(Redacted.value(read.connection.password!), "p")
    }))

  it.effect("names what is missing, truncated or malformed, and shows no password", () =>
    Effect.gen(function*() {
      const good = yield* nodeFile(`{"appliance_id":"b0f7-1"}`)
      const cases = [
        [
          { NATS_URL: "nats://b:4222", WF_NODE_CONFIG_FILE: "/nowhere/node.json" },
          /\/nowhere\/node\.json: Expected Conductor's node\.json/
        ],
        [
          { NATS_URL: "nats://b:4222", WF_NODE_CONFIG_FILE: yield* nodeFile("{\"appliance_id\":") },
          /node\.json: Expected a whole node\.json/
        ],
        [{ NATS_URL: "nats://b:4222", WF_NODE_CONFIG_FILE: yield* nodeFile("{}") }, /appliance_id/],
        [
          { NATS_URL: "nats://b:4222", WF_NODE_CONFIG_FILE: yield* nodeFile("{\"appliance_id\":\"a.b\"}") },
          /letters, digits and dashes/
        ],
        [
          { NATS_URL: "nats://user:secret@b:4222", WF_NODE_CONFIG_FILE: good },
          /NATS_URL: Expected .*NATS_USER and NATS_PASSWORD/
        ],
        [{ NATS_URL: "http://b:4222", WF_NODE_CONFIG_FILE: good }, /NATS_URL: Expected/],
        [{ NATS_URL: " , ", WF_NODE_CONFIG_FILE: good }, /NATS_URL: Expected the broker's address/]
      ] as const
      for (const [env, message] of cases) {
        const bad = yield* Effect.flip(Bootstrap.read().pipe(inEnvironment(env)))
        assert.match(bad.message, message)
        assert.notInclude(bad.message, "secret")
      }
    }))

  it.effect("refuses credentials that could be sent unencrypted to another machine, unless that is allowed", () =>
    Effect.gen(function*() {
      const file = yield* nodeFile(`{"appliance_id":"b0f7-1"}`)
      const withCa = yield* nodeFile(`{"appliance_id":"b0f7-1","ca_path":"/c/ca.pem"}`)
      const read = (env: Record<string, string>) =>
        Bootstrap.read().pipe(inEnvironment({ WF_NODE_CONFIG_FILE: file, ...env }))
      const user = { NATS_USER: "u", NATS_PASSWORD: "secret" }
      for (
        const url of ["nats://broker:4222", "broker", "nats://127.0.0.1:4222,nats://broker", "nats://127.0.0.1.evil:1"]
      ) {
        for (const credentials of [user, { NATS_TOKEN: "secret" }, { NATS_CREDS: "/c/secret.creds" }]) {
          const { message } = yield* Effect.flip(read({ NATS_URL: url, ...credentials }))
          assert.match(message, /^NATS_URL: the broker's credentials could be sent unencrypted to .*: write tls:\/\//)
          assert.notInclude(message, "secret")
        }
      }
      yield* read({ NATS_URL: "nats://broker:4222" })
      yield* read({ NATS_URL: "tls://broker:4222", ...user })
      yield* read({ NATS_URL: "nats://broker:4222", ...user, WF_NODE_CONFIG_FILE: withCa })
      for (const url of ["nats://127.0.0.1:4222", "localhost", "nats://[::1]:4222"]) {
        yield* read({ NATS_URL: url, ...user })
      }
      const allowed = yield* read({ NATS_URL: "nats://broker:4222", ...user, NATS_ALLOW_PLAINTEXT: "1" })
      assert.isTrue(allowed.connection.allowsPlaintext)
      yield* Effect.flip(read({ NATS_URL: "nats://broker:4222", ...user, NATS_ALLOW_PLAINTEXT: "0" }))
      for (const key of ["signal client", ".x", "x..y", "x.*"]) {
        const { faults } = yield* Effect.flip(read({ NATS_URL: "localhost", AZURE_SECURITY_SETTINGS_KEY: key }))
        assert.match(faults.join(), /^AZURE_SECURITY_SETTINGS_KEY: Expected a key of the bucket/)
      }
      yield* read({ NATS_URL: "localhost", AZURE_SECURITY_SETTINGS_KEY: "other.azure" })
    }))
})
