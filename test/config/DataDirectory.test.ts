import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as DataDirectory from "../../src/config/DataDirectory.ts"

it.layer(NodeServices.layer)("a data directory", (it) => {
  const world = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const root = yield* fs.makeTempDirectoryScoped()
    return { directory: `${root}/data`, fs }
  })

  it.effect("is made for this user alone, whatever the umask is", () =>
    Effect.gen(function*() {
      const { directory, fs } = yield* world
      for (const [index, umask] of [0, 0o277].entries()) {
        const before = process.umask(umask)
        yield* Effect.ensuring(DataDirectory.make(`${directory}-${index}`), Effect.sync(() => process.umask(before)))
        assert.strictEqual((yield* fs.stat(`${directory}-${index}`)).mode & 0o777, 0o700)
      }
    }))

  it.effect("is refused while its group or all may write to it, and may be read by them or be sticky", () =>
    Effect.gen(function*() {
      const { directory, fs } = yield* world
      yield* DataDirectory.inspect(directory)
      yield* DataDirectory.make(directory)
      for (const mode of [0o700, 0o755, 0o1777, 0o3770]) {
        yield* fs.chmod(directory, mode)
        yield* DataDirectory.make(directory)
        assert.strictEqual((yield* fs.stat(directory)).mode & 0o7777, mode, "what is there keeps its mode")
      }
      for (const mode of [0o775, 0o757, 0o777, 0o2770]) {
        yield* fs.chmod(directory, mode)
        const octal = mode.toString(8).padStart(4, "0")
        assert.strictEqual(
          (yield* Effect.flip(DataDirectory.make(directory))).message,
          `${directory} can be written by other users (mode ${octal}): run chmod go-w ${directory}`
        )
      }
      assert.strictEqual((yield* DataDirectory.faults([directory, `${directory}/x`, directory])).length, 2)
    }))
})
