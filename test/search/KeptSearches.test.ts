import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { recentSearchesMax, savedSearchesMax } from "../../src/domain/Bounds.ts"
import * as KeptSearches from "../../src/search/KeptSearches.ts"

it.layer(NodeServices.layer)("kept searches", (it) => {
  it.effect("are the last ones, each once, and those saved under a name, also after a restart", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = `${yield* fs.makeTempDirectoryScoped()}/search`
      const { all, change } = yield* KeptSearches.make(directory)
      assert.deepStrictEqual(yield* all, { recent: [], saved: [] })
      for (const searched of ["one", "two", " ", "one"]) yield* change({ searched })
      yield* change({ name: "Phish", query: "messageType:phishing_*" })
      yield* change({ name: "Clicks", query: "click" })
      yield* change({ name: "Phish", query: "messageType:phishing_email" })
      const kept = {
        recent: ["one", "two"],
        saved: [{ name: "Clicks", query: "click" }, { name: "Phish", query: "messageType:phishing_email" }]
      }
      assert.deepStrictEqual(yield* (yield* KeptSearches.make(directory)).all, kept)
      assert.deepStrictEqual((yield* change({ forget: "Clicks" })).saved.map(({ name }) => name), ["Phish"])
      const { mode } = yield* fs.stat(`${directory}/searches.json`)
      assert.strictEqual(mode & 0o077, 0)
    }))

  it.effect("are bounded, and a full list of saved ones refuses another", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { change } = yield* KeptSearches.make(yield* fs.makeTempDirectoryScoped())
      const numbers = Array.from({ length: savedSearchesMax }, (_, n) => n)
      for (const n of numbers.slice(0, recentSearchesMax + 5)) yield* change({ searched: `q${n}` })
      yield* Effect.forEach(numbers, (n) => change({ name: `n${n}`, query: "x" }), { concurrency: 4 })
      const { recent, saved } = yield* change({ name: "n1", query: "y" })
      assert.deepStrictEqual([recent.length, recent[0], saved.length], [recentSearchesMax, "q24", savedSearchesMax])
      assert.include((yield* Effect.flip(change({ name: "more", query: "x" }))).why, "delete one first")
    }))

  it.effect("begin empty where the file cannot be read", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${directory}/searches.json`, "{\"recent\":")
      assert.deepStrictEqual(yield* (yield* KeptSearches.make(directory)).all, { recent: [], saved: [] })
    }))

  it.effect("say why a directory that others may write to, or that cannot be made, takes none", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.chmod(directory, 0o777)
      const shared = yield* KeptSearches.make(directory)
      assert.include((yield* Effect.flip(shared.change({ searched: "x" }))).why, `run chmod go-w ${directory}`)
      yield* fs.writeFileString(`${directory}/file`, "")
      const beneath = yield* KeptSearches.make(`${directory}/file/search`)
      assert.include((yield* Effect.flip(beneath.change({ searched: "x" }))).why, `${directory}/file`)
    }))
})
