/** Tests that a directory which cannot be used is told with what stands in the way, whose it is, and what to do. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, PlatformError } from "effect"
import * as DirectoryChecks from "../../src/checks/DirectoryChecks.ts"
import { hold } from "../../src/config/DirectoryLock.ts"
import { describe, explain } from "../../src/config/DirectoryTrouble.ts"

const failure = (code: string, method = "makeDirectory") =>
  PlatformError.systemError({
    _tag: "Unknown",
    module: "FileSystem",
    method,
    cause: Object.assign(new Error(), { code })
  })

const own = process.getuid?.() ?? 0

it.layer(NodeServices.layer, { excludeTestServices: true })("a directory that cannot be used", (it) => {
  it.effect("names the file that is in the way, at the start and in check", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/data`
      yield* fs.writeFileString(file, "")
      for (const directory of [file, `${file}/artifacts`]) {
        const { message } = yield* Effect.flip(Effect.scoped(hold(directory)))
        assert.match(message, /cannot be made: a file is in the way \(\w+ in \w+\)/)
        assert.include(message, `; ${file} is no directory: move ${file} away, or name another directory`)
        const finding = yield* DirectoryChecks.ofDirectory("sink", directory)
        assert.strictEqual(finding.outcome, "failed")
        assert.include(finding.message, `${file} is no directory`)
        assert.strictEqual(finding.remedy, `move ${file} away, or name another directory`)
      }
    }))

  it.effect("names the owner and the mode of what may not be written to, and the command that mends it", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const above = yield* fs.makeTempDirectoryScoped()
      yield* fs.chmod(above, 0o500)
      const found = yield* explain(`${above}/a/b`, failure("EACCES"))
      assert.deepStrictEqual(found, {
        fault:
          `${above}/a/b cannot be made: this user may not (EACCES in makeDirectory); ${above} belongs to uid ${own} and has mode 0500, and this process has uid ${own}`,
        remedy: `run chmod u+rwx ${above}, or name another directory in the settings`
      })
      if (own !== 0) return
      yield* fs.chown(above, 54_321, 54_321)
      const others = yield* explain(above, failure("EACCES", "open"))
      assert.match(
        others.fault,
        /cannot be written: .* belongs to uid 54321 and has mode 0500, and this process has uid 0$/
      )
      assert.strictEqual(others.remedy, `run chown 0 ${above}, or name a directory of this user's in the settings`)
    }))

  it.effect("tells a read-only file system, a full disk, a quota and a disk that fails apart", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      for (
        const [code, fault, remedy] of [
          ["EROFS", "the file system is read-only", /mount it to be written/],
          ["ENOSPC", "the disk is full", /free space or inodes/],
          ["EDQUOT", "the quota of this user is used up", /raise the quota/],
          ["EIO", "the disk or the network share fails", /dmesg/]
        ] as const
      ) {
        const found = yield* explain(directory, failure(code, "open"))
        assert.strictEqual(found.fault, `${directory} cannot be written: ${fault} (${code} in open)`)
        assert.match(found.remedy, remedy)
        assert.strictEqual(describe("/data", failure(code, "writeAll")), `${code} in writeAll, in /data: ${fault}`)
      }
      assert.strictEqual(describe("/data", failure("EBUSY", "open")), "EBUSY in open, in /data")
    }))

  it.effect("is tried with a few MiB, of which nothing is left", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const finding = yield* DirectoryChecks.ofDirectory("sink", directory)
      assert.strictEqual(finding.outcome, "passed", finding.message)
      assert.deepStrictEqual(yield* fs.readDirectory(directory), [])
    }))
})
