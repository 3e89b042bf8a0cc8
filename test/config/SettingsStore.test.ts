import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option, Queue, Stream, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import * as FileSettingsStore from "../../src/config/FileSettingsStore.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import { type Documents, SettingsStore } from "../../src/config/SettingsStore.ts"
import { documentOf, suite } from "./SettingsStoreSuite.ts"

const inMemory = Layer.unwrap(Effect.map(SubscriptionRef.make<Documents>({}), SettingsStore.layerMemory))

const inFile = Layer.unwrap(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const file = `${yield* fs.makeTempDirectoryScoped()}/azure-security.json`
  yield* fs.writeFileString(file, `{ "instances": {} }\n`)
  return FileSettingsStore.layer(file)
})).pipe(Layer.provide(NodeServices.layer))

suite("memory", inMemory)
suite("file", inFile)

const plain = JSON.stringify(documentOf())
const changed = JSON.stringify(documentOf({ lookback_hours: 5 }))
/** A file as an editor on Windows saves it. */
const indented = `${JSON.stringify({ instances: { "2": documentOf() } }, undefined, "\t")}\n`.replaceAll("\n", "\r\n")

/** A file written by hand: odd blanks, unusual numbers, names out of order, and an unknown name. */
const byHand = `{
    "log":   {"level": "Warn"},
    "instances": {
        "10": { "lookback_hours": 1.50, "credentials": { "tenant_id": "contoso.example", "client_id": "22222222-2222-4222-8222-222222222222", "client_secret_env": "SECRET" } },
        "2": ${plain}
    },
    "mine": [1,
             2]
}
`

it.layer(NodeServices.layer)("FileSettingsStore", (it) => {
  const world = Effect.fnUntraced(function*(text: string) {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const file = `${directory}/azure-security.json`
    yield* fs.writeFileString(file, text, { mode: 0o640 })
    yield* fs.chmod(file, 0o640)
    const store = yield* Effect.provide(SettingsStore, Layer.fresh(FileSettingsStore.layer(file)))
    return { directory, file, fs, store }
  })

  it.effect("keeps the rest of the file to the letter, and its mode", () =>
    Effect.gen(function*() {
      const { directory, file, fs, store } = yield* world(byHand)
      const two = (yield* store.all).find(({ name }) => name === "2")!
      const saved = yield* store.put("2", { ...two.document, enabled: false }, two.revision)
      const text = yield* fs.readFileString(file)
      const begin = byHand.slice(0, byHand.indexOf(`"2":`))
      assert.strictEqual(text.slice(0, begin.length), begin)
      assert.isTrue(text.endsWith(byHand.slice(byHand.indexOf(`,\n    "mine"`))))
      assert.include(text, `            "enabled": false\n        }`)
      yield* store.put("2", two.document, saved.revision)
      assert.strictEqual((yield* fs.stat(file)).mode & 0o777, 0o640)
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["azure-security.json"])
    }))

  it.effect("reads a file in UTF-16, and changes none", () =>
    Effect.gen(function*() {
      const { file, fs, store } = yield* world(byHand)
      const bytes = Buffer.from(`\uFEFF${byHand}`, "utf16le")
      yield* fs.writeFile(file, bytes)
      const two = (yield* store.all).find(({ name }) => name === "2")!
      for (
        const change of [
          store.put("2", { ...two.document, enabled: false }, two.revision),
          store.remove("2", two.revision)
        ]
      ) {
        assert.include((yield* Effect.flip(change)).message, "is UTF-16: save it as UTF-8")
      }
      assert.isTrue(bytes.equals(yield* fs.readFile(file)))
      yield* fs.writeFile(file, Buffer.from(byHand, "utf16le"))
      assert.include((yield* Effect.flip(store.all)).message, "UTF-16 without a byte order mark")
    }))

  it.effect("writes to the file that a symbolic link names", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* world(byHand)
      yield* fs.symlink(file, `${directory}/link.json`)
      const store = yield* Effect.provide(SettingsStore, Layer.fresh(FileSettingsStore.layer(`${directory}/link.json`)))
      yield* store.put("three", documentOf(), null)
      assert.include(yield* fs.readFileString(file), "three")
      assert.strictEqual(yield* fs.realPath(`${directory}/link.json`), yield* fs.realPath(file))
    }))

  it.effect("takes neither mode nor text of a file that a link names by the time of the change", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* world(byHand)
      yield* fs.writeFileString(`${directory}/theirs`, byHand)
      yield* fs.chmod(`${directory}/theirs`, 0o666)
      const swapping = FileSystem.FileSystem.of({
        ...fs,
        realPath: (path) =>
          Effect.tap(fs.realPath(path), () => Effect.andThen(fs.remove(path), fs.symlink(`${directory}/theirs`, path)))
      })
      const store = yield* Effect.provide(SettingsStore, Layer.fresh(FileSettingsStore.layer(file))).pipe(
        Effect.provideService(FileSystem.FileSystem, swapping)
      )
      assert.match((yield* Effect.flip(store.put("three", documentOf(), null))).message, /is a link/)
      assert.deepStrictEqual((yield* fs.readDirectory(directory)).sort(), ["azure-security.json", "theirs"])
      assert.strictEqual(yield* fs.readFileString(`${directory}/theirs`), byHand)
    }))

  it.effect("changes nothing in a file that is broken, or would be unusable", () =>
    Effect.gen(function*() {
      const torn = yield* world(byHand.slice(0, -4))
      const error = yield* Effect.flip(torn.store.put("three", documentOf(), null))
      assert.match(error.message, /correct it first/)
      assert.strictEqual(yield* torn.fs.readFileString(torn.file), byHand.slice(0, -4))

      const other = yield* world(byHand.replace(`"Warn"`, `"Loud"`))
      const refused = yield* Effect.flip(other.store.put("three", documentOf(), null))
      assert.match(refused.message, /other faults, correct them first: log\.level/)
      assert.notInclude(refused.message, "hidden")
    }))

  it.effect("accepts and removes a byte order mark, and keeps line endings and tabs", () =>
    Effect.gen(function*() {
      const before = `\uFEFF${indented}`
      const { file, fs, store } = yield* world(before)
      yield* store.put("three", documentOf(), null)
      const text = yield* fs.readFileString(file)
      assert.isTrue(text.startsWith(before.slice(1, before.indexOf(`\r\n\t}`))))
      assert.isTrue(text.endsWith("\r\n\t}\r\n}\r\n"))
      assert.notMatch(text, /[^\r]\n/)
      assert.strictEqual((yield* fs.readFile(file))[0], "{".charCodeAt(0), "the byte order mark is removed")
      assert.include(text, `\r\n\t\t"three": {\r\n\t\t\t"`)
      assert.deepStrictEqual((yield* store.all).map(({ name }) => name), ["2", "three"])
    }))

  it.effect("keeps a file of one line on one line", () =>
    Effect.gen(function*() {
      const { file, fs, store } = yield* world(`{"instances":{"2":${plain}}}\n`)
      yield* store.put("three", documentOf(), null)
      assert.strictEqual(yield* fs.readFileString(file), `{"instances":{"2":${plain},"three": ${plain}}}\n`)
    }))

  it.effect("keeps the owner of the file", () =>
    Effect.gen(function*() {
      const { file, fs, store } = yield* world(byHand)
      // Only root may change a file's owner.
      const isRoot = process.getuid?.() === 0
      if (isRoot) yield* fs.chown(file, 1234, 1235)
      const { gid, uid } = yield* fs.stat(file)
      yield* store.put("three", documentOf(), null)
      const after = yield* fs.stat(file)
      assert.deepStrictEqual([after.uid, after.gid], [uid, gid])
      if (isRoot) assert.deepStrictEqual(uid, Option.some(1234))
    }))

  for (
    const [what, text, said] of [
      ["an instance that stands twice", `{"instances":{"2":${plain},"2":${changed}}}`, /instances\.2: Expected once/],
      ["instances that stand twice", `{"instances":{},"instances":{"2":${plain}}}`, /instances: Expected once/],
      ["a list in place of the document", "[]", /has no object "instances"/],
      ["a list in place of the instances", `{"instances":[]}`, /has no object "instances"/],
      ["a number", "1", /has no object "instances"/],
      ["no content", "", /correct it first/]
    ] as const
  ) {
    it.effect(`changes nothing in a file with ${what}, and says why`, () =>
      Effect.gen(function*() {
        const { file, fs, store } = yield* world(text)
        const two = Option.fromUndefinedOr(
          (yield* Effect.orElseSucceed(store.all, () => [])).find(({ name }) => name === "2")
        )
        const revision = Option.getOrNull(Option.map(two, (stored) => stored.revision))
        const error = yield* Effect.flip(store.put("2", documentOf({ enabled: false }), revision))
        assert.match(error.message, said)
        assert.strictEqual(yield* fs.readFileString(file), text)
      }))
  }

  it.effect("says what to do when the file cannot be replaced", () =>
    Effect.gen(function*() {
      const { directory, store } = yield* world(byHand)
      const fs = yield* FileSystem.FileSystem
      yield* fs.remove(directory, { recursive: true })
      const error = yield* Effect.flip(store.put("three", documentOf(), null))
      assert.match(error.message, /ENOENT in .*; let this user read and replace the file/)
    }))

  it.effect("makes a change that the source reports within two seconds", () =>
    Effect.gen(function*() {
      const { file, store } = yield* world(byHand)
      const source = yield* Effect.provide(SettingsSource, Layer.fresh(SettingsSource.layerFile(file)))
      const told = yield* Queue.unbounded<ReadonlyArray<string>>()
      yield* Effect.forkScoped(
        Stream.runForEach(source.changes, ({ settings }) => Queue.offer(told, Object.keys(settings.instances)))
      )
      yield* store.put("three", documentOf(), null)
      const names = yield* Effect.raceFirst(
        Effect.option(Queue.take(told)),
        Effect.forever(Effect.andThen(TestClock.adjust("2 seconds"), Effect.yieldNow))
      )
      assert.deepStrictEqual(Option.getOrThrow(names), ["2", "10", "three"])
    }))
})
