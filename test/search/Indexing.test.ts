import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { DatabaseSync } from "node:sqlite"
import { openToRead, openToWrite } from "../../src/search/Database.ts"
import { artifact, day, directories, line, noon, open } from "./Index.ts"

const at = (time: string) => ({ endTimeUTC: time })

it.layer(NodeServices.layer)("Indexing", (it) => {
  const world = Effect.fnUntraced(function*(options: Parameters<typeof open>[1] = {}) {
    const fs = yield* FileSystem.FileSystem
    const places = yield* directories
    const write = (number: number, ...artifacts: ReadonlyArray<unknown>) =>
      fs.writeFileString(`${places.artifacts}/artifacts-${day}-${number}.ndjson`, artifacts.map(line).join(""))
    return { fs, places, write, ...(yield* open(places, options)) }
  })

  it.effect("keeps one row for an artifact that was published twice, that of the later file", () =>
    Effect.gen(function*() {
      const { followed, found, ids, indexing, write } = yield* world()
      yield* write(2, artifact("a", { severityLabel: "low" }), artifact("b"), artifact("b"))
      yield* write(1, artifact("a", { severityLabel: "high" }), artifact("c"))
      yield* followed
      assert.sameMembers(ids(""), ["a", "b", "c"])
      assert.strictEqual(indexing.rows, 3)
      assert.deepStrictEqual([ids("severity:low"), ids("severity:high").length], [["a"], 2])
      const { key } = found("severity:low")[0]!
      yield* write(3, artifact("a", { severityLabel: "critical" }))
      yield* followed
      assert.deepStrictEqual([ids("severity:low"), ids("severity:critical")], [[], ["a"]])
      assert.strictEqual(found("severity:critical")[0]!.key, key)
      yield* write(4, artifact("a", at(`${day}T12:00:01Z`)))
      yield* followed
      assert.strictEqual(found("")[0]!.key, (noon + 1000) * 1000)
      assert.strictEqual(indexing.rows, 3)
    }))

  it.effect("gives each row a unique key in the order of time, even to many in one millisecond", () =>
    Effect.gen(function*() {
      const { followed, found, write } = yield* world({ rowsMax: 10_000 })
      yield* write(
        1,
        artifact("last", at(`${day}T12:00:00.100Z`)),
        ...Array.from({ length: 2500 }, (_, n) => artifact(`same-${n}`)),
        artifact("first", at(`${day}T11:59:59.999Z`)),
        artifact("never", { endTimeUTC: "9999-12-31T23:59:59Z" }),
        artifact("untold", { endTimeUTC: "soon", startTimeUTC: "" })
      )
      yield* followed
      const rows = found("", 10_000)
      assert.strictEqual(new Set(rows.map(({ key }) => key)).size, 2504)
      assert.isTrue(rows.every(({ key }) => Number.isSafeInteger(key)))
      assert.deepStrictEqual([rows[0]!.id, rows[1]!.id, rows.at(-2)!.id, rows.at(-1)!.id], [
        "never",
        "last",
        "first",
        "untold"
      ])
      assert.strictEqual(rows.at(-1)!.time, `${day}T00:00:00Z`)
    }))

  it.effect("deletes the oldest rows when there are too many", () =>
    Effect.gen(function*() {
      const { followed, following, ids, indexing, write } = yield* world({ rowsMax: 3 })
      const of = (n: number) => artifact(`a${n}`, at(`${day}T12:00:0${n}Z`))
      yield* write(2, of(3), of(1), of(4), of(2))
      yield* followed
      assert.deepStrictEqual(ids(""), ["a4", "a3", "a2"])
      yield* write(3, of(0), of(5))
      yield* followed
      assert.deepStrictEqual(ids(""), ["a5", "a4", "a3"])
      assert.strictEqual(indexing.rows, 3)
      assert.isFalse(indexing.isOver)
      assert.deepStrictEqual(ids("high"), ["a5", "a4", "a3"])
      assert.strictEqual(following.position.behind, 0)
    }))

  it.effect("skips files that are older than all rows of a full index", () =>
    Effect.gen(function*() {
      const { followed, fs, ids, indexing, places, write } = yield* world({ rowsMax: 2 })
      yield* write(1, artifact("a"), artifact("b"))
      yield* fs.writeFileString(`${places.artifacts}/artifacts-2026-11-23-1.ndjson`, "not JSON\n")
      assert.strictEqual((yield* followed).behind, 0)
      assert.deepStrictEqual([ids(""), indexing.skipped], [["b", "a"], 0])
    }))

  it.effect("deletes rows older than daysMax, also when nothing new comes", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const places = yield* directories
      const file = (of: string) => `${places.artifacts}/artifacts-${of}-1.ndjson`
      yield* fs.writeFileString(file("2026-11-01"), line(artifact("gone", at("2026-11-01T12:00:00Z"))))
      yield* fs.writeFileString(
        file(day),
        line(artifact("old", at("2026-11-20T11:59:59Z"))) + line(artifact("new", at("2026-11-20T12:00:01Z")))
      )
      yield* Effect.scoped(Effect.gen(function*() {
        const { followed, ids } = yield* open(places, { daysMax: 5 })
        assert.strictEqual((yield* followed).behind, 0)
        assert.deepStrictEqual(ids(""), ["new"])
      }))
      const { ids, indexing } = yield* open(places, { daysMax: 5, now: noon + 2000 })
      assert.isTrue(indexing.isOver)
      indexing.begin()
      indexing.commit()
      assert.deepStrictEqual([ids(""), indexing.rows, ids("high")], [[], 0, []])
    }))

  it.effect("resumes with the index of an earlier process", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const places = yield* directories
      yield* fs.writeFileString(`${places.artifacts}/artifacts-${day}-1.ndjson`, `nothing\n${line(artifact("a"))}`)
      yield* Effect.scoped(Effect.flatMap(open(places), ({ followed }) => followed))
      const { following, ids, indexing } = yield* open(places)
      following.look()
      assert.isFalse(following.step())
      assert.deepStrictEqual([ids(""), indexing.rows, indexing.skipped, indexing.newest], [["a"], 1, 1, noon])
    }))

  it.effect("lets only this user read its directory and files", () =>
    Effect.gen(function*() {
      const { fs, places } = yield* world()
      assert.strictEqual((yield* fs.stat(places.index)).mode & 0o777, 0o700)
      assert.strictEqual((yield* fs.stat(places.database)).mode & 0o777, 0o600)
      assert.strictEqual((yield* fs.stat(`${places.database}-wal`)).mode & 0o777, 0o600)
    }))

  it.effect("opens no database through a link, and none in a directory that others may write to", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const places = yield* directories
      yield* fs.makeDirectory(places.index, { mode: 0o700 })
      for (const end of ["", "-wal"]) {
        yield* fs.symlink(`${places.root}/victim`, `${places.database}${end}`)
        assert.throws(() => openToWrite(places.index, false), /is a link, which is not followed: remove it/)
        assert.throws(() => openToRead(places.index), /is a link, which is not followed: remove it/)
        yield* fs.remove(`${places.database}${end}`)
      }
      assert.isFalse(yield* fs.exists(`${places.root}/victim`))
      yield* fs.chmod(places.index, 0o777)
      assert.throws(() => openToWrite(places.index, false), /run chmod go-w/)
    }))

  it.effect("rebuilds a database that is of another version, damaged, or of another program", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const places = yield* directories
      yield* fs.writeFileString(`${places.artifacts}/artifacts-${day}-1.ndjson`, line(artifact("a")))
      const rebuilt = Effect.scoped(Effect.gen(function*() {
        const { followed, ids } = yield* open(places)
        yield* followed
        assert.deepStrictEqual(ids("high"), ["a"])
      }))
      const asideIs = (there: boolean) =>
        Effect.map(fs.exists(`${places.database}.set-aside`), (is) => assert.strictEqual(is, there))
      yield* rebuilt
      yield* Effect.sync(() => {
        const database = new DatabaseSync(places.database)
        database.exec("PRAGMA user_version = 99; DROP TABLE artifacts")
        database.close()
      })
      yield* rebuilt
      yield* asideIs(false)

      yield* fs.writeFileString(places.database, "this is no database, and was never one".repeat(200))
      yield* rebuilt
      yield* asideIs(true)
      assert.match(yield* fs.readFileString(`${places.database}.set-aside`), /^this is no database/)

      yield* fs.remove(places.database)
      yield* Effect.sync(() => {
        const database = new DatabaseSync(places.database)
        database.exec("CREATE TABLE mine (a)")
        database.close()
      })
      yield* rebuilt
      assert.match(yield* fs.readFileString(`${places.database}.set-aside`), /^SQLite format/)

      yield* Effect.sync(() => openToWrite(places.index, true).close())
      yield* rebuilt
    }))
})
