import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { bodies, bomb } from "../support/Hostile.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, settingsFile } from "../support/RunFiles.ts"

const tenantOf = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`
const others = 20

/** MiB. */
const rssMax = 400
/** Milliseconds. The machine of a test does other things, too; `test/publishing/Hostile.test.ts` measures processor time. */
const answerMax = 1000

const empty = gzipSync(`{"value":[]}`)

/** A Microsoft for any tenant. The first one's alerts are hostile, each page with a link to the next; the last one is a bomb. */
const hostile = Effect.acquireRelease(
  Effect.callback<{ readonly origin: string; readonly asked: Map<string, number>; readonly close: () => void }>(
    (resume) => {
      const asked = new Map<string, number>()
      const made = Object.values(bodies).map((make) => make)
      const server = createServer((request, response) => {
        const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const { pathname, searchParams } = new URL(request.url ?? "/", origin)
        request.resume()
        response.setHeader("content-type", "application/json")
        if (pathname.endsWith("token")) {
          response.end(JSON.stringify({ token_type: "Bearer", expires_in: 3600, access_token: pathname.split("/")[1] }))
          return
        }
        response.setHeader("content-encoding", "gzip")
        const tenant = request.headers.authorization!.split(" ")[1]!
        asked.set(tenant, (asked.get(tenant) ?? 0) + 1)
        if (tenant !== tenantOf(0)) return void response.end(empty)
        const index = Number(searchParams.get("$skiptoken") ?? "0")
        const make = made[index]
        if (make === undefined) return void response.end(bomb())
        const link = `${origin}${pathname}?$skiptoken=${index + 1}`
        response.end(gzipSync(make().replace(/\}$/, `,"@odata.nextLink":"${link}"}`), { level: 1 }))
      }).listen(0, "127.0.0.1", () =>
        resume(Effect.succeed({
          origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          asked,
          close: () => {
            server.close()
            server.closeAllConnections()
          }
        })))
    }
  ),
  ({ close }) => Effect.sync(close)
)

it.layer(NodeServices.layer, { excludeTestServices: true })("a process with a hostile tenant", (it) => {
  it.effect("stays below 400 MB, answers health checks, and polls the others", () =>
    Effect.gen(function*() {
      const { asked, origin } = yield* hostile
      const instance = (n: number) => ({
        poll_interval_minutes: 1,
        lookback_hours: 48,
        credentials: { tenant_id: tenantOf(n), client_id: tenantOf(n), client_secret: "x" },
        cloud: { login: origin, graph: origin },
        endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
      })
      const { directory, file } = yield* settingsFile({}, {
        instances: Object.fromEntries(Array.from({ length: others + 1 }, (_, n) => [`tenant-${n}`, instance(n)])),
        search: { enabled: false }
      })
      const port = yield* Process.freePort
      const run = yield* Process.start(["run", "--listen", `127.0.0.1:${port}`, "--config", file], {
        MALLOC_ARENA_MAX: "1"
      })
      yield* run.says(/listening on/)
      const waits: Array<number> = []
      const ask = Effect.promise(async () => {
        const before = performance.now()
        const { status } = await fetch(`http://127.0.0.1:${port}/health/live`)
        assert.strictEqual(status, 200)
        waits.push(performance.now() - before)
      })
      const hostilePages = Object.keys(bodies).length
      yield* Effect.andThen(ask, Effect.sleep("10 millis")).pipe(
        Effect.repeat({ until: () => run.child.exitCode !== null || (asked.get(tenantOf(0)) ?? 0) >= hostilePages }),
        Effect.timeout("60 seconds")
      )
      const rss = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${run.child.pid}/status`, "utf8"))![1]) / 1024
      assert.isBelow(rss, rssMax)
      assert.isBelow(Math.max(...waits), answerMax)
      assert.strictEqual(asked.size, others + 1)
      run.child.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 0, run.stdout() + run.stderr())
      assert.isAtLeast((yield* artifactsIn(directory)).length, 1002)
    }), 90_000)
})
