import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { settingsFile } from "../support/RunFiles.ts"

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
})
