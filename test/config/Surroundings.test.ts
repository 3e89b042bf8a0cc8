import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Surroundings from "../../src/config/Surroundings.ts"

const stranger = 54_321
const own = process.getuid?.()

it.layer(NodeServices.layer)("what lies above a place", (it) => {
  const world = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const root = yield* Effect.flatMap(fs.makeTempDirectoryScoped(), fs.realPath)
    const data = `${root}/data`
    yield* fs.makeDirectory(`${data}/checkpoints`, { recursive: true, mode: 0o700 })
    return { data, fs, root }
  })

  it.effect("may not be written by others up to the root, unless it is sticky", () =>
    Effect.gen(function*() {
      const { data, fs, root } = yield* world
      for (const [mode, isFault] of [[0o755, false], [0o1777, false], [0o777, true], [0o770, true]] as const) {
        yield* fs.chmod(root, mode)
        for (const place of [data, `${data}/checkpoints`, `${data}/checkpoints/file`, `${root}/not/yet/made`]) {
          assert.deepStrictEqual(
            yield* Surroundings.faultsAbove(place),
            isFault
              ? [{
                fault: `${root} can be written by other users (mode ${
                  mode.toString(8).padStart(4, "0")
                }), who could put something else in the place of ${place}`,
                remedy: `run chmod go-w ${root}, or chmod +t ${root}`
              }]
              : []
          )
        }
      }
      // The directory itself has a rule of its own, which refuses the start.
      yield* fs.chmod(root, 0o755)
      yield* fs.chmod(data, 0o777)
      assert.deepStrictEqual(yield* Surroundings.faultsAbove(data), [])
    }))

  it.effect("is judged where a link stands, where it leads, and where further links stand on the way", () =>
    Effect.gen(function*() {
      const { data, fs, root } = yield* world
      const between = yield* Effect.flatMap(fs.makeTempDirectoryScoped(), fs.realPath)
      const holding = yield* Effect.flatMap(fs.makeTempDirectoryScoped(), fs.realPath)
      yield* fs.symlink(data, `${between}/second`)
      yield* fs.symlink(`../${between.split("/").at(-1)}/second`, `${holding}/first`)
      yield* fs.symlink("self", `${holding}/self`)
      const place = `${holding}/first/checkpoints`
      for (const directory of [holding, between, root, data]) {
        yield* fs.chmod(directory, 0o777)
        const found = yield* Surroundings.faultsAbove(place)
        yield* fs.chmod(directory, 0o700)
        assert.deepStrictEqual(found.map(({ remedy }) => remedy), [
          `run chmod go-w ${directory}, or chmod +t ${directory}`
        ])
      }
      assert.deepStrictEqual(yield* Surroundings.faultsAbove(`${holding}/self/x`), [], "a link to itself ends")
    }))

  it.effect.skipIf(own !== 0)("belongs to root or to this user", () =>
    Effect.gen(function*() {
      const { data, fs } = yield* world
      yield* fs.chown(data, stranger, stranger)
      assert.deepStrictEqual(yield* Surroundings.faultsAbove(`${data}/checkpoints`), [{
        fault:
          `${data} belongs to another user (uid ${stranger}; this process has 0), who could put something else in the place of ${data}/checkpoints`,
        remedy:
          `run this as that user, as azure-security-service does, or run chown 0 ${data}, or name one of this user's`
      }])
    }))

  it.effect("is told once for several places, and files are judged for themselves as well", () =>
    Effect.gen(function*() {
      const { data, fs, root } = yield* world
      yield* fs.writeFileString(`${root}/secret`, "s", { mode: 0o600 })
      const remedies = Effect.map(
        Surroundings.faults({ directories: [data, `${data}/checkpoints`], files: [`${root}/secret`, `${root}/none`] }),
        (all) => all.map(({ remedy }) => remedy)
      )
      assert.deepStrictEqual(yield* remedies, [])
      yield* fs.chmod(root, 0o777)
      assert.deepStrictEqual(yield* remedies, [`run chmod go-w ${root}, or chmod +t ${root}`])
      yield* fs.chmod(root, 0o700)
      for (const mode of [0o644, 0o666, 0o620, 0o1666]) {
        yield* fs.chmod(`${root}/secret`, mode)
        assert.deepStrictEqual(yield* remedies, mode === 0o644 ? [] : [`run chmod go-w ${root}/secret`])
      }
      if (own !== 0) return
      yield* fs.chmod(`${root}/secret`, 0o600)
      yield* fs.chown(`${root}/secret`, stranger, stranger)
      assert.deepStrictEqual(yield* remedies, [
        `run this as that user, as azure-security-service does, or run chown 0 ${root}/secret, or name one of this user's`
      ])
    }))
})
