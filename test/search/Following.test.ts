import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { TestClock } from "effect/testing"
import { indexedLineBytesMax, indexedTextMax } from "../../src/domain/Bounds.ts"
import { bytesBehind } from "../../src/search/Published.ts"
import { ArtifactSink, publishTo } from "../../src/sinks/ArtifactSink.ts"
import { compress } from "../../src/sinks/Compressing.ts"
import * as FileSink from "../../src/sinks/FileSink.ts"
import { artifact, day, directories, line, message, noon, open } from "./Index.ts"

it.layer(NodeServices.layer)("Following", (it) => {
  const world = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const places = yield* directories
    const file = (number: number, of = day) => `${places.artifacts}/artifacts-${of}-${number}.ndjson`
    const index = yield* open(places)
    return { fs, places, file, ...index }
  })

  it.effect("indexes what the sink publishes", () =>
    Effect.gen(function*() {
      const { followed, ids, places, reading } = yield* world
      yield* TestClock.setTime(noon)
      yield* Effect.gen(function*() {
        const sink = yield* ArtifactSink
        yield* publishTo(sink, { artifacts: [artifact("a")], deadLetters: [] })
        yield* followed
        assert.deepStrictEqual(ids(""), ["a"])
        yield* publishTo(sink, { artifacts: [artifact("b"), artifact("c")], deadLetters: [] })
        assert.strictEqual((yield* followed).behind, 0)
        assert.deepStrictEqual(ids(""), ["c", "b", "a"])
        assert.strictEqual(reading.detail("b")!.artifact, line(artifact("b")).trimEnd())
      }).pipe(Effect.provide(Layer.fresh(FileSink.layer(places.artifacts, 1000))))
    }))

  it.effect("reads the files of the sink, and no others", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, places } = yield* world
      yield* fs.writeFileString(file(1), line(artifact("a")))
      for (const other of ["dead-letters", "backfill", "copy-of-artifacts", "artifacts-x"]) {
        yield* fs.writeFileString(`${places.artifacts}/${other}-${day}-1.ndjson`, line(artifact(other)))
      }
      yield* fs.writeFileString(`${file(1)}.gz`, line(artifact("gz")))
      yield* fs.writeFileString(file(1, "2026-02-31"), line(artifact("no day")))
      yield* followed
      assert.deepStrictEqual(ids(""), ["a"])
    }))

  it.effect("reads no artifacts through a link, neither to index nor to show them", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, reading } = yield* world
      yield* fs.writeFileString(`${file(1)}.theirs`, line(artifact("theirs")))
      yield* fs.symlink(`${file(1)}.theirs`, file(1))
      yield* fs.writeFileString(file(2), line(artifact("ours")))
      yield* followed
      assert.deepStrictEqual(ids(""), ["ours"])
      yield* fs.rename(file(2), `${file(2)}.moved`)
      yield* fs.symlink(`${file(2)}.moved`, file(2))
      assert.strictEqual(reading.detail("ours")!.artifact, null)
    }))

  it.effect("reads the newest file first", () =>
    Effect.gen(function*() {
      const { file, following, fs, ids } = yield* world
      for (const [number, of] of [[9, "2026-11-24"], [2, day], [10, day]] as const) {
        yield* fs.writeFileString(file(number, of), line(artifact(`${of}-${number}`)))
      }
      const order: Array<string> = []
      following.look()
      while (following.step()) order.push(...ids("").filter((id) => !order.includes(id)))
      assert.deepStrictEqual(order, [`${day}-10`, `${day}-2`, "2026-11-24-9"])
    }))

  it.effect("finds in a compressed file what it read in the plain one, and reads on", () =>
    Effect.gen(function*() {
      const { file, fs, places } = yield* world
      const { followed, following, indexing, reading } = yield* open(places, { rowsMax: 10_000 })
      // Beyond the second member.
      const far = 9000
      const all = Array.from({ length: far }, (_, n) => artifact(`a${n}`))
      yield* fs.writeFileString(file(1), all.map(line).join(""))
      following.look()
      following.step()
      const before = following.position
      yield* compress(places.artifacts, `artifacts-${day}-1.ndjson`)
      assert.deepStrictEqual(
        yield* bytesBehind({ artifactsDirectory: places.artifacts, prefix: "artifacts", daysMax: 30 }, before.read),
        before.behind
      )
      following.look()
      assert.deepStrictEqual(following.position, before)
      assert.strictEqual((yield* followed).behind, 0)
      assert.strictEqual(indexing.skipped, 0)
      for (const n of [0, far - 1, 5000]) {
        assert.strictEqual(reading.detail(`a${n}`)?.artifact, line(artifact(`a${n}`)).trimEnd())
      }
      // Also an index that is opened later, and while the plain file is still there, of which nothing counts twice.
      yield* fs.writeFileString(file(1), all.map(line).join(""))
      const later = yield* open(places, { rowsMax: 10_000 })
      assert.deepStrictEqual((yield* later.followed).read, {
        [`artifacts-${day}-1.ndjson`]: before.read[`artifacts-${day}-1.ndjson`]! + before.behind
      })
    }))

  it.effect("reads a compressed file up to a damaged place", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, places } = yield* world
      yield* fs.writeFileString(file(1), line(artifact("a")))
      yield* compress(places.artifacts, `artifacts-${day}-1.ndjson`)
      yield* fs.truncate(`${file(1)}.gz`, 60)
      yield* fs.writeFileString(file(2), line(artifact("b")))
      assert.strictEqual((yield* followed).behind, 0)
      assert.deepStrictEqual(ids(""), ["b"])
    }))

  it.effect("waits until a torn line is completed or cut off", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, indexing } = yield* world
      const second = line(artifact("b"))
      yield* fs.writeFileString(file(1), line(artifact("a")) + second.slice(0, 20))
      assert.strictEqual((yield* followed).behind, 0)
      assert.deepStrictEqual(ids(""), ["a"])
      yield* fs.writeFileString(file(1), line(artifact("a")) + second)
      yield* followed
      assert.deepStrictEqual(ids(""), ["b", "a"])
      yield* fs.writeFileString(file(1), line(artifact("a")) + second + second.slice(0, 20))
      yield* followed
      yield* fs.writeFileString(file(1), line(artifact("a")) + second + line(artifact("c")))
      yield* followed
      assert.deepStrictEqual(ids(""), ["c", "b", "a"])
      assert.strictEqual(indexing.skipped, 0)
    }))

  it.effect("follows a batch that was cut off and written again at another offset", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, reading } = yield* world
      const [one, lost, other] = ["a", "lost", "other"].map((id) => line(artifact(id)))
      yield* fs.writeFileString(file(1), one! + lost! + lost!.replace("lost", "also"))
      yield* followed
      yield* fs.truncate(file(1), one!.length)
      yield* followed
      assert.strictEqual(reading.detail("lost")!.artifact, null)
      yield* fs.writeFileString(file(1), one! + other! + lost!)
      yield* followed
      assert.sameMembers(ids(""), ["a", "lost", "also", "other"])
      assert.strictEqual(reading.detail("lost")!.artifact, lost!.trimEnd())
      assert.strictEqual(reading.detail("also")!.artifact, null)
    }))

  it.effect("notices a file that was cut and grew beyond the read offset between two looks", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, indexing } = yield* world
      yield* fs.writeFileString(file(1), line(artifact("a")) + line(artifact("b")))
      yield* followed
      yield* fs.writeFileString(file(1), line(artifact("a")) + line(artifact("longer")) + line(artifact("c")))
      yield* followed
      assert.includeMembers([...ids("")], ["a", "longer", "c"])
      assert.strictEqual(indexing.skipped, 0)
    }))

  it.effect("notices a new file under the name of one that was moved away", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, reading } = yield* world
      yield* fs.writeFileString(file(1), line(artifact("a")) + line(artifact("b")))
      yield* followed
      yield* fs.rename(file(1), `${file(1)}.old`)
      yield* followed
      assert.deepStrictEqual(ids(""), ["b", "a"])
      assert.strictEqual(reading.detail("a")!.artifact, null)
      assert.deepStrictEqual(reading.lines(reading.detail("a") === undefined ? [] : [reading.detail("a")!.row.key]), [
        null
      ])
      yield* fs.writeFileString(file(1), line(artifact("c")))
      yield* followed
      assert.deepStrictEqual(ids(""), ["c", "b", "a"])
      assert.strictEqual(reading.detail("a")!.artifact, null)
      assert.strictEqual(reading.detail("c")!.artifact, line(artifact("c")).trimEnd())
    }))

  it.effect("skips lines that are no artifacts, and counts them", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, indexing } = yield* world
      const foreign = ["not JSON", "null", "[]", "{}", "{\"id\":1}", "", "{\"id\":\"x\",\"streamName\":\"s\"}"]
      yield* fs.writeFileString(file(1), `${foreign.join("\n")}\n${line(artifact("a"))}`)
      yield* followed
      assert.deepStrictEqual(ids(""), ["a"])
      assert.strictEqual(indexing.skipped, foreign.length)
    }))

  it.effect("reads long lines, and skips one longer than indexedLineBytesMax", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids, indexing } = yield* world
      const long = (id: string, length: number) => line(artifact(id, { message: "x".repeat(length) }))
      yield* fs.writeFileString(
        file(1),
        long("long", indexedLineBytesMax - 1000) + long("longer", indexedLineBytesMax + 1000) + line(artifact("last"))
      )
      assert.strictEqual((yield* followed).behind, 0)
      assert.deepStrictEqual(ids(""), ["last", "long"])
      assert.strictEqual(indexing.skipped, 1)
      yield* fs.writeFileString(file(2), long("torn", indexedLineBytesMax + 1000).trimEnd())
      assert.strictEqual((yield* followed).behind, 0)
      assert.strictEqual(indexing.skipped, 1)
    }))

  it.effect("indexes the first indexedTextMax characters of an artifact's texts", () =>
    Effect.gen(function*() {
      const { file, followed, fs, ids } = yield* world
      yield* fs.writeFileString(
        file(1),
        line(artifact("a", { ruleName: `begin ${"x ".repeat(indexedTextMax / 2)} late` }))
      )
      yield* followed
      assert.deepStrictEqual([ids("begin"), ids("late")], [["a"], []])
    }))

  it.effect("resumes after an alert, and still finds its evidence by the alert's users", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const places = yield* directories
      const file = `${places.artifacts}/artifacts-${day}-1.ndjson`
      const tags = [`tenantId:t`, "alertId:da1"]
      const alert = artifact("alert", { tags, message: message({ evidence: [{ upn: "amy@contoso.example" }] }) })
      const before = line(alert)
      yield* fs.writeFileString(file, before)
      const told = yield* Effect.scoped(Effect.flatMap(open(places), ({ followed }) => followed))
      yield* fs.writeFileString(file, before + line(artifact("url", { tags: ["evidence:url", ...tags] })))
      const { followed, following, ids } = yield* open(places)
      following.look()
      assert.strictEqual(following.position.read[`artifacts-${day}-1.ndjson`], told.read[`artifacts-${day}-1.ndjson`])
      assert.isAbove(following.position.behind, 0)
      yield* followed
      assert.deepStrictEqual(ids("user:amy@contoso.example"), ["url", "alert"])
    }))

  it.effect("finds nothing when the directory is missing", () =>
    Effect.gen(function*() {
      const { followed, fs, ids, places } = yield* world
      yield* fs.remove(places.artifacts, { recursive: true })
      assert.deepStrictEqual(yield* followed, { read: {}, behind: 0 })
      assert.deepStrictEqual(ids(""), [])
    }))
})
