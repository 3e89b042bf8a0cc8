/**
 * Changes instances in the settings file. Everything else in it stays as it is, to the letter, and so does its mode.
 *
 * @since 0.1.0
 */
import { Effect, FileSystem, Layer, Path, type PlatformError, Predicate, Schema, Semaphore } from "effect"
import { applyEdits, modify } from "jsonc-parser"
import { describeFailure, replace } from "./DurableFile.ts"
import { decodeSettings } from "./SettingsDocument.ts"
import { changed, failed, revisionOf, SettingsStore, type SettingsStoreError, storedOf } from "./SettingsStore.ts"

const Json = Schema.fromJsonString(Schema.Unknown)

const mark = "\uFEFF"

/** As deep as the file is indented: what its first indented line begins with. */
const formatting = (text: string) => {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  "
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 1 : indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n"
  }
}

/**
 * Layer of the {@link SettingsStore} in a settings file.
 *
 * **Details**
 *
 * The file is read again for each change, and a change is refused that would leave a file that cannot be used. A link is
 * followed, so that the file that it names is replaced and not the link.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  file: string
): Layer.Layer<SettingsStore, never, FileSystem.FileSystem | Path.Path> =>
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
        const text = (yield* failing(fs.readFileString(file))).replace(mark, "")
        const json = yield* Effect.mapError(
          Schema.decodeEffect(Json)(text),
          () => failed(`${file} is not JSON: a comma, quote or brace is missing or too many; correct it first`)
        )
        const found: unknown = Predicate.isObject(json)
          ? (json as { readonly instances?: unknown }).instances
          : undefined
        const documents = Object.entries(Predicate.isObject(found) ? found : {}).filter((
          entry
        ): entry is [string, Record<string, unknown>] => Predicate.isObject(entry[1]))
        return { text, documents }
      })

      const write = Effect.fnUntraced(
        function*(before: string, name: string, value: unknown): Effect.fn.Return<void, SettingsStoreError> {
          const text = applyEdits(
            before,
            modify(before, ["instances", name], value, { formattingOptions: formatting(before) })
          )
          yield* Effect.mapError(
            decodeSettings(file, text),
            ({ faults }) => failed(`${file} has other faults, correct them first: ${faults.join("; ")}`)
          )
          const real = yield* failing(fs.realPath(file))
          const { mode } = yield* failing(fs.stat(real))
          // Whoever edits the file by hand at the same moment is not written over.
          if ((yield* read).text !== before) return yield* changed
          yield* replace(real, new TextEncoder().encode(text), mode & 0o7777).pipe(
            Effect.provideService(FileSystem.FileSystem, fs),
            Effect.provideService(Path.Path, path),
            failing
          )
        },
        Effect.uninterruptible
      )

      return SettingsStore.of({
        where: file,
        all: Effect.map(read, ({ documents }) => documents.map(storedOf)),
        put: (name, document, revision) =>
          one.withPermit(Effect.gen(function*() {
            const { documents, text } = yield* read
            const stored = documents.find((each) => each[0] === name)
            if ((stored === undefined ? null : revisionOf(stored[1])) !== revision) return yield* changed
            yield* write(text, name, document)
            return storedOf([name, document])
          })),
        remove: (name, revision) =>
          one.withPermit(Effect.gen(function*() {
            const { documents, text } = yield* read
            const stored = documents.find((each) => each[0] === name)
            if (stored === undefined || revisionOf(stored[1]) !== revision) return yield* changed
            yield* write(text, name, undefined)
          }))
      })
    })
  )
