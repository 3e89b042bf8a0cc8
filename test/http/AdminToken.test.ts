import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Option, Redacted } from "effect"
import { execFileSync } from "node:child_process"
import { tokenFileBytesMax } from "../../src/domain/Bounds.ts"
import { ofEnvironment, read, readOrMake } from "../../src/http/AdminToken.ts"

const of = (value: string) =>
  Effect.provide(ofEnvironment, ConfigProvider.layer(ConfigProvider.fromUnknown({ AZURE_SECURITY_ADMIN_TOKEN: value })))

it.effect("a token of the environment has 16 characters or more, and is not printed when it has fewer", () =>
  Effect.gen(function*() {
    assert.strictEqual(Redacted.value(Option.getOrThrow(yield* of(` ${"a".repeat(16)} `))), "a".repeat(16))
    assert.isTrue(Option.isNone(yield* of(" ")))
    for (const short of ["open sesame", `${" ".repeat(20)}fifteen letters`]) {
      const { message } = yield* Effect.flip(of(short))
      assert.match(message, /^AZURE_SECURITY_ADMIN_TOKEN is shorter than 16 characters.*openssl rand/)
      assert.notInclude(message, short.trim())
    }
  }))

it.layer(NodeServices.layer, { excludeTestServices: true })("the file of the token", (it) => {
  const place = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    return { directory, file: `${directory}/admin-token`, fs }
  })

  it.effect("is made once, with 256 bits, for its own user alone", () =>
    Effect.gen(function*() {
      const { directory, fs } = yield* place
      const deep = `${directory}/a/b`
      const { token, warning } = yield* readOrMake(deep)
      assert.match(Redacted.value(token), /^[\w-]{43}$/)
      assert.isUndefined(warning)
      assert.strictEqual((yield* fs.stat(`${deep}/admin-token`)).mode & 0o7777, 0o600)
      assert.strictEqual((yield* fs.stat(deep)).mode & 0o7777, 0o700)
      assert.strictEqual(Redacted.value((yield* readOrMake(deep)).token), Redacted.value(token))
      const other = yield* readOrMake(`${directory}/c`)
      assert.notStrictEqual(Redacted.value(other.token), Redacted.value(token))
    }))

  it.effect("is the same for processes that start at once", () =>
    Effect.gen(function*() {
      const { directory } = yield* place
      const all = yield* Effect.all(Array.from({ length: 8 }, () => readOrMake(directory)), { concurrency: 8 })
      assert.strictEqual(new Set(all.map(({ token }) => Redacted.value(token))).size, 1)
    }))

  it.effect("is no link, no pipe, no directory and nothing large; what is there stays", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* place
      const secret = "a secret of somebody else's"
      yield* fs.writeFileString(`${directory}/victim`, secret)
      const cases: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>]> = [
        ["a link to a file", fs.symlink(`${directory}/victim`, file)],
        ["a link to nothing", fs.symlink(`${directory}/none`, file)],
        [
          "a pipe",
          Effect.sync(() => execFileSync("mkfifo", [file]))
        ],
        ["a directory", fs.makeDirectory(file)],
        ["a large file", fs.writeFileString(file, "x".repeat(tokenFileBytesMax + 1))],
        ["an empty file", fs.writeFileString(file, "")],
        ["a short token", fs.writeFileString(file, "fifteen letters")]
      ]
      for (const [name, put] of cases) {
        yield* put
        const { message } = yield* Effect.flip(readOrMake(directory))
        assert.include(message, `${file} `, name)
        assert.match(message, /remove it/, name)
        assert.notInclude(message, secret)
        assert.isFalse(yield* fs.exists(`${directory}/none`))
        yield* fs.remove(file, { recursive: true })
      }
      assert.strictEqual(yield* fs.readFileString(`${directory}/victim`), secret)
    }), 20_000)

  it.effect("is not in a directory that other users may write to, which is left as it is", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* place
      yield* fs.chmod(directory, 0o777)
      const made = yield* Effect.flip(readOrMake(directory))
      assert.match(made.message, /can be written by other users.*chmod go-w.*AZURE_SECURITY_ADMIN_TOKEN/)
      assert.isFalse(yield* fs.exists(file))
      yield* fs.writeFileString(file, "a token that somebody put here", { mode: 0o600 })
      assert.match((yield* Effect.flip(readOrMake(directory))).message, /can be written by other users/)
      assert.strictEqual((yield* fs.stat(directory)).mode & 0o777, 0o777)
    }))

  it.effect("is not read through a link that is put there meanwhile", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* place
      yield* fs.writeFileString(`${directory}/victim`, "a secret of somebody else's")
      yield* fs.symlink(`${directory}/victim`, file)
      const late = { ...fs, readLink: () => fs.readLink(`${directory}/none`) }
      const { message } = yield* Effect.flip(Effect.provideService(read(directory), FileSystem.FileSystem, late))
      assert.include(message, "is no ordinary file")
    }))

  it.effect("may be an administrator's own, who is warned when others can read it", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* place
      yield* fs.writeFileString(file, "an administrator's own\n", { mode: 0o600 })
      assert.isUndefined((yield* read(directory)).warning)
      yield* fs.chmod(file, 0o640)
      const { token, warning } = yield* read(directory)
      assert.strictEqual(Redacted.value(token), "an administrator's own")
      assert.deepStrictEqual(warning?.[1], `run chmod 600 ${file}`)
    }))

  it.effect("is told to be missing, or out of reach", () =>
    Effect.gen(function*() {
      const { directory, file, fs } = yield* place
      const { isMissing, message } = yield* Effect.flip(read(directory))
      assert.isTrue(isMissing)
      assert.include(message, `there is no ${file}`)
      yield* fs.writeFileString(`${directory}/x`, "")
      const unmade = yield* Effect.flip(readOrMake(`${directory}/x/y`))
      assert.match(unmade.message, /cannot be read: ENOTDIR.*AZURE_SECURITY_ADMIN_TOKEN/)
    }))
})
