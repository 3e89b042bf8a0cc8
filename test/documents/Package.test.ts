/** Checks what is installed: the files of the package, its man page, and what a bundle says of itself. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { spawnSync } from "node:child_process"
import { buildOf, buildText } from "../../config/build.mjs"
import { manual } from "../../config/manual.mjs"
import * as Json from "../support/Json.ts"

const bytesMax = 5_000_000

it.layer(NodeServices.layer)("the package", (it) => {
  it.effect("has the files that it lists, a command that starts with Node, and nothing of the sources", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const manifest = Json.parse(yield* fs.readFileString("package.json")) as {
        readonly files: ReadonlyArray<string>
        readonly man: ReadonlyArray<string>
        readonly bin: Readonly<Record<string, string>>
      }
      const made = manifest.files.filter((file) => file.startsWith("dist/"))
      assert.deepStrictEqual(made, ["dist/azure-security.js", "dist/azure-security.1", "dist/THIRD-PARTY-NOTICES.txt"])
      assert.includeMembers(made, [...manifest.man])
      for (const file of manifest.files) if (!made.includes(file)) assert.isTrue(yield* fs.exists(file), file)
      const launcher = yield* fs.readFileString(manifest.bin["azure-security"]!)
      assert.match(launcher, /^#!\/usr\/bin\/env node\n/)
      assert.strictEqual((yield* fs.stat(manifest.bin["azure-security"]!)).mode & 0o111, 0o111)
      const sizes = yield* Effect.forEach(
        manifest.files,
        (file) => Effect.map(Effect.option(fs.stat(file)), (info) => info._tag === "Some" ? Number(info.value.size) : 0)
      )
      assert.isBelow(sizes.reduce((sum, size) => sum + size, 0), bytesMax)
    }))

  it.effect("has a man page with every command and flag of --help, which man prints without a warning", () =>
    Effect.gen(function*() {
      const page = yield* manual
      for (const part of ["init [flags]", "checkpoint rewind [flags]", "\\-\\-secret\\-stdin", "\\-\\-republish"]) {
        assert.include(page, part)
      }
      const { error, status, stderr } = spawnSync("man", ["--warnings", "-l", "-"], { input: page, encoding: "utf8" })
      if (error !== undefined) return
      assert.strictEqual(stderr, "")
      assert.strictEqual(status, 0)
    }))
})

describe("a build", () => {
  const git = (...args: ReadonlyArray<string>) => args[0] === "log" ? "1795910400" : "0123456789ab"

  it("says its commit and the commit's date, or that of SOURCE_DATE_EPOCH", () => {
    assert.strictEqual(buildText(buildOf({}, git)), "0123456789ab, 2026-11-29")
    assert.strictEqual(buildText(buildOf({ SOURCE_DATE_EPOCH: "0" }, git)), "0123456789ab, 1970-01-01")
    assert.strictEqual(buildText(buildOf({ AZURE_SECURITY_COMMIT: "fedc" }, () => "")), "fedc")
    assert.strictEqual(buildText(buildOf({}, () => "")), "unknown commit")
  })
})
