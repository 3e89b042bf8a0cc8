import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Config, Effect, FileSystem } from "effect"
import { draw } from "./Rooms.ts"

const file = ".github/ARCHITECTURE.md"
const block = /<!-- rooms -->\n[^]*?<!-- \/rooms -->/
const updating = Config.Boolean("UPDATE").pipe(Config.withDefault(false))

it.layer(NodeServices.layer)("ARCHITECTURE.md", (it) => {
  const read = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file))

  it.effect("has the picture that the imports make", () =>
    Effect.gen(function*() {
      const text = yield* read
      const fresh = text.replace(block, `<!-- rooms -->\n\`\`\`\n${draw()}\n\`\`\`\n<!-- /rooms -->`)
      if (yield* updating) yield* (yield* FileSystem.FileSystem).writeFileString(file, fresh)
      else assert.strictEqual(text, fresh, "UPDATE=1 npm test draws it anew")
    }))

  it.effect("names rooms and files that are there", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const named = Array.from((yield* read).matchAll(/`([a-z]+\/(?:[a-z]+\/)?[A-Z]\w+)(?:\.\w+)?`/g), ([, path]) =>
        `src/${path}.ts`)
      const missing = yield* Effect.filter(named, (path) =>
        Effect.map(fs.exists(path), (exists) => !exists))
      assert.isAbove(named.length, 20)
      assert.deepStrictEqual(missing, [])
    }))

  it.effect("explains at most 25 words, and takes at most 12 steps to follow anything", () =>
    Effect.gen(function*() {
      const sections = (yield* read).split(/^## /m)
      const of = (title: string) => sections.find((section) => section.startsWith(title))!
      assert.isAtMost(of("Words").match(/^\| /gm)!.length - 1, 25)
      for (const title of ["The way of one alert", "The way of one settings change"]) {
        assert.isAtMost(of(title).match(/^\d+\. /gm)!.length, 12)
      }
    }))
})
