/** Judges the systemd unit with systemd's own tools. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { spawnSync } from "node:child_process"

const analyze = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync("systemd-analyze", args, { encoding: "utf8" })
  return { isWell: status === 0, said: `${stdout}${stderr}` }
}
/** Judging a unit offline is as old as systemd 250. */
const version = Number(/^systemd (\d+)/.exec(analyze("--version").said)?.[1] ?? 0)

/** The greatest exposure, of 10, that the unit may have; an unconfined service has 9.6. */
const exposureMax = 1.5

describe.skipIf(version < 250)(
  version < 250 ? "the systemd unit (skipped: there is no systemd-analyze 250 or later)" : "the systemd unit",
  () => {
    it.effect("has directives that systemd knows, and leaves little exposed", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const text = yield* fs.readFileString("config/azure-security.service")
        assert.match(text, /^ExecStart=\/usr\/local\/bin\/azure-security run$/m)
        const unit = `${yield* fs.makeTempDirectoryScoped()}/azure-security.service`
        // The tool looks for the program, which is not installed here.
        yield* fs.writeFileString(unit, text.replaceAll("/usr/local/bin/azure-security", "/bin/sh"))
        const verified = analyze("verify", "--man=no", unit)
        assert.strictEqual(verified.said.split("\n").filter((line) => line.includes("azure-security")).join("\n"), "")
        assert.isTrue(verified.isWell, verified.said)
        const judged = analyze("security", "--offline=true", `--threshold=${exposureMax * 10}`, "--no-pager", unit)
        assert.isTrue(judged.isWell, judged.said)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
  }
)
