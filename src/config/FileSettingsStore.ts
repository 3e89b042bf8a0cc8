/**
 * Changes instances in the settings file. The rest of the file is kept to the letter, except that a byte order mark is
 * removed. The file's mode and owner are kept. A file in UTF-16 is read, and not changed.
 */
import { Effect, FileSystem, Layer, Path, type PlatformError, Predicate, Semaphore } from "effect"
import { applyEdits, modify } from "jsonc-parser"
import { describeFailure, openOwn, readWhole, replace } from "./DurableFile.ts"
import { decodeSettings } from "./SettingsDocument.ts"
import { changed, failed, revisionOf, SettingsStore, type SettingsStoreError, storedOf } from "./SettingsStore.ts"
import { isUtf16, textOf, unmarked } from "./TextFile.ts"
import * as WrittenJson from "./WrittenJson.ts"

/** Returns the format of new text: the indent of the file's first indented line. A file of one line stays one line. */
const formatting = (text: string) => {
  if (!text.trim().includes("\n")) return {}
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  "
  return {
    formattingOptions: {
      insertSpaces: !indent.startsWith("\t"),
      tabSize: indent.startsWith("\t") ? 1 : indent.length,
      eol: text.includes("\r\n") ? "\r\n" : "\n"
    }
  }
}

/** Returns the instances' documents. One that is not an object becomes empty; its faults are reported on a change. */
const instancesOf = (json: unknown): ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> => {
  const found = Predicate.hasProperty(json, "instances") ? json.instances : undefined
  return Object.entries(Predicate.isObject(found) ? found : {}).map((
    [name, document]
  ) => [name, Predicate.isObject(document) && !Array.isArray(document) ? document as Record<string, unknown> : {}])
}

/**
 * Layer of the {@link SettingsStore} in a settings file.
 *
 * **Details**
 *
 * The file is re-read for each change. A change that would leave an unusable file is refused. A symbolic link is
 * followed: the file that it names is replaced, not the link. Should that file become a link meanwhile, the change fails.
 */
export const layer = (file: string): Layer.Layer<SettingsStore, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    SettingsStore,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const one = yield* Semaphore.make(1)
      const failing = Effect.mapError((error: PlatformError.PlatformError) =>
        failed(
          `${file}: ${describeFailure(error)}; let this user read and replace the file, and write in its directory`
        )
      )

      const read = Effect.gen(function*() {
        const bytes = yield* failing(fs.readFile(file))
        const text = textOf(bytes)
        if (text === undefined) return yield* failed(`${file} cannot be read: ${unmarked}`)
        const { doubled, value } = yield* Effect.mapError(
          Effect.fromResult(WrittenJson.read(text)),
          (fault) => failed(`${file} cannot be used, correct it first: ${fault}`)
        )
        if (doubled.length > 0) return yield* failed(`${file}: correct it first: ${doubled.join("; ")}`)
        return { text, documents: instancesOf(value), isUtf16: isUtf16(bytes) }
      })

      /** Reads the file for a change, which is written as UTF-8. */
      const readToChange = Effect.filterOrFail(
        read,
        ({ isUtf16 }) => !isUtf16,
        () => failed(`${file} is UTF-16: save it as UTF-8, and change it here then`)
      )

      const write = Effect.fnUntraced(
        function*(before: string, name: string, value: unknown): Effect.fn.Return<void, SettingsStoreError> {
          const text = yield* Effect.try({
            try: () => applyEdits(before, modify(before, ["instances", name], value, formatting(before))),
            catch: () => failed(`${file} has no object "instances"; correct it first`)
          })
          yield* Effect.mapError(decodeSettings(file, text), ({ faults }) =>
            failed(`${file} has other faults, correct them first: ${faults.join("; ")}`))
          const real = yield* failing(fs.realPath(file))
          // Mode, owner and text are those of one open file.
          const { info: { gid, mode, uid }, now } = yield* Effect.scoped(Effect.gen(function*() {
            const handle = yield* openOwn(real, "r")
            return { info: yield* handle.stat, now: yield* readWhole(handle) }
          })).pipe(Effect.provideService(FileSystem.FileSystem, fs), failing)
          // A change that somebody made by hand in the meantime must not be overwritten.
          if (new TextDecoder().decode(now) !== before) {
            return yield* changed
          }
          yield* replace(real, new TextEncoder().encode(text), mode & 0o7777, { uid, gid }).pipe(
            Effect.provideService(FileSystem.FileSystem, fs),
            Effect.provideService(Path.Path, path),
            failing
          )
        },
        Effect.uninterruptible
      )

      return SettingsStore.of({
        where: file,
        files: "paths",
        all: Effect.map(read, ({ documents }) => documents.map(storedOf)),
        put: (name, document, revision) =>
          one.withPermit(Effect.gen(function*() {
            const { documents, text } = yield* readToChange
            const stored = documents.find((each) => each[0] === name)
            if ((stored === undefined ? null : revisionOf(stored[1])) !== revision) return yield* changed
            yield* write(text, name, document)
            return storedOf([name, document])
          })),
        remove: (name, revision) =>
          one.withPermit(Effect.gen(function*() {
            const { documents, text } = yield* readToChange
            const stored = documents.find((each) => each[0] === name)
            if (stored === undefined || revisionOf(stored[1]) !== revision) return yield* changed
            yield* write(text, name, undefined)
          }))
      })
    })
  )
