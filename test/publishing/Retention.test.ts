/** Tests which files of the sink go, and that the disk's end is seen a day before. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Logger, PlatformError } from "effect"
import { TestClock } from "effect/testing"
import { gunzipSync, gzipSync } from "node:zlib"
import { keepBytes, keepDays } from "../../src/domain/Bounds.ts"
import { compressible, filling, type Kept, leaving, run } from "../../src/publishing/Retention.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"

const day = 86_400_000
const now = 1_795_176_000_000
const file = (name: string, bytes: number, daysAgo: number): Kept => ({ name, bytes, at: now - daysAgo * day })
const names = (files: ReadonlyArray<Kept>) => files.map(({ name }) => name)

describe("files of the sink", () => {
  const files = [
    file("artifacts-2026-10-01-1.ndjson", 10, 50),
    file("artifacts-2026-11-18-2.ndjson", 10, 2),
    file("artifacts-2026-11-18-10.ndjson", 10, 1),
    file("dead-letters-2026-09-01-1.ndjson", 1, 80),
    file("backfill-2026-10-02-1.ndjson", 10, 49),
    file("backfill-2026-10-03-1.ndjson", 10, 48)
  ]

  it("go once they are too old, except the newest of each kind, which may be written to", () => {
    assert.deepStrictEqual(names(leaving(files, { keep_days: keepDays, keep_bytes: keepBytes }, now)), [
      "artifacts-2026-10-01-1.ndjson",
      "backfill-2026-10-02-1.ndjson"
    ])
    assert.deepStrictEqual(leaving(files, { keep_days: 60, keep_bytes: keepBytes }, now), [])
  })

  it("go beyond the bytes that are kept, the oldest first and no more than must", () => {
    const kept = (keep_bytes: number) => names(leaving(files, { keep_days: 60, keep_bytes }, now))
    assert.deepStrictEqual(kept(51), [])
    assert.deepStrictEqual(kept(50), ["artifacts-2026-10-01-1.ndjson"])
    assert.deepStrictEqual(kept(0), [
      "artifacts-2026-10-01-1.ndjson",
      "backfill-2026-10-02-1.ndjson",
      "artifacts-2026-11-18-2.ndjson"
    ])
  })

  it("are compressed once they are closed and nobody wrote to them for an hour", () => {
    const hour = 1 / 24
    assert.deepStrictEqual(
      names(compressible([
        file("artifacts-2026-11-18-1.ndjson", 10, 2),
        file("artifacts-2026-11-18-2.ndjson", 10, hour),
        file("artifacts-2026-11-18-3.ndjson", 10, hour - 0.001),
        file("artifacts-2026-11-17-9.ndjson.gz", 10, 3),
        // The clock went back: what was written last has an earlier day in its name.
        file("artifacts-2026-11-17-10.ndjson", 10, 0),
        file("artifacts-2026-11-18-4.ndjson", 10, 1),
        file("backfill-2026-10-03-1.ndjson", 10, 48)
      ], now)),
      ["artifacts-2026-11-18-1.ndjson", "artifacts-2026-11-18-2.ndjson"]
    )
  })

  it("that take more a day than the disk has left are a warning", () => {
    const MiB = 1_048_576
    const today = [
      file("artifacts-2026-11-20-1.ndjson", 100 * MiB, 0),
      file("artifacts-2026-11-01-1.ndjson", 900 * MiB, 9)
    ]
    assert.isUndefined(filling("/d", today, 100 * MiB, now))
    assert.isUndefined(filling("/d", today, undefined, now))
    assert.match(filling("/d", today, 99 * MiB, now)!.message, /^\/d has 99 MiB left, .* 100 MiB$/)
  })
})

it.layer(NodeServices.layer)("the directory of the sink", (it) => {
  it.effect("is looked at each hour, says what was removed, and keeps what is not the sink's", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const write = Effect.fnUntraced(function*(name: string, daysAgo: number) {
        yield* fs.writeFileString(`${directory}/${name}`, "x\n")
        yield* fs.utimes(`${directory}/${name}`, new Date(now - daysAgo * day), new Date(now - daysAgo * day))
      })
      for (const name of ["artifacts-2026-10-01-1.ndjson", "artifacts-2026-11-19-1.ndjson", "notes.ndjson"]) {
        yield* write(name, name.includes("11-19") ? 1 : 50)
      }
      const lines: Array<string> = []
      const capture = Logger.make(({ message }) => void lines.push(String(message)))
      const context = yield* Layer.build(Layer.mergeAll(Reporter.layer, Status.layer("test"), Logger.layer([capture])))
      yield* Effect.forkScoped(
        Effect.provideContext(run({ directory, keep_days: keepDays, keep_bytes: keepBytes, compress: "off" }), context)
      )
      const settled = (count: number) =>
        Effect.repeat(Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve))), {
          until: () => lines.length >= count
        })
      yield* settled(1)
      assert.match(lines[0]!, /^artifacts-2026-10-01-1\.ndjson was removed: .* 30 days and 10 GiB are kept$/)
      assert.deepStrictEqual((yield* fs.readDirectory(directory)).toSorted(), [
        "artifacts-2026-11-19-1.ndjson",
        "notes.ndjson"
      ])
      yield* write("artifacts-2026-10-02-1.ndjson", 49)
      yield* TestClock.adjust("1 hour")
      yield* settled(2)
      assert.match(lines[1]!, /^artifacts-2026-10-02-1/)
      const { sink } = yield* Context.get(context, Status).snapshot
      assert.deepStrictEqual(sink.warnings, [])
    }).pipe(Effect.scoped))

  it.effect("gets its closed files compressed when asked to, and loses what a kill left half compressed", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const write = Effect.fnUntraced(function*(name: string, daysAgo: number, bytes: Uint8Array) {
        yield* fs.writeFile(`${directory}/${name}`, bytes)
        yield* fs.utimes(`${directory}/${name}`, new Date(now - daysAgo * day), new Date(now - daysAgo * day))
      })
      const lines = Buffer.from("{\"id\":1}\n".repeat(1000))
      const theirs = gzipSync(lines)
      for (const [daysAgo, of] of ["2026-11-19", "2026-11-18", "2026-11-17"].entries()) {
        yield* write(`artifacts-${of}-1.ndjson`, daysAgo, lines)
      }
      yield* write("artifacts-2026-11-18-1.ndjson.gz.writing", 2, lines.subarray(0, 20))
      yield* write("artifacts-2026-10-01-1.ndjson.gz", 50, theirs)
      yield* write("notes.ndjson.gz.writing", 50, theirs)
      const said: Array<string> = []
      const capture = Logger.make(({ message }) => void said.push(String(message)))
      const context = yield* Layer.build(Layer.mergeAll(Reporter.layer, Status.layer("test"), Logger.layer([capture])))
      yield* Effect.forkScoped(
        Effect.provideContext(run({ directory, keep_days: keepDays, keep_bytes: keepBytes, compress: "gzip" }), context)
      )
      const settled = (count: number) =>
        Effect.repeat(Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve))), {
          until: () => said.length >= count
        })
      yield* settled(2)
      assert.deepStrictEqual(said, [
        "artifacts-2026-11-17-1.ndjson was compressed to 1 %",
        "artifacts-2026-11-18-1.ndjson was compressed to 1 %"
      ])
      assert.deepStrictEqual((yield* fs.readDirectory(directory)).toSorted(), [
        "artifacts-2026-10-01-1.ndjson.gz",
        "artifacts-2026-11-17-1.ndjson.gz",
        "artifacts-2026-11-18-1.ndjson.gz",
        "artifacts-2026-11-19-1.ndjson",
        "notes.ndjson.gz.writing"
      ])
      assert.isTrue(lines.equals(gunzipSync(yield* fs.readFile(`${directory}/artifacts-2026-11-18-1.ndjson.gz`))))
      // Compressed files go when they are too old: the age is that of the content.
      yield* Effect.repeat(
        Effect.andThen(
          TestClock.adjust("12 hours"),
          Effect.promise(() =>
            new Promise<void>((resolve) => setImmediate(resolve))
          )
        ),
        {
          until: () => said.length >= 3
        }
      )
      assert.match(said[2]!, /^artifacts-2026-11-17-1\.ndjson\.gz was removed/)
      assert.isTrue(theirs.equals(yield* fs.readFile(`${directory}/artifacts-2026-10-01-1.ndjson.gz`)))
    }).pipe(Effect.scoped))

  it.effect("does what it can with the others where a file cannot be removed or compressed, and says so once", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      for (const  of of["2026-10-01", "2026-10-02", "2026-10-03", "2026-11-18", "2026-11-19"]) {
        const name = `${directory}/artifacts-${of}-1.ndjson`
        yield* fs.writeFileString(name, "{}\n")
        yield* fs.utimes(name, new Date(of), new Date(of))
      }
      const taken = `${directory}/artifacts-2026-11-16-1.ndjson`
      yield* fs.writeFileString(taken, "{}\n")
      yield* fs.utimes(taken, new Date("2026-11-16"), new Date("2026-11-16"))
      yield* fs.writeFileString(`${taken}.gz`, "theirs")
      // Of zeros that take no room.
      const large = `${directory}/artifacts-2026-11-17-1.ndjson`
      yield* fs.writeFileString(large, "")
      yield* fs.truncate(large, 2 ** 42)
      yield* fs.utimes(large, new Date("2026-11-17"), new Date("2026-11-17"))
      const refused = (method: string, tag: "NotFound" | "PermissionDenied") =>
        Effect.fail(PlatformError.systemError({ _tag: tag, module: "FileSystem", method }))
      const wayward: FileSystem.FileSystem = {
        ...fs,
        // As one with the attribute `immutable`, one that was moved away meanwhile, and one of another user.
        remove: (name, options) =>
          name.includes("2026-10-01")
            ? refused("remove", "PermissionDenied")
            : name.includes("2026-10-02")
            ? Effect.andThen(fs.remove(name), refused("remove", "NotFound"))
            : fs.remove(name, options),
        open: (name, options) =>
          name.includes("2026-11-18") ? refused("open", "PermissionDenied") : fs.open(name, options)
      }
      const said: Array<string> = []
      const capture = Logger.make(({ message }) => void said.push(String(message)))
      const context = yield* Layer.build(Layer.mergeAll(Reporter.layer, Status.layer("test"), Logger.layer([capture])))
      let looks = 0
      const counting = {
        ...wayward,
        readDirectory: (name: string) => Effect.suspend(() => (looks++, fs.readDirectory(name)))
      }
      yield* Effect.forkScoped(
        run({ directory, keep_days: keepDays, keep_bytes: 2 ** 50, compress: "gzip" }).pipe(
          Effect.provideService(FileSystem.FileSystem, counting),
          Effect.provideContext(context)
        )
      )
      yield* Effect.repeat(
        Effect.andThen(
          TestClock.adjust("10 minutes"),
          Effect.promise(() =>
            new Promise<void>((resolve) => setImmediate(resolve))
          )
        ),
        { until: () => looks >= 4 }
      )
      assert.strictEqual(said.length, 5, said.join("\n"))
      assert.match(said[0]!, /^artifacts-2026-10-01-1\.ndjson could not be removed: /)
      assert.match(said[1]!, /^artifacts-2026-10-03-1\.ndjson was removed: /)
      assert.strictEqual(
        said[2],
        "artifacts-2026-11-16-1.ndjson is not compressed: artifacts-2026-11-16-1.ndjson.gz has other content"
      )
      assert.match(
        said[3]!,
        /^artifacts-2026-11-17-1\.ndjson is not compressed while the disk has less than 4096 GiB left$/
      )
      assert.match(said[4]!, /^artifacts-2026-11-18-1\.ndjson could not be compressed, and stays as it is: /)
    }).pipe(Effect.scoped))
})
