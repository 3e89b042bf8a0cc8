import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:http"
import * as Json from "../support/Json.ts"
import * as Process from "../support/Process.ts"
import { settingsFile } from "../support/RunFiles.ts"

/** A title that clears the screen, forges a line, hides what follows, and turns the order of letters. */
const hostile = "evil\u001b[2J\nforged: all is well\u009b8m\u202egnp.exe\u0007"

const assertHarmless = (text: string) =>
  // oxlint-disable-next-line eslint/no-control-regex
  assert.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/)

/** A server on this machine that answers each path with a status and a document. */
const answering = (answer: (path: string) => readonly [status: number, document: unknown]) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
      const server = createServer((request, response) => {
        const [status, document] = answer(request.url ?? "")
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(document))
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : 0
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, close: () => server.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const claims = Buffer.from(JSON.stringify({ roles: [hostile] })).toString("base64url")

/** A Microsoft whose texts are hostile: roles, cursors, codes of errors and records. */
const microsoft = answering((path) =>
  path.includes("/token")
    ? [200, { token_type: "Bearer", expires_in: 3599, access_token: `x.${claims}.x` }]
    : path.includes("/incidents")
    ? [400, { error: { code: hostile, message: hostile } }]
    : path.includes("/security/")
    ? [200, { "@odata.count": 1, value: [{ id: hostile, title: hostile, lastUpdateDateTime: hostile }] }]
    : [200, {}]
)

it.layer(NodeServices.layer, { excludeTestServices: true })("what is printed", (it) => {
  const said = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
    const run = yield* Process.start(args)
    yield* run.exit
    return { out: run.stdout(), err: run.stderr() }
  })

  it.effect("by status has nothing of a connector's that controls the terminal or forges a line", () =>
    Effect.gen(function*() {
      const report = { code: "x", message: hostile, remedy: hostile, occurred_at: "2026-11-20T12:00:00Z" }
      const document = {
        connector: "azure-security",
        version: hostile,
        started_at: "2026-11-20T12:00:00Z",
        sink: { type: hostile, state: "ok", published: 1 },
        drift: [],
        instances: [{
          name: hostile,
          display_name: `${hostile}!`,
          enabled: true,
          state: "attention",
          connection_status: "failed",
          warnings: [report],
          requests_last_minute: 0,
          requests_per_minute_max: 100,
          endpoints: [{
            name: "incidents",
            state: "error",
            poll_interval_minutes: 5,
            last_poll_at: null,
            last_success_at: null,
            next_poll_at: null,
            cooldown_until: null,
            records_fetched: 0,
            artifacts_published: 0,
            dead_letters: 0,
            high_water_mark: null,
            gaps: [],
            error: report
          }]
        }]
      }
      const status = yield* answering(() => [200, document])
      const { out } = yield* said("status", "--url", status.url)
      assert.include(out, "evil [2J forged: all is well 8mgnp.exe")
      assert.notMatch(out, /^forged/m)
      assertHarmless(out)
    }))

  it.effect("by check and the log has nothing of Microsoft's either, and JSON stays JSON", () =>
    Effect.gen(function*() {
      const { url } = yield* microsoft
      const { file } = yield* settingsFile({
        cloud: { login: url, graph: url },
        display_name: hostile,
        endpoints: { alerts: { enabled: false } }
      })
      for (
        const args of [
          ["check"],
          ["check", "--json"],
          ["explain"],
          ["checkpoint", "show"],
          ["run", "--once", "--no-listen"],
          ["run", "--once", "--no-listen", "--log-format", "json"],
          ["backfill", "--instance", "azure-production-tenant", "--from", "2026-01-01"]
        ]
      ) {
        const { err, out } = yield* said(...args, "--config", file)
        const words = args.join(" ")
        assertHarmless(out + err)
        assert.notMatch(out + err, /^ *forged/m, words)
        if (words === "check") assert.include(out, "with evil [2J forged: all is well 8mgnp.exe")
        if (words === "check --json") {
          assert.include(Json.text(Json.parse(out)), Json.text(hostile).slice(1, -1))
        }
      }
    }))

  it.effect("by a refusal has no control and no line of a name's", () =>
    Effect.gen(function*() {
      const { file } = yield* settingsFile({}, { instances: { [hostile]: {} } })
      for (
        const args of [
          ["check", "--config", file],
          ["run", "--config", file],
          ["checkpoint", "show", "--config", file],
          ["check", "--config", `${file}${hostile}`]
        ]
      ) {
        const { err, out } = yield* said(...args)
        assert.include(err, "evil")
        assertHarmless(out + err)
      }
      const { err } = yield* said("run", "--config", file)
      assert.notMatch(err, /^ *forged/m)
    }))
})
