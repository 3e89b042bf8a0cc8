import { NodeFileSystem } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { execFileSync } from "node:child_process"
import { readSmall } from "../../src/config/SmallFile.ts"
import { credentialBytesMax } from "../../src/domain/Bounds.ts"

it.layer(NodeFileSystem.layer)("SmallFile", (it) => {
  it.effect("reads a regular file without its byte order mark and the blanks around it", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/secret`
      yield* fs.writeFileString(file, "\uFEFF s3cret~ü \n")
      assert.strictEqual(yield* readSmall(file), "s3cret~ü")
      yield* fs.writeFileString(file, "x".repeat(credentialBytesMax))
      assert.strictEqual((yield* readSmall(file)).length, credentialBytesMax)
    }))

  it.effect("refuses a device, a pipe, a directory, a file over the bound and an absent file", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      execFileSync("mkfifo", [`${directory}/pipe`])
      yield* fs.writeFileString(`${directory}/large`, "x".repeat(credentialBytesMax + 1))
      const faultOf = (path: string) => Effect.map(Effect.flip(readSmall(path)), ({ fault }) => fault)
      for (const path of ["/dev/zero", `${directory}/pipe`, directory]) {
        assert.strictEqual(yield* faultOf(path), "not a regular file")
      }
      assert.strictEqual(yield* faultOf(`${directory}/large`), "more than 64 KiB")
      assert.strictEqual(yield* faultOf(`${directory}/absent`), "NotFound")
    }))

  it.effect("reads UTF-16 with its byte order mark, and names it where there is none", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/secret`
      yield* fs.writeFile(file, Buffer.from("\uFEFFs3cret~\r\n", "utf16le"))
      assert.strictEqual(yield* readSmall(file), "s3cret~")
      yield* fs.writeFile(file, Buffer.from("s3cret~\r\n", "utf16le"))
      const { message } = yield* Effect.flip(readSmall(file))
      assert.strictEqual(message, `${file} (it is UTF-16 without a byte order mark: save it as UTF-8)`)
    }))
})
