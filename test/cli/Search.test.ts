/** Tests the search of the real program: bundled, over HTTP, with its threads. */
import { NodeHttpClient, NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, FileSystem, Layer, Schedule, type Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { Detail, Found, IndexState } from "../../src/search/Search.ts"
import * as Process from "../support/Process.ts"
import { settingsFile } from "../support/RunFiles.ts"

const everything = { from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", limit: "1000" }

/** The simulator's tenant in which Amy is phished. */
const tenantId = "11111111-1111-4111-8111-111111111111"

const token = "a token of many characters"

const world = Layer.merge(NodeServices.layer, NodeHttpClient.layerUndici)

it.layer(world, { excludeTestServices: true })("search", (it) => {
  const running = Effect.fnUntraced(function*(more: object = {}, under: ReadonlyArray<string> = []) {
    const microsoft = yield* Process.start(["simulate", "--port", "0"])
    const origin = yield* microsoft.says(/http:\/\/127\.0\.0\.1:\d+/)
    const credentials = {
      tenant_id: tenantId,
      client_id: "22222222-2222-4222-8222-222222222222",
      client_secret: "simulated"
    }
    const { directory, file } = yield* settingsFile({ credentials, cloud: { login: origin, graph: origin } }, more)
    const port = yield* Process.freePort
    const connector = yield* Process.start(
      ["run", "--config", file, "--listen", `127.0.0.1:${port}`],
      { AZURE_SECURITY_ADMIN_TOKEN: token },
      undefined,
      under
    )
    const get = <A>(path: string, schema: Schema.Codec<A, unknown>, urlParams: Record<string, string> = {}) =>
      Effect.flatMap(
        HttpClient.get(`http://127.0.0.1:${port}${path}`, {
          urlParams,
          headers: { authorization: `Bearer ${token}` }
        }),
        HttpClientResponse.schemaBodyJson(schema)
      )
    return { connector, directory, get }
  })

  it.effect("the phished user finds the mailbox, the message, the URL and the cluster of the campaign", () =>
    Effect.gen(function*() {
      const { connector, directory, get } = yield* running()
      const fs = yield* FileSystem.FileSystem
      const found = (query: string) => get("/api/search", Found, { ...everything, query })
      // The first requests are sent before the connector listens, and before it has polled.
      const patiently = Schedule.spaced("50 millis")
      const before = yield* Effect.retry(get("/api/search/state", IndexState), patiently)
      assert.strictEqual(before.state, "resting")
      assert.isFalse(yield* fs.exists(`${directory}/artifacts/search`))
      const kinds = ["mailbox", "analyzedMessage", "url", "mailCluster"]
      for (const query of ["user:amy@contoso.example", "user:amy"]) {
        const { rows } = yield* Effect.repeat(found(query), {
          until: ({ rows }) => kinds.every((kind) => rows.some(({ evidence }) => evidence === kind)),
          schedule: patiently
        })
        const url = rows.find(({ evidence }) => evidence === "url")!
        const detail = yield* get(`/api/search/artifacts/${url.id}`, Detail)
        assert.include(detail.artifact!, `"id":"${url.id}"`)
        assert.includeMembers(detail.alert.map(({ evidence }) => evidence), [undefined, "mailbox"])
      }
      const { state } = yield* Effect.repeat(get("/api/search/state", IndexState), {
        until: ({ state }) => state === "following",
        schedule: patiently
      })
      assert.strictEqual(state, "following")
      const from = yield* Clock.currentTimeMillis
      connector.child.kill("SIGTERM")
      yield* connector.exit
      // Writing a page may delay a stop; the search threads must not.
      assert.isBelow((yield* Clock.currentTimeMillis) - from, 3000)
    }))

  const isRoot = process.getuid?.() === 0
  if (!isRoot) process.stderr.write("search: not tested as process 1 of a container, which takes root\n")
  for (const isFirst of isRoot ? [false, true] : [false]) {
    it.effect(`stops within ten seconds while a thread hangs in a system call${isFirst ? ", as process 1 of a container" : ""}`, () =>
      Effect.gen(function*() {
        const { connector, directory, get } = yield* running(
          {},
          isFirst ? ["unshare", "--pid", "--fork", "--mount-proc"] : []
        )
        yield* connector.says(/fetched \d+ events {2}.*alerts_v2/)
        // Opening this pipe waits for a reader that never comes.
        execFileSync("mkdir", ["-p", `${directory}/artifacts/search`])
        execFileSync("mkfifo", [`${directory}/artifacts/search/search.sqlite`])
        yield* Effect.forkScoped(Effect.ignore(get("/api/search", Found, everything)))
        const pid = isFirst
          ? Number(readFileSync(`/proc/${connector.child.pid}/task/${connector.child.pid}/children`, "utf8"))
          : connector.child.pid!
        const searching = Effect.sync(() =>
          readdirSync(`/proc/${pid}/task`).some((thread) =>
            readFileSync(`/proc/${pid}/task/${thread}/comm`, "utf8").startsWith("search-write")
          )
        )
        yield* Effect.repeat(searching, { until: (isSo) => isSo, schedule: Schedule.spaced("50 millis") })
        const from = yield* Clock.currentTimeMillis
        process.kill(pid, "SIGTERM")
        yield* connector.exit
        assert.isBelow((yield* Clock.currentTimeMillis) - from, 10_000)
      }))
  }

  it.effect("searches copies when it is enabled and the sink writes no files", () =>
    Effect.gen(function*() {
      const directory = mkdtempSync(`${tmpdir()}/azure-security-copies-`)
      const { connector, get } = yield* running({ sink: { type: "stdout" }, search: { enabled: true, directory } })
      const { rows } = yield* Effect.repeat(get("/api/search", Found, { ...everything, query: "amy" }), {
        until: ({ rows }) => rows.length > 0,
        schedule: Schedule.spaced("50 millis")
      }).pipe(Effect.retry(Schedule.spaced("50 millis")))
      assert.isAbove(rows.length, 0)
      assert.deepStrictEqual(readdirSync(`${directory}/copies`).filter((name) => name.endsWith(".ndjson")).length, 1)
      connector.child.kill("SIGTERM")
      yield* connector.exit
      rmSync(directory, { recursive: true })
    }))

  it.effect("is off, and gives the reason, when no artifacts are kept", () =>
    Effect.gen(function*() {
      const { get } = yield* running({ sink: { type: "stdout" } })
      const state = yield* Effect.retry(get("/api/search/state", IndexState), Schedule.spaced("50 millis"))
      assert.strictEqual(state.state, "off")
      assert.include(state.why, "search.enabled")
    }))
})
