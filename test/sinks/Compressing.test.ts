/** Tests that a file is compressed whole, that a kill at any moment loses none of it, and that any place of it can be read. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Option } from "effect"
import { closeSync, openSync } from "node:fs"
import { gunzipSync, gzipSync } from "node:zlib"
import { compress, isOwn, plainSize } from "../../src/sinks/Compressing.ts"
import { headerBytes, memberBytes, Members } from "../../src/sinks/GzipMembers.ts"
import { type Death, deathsIn, lifeUntil, mortalDisk } from "../support/Mortal.ts"

const name = "artifacts-2026-11-25-1.ndjson"

/** Lines that compress badly, over three members and a part. */
const content = Buffer.from(
  Array.from({ length: 60_000 }, (_, n) => `{"id":"${Math.imul(n, 2_654_435_761) >>> 0}","n":${n * 7919 % 10_007}}\n`)
    .join("").repeat(2)
)

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  const plain = `${directory}/${name}`
  const write = (bytes: Uint8Array) =>
    Effect.andThen(fs.writeFile(plain, bytes, { mode: 0o640 }), fs.utimes(plain, 1_000_000, 1_000_000))
  return { fs, directory, plain, write, names: Effect.map(fs.readDirectory(directory), (names) => names.toSorted()) }
})

/** Opens a file for reading by place, until the end of the test. */
const members = (file: string) =>
  Effect.map(
    Effect.acquireRelease(Effect.sync(() => openSync(file, "r")), (handle) => Effect.sync(() => closeSync(handle))),
    (handle) => new Members(handle)
  )

it.layer(NodeServices.layer)("Compressing", (it) => {
  it.effect("replaces a file by its compressed form, which every gzip reads, with its age and mode", () =>
    Effect.gen(function*() {
      const { directory, fs, names, plain, write } = yield* world
      yield* write(content)
      const bytes = yield* compress(directory, name)
      assert.deepStrictEqual(yield* names, [`${name}.gz`])
      const compressed = yield* fs.readFile(`${plain}.gz`)
      assert.strictEqual(compressed.length, bytes)
      assert.isTrue(gunzipSync(compressed).equals(content))
      const info = yield* fs.stat(`${plain}.gz`)
      assert.strictEqual(Option.getOrThrow(info.mtime).getTime(), 1_000_000_000)
      assert.strictEqual(info.mode & 0o777, 0o640)
      assert.strictEqual(yield* plainSize(`${plain}.gz`), content.length)
    }))

  it.effect(
    "leaves either form whole after a kill at any moment, and the next attempt ends what was begun",
    () =>
      Effect.gen(function*() {
        const { directory, fs, names, plain, write } = yield* world
        const attempt = Effect.fnUntraced(function*(death: Death | undefined) {
          const life = lifeUntil(death)
          const once = Effect.provide(compress(directory, name), mortalDisk(life))
          yield* Effect.raceFirst(Effect.exit(once), life.death)
          return life.done
        })
        yield* write(content)
        const done = yield* attempt(undefined)
        const deaths = deathsIn(done)
        assert.isAtLeast(deaths.length, 10)
        for (const death of deaths) {
          for (const left of yield* names) yield* fs.remove(`${directory}/${left}`)
          yield* write(content)
          yield* attempt(death)
          const told = `a kill ${death.moment} operation ${death.after}`
          const left = yield* names
          assert.isTrue(left.includes(name) || left.includes(`${name}.gz`), told)
          if (left.includes(name)) assert.isTrue(content.equals(yield* fs.readFile(plain)), told)
          if (left.includes(`${name}.gz`)) {
            assert.isTrue(gunzipSync(yield* fs.readFile(`${plain}.gz`)).equals(content), told)
          }
          if (!left.includes(name)) continue
          yield* attempt(undefined)
          assert.deepStrictEqual(yield* names, [`${name}.gz`], told)
          assert.isTrue(gunzipSync(yield* fs.readFile(`${plain}.gz`)).equals(content), told)
        }
      }),
    60_000
  )

  it.effect("leaves an empty file, and what another program compressed", () =>
    Effect.gen(function*() {
      const { directory, fs, names, plain, write } = yield* world
      yield* write(Buffer.alloc(0))
      assert.isUndefined(yield* compress(directory, name))
      yield* write(content)
      const theirs = gzipSync("theirs\n")
      yield* fs.writeFile(`${plain}.gz`, theirs)
      assert.isFalse(yield* isOwn(`${plain}.gz`))
      assert.isUndefined(yield* compress(directory, name))
      assert.deepStrictEqual(yield* names, [name, `${name}.gz`])
      assert.isTrue(theirs.equals(yield* fs.readFile(`${plain}.gz`)))
      assert.isUndefined((yield* members(`${plain}.gz`)).size)
      yield* fs.remove(`${plain}.gz`)
      yield* compress(directory, name)
      yield* write(content.subarray(100))
      assert.isUndefined(yield* compress(directory, name), "other content of the same name")
      assert.strictEqual(yield* plainSize(`${plain}.gz`), content.length)
    }))

  it.effect("leaves a file that is written to meanwhile", () =>
    Effect.gen(function*() {
      const { directory, fs, names, plain, write } = yield* world
      yield* write(content)
      const writing = FileSystem.FileSystem.of({
        ...fs,
        utimes: (...given) => Effect.andThen(fs.writeFileString(plain, "more\n", { flag: "a" }), fs.utimes(...given))
      })
      assert.isUndefined(yield* Effect.provideService(compress(directory, name), FileSystem.FileSystem, writing))
      assert.deepStrictEqual(yield* names, [name])
      assert.strictEqual((yield* fs.readFile(plain)).length, content.length + 5)
    }))

  it.effect("lets any place of the plain file be read from the compressed one", () =>
    Effect.gen(function*() {
      const { directory, plain, write } = yield* world
      yield* write(content)
      yield* compress(directory, name)
      const compressed = yield* members(`${plain}.gz`)
      assert.strictEqual(compressed.size, content.length)
      const edges = [0, 1, 2, 3].map((n) => n * memberBytes).concat(content.length, 500_000, 2_500_000)
      const places = edges.flatMap((edge) => [edge - 70, edge - 1, edge, edge + 1]).filter((at) => at >= 0)
      for (const at of places) {
        for (const length of [0, 1, 70, memberBytes, memberBytes + 2]) {
          assert.isTrue(
            compressed.read(Buffer.alloc(length), at).equals(content.subarray(at, at + length)),
            `${length} bytes at ${at}`
          )
        }
      }
    }))

  it.effect("has nothing behind a damaged place, and everything before it", () =>
    Effect.gen(function*() {
      const { directory, fs, plain, write } = yield* world
      yield* write(content)
      yield* compress(directory, name)
      const bytes = Buffer.from(yield* fs.readFile(`${plain}.gz`))
      const second = bytes.readUInt32LE(16)
      bytes.fill(0, second + headerBytes, second + headerBytes + 100)
      yield* fs.writeFile(`${plain}.gz`, bytes)
      const damaged = yield* members(`${plain}.gz`)
      assert.isTrue(damaged.read(Buffer.alloc(content.length), 0).equals(content.subarray(0, memberBytes)))
    }))
})
