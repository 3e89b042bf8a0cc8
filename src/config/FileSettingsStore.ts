/**
 * Changes instances in the settings file. Everything else in it stays as it is, to the letter, but for a byte order mark,
 * which goes; its mode and its owner stay as well.
 */
import { Effect, Equal, FileSystem, Layer, Path, type PlatformError, Predicate, Schema, Semaphore } from "effect"
import { applyEdits, modify } from "jsonc-parser"
import { describeFailure, replace } from "./DurableFile.ts"
import { decodeSettings } from "./SettingsDocument.ts"
import { changed, failed, revisionOf, SettingsStore, type SettingsStoreError, storedOf } from "./SettingsStore.ts"

const Json = Schema.fromJsonString(Schema.Unknown)

/** As deep as the file is indented: what its first indented line begins with; a file of one line stays one. */
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

/** What is no object is shown as an empty one, whose faults are told when it is changed. */
const instancesOf = (json: unknown): ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> => {
  const found = Predicate.hasProperty(json, "instances") ? json.instances : undefined
  return Object.entries(Predicate.isObject(found) ? found : {}).map(([name, document]) => [
    name,
    Predicate.isObject(document) && !Array.isArray(document) ? document as Record<string, unknown> : {}
  ])
}

const documentsIn = (text: string) =>
  Effect.map(Effect.orElseSucceed(Schema.decodeEffect(Json)(text), () => undefined), instancesOf)

/**
 * Layer of the {@link SettingsStore} in a settings file.
 *
 * **Details**
 *
 * The file is read again for each change, and a change is refused that would leave a file that cannot be used. A link is
 * followed, so that the file that it names is replaced and not the link.
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
        const text = yield* failing(fs.readFileString(file))
        const json = yield* Effect.mapError(
          Schema.decodeEffect(Json)(text),
          () => failed(`${file} is not JSON: a comma, quote or brace is missing or too many; correct it first`)
        )
        return { text, documents: instancesOf(json) }
      })

      const write = Effect.fnUntraced(
        function*(before: string, name: string, value: unknown): Effect.fn.Return<void, SettingsStoreError> {
          const text = yield* Effect.try({
            try: () => applyEdits(before, modify(before, ["instances", name], value, formatting(before))),
            catch: () => failed(`${file} is no object with instances; correct it first`)
          })
          yield* Effect.mapError(
            decodeSettings(file, text),
            ({ faults }) => failed(`${file} has other faults, correct them first: ${faults.join("; ")}`)
          )
          // A name that stands twice in the file: the one that counts is the last, and the first is what was changed.
          if (!Equal.equals((yield* documentsIn(text)).find((each) => each[0] === name)?.[1], value)) {
            return yield* failed(`${file} has "instances" or "${name}" more than once; correct it first`)
          }
          const real = yield* failing(fs.realPath(file))
          const { gid, mode, uid } = yield* failing(fs.stat(real))
          // Whoever edits the file by hand at the same moment is not written over.
          if ((yield* read).text !== before) return yield* changed
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
