import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import { Finding } from "../../src/checks/Finding.ts"
import * as Json from "../support/Json.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { settingsFile, tenantId } from "../support/RunFiles.ts"

const Printed = Schema.fromJsonString(Schema.Struct({ ok: Schema.Boolean, findings: Schema.Array(Finding) }))

it.layer(NodeServices.layer, { excludeTestServices: true })("check", (it) => {
  it.effect("reports what works, what fails and what to do, one line each, and writes nothing", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { env, simulator } = yield* standIn({ alerts: 12, incidents: 3, legacyAlerts: 4 })
      const { directory, file } = yield* settingsFile({ client_secret_expires: "2020-01-31", lookback_hours: 48 })
      const check = Effect.fnUntraced(function*(...more: ReadonlyArray<string>) {
        const run = yield* Process.start(["check", "--config", file, ...more], env)
        return { code: yield* run.exit, out: run.stdout() + run.stderr() }
      })

      const expired = yield* check()
      assert.strictEqual(expired.code, 1)
      assert.match(expired.out, /✗ credential +the client secret expired on 2020-01-31\n +→ create a new client secret/)
      assert.match(expired.out, /✓ alerts_v2 +reachable, 12 alerts in 48 h, newest 20/)
      assert.match(expired.out, /✓ alerts +reachable, newest 20/)
      assert.match(expired.out, /✓ clock +within \d+ s of Microsoft's/)

      yield* fs.writeFileString(file, (yield* fs.readFileString(file)).replace("2020-01-31", "2999-01-31"))
      assert.include((yield* check()).out, "all is well")
      assert.strictEqual((yield* check("--strict")).code, 0)

      yield* simulator.addFault({ kind: "missing_role", endpoint: "incidents" })
      const forbidden = yield* check()
      assert.strictEqual(forbidden.code, 0)
      assert.match(
        forbidden.out,
        /\? incidents +HTTP 403: .*lacks SecurityIncident\.Read\.All {2}code=missing_permission\n +→ Grant SecurityIncident\.Read\.All/
      )
      assert.strictEqual((yield* check("--strict")).code, 1)
      const json = yield* Schema.decodeEffect(Printed)((yield* check("--json")).out)
      assert.isTrue(json.ok)
      assert.deepStrictEqual(
        json.findings.filter(({ outcome }) => outcome !== "passed").map(({ required_permissions }) =>
          required_permissions
        ),
        [["SecurityIncident.Read.All"]]
      )

      // A tenant that delivers nothing is no warning.
      for (const kind of ["missing_role", "not_licensed"] as const) {
        yield* simulator.removeFaults
        yield* simulator.addFault({ kind })
        const nothing = yield* check()
        assert.strictEqual(nothing.code, 1)
        assert.match(nothing.out, /✗ collection +nothing is being collected: no endpoint answers with records\n +→ /)
      }

      yield* simulator.removeFaults
      yield* simulator.addFault({ preset: "wrong secret" })
      const refused = yield* check()
      assert.strictEqual(refused.code, 1)
      assert.match(refused.out, /✗ token +HTTP 401 AADSTS7000215: .*\n +→ Paste the secret's Value/)
      assert.match(refused.out, /✗ alerts +not asked, for there is no token/)
      assert.notInclude(refused.out, "never-to-be-seen")
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["azure-security.json"])

      const other = yield* check("--instance", "nobody")
      assert.strictEqual(other.code, 2)
      assert.match(
        other.out,
        /--instance nobody: the settings have no such instance; they have azure-production-tenant/
      )
      assert.isTrue((yield* simulator.requests).every(({ path }) => !path.includes("$skip")))
    }))

  it.effect("tells the number of objects of lists, and which permissions are granted for endpoints that are off", () =>
    Effect.gen(function*() {
      const roles = ["SecurityAlert.Read.All", "SecurityEvents.Read.All", "Device.Read.All", "User.Read.All"]
        .concat("IdentityRiskEvent.Read.All", "Mail.Read", "Policy.Read.All")
      const { env } = yield* standIn({ alerts: 1, incidents: 1, legacyAlerts: 1, roles })
      const on = { enabled: true }
      const { file } = yield* settingsFile({
        endpoints: { devices: on, secureScores: on, detectedApps: on, users: on }
      })
      const run = yield* Process.start(["check", "--config", file], env)
      assert.strictEqual(yield* run.exit, 0)
      const out = run.stdout()
      assert.match(out, /✓ devices +reachable, \d+ devices\n/)
      assert.match(out, /✓ secureScores +reachable\n/)
      assert.match(out, /\? detectedApps +HTTP 403: .*lacks DeviceManagementManagedDevices\.Read\.All/)
      assert.match(
        out,
        /✓ permissions +granted for endpoints that are off: riskDetections \(IdentityRiskEvent\.Read\.All\);/
      )
      assert.match(out, /✓ permissions +granted, and of no use to any endpoint: Mail\.Read;/)
      assert.match(out, /✓ users +reachable, \d+ users\n/)
      assert.match(
        out,
        /\? users +users are read without signInActivity: HTTP 403: .*lacks AuditLog\.Read\.All {2}code=missing_permission\n +→ Grant AuditLog\.Read\.All/
      )
    }))

  it.effect("fails for a directory that others may write to, and warns of one that they may replace", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { env } = yield* standIn({ alerts: 1, incidents: 1, legacyAlerts: 1 })
      const { directory, file } = yield* settingsFile()
      const check = Effect.gen(function*() {
        const run = yield* Process.start(["check", "--strict", "--config", file], env)
        return { code: yield* run.exit, out: run.stdout() }
      })
      const data = `${directory}/checkpoints`
      yield* fs.makeDirectory(data)
      yield* fs.chmod(data, 0o755)
      assert.strictEqual((yield* check).code, 0)
      yield* fs.chmod(data, 0o775)
      const shared = yield* check
      assert.strictEqual(shared.code, 1)
      assert.include(shared.out, `✗ checkpoint     ${data} can be written by other users (mode 0775)\n`)
      assert.include(shared.out, `→ run chmod go-w ${data}\n`)
      yield* fs.chmod(data, 0o700)
      yield* fs.chmod(directory, 0o777)
      const replaceable = yield* check
      assert.strictEqual(replaceable.code, 1)
      for (const name of ["settings", "sink", "checkpoint", "search"]) {
        assert.match(
          replaceable.out,
          new RegExp(
            `\\? ${name} .* could put something else in the place of .*\n +→ run chmod go-w ${directory}, or chmod \\+t ${directory}\n`
          )
        )
      }
    }))

  it.effect("warns of a credential's file that others may write to, and of settings of another user", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { env } = yield* standIn({ alerts: 1, incidents: 1, legacyAlerts: 1 })
      const secrets = yield* fs.makeTempDirectoryScoped()
      const secret = `${secrets}/secret`
      yield* fs.writeFileString(secret, "never-to-be-seen", { mode: 0o600 })
      const { file } = yield* settingsFile({
        credentials: {
          tenant_id: tenantId,
          client_id: tenantId,
          client_secret_file: secret
        }
      })
      const check = Effect.gen(function*() {
        const run = yield* Process.start(["check", "--strict", "--config", file], env)
        return { code: yield* run.exit, out: run.stdout() }
      })
      assert.strictEqual((yield* check).code, 0)
      yield* fs.chmod(secret, 0o666)
      if (process.getuid?.() === 0) yield* fs.chown(file, 54_321, 54_321)
      const { code, out } = yield* check
      assert.strictEqual(code, 1)
      assert.include(out, `? credential     ${secret} can be written by other users (mode 0666)\n`)
      assert.include(out, `→ run chmod go-w ${secret}\n`)
      if (process.getuid?.() !== 0) return
      assert.include(out, `? settings       ${file} belongs to another user (uid 54321; this process has 0)\n`)
      assert.include(
        out,
        `→ run this as that user, as azure-security-service does, or run chown 0 ${file}, or name one of this user's\n`
      )
    }))

  it.effect("fails while the environment turns the verification of certificates off, and run does not start", () =>
    Effect.gen(function*() {
      const { env, simulator } = yield* standIn({ alerts: 1, incidents: 1, legacyAlerts: 1 })
      const { file } = yield* settingsFile()
      const started = (value: string, ...args: ReadonlyArray<string>) =>
        Effect.gen(function*() {
          const run = yield* Process.start([...args, "--config", file], { ...env, NODE_TLS_REJECT_UNAUTHORIZED: value })
          return { code: yield* run.exit, err: run.stderr(), out: run.stdout() }
        })
      const check = yield* started("0", "check")
      assert.strictEqual(check.code, 1)
      assert.match(check.out, /✗ TLS +NODE_TLS_REJECT_UNAUTHORIZED=0 turns the verification .*\n +→ unset it, and name/)
      assert.strictEqual((yield* started("1", "check")).code, 0)
      const asked = (yield* simulator.requests).length
      for (
        const args of [["run", "--once", "--no-listen"], [
          "backfill",
          "--instance",
          "azure-production-tenant",
          "--from",
          "2026-01-01"
        ]]
      ) {
        const refused = yield* started("0", ...args)
        assert.strictEqual(refused.code, 2)
        assert.match(refused.err, /did not start:\n {2}NODE_TLS_REJECT_UNAUTHORIZED=0 .*; unset it, and name/)
      }
      assert.strictEqual((yield* simulator.requests).length, asked)
    }))

  it.effect("warns of a second instance of one tenant, and of settings that others may read", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { env } = yield* standIn({ alerts: 1, incidents: 0, legacyAlerts: 0 })
      const { file } = yield* settingsFile({})
      const settings = Json.parse(yield* fs.readFileString(file)) as { instances: Record<string, unknown> }
      const [first] = Object.values(settings.instances) as [object]
      settings.instances["second"] = first
      settings.instances["third"] = { ...first, enabled: false }
      yield* fs.writeFileString(file, Json.text(settings))
      yield* fs.chmod(file, 0o644)
      const run = yield* Process.start(["check", "--strict", "--config", file], env)
      assert.strictEqual(yield* run.exit, 1)
      const waits = "second waits, because azure-production-tenant stands before it"
      const said = run.stdout()
      assert.match(said, new RegExp(`\\? settings +${waits}.*  code=duplicate_tenant`))
      assert.match(said, /^third \(disabled\): not checked/m)
      // The findings are named again behind their number, and what is well is not.
      const end = said.split("\n0 failed, 2 warnings\n")[1]!
      assert.match(end, new RegExp(`\\? settings +second: ${waits}`))
      assert.notInclude(end, "✓")
      const asked = yield* Process.start(["check", "--config", file, "--instance", "third"], env)
      assert.strictEqual(yield* asked.exit, 0)
      assert.match(asked.stdout(), /^third \(disabled\)\n(?:.*\n)* {2}✓ token/m)
      assert.match(run.stdout(), /\? settings +.*azure-security\.json can be read by other users.*\n +→ chmod 600/)
    }))

  it.effect("continues after an unreachable host and an unwritable directory", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { directory, file } = yield* settingsFile({
        cloud: { login: "http://127.0.0.1:1", graph: "http://127.0.0.1:1" }
      }, { sink: { type: "file", directory: "/proc/nowhere" } })
      const run = yield* Process.start(["check", "--config", file])
      assert.strictEqual(yield* run.exit, 1)
      assert.match(run.stdout(), /✗ sink +\/proc\/nowhere cannot be made \(ENOENT in open\)/)
      assert.match(run.stdout(), /✓ checkpoint/)
      assert.match(run.stdout(), /✗ sign-in host +Microsoft could not be reached: connection refused/)
      assert.match(run.stdout(), /✗ Graph +as for sign-in host +code=network_failed/)
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["azure-security.json"])
    }))
})
