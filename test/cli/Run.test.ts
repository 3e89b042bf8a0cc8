import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { connect, type Socket } from "node:net"
import type { EndpointName } from "../../src/endpoints/Endpoints.ts"
import type { Row } from "../../src/simulator/Row.ts"
import * as Json from "../support/Json.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, evidenceOf, settingsFile, tenantId } from "../support/RunFiles.ts"

const quiet = { alerts: 0, incidents: 0, legacyAlerts: 0 }
it.layer(NodeServices.layer, { excludeTestServices: true })("run", (it) => {
  it.effect("collects a tenant over TLS with unmodified settings once, and then only changes", () =>
    Effect.gen(function*() {
      const { env, simulator } = yield* standIn({ alerts: 2100, incidents: 130, legacyAlerts: 300 })
      const rows = {} as Record<EndpointName, ReadonlyArray<Row>>
      for (const endpoint of ["alerts", "alerts_v2", "incidents"] as const) {
        rows[endpoint] = yield* simulator.rows(tenantId, endpoint)
        yield* simulator.setRows(tenantId, endpoint, rows[endpoint])
      }
      const { directory, file } = yield* settingsFile()
      const once = Effect.gen(function*() {
        const run = yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)
        return { code: yield* run.exit, out: run.stdout(), err: run.stderr() }
      })

      const first = yield* once
      assert.strictEqual(first.code, 0, first.out + first.err)
      for (const [count, endpoint] of [[2100, "alerts_v2"], [130, "incidents"], [300, "alerts"]]) {
        assert.match(
          first.out,
          new RegExp(
            `^\\[INFO\\] azure-security: fetched ${count} events {2}instance=azure-production-tenant endpoint=${endpoint} `,
            "m"
          )
        )
      }
      const expected = 2100 + 130 + 300 + evidenceOf(rows.alerts_v2)
      const after = yield* artifactsIn(directory)
      assert.strictEqual(after.length, expected)
      assert.strictEqual(new Set(after.map(({ id }) => id)).size, expected)

      assert.strictEqual((yield* once).code, 0)
      assert.strictEqual((yield* artifactsIn(directory)).length, expected)

      yield* simulator.setRows(
        tenantId,
        "alerts_v2",
        rows.alerts_v2.map((row, index) =>
          index % 300 === 0
            ? {
              ...row,
              status: "resolved",
              assignedTo: "x",
              lastUpdateDateTime: rows.alerts_v2.at(-1)!["lastUpdateDateTime"]
            }
            : row
        )
      )
      assert.strictEqual((yield* once).code, 0)
      assert.strictEqual((yield* artifactsIn(directory)).length, expected + 7)
      assert.notInclude(first.out + first.err, "never-to-be-seen")
    }))

  it.effect("stops reading a body above the limit, and asks for half as many records", () =>
    Effect.gen(function*() {
      const { env, simulator } = yield* standIn({ alerts: 1000, incidents: 0, legacyAlerts: 0 })
      const { directory, file } = yield* settingsFile({}, { limits: { page_bytes_max: 1_048_576 } })
      const run = yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)
      assert.strictEqual(yield* run.exit, 0, run.stdout() + run.stderr())
      const tops = new Set(
        (yield* simulator.requests).flatMap(({ path }) => /alerts_v2.*top=(\d+)/.exec(path)?.[1] ?? [])
      )
      assert.isAbove(tops.size, 1)
      assert.strictEqual(Array.from(tops)[0], "1000")
      assert.isAtLeast((yield* artifactsIn(directory)).length, 1000)
    }))

  it.effect("does not start in directories that others may write to, and names them all with the remedy", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { directory, file } = yield* settingsFile()
      const shared = ["artifacts", "artifacts/search", "checkpoints"].map((name) => `${directory}/${name}`)
      for (const each of shared) {
        yield* fs.makeDirectory(each)
        yield* fs.chmod(each, 0o777)
      }
      const now = ["--from", "2026-01-01", "--instance", "azure-production-tenant"]
      for (
        const [args, of] of [[["run", "--once", "--no-listen"], shared], [["backfill", ...now], [
          shared[0]!,
          shared[2]!
        ]], [["checkpoint", "clear", "--yes", ...now.slice(2)], [shared[2]!]]] as const
      ) {
        const run = yield* Process.start([...args, "--config", file])
        assert.strictEqual(yield* run.exit, 2)
        for (const each of of) {
          assert.include(run.stderr(), `  ${each} can be written by other users (mode 0777): run chmod go-w ${each}\n`)
        }
      }
      assert.deepStrictEqual(yield* fs.readDirectory(shared[2]!), [])
    }))

  it.effect("starts below a directory that others may write to or own, and warns once with the remedy", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { env } = yield* standIn(quiet)
      const { directory, file } = yield* settingsFile()
      const data = `${directory}/data`
      const settings = Json.parse(yield* fs.readFileString(file)) as object
      yield* fs.writeFileString(
        file,
        Json.text({
          ...settings,
          sink: { type: "file", directory: `${data}/artifacts` },
          checkpoint: { directory: `${data}/checkpoints` }
        })
      )
      yield* fs.makeDirectory(data)
      const run = Effect.gen(function*() {
        const process = yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)
        assert.strictEqual(yield* process.exit, 0, process.stdout() + process.stderr())
        return process.stdout()
      })
      assert.notInclude(yield* run, "[WARN]")
      yield* fs.chmod(data, 0o777)
      const written = `${data} can be written by other users (mode 0777), who could put something else in the place of `
      const said = yield* run
      assert.strictEqual(said.split(written).length, 2)
      assert.include(said, `: run chmod go-w ${data}, or chmod +t ${data}  at=`)
      if (process.getuid?.() !== 0) return
      yield* fs.chmod(data, 0o755)
      yield* fs.chown(data, 54_321, 54_321)
      assert.include(yield* run, `${data} belongs to another user (uid 54321; this process has 0), who could put`)
    }))

  it.effect("reports a wrong secret with its AADSTS number, and exits 1", () =>
    Effect.gen(function*() {
      const { env, simulator } = yield* standIn(quiet)
      yield* simulator.addFault({ preset: "wrong secret" })
      const { file } = yield* settingsFile()
      const run = yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)
      assert.strictEqual(yield* run.exit, 1)
      assert.match(run.stdout(), /^\[ERROR\] azure-security: HTTP 401 AADSTS7000215: .*paste the secret's Value/m)
      assert.strictEqual(run.stdout().split("AADSTS7000215").length, 2, "reported once for the three endpoints")
    }))

  it.effect("continues without the endpoint whose permission is missing, and reports it once", () =>
    Effect.gen(function*() {
      const { env, simulator } = yield* standIn({ alerts: 3, incidents: 1, legacyAlerts: 1 })
      yield* simulator.addFault({ kind: "missing_role", endpoint: "incidents" })
      const { file } = yield* settingsFile()
      const run = yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)
      assert.strictEqual(yield* run.exit, 0)
      assert.match(
        run.stdout(),
        /^\[INFO\] azure-security: fetched 3 events {2}instance=azure-production-tenant endpoint=alerts_v2 /m
      )
      assert.match(run.stdout(), /^\[WARN\] azure-security: .*403.*incidents.*grant SecurityIncident\.Read\.All/m)
    }))

  it.effect("stops within ten seconds during a request that hangs, and exits 0", () =>
    Effect.gen(function*() {
      const { env, simulator } = yield* standIn(quiet)
      yield* simulator.addFault({ kind: "hang", endpoint: "alerts_v2" })
      const { file } = yield* settingsFile({ endpoints: { incidents: { enabled: false } } })
      const run = yield* Process.start(["run", "--no-listen", "--config", file], env)
      yield* run.says(/fetched 0 events .*endpoint=alerts /)
      const from = performance.now()
      run.child.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 0)
      assert.isBelow(performance.now() - from, 10_000)
    }))

  it.effect("stops at once although a client keeps an idle connection open", () =>
    Effect.gen(function*() {
      const { env } = yield* standIn(quiet)
      const { file } = yield* settingsFile()
      const port = yield* Process.freePort
      const run = yield* Process.start(["run", "--listen", `127.0.0.1:${port}`, "--config", file], env)
      yield* run.says(/fetched 0 events .*endpoint=alerts /)
      yield* Effect.acquireRelease(
        Effect.callback<Socket>((resume) => {
          const socket = connect(port, "127.0.0.1", () => resume(Effect.succeed(socket))).on("error", () => undefined)
        }),
        (socket) => Effect.sync(() => socket.destroy())
      )
      const from = performance.now()
      run.child.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 0, run.stderr())
      assert.isBelow(performance.now() - from, 4000)
    }))

  it.effect("refuses bad settings with every fault in one message, and exits 2", () =>
    Effect.gen(function*() {
      const { directory, file } = yield* settingsFile({ poll_interval_minutes: 0, lookback_hours: 1000, cloud: "mars" })
      const run = yield* Process.start(["run", "--config", file])
      assert.strictEqual(yield* run.exit, 2)
      for (const path of ["poll_interval_minutes", "lookback_hours", "cloud"]) {
        assert.include(run.stderr(), `instances.azure-production-tenant.${path}: Expected`)
      }
      const fs = yield* FileSystem.FileSystem
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["azure-security.json"])
    }))

  it.effect("tells of a port in use, a held directory and a short token beside bad settings, and makes nothing", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { env } = yield* standIn(quiet)
      const { directory, file } = yield* settingsFile()
      const port = yield* Process.freePort
      const first = yield* Process.start(["run", "--listen", `127.0.0.1:${port}`, "--config", file], env)
      yield* first.says(/fetched 0 events/)
      const bad = `${directory}/bad.json`
      yield* fs.writeFileString(
        bad,
        Json.text({
          instances: { a: { credentials: { tenant_id: "nope", client_id: "nope", client_secret: "s" } } },
          sink: { type: "file", directory: `${directory}/artifacts` },
          checkpoint: { directory: `${directory}/new` }
        }),
        { mode: 0o600 }
      )
      const second = yield* Process.start(["run", "--listen", `127.0.0.1:${port}`, "--config", bad], {
        AZURE_SECURITY_ADMIN_TOKEN: "short"
      })
      assert.strictEqual(yield* second.exit, 2)
      const said = second.stderr()
      for (const path of ["tenant_id", "client_id"]) assert.include(said, `instances.a.credentials.${path}: Expected`)
      assert.include(said, `127.0.0.1:${port}: the port is in use`)
      assert.include(said, `${directory}/artifacts: held by another writer (process ${first.child.pid})`)
      assert.include(said, "AZURE_SECURITY_ADMIN_TOKEN")
      assert.isFalse(yield* fs.exists(`${directory}/new`))
      const broker = yield* Process.start(["run", "--listen", `127.0.0.1:${port}`], { NATS_URL: "http://x y" })
      assert.strictEqual(yield* broker.exit, 2)
      assert.match(broker.stderr(), /NATS_URL: Expected[^]*the port is in use/)
    }))

  it.effect("refuses a directory that another process writes to", () =>
    Effect.gen(function*() {
      const { env } = yield* standIn(quiet)
      const { file } = yield* settingsFile()
      const first = yield* Process.start(["run", "--no-listen", "--config", file], env)
      yield* first.says(/fetched 0 events/)
      const second = yield* Process.start(["run", "--no-listen", "--config", file], env)
      assert.strictEqual(yield* second.exit, 2)
      assert.include(second.stderr(), `held by another writer (process ${first.child.pid})`)
      first.child.kill("SIGKILL")
      yield* first.exit
      const third = yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)
      assert.strictEqual(yield* third.exit, 0, third.stderr())
    }))
})
