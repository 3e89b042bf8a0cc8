/** Tests the real program as Conductor starts it, with a real broker and real processes that are killed. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schedule } from "effect"
import type { Row } from "../../src/simulator/Row.ts"
import { appliance, documentOf, json, onlyAlerts, quiet, says, until } from "../support/Appliance.ts"
import { describeNats } from "../support/DescribeNats.ts"
import { applianceId } from "../support/NatsStream.ts"
import * as Process from "../support/Process.ts"
import { evidenceOf, tenantId } from "../support/RunFiles.ts"

describeNats("in Conductor", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("settings written after the start act within 5 s, truncated ones change nothing, and disabling stops polling", () =>
      Effect.gen(function*() {
        const { count, pages, put, run, stored, told } = yield* appliance({ alerts: 20, incidents: 3, legacyAlerts: 5 })
        const process = yield* run
        yield* process.says(/no instance is set up/)
        yield* put("prod", documentOf())
        const took = [yield* until(Effect.map(count, (n) => n > 0), "15 seconds")]
        yield* process.says(/fetched \d+ events .*endpoint=incidents/)
        assert.match((yield* stored)[0]!.text, new RegExp(`"org_id":"acme","appliance_id":"${applianceId}"`))
        took.push(
          yield* until(
            Effect.sync(() =>
              told.some(({ subject, text }) =>
                subject === `${applianceId}.statuses.signal-client.azure-security.prod` &&
                text.includes(`"connection_status":"connected"`)
              )
            ),
            "15 seconds"
          )
        )

        yield* put("prod", documentOf().slice(0, 50))
        yield* process.says(/\[ERROR\].*prod cannot be used, and the last good settings stay.*instance=prod/)
        yield* put("second", documentOf({}, "33333333-3333-4333-8333-333333333333"))
        yield* process.says(/fetched \d+ events .*instance=second/)
        const before = yield* pages
        yield* put("prod", documentOf({ enabled: false }))
        yield* process.says(/the settings were read again[^]*the settings were read again/)
        yield* put("prod", documentOf({ poll_interval_minutes: 1 }))
        took.push(yield* until(Effect.map(pages, (now) => now > before), "15 seconds"))
        // A busy machine may hold up one of them.
        assert.isBelow(took.toSorted((one, other) => one - other)[1]!, 5000, took.join())
        process.child.kill("SIGTERM")
        assert.strictEqual(yield* process.exit, 0)
        assert.notInclude(process.stdout() + process.stderr(), "never-to-be-seen")
      }))

    it.effect("the level and the form of the log follow the broker's settings, which otherwise act at the next start", () =>
      Effect.gen(function*() {
        const { command, put, putOwn } = yield* appliance(quiet)
        yield* put("prod", documentOf())
        const process = yield* command("run", "--listen", "127.0.0.1:0")
        const origin = (yield* process.says(/the page is (http:\/\/127\.0\.0\.1:\d+)/)).replace("the page is ", "")
        const isReported = Effect.promise(async () =>
          (await (await fetch(`${origin}/status`)).text()).includes(`"code":"settings_invalid"`)
        )
        yield* says(process, /\[INFO\] azure-security: fetched 0 events .*endpoint=incidents/)
        yield* putOwn({ log: { format: "json" } })
        yield* put("second", documentOf({}, "33333333-3333-4333-8333-333333333333"))
        yield* says(process, /"message":"fetched 0 events".*"instance":"second"/)
        yield* putOwn({ log: { level: "Loud" } })
        yield* says(process, /"level":"ERROR".*cannot be used, and the last good settings stay: log\.level: Expected/)
        assert.isTrue(yield* isReported)
        yield* putOwn({ log: { format: "json" } })
        yield* until(Effect.map(isReported, (is) => !is), "5 seconds")
        yield* putOwn({ log: { level: "Warn" }, limits: { page_permits: 3 } })
        yield* says(process, /"level":"WARN".*sink, .* and limits of the settings take effect at the next start/)
        const before = process.stdout().length
        yield* put("prod", documentOf({ poll_interval_minutes: 9 }))
        yield* put("third", "{")
        yield* says(process, /\[ERROR\].*third cannot be used/)
        assert.notInclude(process.stdout().slice(before), "[INFO]", "nothing below the level is told")
        process.child.kill("SIGTERM")
        assert.strictEqual(yield* process.exit, 0)
      }))

    it.effect("run --once polls what is set up, and fails where a document cannot be used", () =>
      Effect.gen(function*() {
        const { command, put, stored } = yield* appliance({ alerts: 20, incidents: 3, legacyAlerts: 5 })
        yield* put("prod", documentOf())
        const first = yield* command("run", "--once", "--no-listen")
        assert.strictEqual(yield* first.exit, 0, first.stdout())
        assert.match(first.stdout(), /fetched \d+ events .*instance=prod endpoint=incidents/)
        assert.isAbove((yield* stored).length, 20)
        yield* put("second", "{")
        const second = yield* command("run", "--once", "--no-listen")
        assert.strictEqual(yield* second.exit, 1, second.stdout())
        assert.match(second.stdout(), /second cannot be used, and nothing is polled for it/)
      }))

    it.effect("a worthless key with the slug of a running instance takes nothing from it, neither at once nor at a start", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { command, directory, put, told } = yield* appliance(quiet)
        const run = command("run", "--listen", "127.0.0.1:0")
        yield* put("prod-tenant", documentOf())
        const first = yield* run
        yield* first.says(/fetched 0 events .*endpoint=incidents/)
        yield* put("Prod_Tenant", `{"not":"even valid"}`)
        const refused =
          /\[ERROR\].*Prod_Tenant cannot be used, and nothing is polled for it: Expected a name that differs from "prod-tenant"/
        const warned =
          /\[WARN\].*"Prod_Tenant" would be the same name but for case and punctuation.*prod-tenant was there first.*instance=prod-tenant/
        yield* first.says(refused)
        yield* first.says(warned)
        yield* put("prod-tenant", documentOf({ poll_interval_minutes: 9 }))
        yield* first.says(/settings were changed: poll_interval_minutes {2}by=broker instance=prod-tenant/)
        const trail = `${directory}/changes.ndjson`
        yield* until(Effect.orDie(fs.exists(trail)), "5 seconds")
        assert.notInclude(yield* fs.readFileString(trail), "removed")
        first.child.kill("SIGTERM")
        assert.strictEqual(yield* first.exit, 0)

        const second = yield* run
        yield* second.says(refused)
        yield* second.says(warned)
        yield* second.says(/fetched 0 events .*instance=prod-tenant endpoint=incidents/)
        // The subject is that of both names.
        const shows = (code: string) =>
          Effect.sync(() => told.some(({ text }) => text.includes(`"name":"prod-tenant"`) && text.includes(code)))
        yield* until(shows(`"code":"duplicate_name"`), "5 seconds")
        assert.isFalse(told.some(({ text }) => text.includes(`"name":"Prod_Tenant"`)))
        second.child.kill("SIGTERM")
        assert.strictEqual(yield* second.exit, 0)
      }))

    it.effect("the page's token is in the sink's directory, and only the command page prints a link", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { command, directory, put } = yield* appliance(quiet, { page: { status: "closed" } })
        yield* put("prod", documentOf())
        const process = yield* command("run", "--listen", "127.0.0.1:0")
        const said = yield* process.says(/the page is (http:\/\/127\.0\.0\.1:\d+)/)
        const origin = said.replace("the page is ", "")
        yield* process.says(/the command `azure-security page` in this container prints a link/)
        const token = (yield* fs.readFileString(`${directory}/admin-token`)).trim()
        assert.match(token, /^[\w-]{43}$/)
        const statusOf = (path: string, headers = {}) =>
          Effect.promise(async () => (await fetch(origin + path, { headers })).status)
        assert.strictEqual(yield* statusOf("/status"), 401)
        yield* process.says(/fetched 0 events/)
        assert.strictEqual(yield* statusOf("/api/instances", { authorization: `Bearer ${token}` }), 200)
        const page = yield* command("page", "--url", origin)
        assert.strictEqual(yield* page.exit, 0, page.stderr())
        assert.match(page.stdout(), new RegExp(`^${origin}/#token=[\\w-]{43}\n`))
        assert.notInclude(process.stdout() + process.stderr(), token)
        assert.notInclude(process.stdout(), "#token=")

        // What others change on the broker is in the trail with its revision, and what was there at the start is not.
        yield* put("prod", documentOf({ poll_interval_minutes: 9 }))
        yield* process.says(/settings were changed: poll_interval_minutes {2}by=broker instance=prod revision=\d+/)
        process.child.kill("SIGTERM")
        yield* process.exit
        assert.match(
          yield* fs.readFileString(`${directory}/changes.ndjson`),
          /^\{"at":"[^"]+","by":"broker","change":"changed","instance":"prod","fields":\["poll_interval_minutes"\],"revision":\d+\}\n$/
        )
      }))

    it.effect("without a place for the token the page shows the status, and the log says why", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { command, directory } = yield* appliance(quiet)
        yield* fs.makeDirectory(`${directory}/admin-token`, { recursive: true })
        const above = directory.replace(/\/data$/, "")
        yield* fs.chmod(above, 0o777)
        const process = yield* command("run", "--listen", "127.0.0.1:0")
        const origin = (yield* process.says(/the page is (http:\/\/127\.0\.0\.1:\d+)/)).replace("the page is ", "")
        yield* process.says(
          /\[WARN\] azure-security: no token for the page: \S+ is no ordinary file.*AZURE_SECURITY_ADMIN_TOKEN/
        )
        yield* process.says(
          new RegExp(
            `\\[WARN\\].*${above} can be written by other users .* in the place of ${directory}: run chmod go-w ${above}`
          )
        )
        const session = yield* Effect.promise(async () => await (await fetch(`${origin}/api/session`)).text())
        assert.match(session, /"access":"status","takes_token":false.*the connector's log says why/)
        assert.strictEqual(yield* Effect.promise(async () => (await fetch(`${origin}/status`)).status), 200)
      }))

    it.effect("a directory that others may write to gets neither token nor trail, whatever becomes of dead letters", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        for (const dead_letters of ["file", "off"]) {
          const { check, command, directory } = yield* appliance(quiet, {}, undefined, { dead_letters })
          yield* fs.makeDirectory(directory)
          yield* fs.chmod(directory, 0o777)
          const process = yield* command("run", "--listen", "127.0.0.1:0")
          yield* process.says(/\[WARN\].*changes of the settings are not kept.*can be written by other users/)
          yield* process.says(/\[WARN\].*no token for the page: \S+ can be written by other users.*chmod go-w/)
          yield* process.says(/no instance is set up/)
          assert.deepStrictEqual(yield* fs.readDirectory(directory), [], dead_letters)
          const checked = yield* check
          assert.strictEqual(yield* checked.exit, 1)
          assert.match(checked.stdout(), /✗ page +\S+ can be written by other users/)
        }
      }))

    it.effect("the log has a refused token while the broker is away, and the page's change is nobody else's", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { broker, directory, runAt, secrets } = yield* appliance(quiet)
        yield* fs.makeDirectory(secrets)
        yield* fs.writeFileString(`${secrets}/acme`, "never-to-be-seen", { mode: 0o600 })
        yield* broker.kill
        const port = yield* Process.freePort
        const process = yield* runAt(port)
        yield* process.says(/the page is /)
        const ask = (path: string, authorization: string, init: RequestInit = {}) =>
          Effect.promise(async () => {
            const headers = {
              authorization: `Bearer ${authorization}`,
              "content-type": "application/json",
              "x-azure-security-page": "1"
            }
            const answer = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers })
            return { status: answer.status, text: await answer.text() }
          })
        yield* ask("/api/instances", "a guess")
        yield* process.says(/\[WARN\] azure-security: a wrong token for the page was refused {2}by=page address=127/)

        yield* broker.restart
        yield* process.says(/prints a link that signs in/)
        const token = (yield* fs.readFileString(`${directory}/admin-token`)).trim()
        const path = "/api/instances/Acme%20Inc"
        const credentials = { tenant_id: tenantId, client_id: tenantId, client_secret_file: "acme" }
        const body = json({ revision: null, document: { credentials } })
        const saved = yield* Effect.repeat(ask(path, token, { method: "PUT", body }), {
          until: ({ status }) => status !== 503,
          schedule: Schedule.spaced("100 millis")
        })
        assert.strictEqual(saved.status, 200, saved.text)
        yield* process.says(/fetched 0 events .*instance=acme-inc/)
        const history = yield* ask("/api/instances/acme-inc/history", token)
        assert.match(history.text, /^\[\{"at":"[^"]+","by":"page","change":"added","instance":"acme-inc"[^{]+\}\]$/)
        process.child.kill("SIGTERM")
        yield* process.exit
        assert.match(yield* fs.readFileString(`${directory}/refusals.ndjson`), /^\{[^{]+"token_refused"[^{]+\}\n$/)
      }))

    it.effect("replicas share the token, and each has a trail of its own", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { command, directory, put } = yield* appliance(quiet, {}, undefined, { dead_letters: "off" })
        yield* put("prod", documentOf())
        const replicas = [
          yield* command("run", "--listen", "127.0.0.1:0"),
          yield* command("run", "--listen", "127.0.0.1:0")
        ]
        for (const replica of replicas) yield* replica.says(/the settings were read again/)
        yield* put("prod", documentOf({ poll_interval_minutes: 9 }))
        for (const replica of replicas) yield* replica.says(/settings were changed: poll_interval_minutes/)
        for (const replica of replicas) replica.child.kill("SIGTERM")
        for (const replica of replicas) yield* replica.exit
        for (const name of ["changes.ndjson", "replica-2/changes.ndjson"]) {
          assert.strictEqual((yield* fs.readFileString(`${directory}/${name}`)).split("\n").length, 2, name)
        }
        assert.isFalse(yield* fs.exists(`${directory}/replica-2/admin-token`))
      }))

    it.effect("a process that may not make its buckets is not ready and says why, and begins once they are there", () =>
      Effect.gen(function*() {
        const { check, kvm, put, runAt } = yield* appliance(
          { alerts: 5, incidents: 0, legacyAlerts: 0 },
          {},
          "$JS.API.STREAM.CREATE.>"
        )
        yield* put("prod", documentOf(onlyAlerts))
        const port = yield* Process.freePort
        const process = yield* runAt(port)
        const buckets = ["AZURE_SECURITY_CHECKPOINTS", "AZURE_SECURITY_LEASES"]
        const refusal = (bucket: string) =>
          `the bucket ${bucket} is missing, and the broker's permissions refuse $JS.API.STREAM.CREATE.KV_${bucket}`
        yield* until(
          Effect.sync(() =>
            buckets.every((bucket) => process.stdout().includes(`[ERROR] azure-security: ${refusal(bucket)}`))
          ),
          "10 seconds"
        )
        const ready = Effect.promise(() => fetch(`http://127.0.0.1:${port}/health/ready`).then(({ status }) => status))
        assert.strictEqual(yield* ready, 503)

        const checked = yield* check
        assert.strictEqual(yield* checked.exit, 1, checked.stdout() + checked.stderr())
        for (const bucket of buckets) assert.include(checked.stdout(), `✗ rights         ${refusal(bucket)}`)

        yield* Effect.promise(() => kvm.create(buckets[0]!, { history: 1, allow_direct: false }))
        yield* Effect.promise(() => kvm.create(buckets[1]!, { history: 1, allow_direct: false, ttl: 10_000 }))
        yield* process.says(/fetched 5 events/)
        yield* until(Effect.map(ready, (status) => status === 200), "10 seconds")
        assert.strictEqual(process.stdout().split(refusal(buckets[0]!)).length, 2, "said once")
      }))

    it.effect("a process that starts before its broker waits for it", () =>
      Effect.gen(function*() {
        const { broker, check, count, put, run } = yield* appliance({ alerts: 5, incidents: 0, legacyAlerts: 0 })
        yield* put("prod", documentOf(onlyAlerts))
        yield* broker.kill
        const process = yield* run
        yield* process.says(/\[WARN\].*no connection to the broker .*: connection refused; waiting for it/)
        yield* broker.restart
        yield* process.says(/fetched 5 events/)
        assert.isAbove(yield* count, 4)

        const checked = yield* check
        assert.strictEqual(yield* checked.exit, 0, checked.stdout() + checked.stderr())
        assert.match(checked.stdout(), /✓ settings +instances: prod\n/)
        assert.match(checked.stdout(), /✓ sink +the stream DATA_b0f7 keeps the published artifacts, \d+ messages/)
        assert.match(checked.stdout(), /✓ alerts_v2 +reachable, 5 alerts/)
        // The stream of the test has the broker's defaults and no reader: the log and check say the same.
        for (const words of [/knows duplicates for 2 minutes/, /nobody reads \S+\.data\.artifacts\.raw/]) {
          assert.match(checked.stdout(), words)
          assert.match(process.stdout(), words)
        }
        assert.match(checked.stdout(), /→ nats stream edit DATA_b0f7 --dupe-window=1h/)
      }))

    it.effect("3,000 alerts over two kill -9 of the broker: each artifact is in the stream exactly once", () =>
      Effect.gen(function*() {
        const { broker, count, put, run, simulator, stored } = yield* appliance({
          alerts: 3000,
          incidents: 0,
          legacyAlerts: 0
        })
        const rows: ReadonlyArray<Row> = yield* simulator.rows(tenantId, "alerts_v2")
        yield* simulator.setRows(tenantId, "alerts_v2", rows)
        const expected = rows.length + evidenceOf(rows)
        yield* put("prod", documentOf(onlyAlerts))
        const process = yield* run
        for (const part of [0.1, 0.5]) {
          yield* until(Effect.map(count, (n) => n > expected * part), "30 seconds")
          yield* broker.kill
          yield* broker.restart
        }
        yield* process.says(/fetched 3000 events/)
        const ids = (yield* stored).map(({ id }) => id)
        assert.strictEqual(ids.length, expected)
        assert.strictEqual(new Set(ids).size, expected)
      }))

    it.effect("one of two replicas polls; when it is killed the other polls within 15 s, and nothing is published twice", () =>
      Effect.gen(function*() {
        const { pages, put, run, simulator, stored } = yield* appliance({ alerts: 300, incidents: 0, legacyAlerts: 0 })
        const rows = yield* simulator.rows(tenantId, "alerts_v2")
        yield* simulator.setRows(tenantId, "alerts_v2", rows)
        yield* put("prod", documentOf({ ...onlyAlerts, poll_interval_minutes: 1 }))
        const replicas = [yield* run, yield* run]
        const fetched = (one: Process.Running) => one.stdout().includes("fetched 300 events")
        yield* until(Effect.sync(() => replicas.some(fetched)), "20 seconds")
        assert.strictEqual(yield* pages, 1, "one first poll")
        const [worker, other] = fetched(replicas[0]!) ? replicas : replicas.toReversed()
        worker!.child.kill("SIGKILL")
        const took = yield* until(Effect.sync(() => /fetched 0 events/.test(other!.stdout())), "15 seconds")
        assert.isBelow(took, 15_000)
        const ids = (yield* stored).map(({ id }) => id)
        assert.strictEqual(ids.length, rows.length + evidenceOf(rows))
        assert.strictEqual(new Set(ids).size, ids.length)
      }))

    it.effect("a process that was stopped during a drain requests, publishes and saves nothing when it resumes", () =>
      Effect.gen(function*() {
        const { pages, put, run, simulator, stored } = yield* appliance({ alerts: 1000, incidents: 0, legacyAlerts: 0 })
        const rows = yield* simulator.rows(tenantId, "alerts_v2")
        yield* simulator.setRows(tenantId, "alerts_v2", rows)
        yield* simulator.addFault({ kind: "clamp", endpoint: "alerts_v2", size: 50 })
        yield* put("prod", documentOf(onlyAlerts))
        const first = yield* run
        yield* until(Effect.map(pages, (n) => n > 3), "20 seconds")
        first.child.kill("SIGSTOP")
        const second = yield* run
        yield* second.says(/fetched \d+ events/)
        const ids = (yield* stored).map(({ id }) => id)
        assert.strictEqual(ids.length, rows.length + evidenceOf(rows))
        assert.strictEqual(new Set(ids).size, ids.length)
        const before = yield* pages
        first.child.kill("SIGCONT")
        yield* Effect.sleep("2 seconds")
        assert.strictEqual(yield* pages, before)
        assert.strictEqual((yield* stored).length, ids.length)
        assert.isNull(first.child.exitCode, "it lives, and waits for its turn")
        second.child.kill("SIGTERM")
        yield* first.says(/fetched 0 events/)
      }))
  })
})
