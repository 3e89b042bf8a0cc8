import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { TestClock } from "effect/testing"
import { chmodSync } from "node:fs"
import { chunkBytes } from "../../src/domain/Bounds.ts"
import { ArtifactSink, publishTo } from "../../src/sinks/ArtifactSink.ts"
import { compress } from "../../src/sinks/Compressing.ts"
import * as FileSink from "../../src/sinks/FileSink.ts"
import { lines } from "../../src/sinks/Ndjson.ts"
import { artifact, event } from "../support/Artifacts.ts"
import * as RecordedDisk from "../support/RecordedDisk.ts"

const batch = (...ids: ReadonlyArray<string>) => ({ artifacts: ids.map(artifact), deadLetters: [] })
const letter = { instance: "i", endpoint: "e", reason: "no_id", path: "$", occurred_at: "", record: 1 }
/** Bytes of the line of an artifact whose id is one letter. */
const lineBytes = new TextEncoder().encode(lines([artifact("1")])).length
const first = "artifacts-1970-01-01-1.ndjson"
const second = "artifacts-1970-01-01-2.ndjson"

const world = Effect.gen(function*() {
  yield* TestClock.setTime(0)
  const fs = yield* FileSystem.FileSystem
  const recorded = yield* RecordedDisk.RecordedDisk
  const directory = `${yield* fs.makeTempDirectoryScoped()}/sub/artifacts`
  recorded.inodes = true
  return {
    directory,
    fs,
    recorded,
    /** What was done since it was asked for last. */
    done: Effect.sync(() => recorded.log.splice(0)),
    names: Effect.map(fs.readDirectory(directory), (names) => names.sort()),
    read: (name: string) => fs.readFileString(`${directory}/${name}`),
    open: (bytesMax?: number) => Effect.provide(ArtifactSink, Layer.fresh(FileSink.layer(directory, bytesMax)))
  }
})

it.layer(RecordedDisk.layer)("FileSink", (it) => {
  it.effect("makes its directory, for its owner only", () =>
    Effect.gen(function*() {
      const { directory, fs, open } = yield* world
      yield* open()
      assert.strictEqual((yield* fs.stat(directory)).mode & 0o777, 0o700)
    }))

  it.effect("writes events in place of artifacts, long ones in pieces", () =>
    Effect.gen(function*() {
      const { directory, read } = yield* world
      const sink = yield* Effect.provide(
        ArtifactSink,
        Layer.fresh(FileSink.layer(directory, undefined, undefined, "ocsf"))
      )
      assert.strictEqual(sink.payload, "ocsf")
      const events = [event("a"), event("b", "\"é\n".repeat(chunkBytes)), event("c")]
      yield* publishTo(sink, { ...batch("1"), events })
      assert.isTrue(yield* Effect.map(read(first), (text) => text === lines(events)))
    }))

  it.effect("syncs the directory of a new file before its name counts, and the page before it does", () =>
    Effect.gen(function*() {
      const { done, open } = yield* world
      const sink = yield* open()
      yield* done
      yield* publishTo(sink, batch("1"))
      assert.deepStrictEqual(yield* done, [
        `open ${first} ax`,
        "open artifacts r",
        "sync artifacts",
        "close artifacts",
        `write ${first}`,
        `sync ${first}`
      ])
      yield* publishTo(sink, batch("2"))
      assert.deepStrictEqual(yield* done, [`write ${first}`, `sync ${first}`], "the file is new no more")
    }))

  it.effect("syncs the directory again where that failed, also after a restart, and leaves no file open", () =>
    Effect.gen(function*() {
      const { done, names, open, recorded } = yield* world
      const opened = (
        flag: string
      ) => [`open ${first} ${flag}`, "open artifacts r", "sync artifacts", "close artifacts"]
      for (const [sink, flag] of [[yield* open(), "ax"], [yield* open(), "a"]] as const) {
        yield* done
        recorded.fails = "sync artifacts"
        assert.include((yield* Effect.flip(publishTo(sink, batch("1")))).message, "EIO in sync")
        assert.deepStrictEqual(yield* done, [...opened(flag), `close ${first}`])
      }
      const sink = yield* open()
      yield* done
      yield* publishTo(sink, batch("1"))
      assert.deepStrictEqual(yield* done, [...opened("a"), `write ${first}`, `sync ${first}`])
      assert.deepStrictEqual(yield* names, [first])
    }))

  it.effect("touches no file for a page without artifacts", () =>
    Effect.gen(function*() {
      const { done, names, open } = yield* world
      const sink = yield* open()
      yield* done
      yield* publishTo(sink, batch())
      assert.deepStrictEqual([yield* done, yield* names], [[], []])
    }))

  it.effect("syncs the dead letters of a page and its artifacts before either counts", () =>
    Effect.gen(function*() {
      const { done, open } = yield* world
      const sink = yield* open()
      yield* publishTo(sink, { ...batch("1"), deadLetters: [letter] })
      const syncs = (yield* done).filter((line) => line.startsWith("sync") && line !== "sync artifacts")
      assert.deepStrictEqual(syncs, ["sync dead-letters-1970-01-01-1.ndjson", `sync ${first}`])
    }))

  it.effect("cuts off what was written of a page that was not committed", () =>
    Effect.gen(function*() {
      const { open, read } = yield* world
      const sink = yield* open()
      yield* publishTo(sink, batch("1"))
      yield* Effect.scoped(Effect.gen(function*() {
        const writer = yield* sink.open
        yield* writer.write({
          artifacts: Array.from({ length: 20 }, (_, n) => ({ ...artifact(`${n}`), message: "x".repeat(100_000) })),
          deadLetters: []
        })
      }))
      assert.strictEqual(yield* read(first), lines([artifact("1")]))
      yield* publishTo(sink, batch("2"))
      assert.strictEqual(yield* read(first), lines([artifact("1"), artifact("2")]))
    }))

  it.effect("begins a new file once the last one is full to the byte, and closes that", () =>
    Effect.gen(function*() {
      const { done, names, open } = yield* world
      const sink = yield* open(lineBytes)
      yield* publishTo(sink, batch("1"))
      yield* done
      yield* publishTo(sink, batch("2"))
      assert.deepStrictEqual((yield* done).slice(0, 2), [`close ${first}`, `open ${second} ax`])
      assert.deepStrictEqual(yield* names, [first, second])
    }))

  it.effect("goes on in a file that is not full, also after a restart, and leaves a full one alone", () =>
    Effect.gen(function*() {
      const { done, names, open } = yield* world
      yield* publishTo(yield* open(lineBytes + 1), batch("1"))
      yield* done
      yield* publishTo(yield* open(lineBytes + 1), batch("2"))
      assert.deepStrictEqual(yield* names, [first])
      const full = yield* open(2 * lineBytes)
      yield* done
      yield* publishTo(full, batch("3"))
      assert.deepStrictEqual(yield* names, [first, second])
      assert.deepStrictEqual((yield* done).filter((line) => line.includes("ndjson")).slice(0, 3), [
        `open ${first} a`,
        `close ${first}`,
        `open ${second} ax`
      ])
    }))

  it.effect("closes the file of the day before", () =>
    Effect.gen(function*() {
      const { done, open } = yield* world
      const sink = yield* open()
      yield* publishTo(sink, batch("1"))
      yield* TestClock.adjust("1 day")
      yield* done
      yield* publishTo(sink, batch("2"))
      assert.deepStrictEqual((yield* done).slice(0, 2), [`close ${first}`, "open artifacts-1970-01-02-1.ndjson ax"])
    }))

  it.effect("goes on in its file where the file system has no inodes to tell files by", () =>
    Effect.gen(function*() {
      const { done, open, recorded } = yield* world
      for (const inodes of [[false, false], [true, false], [false, true]] as const) {
        const sink = yield* open()
        recorded.inodes = inodes[0]
        yield* publishTo(sink, batch("1"))
        recorded.inodes = inodes[1]
        yield* done
        yield* publishTo(sink, batch("2"))
        assert.deepStrictEqual(yield* done, [`write ${first}`, `sync ${first}`])
      }
    }))

  it.effect("cuts a torn line wherever its beginning lies, and no whole line", () =>
    Effect.gen(function*() {
      const { directory, done, fs, open, read } = yield* world
      yield* open()
      const whole = `${"x".repeat(70_000)}\n`
      for (const torn of [0, 1, 65_535, 65_536, 65_537, 140_000]) {
        yield* fs.writeFileString(`${directory}/${first}`, whole + "y".repeat(torn))
        yield* done
        yield* open()
        assert.isTrue((yield* read(first)) === whole, `${torn} bytes`)
        assert.deepStrictEqual((yield* done).filter((line) => line.startsWith("truncate")).length, torn === 0 ? 0 : 1)
      }
      yield* fs.writeFileString(`${directory}/${first}`, "torn from the beginning")
      yield* open()
      assert.strictEqual(yield* read(first), "")
    }))

  it.effect("neither mends, appends to nor makes a file through a link, and goes on beside it", () =>
    Effect.gen(function*() {
      const { directory, fs, open, read } = yield* world
      yield* open()
      const victim = `${directory}/../victim`
      yield* fs.writeFileString(victim, "theirs, without a newline")
      yield* fs.symlink(victim, `${directory}/${first}`)
      const sink = yield* open()
      yield* publishTo(sink, batch("1"))
      yield* Effect.scoped(Effect.flatMap(sink.open, (writer) => writer.write(batch("2"))))
      assert.strictEqual(yield* read(second), lines([artifact("1")]))
      assert.strictEqual(yield* fs.readFileString(victim), "theirs, without a newline")
    }))

  it.effect("goes on behind a compressed file, also of the same day, and leaves it as it is", () =>
    Effect.gen(function*() {
      const { directory, fs, open, read } = yield* world
      const sink = yield* open()
      yield* publishTo(sink, batch("1"))
      yield* compress(directory, first)
      const compressed = yield* fs.readFile(`${directory}/${first}.gz`)
      yield* publishTo(sink, batch("2"))
      yield* publishTo(yield* open(), batch("3"))
      assert.strictEqual(yield* read(second), lines(["2", "3"].map(artifact)))
      assert.deepStrictEqual(yield* fs.readFile(`${directory}/${first}.gz`), compressed)
    }))

  it.effect("is not opened in a directory that others may write to", () =>
    Effect.gen(function*() {
      const { directory } = yield* world
      const { makeDirectory } = yield* FileSystem.FileSystem
      yield* makeDirectory(directory, { recursive: true })
      chmodSync(directory, 0o777)
      const refused = yield* Effect.flip(Layer.build(FileSink.layer(directory)))
      assert.include(refused.message, `run chmod go-w ${directory}`)
      assert.include((yield* Effect.flip(FileSink.openDeadLetters(directory))).message, "chmod go-w")
    }))

  it.effect("keeps the newest files of a bounded series, by their numbers", () =>
    Effect.gen(function*() {
      const { directory, names } = yield* world
      const series = yield* FileSink.openBounded(directory, "copy", { files: 2, bytes: 1 })
      for (let n = 0; n < 11; n++) {
        yield* Effect.scoped(Effect.gen(function*() {
          const writer = yield* series.open
          yield* writer.append([{ n }])
          yield* Effect.andThen(writer.sync, writer.accept)
        }))
        assert.strictEqual((yield* names).length, Math.min(2, n + 1))
      }
      assert.deepStrictEqual(yield* names, ["copy-1970-01-01-10.ndjson", "copy-1970-01-01-11.ndjson"])
    }))
})
