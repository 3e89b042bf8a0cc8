/** Who gets what of the page's interface, asked of the real program from outside. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, FileSystem, Schedule, Struct } from "effect"
import { createHash } from "node:crypto"
import { createServer, get, request as forward } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import * as Json from "../support/Json.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, settingsFile } from "../support/RunFiles.ts"

const quiet = { alerts: 0, incidents: 0, legacyAlerts: 0 }

const range = "from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
const page = { "x-azure-security-page": "1" }

interface Answer {
  readonly status: number
  readonly text: string
  readonly cookie: string
}

const ask = (origin: string, path: string, { body, headers = {}, method = "GET" }: {
  readonly body?: object
  readonly headers?: Record<string, string>
  readonly method?: string
} = {}) =>
  Effect.promise(async (): Promise<Answer> => {
    const answer = await fetch(origin + path, {
      method,
      redirect: "manual",
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: Json.text(body) })
    })
    return {
      status: answer.status,
      text: await answer.text(),
      cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0]!
    }
  })

const signIn = (origin: string, token: string) =>
  ask(origin, "/api/session", { method: "POST", headers: page, body: { token } })

const tokenIn = (text: string) => /#token=([\w-]+)/.exec(text)![1]!

/** What `proxy_pass` does: the request goes on with the host of its target, and nothing tells that it was passed on. */
const plainProxy = (target: string) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((asked, response) => {
        const { headers, method, url } = asked
        const passed = forward(target + url, { method, headers: { ...headers, host: "127.0.0.1" } }, (answer) => {
          response.writeHead(answer.statusCode!, answer.headers)
          answer.pipe(response)
        })
        asked.pipe(passed)
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))

/** A connection that sends nothing. */
const idle = (port: number) =>
  Effect.callback<Socket>((resume) => {
    const socket = connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
    socket.on("error", () => resume(Effect.succeed(socket)))
  })

it.layer(NodeServices.layer, { excludeTestServices: true })("the page's interface", (it) => {
  const running = Effect.fnUntraced(function*(more: object = {}, env: Record<string, string> = {}) {
    const microsoft = yield* standIn(quiet)
    const { directory, file } = yield* settingsFile({}, more)
    const run = yield* Process.start(["run", "--config", file, "--listen", "127.0.0.1:0"], { ...microsoft.env, ...env })
    const origin = (yield* run.says(/the page is http:\/\/127\.0\.0\.1:\d+/)).replace("the page is ", "")
    const command = Effect.fnUntraced(function*(args: ReadonlyArray<string>, own: Record<string, string> = {}) {
      const ran = yield* Process.start([...args, "--url", origin], own, directory)
      return { code: yield* ran.exit, out: ran.stdout(), err: ran.stderr() }
    })
    return { command, directory, env: microsoft.env, file, origin, run }
  })

  it.effect("is nobody's who has no token, on the machine itself and through a proxy that adds no header", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { directory, file, origin } = yield* running()
      const before = yield* fs.readFileString(file)
      for (const at of [origin, yield* plainProxy(origin)]) {
        for (
          const [method, path, body] of [
            ["GET", `/api/search/export?${range}&format=ndjson`],
            ["GET", `/api/search?${range}`],
            ["GET", "/api/instances"],
            ["GET", "/api/live"],
            ["GET", "/api/activity?range=hour"],
            ["GET", "/api/activity/tenants?range=hour"],
            ["GET", "/debug/requests"],
            ["DELETE", "/api/instances/azure-production-tenant?revision=x"],
            ["PUT", "/api/instances/mine", { revision: null, document: { cloud: { login: at, graph: at } } }],
            ["POST", "/api/check", { name: "mine", revision: null, document: {} }],
            ["POST", "/api/session/link"]
          ] as const
        ) {
          for (const headers of [{}, page]) {
            const answer = yield* ask(at, path, { method, headers, ...(body === undefined ? {} : { body }) })
            assert.strictEqual(answer.status, 401, `${method} ${path}`)
          }
        }
        for (const path of ["/health/live", "/health/ready", "/metrics", "/status", "/openapi.json", "/api/session"]) {
          assert.strictEqual((yield* ask(at, path)).status, 200, path)
        }
      }
      assert.strictEqual(yield* fs.readFileString(file), before)
      assert.strictEqual((yield* fs.stat(`${directory}/checkpoints/admin-token`)).mode & 0o777, 0o600)
    }))

  it.effect("is opened by the link of the start and by those of the command page, each once", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { command, directory, env, file, origin, run } = yield* running()
      yield* run.says(/This link signs in once, within 15 minutes: http:\S+#token=/)
      const admin = (yield* fs.readFileString(`${directory}/checkpoints/admin-token`)).trim()
      const first = tokenIn(run.stdout())
      const made = yield* command(["page"])
      assert.strictEqual(made.code, 0, made.err)
      assert.match(
        made.out,
        new RegExp(`^${origin}/#token=[\\w-]{43}\nThis link signs in once, within 15 minutes\\.\n$`)
      )
      for (const link of [first, tokenIn(made.out)]) {
        const { cookie, status } = yield* signIn(origin, link)
        assert.strictEqual(status, 200)
        assert.strictEqual((yield* ask(origin, "/api/instances", { headers: { cookie } })).status, 200)
        assert.strictEqual((yield* signIn(origin, link)).status, 401)
        const asToken = { authorization: `Bearer ${link}` }
        assert.strictEqual((yield* ask(origin, "/api/instances", { headers: asToken })).status, 401)
      }
      const asAdmin = { authorization: `Bearer ${admin}` }
      assert.strictEqual((yield* ask(origin, "/api/instances", { headers: asAdmin })).status, 200)
      assert.notInclude(run.stdout() + run.stderr() + made.out, admin)

      // The next start has the same token, and none of the sessions and links before.
      run.child.kill("SIGTERM")
      yield* run.exit
      const again = yield* Process.start(["run", "--once", "--listen", "127.0.0.1:0", "--config", file], env)
      yield* again.exit
      assert.notInclude(again.stdout(), "#token=")
      assert.strictEqual((yield* fs.readFileString(`${directory}/checkpoints/admin-token`)).trim(), admin)
    }))

  it.effect("tells the commands why they get nothing, and sends none the token", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { command, directory, origin } = yield* running()
      const file = `${directory}/checkpoints/admin-token`
      const admin = (yield* fs.readFileString(file)).trim()
      const other = yield* command(["page"], { AZURE_SECURITY_ADMIN_TOKEN: "another of many characters" })
      assert.strictEqual(other.code, 1)
      assert.include(other.err, "refused the request: it has another token")
      const short = yield* command(["page"], { AZURE_SECURITY_ADMIN_TOKEN: "short" })
      assert.match(short.err, /AZURE_SECURITY_ADMIN_TOKEN is shorter than 16 characters/)
      yield* fs.rename(file, `${file}.old`)
      const missing = yield* command(["page"])
      assert.strictEqual(missing.code, 1)
      assert.match(missing.err, /there is no \/.+\/checkpoints\/admin-token: start a connector with these settings/)

      // Another program passes the requests on, and says itself where the link leads.
      yield* fs.rename(`${file}.old`, file)
      const heard: Array<{ readonly path: string; readonly authorization: string | undefined; readonly code: number }> =
        []
      const squatter = yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const server = createServer((asked, response) => {
            const { headers, method, url: path = "" } = asked
            const passed = forward(origin + path, { method, headers }, (answer) => {
              heard.push({ path, authorization: headers.authorization, code: answer.statusCode! })
              response.writeHead(answer.statusCode!, answer.headers)
              answer.pipe(response)
            })
            asked.pipe(passed)
          })
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const at = `http://127.0.0.1:${(squatter.address() as AddressInfo).port}`
      const asked = yield* Process.start(["page", "--url", at], {}, directory)
      assert.strictEqual(yield* asked.exit, 1)
      assert.include(asked.stderr(), "or passes requests on: ask the connector at its own address")
      const { authorization = "" } = heard.at(-1)!
      assert.match(authorization, /^Bearer proof\./)
      assert.deepStrictEqual(heard.map(({ code }) => code), heard.map(() => 401))
      for (
        const [method, path] of [["POST", "/api/session/link"], ["GET", "/api/instances"], [
          "POST",
          "/api/session"
        ]] as const
      ) {
        const headers = { ...page, authorization }
        const body = { token: authorization.replace("Bearer ", "") }
        const answer = yield* ask(origin, path, { method, headers, ...(method === "GET" ? {} : { body }) })
        assert.strictEqual(answer.status, 401, path)
      }
      assert.notInclude(Json.text(heard), admin)
      squatter.removeAllListeners("request").on("request", (_, response) => {
        const link = { token: "x".repeat(43), expires_at: "2030-01-01T00:00:00Z", origin: "https://evil.example" }
        response.writeHead(200, { "content-type": "application/json" })
        response.end(JSON.stringify({ ...link, signature: "y".repeat(43) }))
      })
      const led = yield* Process.start(["page", "--url", at], {}, directory)
      assert.strictEqual(yield* led.exit, 1)
      assert.include(led.stderr(), "does not know the token: no link is printed")
      assert.notInclude(led.stdout() + led.stderr(), "evil.example")
      const nobody = yield* Process.start(["page", "--url", "http://127.0.0.1:1"], {}, directory)
      assert.strictEqual(yield* nobody.exit, 1)
      assert.include(nobody.stderr(), "no connector answers at http://127.0.0.1:1")
    }))

  it.effect("closes the status when the settings say so; the command status signs in", () =>
    Effect.gen(function*() {
      const { command, origin } = yield* running({ page: { status: "closed" } })
      assert.strictEqual((yield* ask(origin, "/status")).status, 401)
      const status = yield* command(["status"])
      assert.strictEqual(status.code, 0, status.err)
      assert.include(status.out, "azure-production-tenant: ")
      const requests = yield* command(["status", "--requests"])
      assert.strictEqual(requests.code, 0, requests.err)
      const other = yield* command(["status"], { AZURE_SECURITY_ADMIN_TOKEN: "another of many characters" })
      assert.include(other.err, "it has another token")
    }))

  it.effect("answers to no other name: a page of that name would be the connector's in a browser", () =>
    Effect.gen(function*() {
      const { origin } = yield* running()
      const named = (host: string, path: string) =>
        Effect.callback<number>((resume) => {
          get(origin + path, { headers: { host } }, (answer) => {
            answer.resume()
            resume(Effect.succeed(answer.statusCode!))
          })
        })
      for (const path of ["/", "/admin/settings/integrations", "/metrics", "/health/live", "/status", "/api/session"]) {
        assert.strictEqual(yield* named("evil.example", path), 421, path)
        assert.notStrictEqual(yield* named("localhost:9464", path), 421, path)
      }
    }))

  it.effect("refuses a token that can be guessed, together with the other faults of the start", () =>
    Effect.gen(function*() {
      const { file } = yield* settingsFile()
      const env = { AZURE_SECURITY_ADMIN_TOKEN: "open sesame" }
      const run = yield* Process.start(["run", "--config", file, "--listen", "nowhere"], env)
      assert.strictEqual(yield* run.exit, 2)
      assert.match(run.stderr(), /AZURE_SECURITY_ADMIN_TOKEN is shorter than 16 characters/)
      assert.match(run.stderr(), /--listen nowhere: Expected HOST:PORT/)
      assert.notInclude(run.stderr(), "open sesame")
      const demo = yield* Process.start(["demo", "--once"], env)
      assert.strictEqual(yield* demo.exit, 2)
    }))

  it.effect("makes no token where nobody signs in, and refuses a start that cannot make one", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { env } = yield* standIn(quiet)
      const { directory, file } = yield* settingsFile()
      const token = `${directory}/checkpoints/admin-token`
      for (const words of [["--once"], ["--once", "--no-listen"]]) {
        const run = yield* Process.start(["run", "--listen", "127.0.0.1:0", "--config", file, ...words], env)
        yield* run.exit
        assert.isFalse(yield* fs.exists(token), words.join(" "))
      }
      yield* fs.symlink(`${directory}/elsewhere`, token)
      const run = yield* Process.start(["run", "--listen", "127.0.0.1:0", "--config", file], env)
      assert.strictEqual(yield* run.exit, 2)
      assert.include(run.stderr(), `no token for the page: ${token} is no ordinary file`)
      assert.isFalse(yield* fs.exists(`${directory}/elsewhere`))
      const check = yield* Process.start(["check", "--config", file], env)
      assert.strictEqual(yield* check.exit, 1)
      assert.match(check.stdout(), /✗ page +\/.+admin-token is no ordinary file[^]*→ remove it/)
    }))

  it.effect("keeps a trail of who changed what, who signed in and whose token was refused", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { directory, file, origin, run } = yield* running()
      yield* run.says(/#token=[^]*fetched 0 events/)
      assert.strictEqual((yield* signIn(origin, "a guess")).status, 401)
      const { cookie } = yield* signIn(origin, tokenIn(run.stdout()))
      const session = createHash("sha256").update(cookie.split("=")[1]!).digest("hex").slice(0, 8)
      const own = { ...page, cookie }
      const path = "/api/instances/azure-production-tenant"
      const list = Json.parse<{ readonly instances: ReadonlyArray<{ readonly revision: string }> }>(
        (yield* ask(origin, "/api/instances", { headers: own })).text
      )
      const saved = yield* ask(origin, path, {
        method: "PUT",
        headers: own,
        body: {
          revision: list.instances[0]!.revision,
          document: { poll_interval_minutes: 7, credentials: { client_secret: "another-never-to-be-seen" } }
        }
      })
      assert.strictEqual(saved.status, 200, saved.text)
      // Once the page's change is in effect, somebody edits the file.
      yield* run.says(/the settings were read again/)
      const text = yield* fs.readFileString(file)
      yield* fs.writeFileString(file, text.replace(/"poll_interval_minutes": ?7/, `"poll_interval_minutes": 8`))
      yield* run.says(/settings were changed: poll_interval_minutes {2}by=file instance=azure-production-tenant/)
      assert.strictEqual((yield* ask(origin, `${path}/history`)).status, 401)
      const history = Json.parse<ReadonlyArray<{ readonly at: string }>>(
        (yield* ask(origin, `${path}/history`, { headers: own })).text
      )
      const address = "127.0.0.1"
      assert.deepStrictEqual(history.map((entry) => Struct.omit(entry, ["at"])), [{
        by: "file",
        change: "changed",
        instance: "azure-production-tenant",
        fields: ["poll_interval_minutes"]
      }, {
        by: "page",
        change: "changed",
        instance: "azure-production-tenant",
        session,
        address,
        fields: ["credentials.client_secret", "poll_interval_minutes"]
      }])
      yield* ask(origin, "/api/session", { method: "DELETE", headers: own })
      const trail = yield* fs.readFileString(`${directory}/checkpoints/changes.ndjson`)
      assert.strictEqual((yield* fs.stat(`${directory}/checkpoints/changes.ndjson`)).mode & 0o777, 0o600)
      assert.deepStrictEqual(
        trail.trim().split("\n").map((line) => {
          const { change, session } = JSON.parse(line) as { readonly change: string; readonly session?: string }
          return [change, session]
        }),
        [["signed_in", session], ["changed", session], ["changed", undefined], ["signed_out", session]]
      )
      const refusals = yield* fs.readFileString(`${directory}/checkpoints/refusals.ndjson`)
      assert.match(refusals, /^\{"at":"[^"]+","by":"page","change":"token_refused","address":"127\.0\.0\.1"\}\n$/)
      assert.match(
        run.stdout(),
        /\[WARN\] azure-security: a wrong token for the page was refused {2}by=page address=127\.0\.0\.1/
      )
      assert.notMatch(trail + run.stdout(), /never-to-be-seen|a guess/)
      assert.notInclude(trail + run.stdout(), cookie.split("=")[1]!)
    }))

  it.effect("leaves the sink its files, and health checks their answer, while 1,100 connections idle", () =>
    Effect.gen(function*() {
      const { env } = yield* standIn({ alerts: 4000, incidents: 0, legacyAlerts: 0 })
      const { directory, file } = yield* settingsFile()
      const run = yield* Process.start(["run", "--config", file, "--listen", "127.0.0.1:0"], env, undefined, [
        "sh",
        "-c",
        "ulimit -n 512; exec \"$@\"",
        "sh"
      ])
      const origin = (yield* run.says(/the page is http:\/\/127\.0\.0\.1:\d+/)).replace("the page is ", "")
      yield* Effect.acquireRelease(
        Effect.forEach(Array.from({ length: 1100 }), () => idle(Number(new URL(origin).port)), { concurrency: 1100 }),
        (sockets) => Effect.sync(() => sockets.forEach((socket) => socket.destroy()))
      )
      const took: Array<number> = []
      const health = Effect.timed(Effect.timeout(ask(origin, "/health/live"), "5 seconds")).pipe(
        Effect.map(([duration, answer]) => {
          took.push(Duration.toMillis(duration))
          return answer
        })
      )
      yield* Effect.repeat(health, {
        until: () => /fetched 4000 events .*alerts_v2/.test(run.stdout()),
        schedule: Schedule.spaced("50 millis")
      })
      assert.strictEqual((yield* health).status, 200)
      // Most within a second: one of many may meet a busy machine.
      assert.isBelow(took.toSorted((one, other) => one - other)[Math.floor(took.length / 2)]!, 1000)
      assert.isAtLeast((yield* artifactsIn(directory)).length, 4000)
      assert.notMatch(run.stdout() + run.stderr(), /EMFILE|\[ERROR\]/)
    }))
})
