import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Json from "./support/Json.ts"

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

  it.effect("has the checksum of every package, but for formatter and type checker on other platforms than linux-x64", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { packages } = Json.parse(yield* fs.readFileString("package-lock.json")) as {
        readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly link?: boolean }>>
      }
      // The registry has no checksum of these; `npm run check` is for linux-x64, as CONTRIBUTING.md says.
      const unknown = /^node_modules\/(@dprint\/(?!linux-x64)|@effect\/tsgo-(?!linux-x64))/
      const without = Object.entries(packages).flatMap(([name, { integrity, link }]) =>
        // The project itself, and its own folder with the Node of a checkout.
        name === "" || name === "config/node" || link === true || integrity?.startsWith("sha512-") === true ||
          unknown.test(name)
          ? []
          : [name]
      )
      assert.deepStrictEqual(without, [])
    }))

  it.effect("installs Node for developers only, and then only the platform's own", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { packages } = Json.parse(yield* fs.readFileString("package-lock.json")) as {
        readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>
      }
      for (const [platform, os, cpu] of [["linux-x64", "linux", "x64"], ["linux-arm64", "linux", "arm64"]] as const) {
        const { [`node_modules/node-${platform}`]: node } = packages
        assert.include(node, { dev: true, optional: true, os, cpu })
      }
    }))

  it.effect("pins every dependency at an exact version", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const text = (yield* fs.readFileString("package.json")) + (yield* fs.readFileString("config/node/package.json"))
      const versions = Array.from(
        text.matchAll(/^ {4}"(?:@[\w-]+\/)?[\w-]+": "([^"]+)",?$/gm),
        ([, version]) => version!
      )
        .filter((version) => /\d\.\d/.test(version))
      assert.isAtLeast(versions.length, 14)
      assert.deepStrictEqual(versions.filter((version) => !/^\d+\.\d+\.\d+(-alpha\.\d+)?$/.test(version)), [])
    }))
})
