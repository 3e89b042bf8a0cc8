import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { until } from "../support/Appliance.ts"
import * as Json from "../support/Json.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { settingsFile } from "../support/RunFiles.ts"

const tenants = 900

/** Settings of which a command prints more than a pipe holds. */
const manyTenants = settingsFile({}, {
  instances: Object.fromEntries(Array.from({ length: tenants }, (_, n) => [`tenant-${n}`, {
    credentials: {
      tenant_id: `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`,
      client_id: "22222222-2222-4222-8222-222222222222",
      client_secret: "x"
    }
  }]))
})

/** Waits for the end of a process of which not all is read. */
const ended = ({ child }: Process.Running) =>
  Effect.callback<number | null>((resume) => {
    child.once("exit", (code) => resume(Effect.succeed(code)))
  })

it.layer(NodeServices.layer, { excludeTestServices: true })("standard output", (it) => {
  for (const args of [["run", "--no-listen"], ["run", "--once", "--no-listen"]]) {
    it.effect(`ends ${args.join(" ")} when its reader has gone, and says what that means`, () =>
      Effect.gen(function*() {
        const { env } = yield* standIn({ alerts: 2000, incidents: 0, legacyAlerts: 0 })
        const { file } = yield* settingsFile({}, { sink: { type: "stdout" } })
        const run = yield* Process.start([...args, "--config", file], env)
        yield* run.says(/"id"/)
        run.child.stdout!.destroy()
        assert.strictEqual(yield* run.exit, 141)
        assert.match(
          run.stderr(),
          /^azure-security: the stdout sink cannot write: the program that reads .* ended .*141/m
        )
        assert.notMatch(run.stderr(), /free space|did not start/)
      }))
  }

  it.effect("has all that a command prints, which ends whatever a library left in the event loop", () =>
    Effect.gen(function*() {
      const { file } = yield* manyTenants
      const env = { NODE_OPTIONS: "--import=data:text/javascript,setInterval(()=>{},1000)" }
      const show = yield* Process.start(["checkpoint", "show", "--json", "--config", file], env)
      assert.strictEqual(yield* show.exit, 0, show.stderr())
      // More than a pipe holds.
      assert.isAbove(show.stdout().length, 500_000)
      const shown = Json.parse<ReadonlyArray<{ readonly instance: string }>>(show.stdout())
      assert.strictEqual(new Set(shown.map(({ instance }) => instance)).size, tenants)
    }))

  it.effect("delays no stop while nobody reads it", () =>
    Effect.gen(function*() {
      const { file } = yield* manyTenants
      const full = "setInterval(()=>{if(process.stdout.writableLength>0)process.stderr.write('full ')},10)"
      const show = yield* Process.start(["checkpoint", "show", "--json", "--config", file], {
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(full)}`
      })
      show.child.stdout!.pause()
      yield* until(Effect.sync(() => show.stderr().includes("full")), "30 seconds")
      show.child.kill("SIGTERM")
      const code = yield* ended(show)
      assert.strictEqual(code, 0)
      assert.notInclude(show.stderr(), "the stop took longer")
    }))

  it.effect("delays no refusal of run while nobody reads it, so that it can be started again", () =>
    Effect.gen(function*() {
      const instances = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`tenant-${n}`, { nothing: n }]))
      const { file } = yield* settingsFile({}, { instances })
      const run = yield* Process.start(["run", "--no-listen", "--config", file])
      run.child.stdout!.pause()
      run.child.stderr!.pause()
      assert.strictEqual(yield* ended(run), 2)
    }))
})
