/** Tests the file sink and the file store on a disk that fails. */
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option, Result } from "effect"
import * as FileStateStore from "../../src/checkpoints/FileStateStore.ts"
import { StateStore } from "../../src/checkpoints/StateStore.ts"
import { chunkBytes } from "../../src/domain/Bounds.ts"
import { ArtifactSink, publishTo } from "../../src/sinks/ArtifactSink.ts"
import * as FileSink from "../../src/sinks/FileSink.ts"
import { lines } from "../../src/sinks/Ndjson.ts"
import { artifact } from "../support/Artifacts.ts"
import * as BadDisk from "../support/BadDisk.ts"

const deadLetter = { instance: "i", endpoint: "e", reason: "no_id", path: "$", occurred_at: "", record: 1 } as const
const batch = (...ids: ReadonlyArray<string>) => ({ artifacts: ids.map(artifact), deadLetters: [] })

const idsIn = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const names = (yield* fs.readDirectory(directory)).filter((name) => name.startsWith("artifacts-")).sort()
  const texts = yield* Effect.forEach(names, (name) => fs.readFileString(`${directory}/${name}`))
  return texts.flatMap((text) => text.split("\n").slice(0, -1).map((line) => JSON.parse(line).id as string))
})

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  const sink = yield* Effect.provide(ArtifactSink, Layer.fresh(FileSink.layer(directory)))
  return { directory, faults: yield* BadDisk.BadDisk, fs, sink, ids: idsIn(directory) }
})

it.layer(BadDisk.layer)("a bad disk", (it) => {
  it.effect("disk_full: half a line is cut off, and the repeated batch is there once", () =>
    Effect.gen(function*() {
      const { directory, faults, fs, ids, sink } = yield* world
      yield* publishTo(sink, batch("1"))
      faults.before = 0
      faults.torn = 700
      const failed = yield* Effect.flip(publishTo(sink, batch("2", "3")))
      assert.strictEqual(
        failed.message,
        `the file sink cannot write: ENOSPC in write, in ${directory}: the disk is full`
      )
      const [name] = yield* fs.readDirectory(directory)
      assert.match(yield* fs.readFileString(`${directory}/${name}`), /\}\n$/, "whole lines only")
      yield* publishTo(sink, batch("2", "3"))
      assert.deepStrictEqual(yield* ids, ["1", "2", "3"])
      assert.strictEqual((yield* fs.readDirectory(directory)).length, 1)
    }))

  it.effect("a slow disk: a piece is written before its buffer is used again, by its batch or by the next", () =>
    Effect.gen(function*() {
      const { directory, faults, fs, sink } = yield* world
      const batches = Array.from({ length: 4 }, (_, n) => ({
        artifacts: Array.from(
          { length: 60 },
          (_, m) => ({ ...artifact(`${n}-${m}`), message: `${n}.${m} `.repeat(9000) })
        ),
        deadLetters: []
      }))
      faults.turns = 20
      for (const [n, batch] of batches.entries()) {
        if (n === 2) {
          faults.before = 1
          faults.torn = 700_000
          yield* Effect.flip(publishTo(sink, batch))
        }
        yield* publishTo(sink, batch)
      }
      faults.turns = 0
      const [name] = yield* fs.readDirectory(directory)
      const expected = lines(batches.flatMap(({ artifacts }) => artifacts))
      assert.isAbove(expected.length, 4 * 2 * chunkBytes)
      assert.isTrue(yield* Effect.map(fs.readFileString(`${directory}/${name}`), (text) => text === expected))
    }))

  it.effect("a slow disk and a fault within a batch: a pending write is cut off as well", () =>
    Effect.gen(function*() {
      const { directory, faults, fs, sink } = yield* world
      const large = (id: string) => ({ ...artifact(id), message: id.repeat(chunkBytes - 1000) })
      faults.turns = 20
      yield* Effect.scoped(Effect.gen(function*() {
        const writer = yield* sink.open
        yield* writer.write({ artifacts: [large("1"), large("2")], deadLetters: [] })
      }))
      yield* publishTo(sink, { artifacts: [large("3")], deadLetters: [] })
      const [name] = yield* fs.readDirectory(directory)
      assert.isTrue((yield* fs.readFileString(`${directory}/${name}`)) === lines([large("3")]))
    }))

  it.effect("lines that cannot be cut off are cut with the next page, which goes to a new file, and are there once", () =>
    Effect.gen(function*() {
      const { directory, faults, fs, ids, sink } = yield* world
      const large = (id: string) => ({ ...artifact(id), message: id.repeat(chunkBytes / 2) })
      yield* publishTo(sink, batch("1"))
      const page = { artifacts: ["2", "3", "4"].map(large), deadLetters: [] }
      // The first piece is written, with whole lines, and the second in part.
      faults.before = 1
      faults.torn = 20
      faults.truncations = 2
      yield* Effect.flip(publishTo(sink, page))
      yield* Effect.flip(
        Effect.andThen(Effect.sync(() => void Object.assign(faults, { before: 0, torn: 20 })), publishTo(sink, page))
      )
      yield* publishTo(sink, page)
      assert.deepStrictEqual(yield* ids, ["1", "2", "3", "4"])
      for (const name of yield* fs.readDirectory(directory)) {
        assert.match(yield* fs.readFileString(`${directory}/${name}`), /^$|\}\n$/)
      }
    }))

  /** Cuts the file as logrotate's copytruncate does, and returns the copy. */
  const copyTruncate = Effect.fnUntraced(function*(directory: string) {
    const fs = yield* FileSystem.FileSystem
    const [name] = yield* fs.readDirectory(directory)
    const copy = yield* fs.readFileString(`${directory}/${name}`)
    yield* fs.truncate(`${directory}/${name}`, 0)
    return copy
  })

  it.effect("copytruncate between two pages: the second begins the file, and a failed one leaves no hole", () =>
    Effect.gen(function*() {
      const { directory, faults, fs, ids, sink } = yield* world
      yield* publishTo(sink, batch("1"))
      assert.strictEqual(yield* copyTruncate(directory), lines([artifact("1")]))
      yield* publishTo(sink, batch("2"))
      assert.deepStrictEqual(yield* ids, ["2"])
      yield* copyTruncate(directory)
      Object.assign(faults, { before: 0, torn: 20 })
      yield* Effect.flip(publishTo(sink, batch("3")))
      const [name] = yield* fs.readDirectory(directory)
      assert.strictEqual(yield* fs.readFileString(`${directory}/${name}`), "")
      yield* publishTo(sink, batch("3"))
      assert.deepStrictEqual(yield* ids, ["3"])
      assert.strictEqual((yield* fs.readDirectory(directory)).length, 1)
    }))

  it.effect("copytruncate within a page: the page is written again, whole, and the report says how to rotate", () =>
    Effect.gen(function*() {
      const { directory, fs, ids, sink } = yield* world
      yield* publishTo(sink, batch("1"))
      const large = (id: string) => ({ ...artifact(id), message: id.repeat(chunkBytes - 1000) })
      const page = { artifacts: ["2", "3", "4"].map(large), deadLetters: [] }
      const attempt = Effect.scoped(Effect.gen(function*() {
        const writer = yield* sink.open
        yield* writer.write({ ...page, artifacts: page.artifacts.slice(0, 2) })
        yield* copyTruncate(directory)
        yield* writer.write({ ...page, artifacts: page.artifacts.slice(2) })
        yield* writer.commit
      }))
      const { message, reason } = yield* Effect.flip(attempt)
      assert.match(message, /another program cut .*artifacts-.*ndjson while it was written/)
      assert.include(reason._tag === "SinkUnavailable" ? reason.remedy : "", "logrotate: create")
      const [name] = yield* fs.readDirectory(directory)
      assert.strictEqual(yield* fs.readFileString(`${directory}/${name}`), "")
      yield* publishTo(sink, page)
      assert.deepStrictEqual(yield* ids, ["2", "3", "4"])
    }))

  it.effect("a page that is given up is cut from its own file, and not from one that took its name", () =>
    Effect.gen(function*() {
      const { directory, fs, sink } = yield* world
      yield* publishTo(sink, batch("1"))
      const [name] = yield* fs.readDirectory(directory)
      yield* Effect.scoped(Effect.gen(function*() {
        const writer = yield* sink.open
        yield* writer.write({
          artifacts: Array.from({ length: 3 }, (_, n) => ({ ...artifact(`${n}`), message: "x".repeat(chunkBytes) })),
          deadLetters: []
        })
        yield* fs.rename(`${directory}/${name}`, `${directory}/moved`)
        yield* fs.writeFileString(`${directory}/${name}`, "theirs")
      }))
      assert.strictEqual(yield* fs.readFileString(`${directory}/${name}`), "theirs")
      assert.strictEqual(yield* fs.readFileString(`${directory}/moved`), lines([artifact("1")]))
    }))

  it.effect("a failed fsync leaves unknown contents on the disk, so the whole batch goes to a new file", () =>
    Effect.gen(function*() {
      const { directory, faults, fs, ids, sink } = yield* world
      yield* publishTo(sink, batch("1"))
      faults.syncs = 1
      assert.include((yield* Effect.flip(publishTo(sink, batch("2")))).message, "EIO in sync")
      yield* publishTo(sink, batch("2"))
      assert.deepStrictEqual(yield* ids, ["1", "2"])
      assert.strictEqual((yield* fs.readDirectory(directory)).length, 2)
    }))

  it.effect("dead letters of a repeated batch are written once", () =>
    Effect.gen(function*() {
      const { directory, faults, fs, ids, sink } = yield* world
      const both = { artifacts: [artifact("1")], deadLetters: [deadLetter] }
      faults.before = 1
      faults.torn = 5
      yield* Effect.flip(publishTo(sink, both))
      yield* publishTo(sink, both)
      const written = (yield* fs.readDirectory(directory)).filter((name) => name.startsWith("dead-letters-"))
      assert.strictEqual(written.length, 1)
      assert.strictEqual((yield* fs.readFileString(`${directory}/${written[0]}`)).split("\n").length - 1, 1)
      assert.deepStrictEqual(yield* ids, ["1"])
    }))

  it.effect("a new file replaces one that was deleted or moved", () =>
    Effect.gen(function*() {
      const { directory, fs, ids, sink } = yield* world
      yield* publishTo(sink, batch("1"))
      const [name] = yield* fs.readDirectory(directory)
      yield* fs.remove(`${directory}/${name}`)
      yield* publishTo(sink, batch("2"))
      assert.deepStrictEqual(yield* ids, ["2"])
      yield* fs.rename(`${directory}/${name}`, `${directory}/taken-away`)
      yield* fs.writeFileString(`${directory}/${name}`, "")
      yield* publishTo(sink, batch("3"))
      assert.deepStrictEqual(yield* ids, ["3"])
    }))

  it.effect("leaves files with other names alone", () =>
    Effect.gen(function*() {
      const { directory, fs } = yield* world
      const copy = `${directory}/artifacts-2026-11-20-1-copy.ndjson`
      yield* fs.writeFileString(copy, "no newline")
      yield* Effect.provide(ArtifactSink, Layer.fresh(FileSink.layer(directory)))
      assert.strictEqual(yield* fs.readFileString(copy), "no newline")
    }))

  it.effect("an interrupted write of a checkpoint leaves the old value", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const faults = yield* BadDisk.BadDisk
      const directory = yield* fs.makeTempDirectoryScoped()
      const store = yield* Effect.provide(StateStore, Layer.fresh(FileStateStore.layer(directory)))
      const revision = yield* store.put("a.json", new Uint8Array([1]), 0)
      const faultsOfPut = [
        () => {
          faults.before = 0
          faults.torn = 1
        },
        () => (faults.syncs = 1),
        () => (faults.renames = 1)
      ]
      for (const fault of faultsOfPut) {
        fault()
        const written = yield* Effect.result(store.put("a.json", new Uint8Array([2, 3]), revision))
        assert.isTrue(Result.isFailure(written))
        const again = yield* Effect.provide(StateStore, Layer.fresh(FileStateStore.layer(directory)))
        assert.deepStrictEqual(Option.getOrThrow(yield* again.get("a.json")).bytes, new Uint8Array([1]))
      }
      yield* store.put("a.json", new Uint8Array([2, 3]), revision)
      const again = yield* Effect.provide(StateStore, Layer.fresh(FileStateStore.layer(directory)))
      assert.deepStrictEqual(Option.getOrThrow(yield* again.get("a.json")).bytes, new Uint8Array([2, 3]))
    }))
})
