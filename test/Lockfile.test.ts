import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"

it.layer(NodeServices.layer)("lock file", (it) => {
  it.effect("pins Node for three platforms at one exact version, with its checksum", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const text = yield* fs.readFileString("package-lock.json")
      for (const platform of ["linux-x64", "linux-arm64", "win-x64"]) {
        assert.match(
          text,
          new RegExp(
            `"node_modules/node-${platform}": \\{\\s+"version": "24\\.\\d+\\.\\d+",(?:\\s+"resolved": "[^"]+",)?\\s+"integrity": "sha512-`
          )
        )
      }
    }))

  it.effect("pins every dependency at an exact version", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const text = yield* fs.readFileString("package.json")
      const versions = Array.from(
        text.matchAll(/^ {4}"(?:@[\w-]+\/)?[\w-]+": "([^"]+)",?$/gm),
        ([, version]) => version!
      )
        .filter((version) => /\d\.\d/.test(version))
      assert.isAtLeast(versions.length, 14)
      assert.deepStrictEqual(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version)), [])
    }))
})
