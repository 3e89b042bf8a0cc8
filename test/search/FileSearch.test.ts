import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, DateTime, Effect, Exit, FileSystem, Layer, Schedule, Scope } from "effect"
import { TestClock } from "effect/testing"
import { searchDaysMax, searchesMax, searchRowsMax } from "../../src/domain/Bounds.ts"
import * as FileSearch from "../../src/search/FileSearch.ts"
import { type IndexState, Search } from "../../src/search/Search.ts"
import { ArtifactSink, publishTo } from "../../src/sinks/ArtifactSink.ts"
import * as FileSink from "../../src/sinks/FileSink.ts"
import { artifact, directories, published } from "./Index.ts"

/** The real time, because threads have no test clock. */
const now = TestClock.withLive(Clock.currentTimeMillis)

it.layer(NodeServices.layer)("FileSearch", (it) => {
  const world = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const places = yield* directories
    const time = yield* now
    yield* TestClock.setTime(time)
    const endTimeUTC = DateTime.formatIso(DateTime.makeUnsafe(time))
    const sink = yield* Effect.provide(ArtifactSink, Layer.fresh(FileSink.layer(places.artifacts)))
    const publish = (...ids: ReadonlyArray<string>) =>
      publishTo(sink, { artifacts: ids.map((id) => artifact(id, { endTimeUTC })), deadLetters: [] })
    const layer = Layer.fresh(FileSearch.layer({
      artifactsDirectory: places.artifacts,
      prefix: FileSink.liveNames.artifacts,
      directory: places.index,
      daysMax: searchDaysMax,
      rowsMax: searchRowsMax
    }))
    const found = ({ find }: Search["Service"], query = "") =>
      Effect.map(find({ query, from: 0, to: time + 1000, limit: 100 }), ({ index, next, rows }) => ({
        index,
        next,
        ids: rows.map(({ id }) => id)
      }))
    return { found, fs, layer, places, publish, time }
  })

  const becomes = ({ state }: Search["Service"], is: (state: IndexState) => boolean) =>
    TestClock.withLive(Effect.repeat(state, { until: is, schedule: Schedule.spaced("20 millis") }))

  it.effect("starts with the first search, follows the sink, and reports its progress", () =>
    Effect.gen(function*() {
      const { found, fs, layer, places, publish } = yield* world
      yield* publish("a")
      yield* Effect.gen(function*() {
        const search = yield* Search
        const before = yield* search.state
        assert.deepInclude(before, { state: "resting", rows: 0, newest: null, rows_max: searchRowsMax })
        assert.strictEqual(before.days_max, searchDaysMax)
        assert.isAbove(before.bytes_behind, 0)
        assert.isFalse(yield* fs.exists(places.index))

        const first = yield* found(search)
        assert.deepStrictEqual([first.ids, first.next], [["a"], null])
        assert.deepInclude(first.index, { state: "following", rows: 1, bytes_behind: 0 })

        yield* publish("b", "c")
        const after = yield* becomes(search, ({ rows }) => rows === 3)
        assert.deepInclude(after, { state: "following", bytes_behind: 0 })
        assert.deepStrictEqual((yield* found(search, "high")).ids, ["c", "b", "a"])

        const page = yield* search.find({ query: "", from: 0, to: Infinity, limit: 2 })
        assert.strictEqual(page.next, page.rows[1]!.key)
        const rest = yield* search.find({ query: "", from: 0, to: Infinity, limit: 2, before: page.next! })
        assert.deepStrictEqual([rest.rows.map(({ id }) => id), rest.next], [["a"], null])

        const detail = (yield* search.detail("b"))!
        assert.strictEqual(published(detail.artifact).id, "b")
        assert.strictEqual(yield* search.detail("x"), undefined)
        assert.deepStrictEqual(yield* search.lines([detail.row.key, 1]), [detail.artifact, null])
      }).pipe(Effect.provide(layer))
    }))

  it.effect("says what is wrong with a query", () =>
    Effect.gen(function*() {
      const { found, layer } = yield* world
      yield* Effect.gen(function*() {
        const search = yield* Search
        const refused = yield* Effect.flip(found(search, "amy foo:bar"))
        assert.include(refused.message, "there is no field foo")
        assert.deepStrictEqual("at" in refused ? refused.at : undefined, { from: 4, to: 7 })
        const turned = search.find({ query: "", from: 2, to: 1, limit: 1 })
        assert.strictEqual((yield* Effect.flip(turned)).message, "from is later than to")
      }).pipe(Effect.provide(layer))
    }))

  it.effect("rests five minutes after the last search, and resumes with the next one", () =>
    Effect.gen(function*() {
      const { found, layer, publish } = yield* world
      yield* publish("a")
      yield* Effect.gen(function*() {
        const search = yield* Search
        yield* found(search)
        yield* TestClock.adjust("4 minutes")
        yield* found(search)
        yield* TestClock.adjust("4 minutes")
        assert.strictEqual((yield* search.state).state, "following")
        yield* TestClock.adjust(FileSearch.restAfter)
        assert.deepInclude(yield* becomes(search, ({ state }) => state === "resting"), { rows: 1, bytes_behind: 0 })
        yield* publish("b")
        const resting = yield* search.state
        assert.deepInclude(resting, { state: "resting", rows: 1 })
        assert.isAbove(resting.bytes_behind, 0)
        assert.deepStrictEqual((yield* found(search)).ids, ["b", "a"])
      }).pipe(Effect.provide(layer))
    }))

  it.effect("another process reads the saved progress, and resumes there", () =>
    Effect.gen(function*() {
      const { found, layer, publish } = yield* world
      yield* publish("a")
      yield* Effect.provide(Effect.flatMap(Search, (search) => found(search)), layer)
      yield* publish("b")
      yield* Effect.gen(function*() {
        const search = yield* Search
        const state = yield* search.state
        assert.deepInclude(state, { state: "resting", rows: 1 })
        assert.isAbove(state.bytes_behind, 0)
        assert.deepStrictEqual((yield* found(search)).ids, ["b", "a"])
      }).pipe(Effect.provide(layer))
    }))

  it.effect("says what to do when the index cannot be written, and works once that is done", () =>
    Effect.gen(function*() {
      const { found, fs, layer, places, publish } = yield* world
      yield* publish("a")
      yield* fs.writeFileString(places.index, "in the way")
      yield* Effect.gen(function*() {
        const search = yield* Search
        const { message } = yield* Effect.flip(found(search))
        assert.match(
          message,
          /^the index in .* cannot be updated \(.*EEXIST.*\): let the connector's user write there, and search again$/
        )
        assert.deepInclude(yield* search.state, { state: "failed", why: message })
        yield* fs.remove(places.index)
        assert.deepStrictEqual((yield* found(search)).ids, ["a"])
        assert.strictEqual((yield* search.state).state, "following")
      }).pipe(Effect.provide(layer))
    }))

  it.effect("says why a thread ended, and starts the threads again", () =>
    Effect.gen(function*() {
      const { found, fs, layer, places, publish } = yield* world
      yield* publish("a")
      yield* Effect.gen(function*() {
        const search = yield* Search
        yield* found(search)
        yield* fs.rename(places.artifacts, `${places.artifacts}.away`)
        yield* fs.writeFileString(places.artifacts, "in the way")
        const failed = yield* becomes(search, ({ state }) => state === "failed")
        assert.include(failed.why, "ENOTDIR")
        yield* fs.remove(places.artifacts)
        yield* fs.rename(`${places.artifacts}.away`, places.artifacts)
        assert.deepStrictEqual((yield* found(search)).ids, ["a"])
        assert.strictEqual((yield* search.state).state, "following")
      }).pipe(Effect.provide(layer))
    }))

  it.effect("rebuilds a damaged index", () =>
    Effect.gen(function*() {
      const { found, fs, layer, places, publish } = yield* world
      yield* publish(...Array.from({ length: 300 }, (_, n) => `a${n}`))
      yield* Effect.provide(Effect.flatMap(Search, (search) => found(search)), layer)
      // The first page stays valid, so that the database opens; all other pages are damaged.
      const bytes = yield* fs.readFile(places.database)
      yield* fs.writeFile(places.database, bytes.fill(7, 4096))
      yield* Effect.gen(function*() {
        const search = yield* Search
        const { message } = yield* Effect.flip(found(search, "high"))
        assert.match(message, /was damaged .* the next search rebuilds it$/)
        yield* becomes(search, ({ state }) => state === "failed")
        const again = yield* found(search, "high")
        assert.strictEqual(again.ids.length, 100)
        assert.deepInclude(again.index, { state: "following", rows: 300 })
      }).pipe(Effect.provide(layer))
    }))

  it.effect("lets searchesMax searches wait, and refuses the next one", () =>
    Effect.gen(function*() {
      const { found, layer, publish } = yield* world
      yield* publish("a")
      yield* Effect.gen(function*() {
        const search = yield* Search
        yield* found(search)
        const all = yield* Effect.all(Array.from({ length: searchesMax + 8 }, () => Effect.exit(found(search))), {
          concurrency: searchesMax + 8
        })
        assert.strictEqual(all.filter(Exit.isFailure).length, 8)
        assert.deepStrictEqual((yield* found(search)).ids, ["a"])
      }).pipe(Effect.provide(layer))
    }))

  it.effect("a stop ends the threads at once", () =>
    Effect.gen(function*() {
      const { found, layer, publish } = yield* world
      yield* publish("a")
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(layer, scope)
      yield* Effect.provideContext(Effect.flatMap(Search, (search) => found(search)), context)
      const from = yield* now
      yield* Scope.close(scope, Exit.void)
      assert.isBelow((yield* now) - from, 1000)
    }))
})
