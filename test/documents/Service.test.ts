/** Judges the systemd unit with systemd's own tools. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { spawnSync } from "node:child_process"
import { env, platform } from "node:process"

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

    it.effect("lets the search lower the priority of its threads", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const text = yield* fs.readFileString("config/azure-security.service")
        const callsOf = (name: string): ReadonlyArray<string> =>
          !name.startsWith("@")
            ? [name]
            : analyze("syscall-filter", "--no-pager", name).said.split("\n").map((line) => line.trim()).filter((line) =>
              line !== "" && !line.startsWith("#") && line !== name
            ).flatMap(callsOf)
        const allowed = new Set<string>()
        for (const [, not, names = ""] of text.matchAll(/^SystemCallFilter=(~?)(.*)$/gm)) {
          for (const call of names.split(" ").flatMap(callsOf)) {
            if (not === "~") allowed.delete(call)
            else allowed.add(call)
          }
        }
        assert.isTrue(allowed.has("read") && !allowed.has("nice") && !allowed.has("mount"))
        assert.isTrue(allowed.has("setpriority"))
      }).pipe(Effect.provide(NodeServices.layer)))
  }
)

const command = "azure-security-service"

describe.skipIf(platform !== "linux")(
  platform === "linux" ? command : `${command} (skipped: there is no systemd)`,
  () => {
    it.effect("runs a command with the unit's program, user, directory, variables and secrets, in their order", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        const unit = yield* fs.readFileString("config/azure-security.service")
        // As `systemctl edit` adds it.
        const added = "[Service]\nLoadCredential=\nLoadCredential=key:/etc/a key\nEnvironment=\"A=1 2\" B=3\n"
        yield* fs.writeFileString(`${directory}/unit`, `${unit}\n${added}`)
        const fake = (name: string, line: string) =>
          fs.writeFileString(`${directory}/${name}`, `#!/bin/sh\n${line}\n`, { mode: 0o755 })
        yield* fake("systemctl", `[ "$*" = "cat azure-security.service" ] && cat "${directory}/unit"`)
        yield* fake("systemd-run", `printf '%s\\n' "$@"`)
        const { status, stderr, stdout } = spawnSync("config/azure-security-service", ["backfill", "--from", "a b"], {
          encoding: "utf8",
          env: { PATH: `${directory}:${env["PATH"]}` }
        })
        assert.strictEqual(status, 0, stderr)
        const said = stdout.trim().split("\n")
        const lines = said.flatMap((word) => /^--property=(.*)$/.exec(word)?.[1] ?? [])
        const own = unit.split("\n")
        for (const line of lines.filter((line) => /^(DynamicUser|State|WorkingDirectory|UMask)/.test(line))) {
          assert.include(own, line)
        }
        assert.isAtLeast(lines.filter((line) => own.includes(line)).length, 7)
        assert.includeMembers(lines, ["User=azure-security"])
        const kept = /^(LoadCredential|Environment)=/
        assert.deepStrictEqual(
          lines.filter((line) => kept.test(line)),
          `${unit}\n${added}`.split("\n").filter((line) => kept.test(line))
        )
        const name = /^--unit=(.*)$/m.exec(stdout)![1]!
        assert.include(
          lines,
          `BindReadOnlyPaths=-/run/credentials/${name}.service:/run/credentials/azure-security.service`
        )
        assert.deepStrictEqual(said.slice(-4), ["/usr/local/bin/azure-security", "backfill", "--from", "a b"])
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
  }
)
