// @effect-diagnostics processEnv:off -- the number of rounds is the test's own, and no setting
/** Tests what settings may name that somebody else than the machine's administrator writes. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer, Result, Schema, Stream } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import * as Grant from "../../src/config/Grant.ts"
import { fromSettings } from "../../src/config/Instance.ts"
import { ProcessSettings } from "../../src/config/Settings.ts"
import { decodeGranted } from "../../src/config/SettingsDocument.ts"
import { GraphClient } from "../../src/graph/GraphClient.ts"
import * as Json from "../support/Json.ts"

const tenant = "11111111-1111-4111-8111-111111111111"
const none: Grant.Grant = {
  secrets: undefined,
  hosts: new Set(),
  data: "/data/azure-security",
  page: { trusted_proxies: [] },
  faults: []
}
const granted: Grant.Grant = {
  ...none,
  secrets: "/secrets",
  hosts: new Set(["login.allowed.example", "graph.allowed.example"])
}
const theirs = { login: "https://login.attacker.example", graph: "https://graph.attacker.example" }
const allowed = { login: "https://login.allowed.example", graph: "https://graph.allowed.example" }

const decode = (grant: Grant.Grant, credentials: object, more: object = {}) =>
  Effect.result(
    decodeGranted(
      grant,
      "INTEGRATIONS one",
      JSON.stringify({ credentials: { tenant_id: tenant, client_id: tenant, ...credentials }, ...more })
    )
  )
const faultsOf = (grant: Grant.Grant, credentials: object, more: object = {}) =>
  Effect.map(decode(grant, credentials, more), (read) => Result.isFailure(read) ? read.failure.faults : [])

/** A certificate as settings name it. */
const certificate = (path: string) => ({ client_certificate_path: path, client_private_key_path: path })

describe("Grant", () => {
  it.effect("refuses each reference to this machine where nothing is granted", () =>
    Effect.gen(function*() {
      for (
        const credentials of [
          { client_secret_env: "NATS_PASSWORD" },
          { client_secret_file: "/proc/self/environ" },
          { client_secret_file: "/dev/zero" },
          { client_secret_file: "name" },
          { federated_token_file: "/etc/shadow" },
          certificate("/etc/ssl/private/key.pem")
        ]
      ) {
        for (const more of [{}, { cloud: theirs }]) {
          const faults = yield* faultsOf(none, credentials, more)
          assert.match(
            faults.join("\n"),
            /^credentials\.(client|federated)_\w+: Expected no (file|environment variable)/
          )
          assert.notInclude(faults.join("\n"), Object.values(credentials)[0]!, "the value is not shown")
        }
      }
    }))

  it.effect("takes a name in the granted directory, and sends it to Microsoft or an allowed host only", () =>
    Effect.gen(function*() {
      for (const name of ["/etc/shadow", "..", "../x", "a/b", ".x", "", "x\u0000y", "x".repeat(129)]) {
        assert.isNotEmpty(yield* faultsOf(granted, { client_secret_file: name }), name)
      }
      assert.isNotEmpty(yield* faultsOf(granted, { client_secret_env: "HOME" }))
      assert.match((yield* faultsOf(granted, { client_secret_file: "acme" }, { cloud: theirs })).join(), /^cloud: /)
      for (const half of [{ ...allowed, login: theirs.login }, { ...allowed, graph: theirs.graph }]) {
        assert.match((yield* faultsOf(granted, { client_secret_file: "acme" }, { cloud: half })).join(), /^cloud: /)
      }
      for (const cloud of ["global", "usgov", allowed]) {
        const read = yield* Effect.fromResult(yield* decode(granted, { client_secret_file: "acme" }, { cloud }))
        assert.strictEqual(read.credentials.client_secret_file, "/secrets/acme")
      }
      // A final dot is the same host, on either side; a port is not.
      const dotted = { login: "https://LOGIN.allowed.example./", graph: "https://graph.allowed.example.:443/" }
      assert.deepStrictEqual(yield* faultsOf(granted, { client_secret_file: "acme" }, { cloud: dotted }), [])
      const alsoDotted = { ...granted, hosts: new Set(["login.allowed.example.", "graph.allowed.example."]) }
      assert.deepStrictEqual(yield* faultsOf(alsoDotted, { client_secret_file: "acme" }, { cloud: allowed }), [])
      const local = { login: "http://127.0.0.1:21002", graph: "http://127.0.0.1:21002" }
      const ofAddress = { ...granted, hosts: new Set(["127.0.0.1"]) }
      assert.deepStrictEqual(yield* faultsOf(ofAddress, { client_secret_file: "acme" }, { cloud: local }), [
        "cloud: Expected a cloud of Microsoft's beside client_secret_file; to allow this one, add 127.0.0.1:21002 to AZURE_SECURITY_CREDENTIAL_HOSTS in the connector's environment"
      ])
      const named = { ...granted, hosts: new Set(["127.0.0.1:21002"]) }
      assert.deepStrictEqual(yield* faultsOf(named, { client_secret_file: "acme" }, { cloud: local }), [])
      const pair = yield* Effect.fromResult(yield* decode(granted, certificate("acme.pem")))
      assert.deepInclude(pair.credentials, certificate("/secrets/acme.pem"))
      assert.deepStrictEqual(yield* faultsOf(none, { client_secret: "typed" }, { cloud: theirs }), [])
    }))

  it.effect("reads what the environment grants", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Grant.fromEnvironment, none)
    }).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({})))))

  it.effect("reads the grants of the environment", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Grant.fromEnvironment, {
        secrets: "/secrets",
        hosts: new Set(["login.example", "graph.example:8443"]),
        data: "/var/lib/azure-security",
        page: { public_url: "https://azure.example.com", trusted_proxies: ["10.0.0.5", "10.1.0.0/16"] },
        faults: []
      })
    }).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({
      AZURE_SECURITY_SECRETS_DIR: "/secrets/",
      AZURE_SECURITY_CREDENTIAL_HOSTS: "Login.example, graph.example:8443",
      AZURE_SECURITY_DATA_DIR: "/var/lib/azure-security",
      AZURE_SECURITY_PUBLIC_URL: "https://azure.example.com",
      AZURE_SECURITY_TRUSTED_PROXIES: "10.0.0.5, 10.1.0.0/16"
    })))))

  it.effect("grants nothing by a variable at fault, and says so", () =>
    Effect.gen(function*() {
      const { faults, page } = yield* Grant.fromEnvironment
      assert.deepStrictEqual(page, { trusted_proxies: [] })
      assert.deepStrictEqual(faults, [
        "AZURE_SECURITY_PUBLIC_URL: Expected http:// or https:// and a host, without a path, such as https://azure.example.com",
        "AZURE_SECURITY_TRUSTED_PROXIES: Expected an address such as 10.0.0.5, or a network such as 10.0.0.0/8"
      ])
    }).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({
      AZURE_SECURITY_PUBLIC_URL: "https://azure.example.com/path",
      AZURE_SECURITY_TRUSTED_PROXIES: "10.0.0.5 proxy.example"
    })))))

  it("takes from settings on the broker neither the page's address nor its proxies", () => {
    const settings = Schema.decodeSync(ProcessSettings)({
      page: { public_url: "https://evil.example", trusted_proxies: ["0.0.0.0/0"], status: "closed" }
    })
    assert.deepStrictEqual(Grant.withinGrant(none, settings).refused, ["page.public_url", "page.trusted_proxies"])
    assert.deepStrictEqual(Grant.withinGrant(none, settings).settings.page, { status: "closed", trusted_proxies: [] })
    const page = { public_url: "https://evil.example", trusted_proxies: ["0.0.0.0/0"] }
    assert.deepStrictEqual(Grant.withinGrant({ ...none, page }, settings), {
      settings: { ...Grant.withinGrant(none, settings).settings, page: { status: "closed", ...page } },
      refused: []
    })
  })

  it("keeps the directories of the process in the granted one, and everything else as it is written", () => {
    const settings = (more: typeof ProcessSettings.Encoded) => Schema.decodeSync(ProcessSettings)(more)
    const place = (more: typeof ProcessSettings.Encoded, grant = none) => Grant.withinGrant(grant, settings(more))
    assert.deepStrictEqual(place({}).refused, [])
    assert.deepInclude(place({ sink: { type: "nats", directory: "/data/azure-security/letters" } }).settings.sink, {
      directory: "/data/azure-security/letters"
    })
    const elsewhere = { ...none, data: "/var/lib/x" }
    assert.deepStrictEqual(place({ sink: { type: "nats" } }, elsewhere).refused, [], "the default is the granted one")
    assert.deepInclude(place({ sink: { type: "nats", stage: "parsed" } }, elsewhere).settings.sink, {
      directory: "/var/lib/x",
      stage: "parsed"
    })
    for (
      const directory of [
        "/etc/cron.d",
        "/data/azure-security/../other",
        "..",
        "../x",
        "/data",
        "/data/azure-security-2"
      ]
    ) {
      const { refused, settings: placed } = place({
        sink: { type: "nats", stage: "parsed", directory },
        search: { directory },
        checkpoint: { directory }
      })
      assert.deepStrictEqual(refused, ["sink.directory", "checkpoint.directory", "search.directory"])
      assert.deepInclude(placed.sink, { directory: "/data/azure-security", stage: "parsed" })
      assert.strictEqual(placed.search.directory, "/data/azure-security/search")
    }
    assert.deepStrictEqual(place({ sink: { type: "stdout" } }).refused, [])
  })
})

/** Mutated documents; 100,000 take 15 seconds: `FUZZ_ROUNDS=100000`. */
const rounds = Number(process.env["FUZZ_ROUNDS"] ?? 3000)

const values: ReadonlyArray<unknown> = [
  "acme",
  "acme.pem",
  "/etc/passwd",
  "/proc/self/environ",
  "/dev/zero",
  "../../etc/passwd",
  "/secrets/../etc/passwd",
  "acme/../../etc/passwd",
  "a\u0000b",
  "..",
  ".",
  "",
  " acme ",
  "NATS_PASSWORD",
  "PATH",
  "global",
  "usgov",
  tenant,
  "contoso.example",
  theirs,
  allowed,
  { ...allowed, graph: theirs.graph },
  { login: "https://login.allowed.example@attacker.example", graph: allowed.graph },
  { login: "https://login.allowed.example.attacker.example", graph: allowed.graph },
  { login: "https://LOGIN.allowed.example:443", graph: allowed.graph },
  null,
  0,
  true,
  [],
  {},
  ["acme"]
]

const paths = [
  "cloud",
  "display_name",
  "credentials",
  ...["tenant_id", "client_id", "client_secret", ...Grant.references].map((name) => `credentials.${name}`)
]

it.effect(
  "a mutated document of the bucket opens nothing outside the granted directory, and reaches no other host",
  () =>
    Effect.gen(function*() {
      let state = 11
      const below = (bound: number) => {
        state = (state * 48_271) % 2_147_483_647
        return state % bound
      }
      const opened = new Set<string>()
      const variables = new Set<string>()
      const hosts = new Set<string>()
      const noted = (path: string) => {
        opened.add(path)
        return path
      }
      const world = Layer.mergeAll(
        FileSystem.layerNoop({
          stat: (path) => Effect.sync(() => (noted(path), { type: "File" } as FileSystem.File.Info)),
          stream: (path) => Stream.suspend(() => (noted(path), Stream.succeed(new TextEncoder().encode("secret")))),
          readFile: (path) => Effect.sync(() => (noted(path), new Uint8Array())),
          readFileString: (path) => Effect.sync(() => noted(path))
        }),
        ConfigProvider.layer(ConfigProvider.make((path) =>
          Effect.sync(() => {
            variables.add(path.join("."))
            return undefined
          })
        )),
        Layer.succeed(
          HttpClient.HttpClient,
          HttpClient.make((request) => {
            hosts.add(new URL(request.url).host)
            const reason = new HttpClientError.TransportError({ request, cause: new Error("refused") })
            return Effect.fail(new HttpClientError.HttpClientError({ reason }))
          })
        )
      )
      const set = (document: Record<string, unknown>, path: string, value: unknown) => {
        const parts = path.split(".")
        const held = parts.length === 1 ? document : document["credentials"]
        if (typeof held === "object" && held !== null) (held as Record<string, unknown>)[parts.at(-1)!] = value
      }
      let taken = 0
      let withFile = 0
      for (let round = 0; round < rounds; round++) {
        const document: Record<string, unknown> = {
          credentials: {
            tenant_id: tenant,
            client_id: tenant,
            [["client_secret", ...Grant.references][below(6)]!]: "acme"
          }
        }
        for (let count = below(3); count >= 0; count--) {
          set(document, paths[below(paths.length)]!, structuredClone(values[below(values.length)]))
        }
        const text = Json.text(document)
        const read = yield* Effect.result(decodeGranted(granted, "INTEGRATIONS one", text))
        if (Result.isFailure(read)) continue
        taken++
        hosts.clear()
        opened.clear()
        yield* Effect.gen(function*() {
          const graph = yield* (yield* GraphClient).connect(fromSettings("one", read.success).identity)
          yield* Effect.result(graph.token)
        }).pipe(Effect.provide(Layer.provideMerge(Layer.fresh(GraphClient.layer), world)))
        for (const path of opened) assert.match(path, /^\/secrets\/[A-Za-z0-9][\w.-]*$/, text)
        if (opened.size > 0) {
          withFile++
          for (const host of hosts) assert.notInclude(host, "attacker", text)
        }
      }
      assert.isAbove(taken, rounds / 40, "documents that can be used were among them")
      assert.isAbove(withFile, rounds / 100, "and some named a file")
      assert.deepStrictEqual(Array.from(variables).filter((name) => /NATS|PATH|acme|HOME/.test(name)), [])
    }),
  600_000
)
