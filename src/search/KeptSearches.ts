/** Keeps the last searches and the saved ones in a file beside the index, for everybody who signs in to the page. */
import { Effect, type FileSystem, Path, Schema, Semaphore } from "effect"
import { describeFailure, readOwn, replace } from "../config/DurableFile.ts"
import { makeDirectory, ownerOnly } from "../config/OwnFiles.ts"
import { recentSearchesMax, savedSearchesMax } from "../domain/Bounds.ts"
import { type KeptChange, KeptSearches, SearchUnavailable } from "./Search.ts"

const File = Schema.fromJsonString(KeptSearches)

const none: KeptSearches = { recent: [], saved: [] }

/** What is kept after a change; undefined when no more can be saved. The oldest of the last queries makes room. */
export const changed = ({ recent, saved }: KeptSearches, change: KeptChange): KeptSearches | undefined => {
  if ("searched" in change) {
    const query = change.searched.trim()
    if (query === "") return { recent, saved }
    return { recent: [query, ...recent.filter((other) => other !== query)].slice(0, recentSearchesMax), saved }
  }
  const name = "forget" in change ? change.forget : change.name
  const others = saved.filter((one) => one.name !== name)
  if ("forget" in change) return { recent, saved: others }
  if (others.length >= savedSearchesMax) return undefined
  const all = [...others, { name, query: change.query }]
  return { recent, saved: all.sort((one, other) => one.name < other.name ? -1 : 1) }
}

/** Reads and changes the kept searches of a directory. A file that cannot be read counts as empty. */
export const make = (directory: string) =>
  Effect.map(
    Effect.all([Effect.context<FileSystem.FileSystem | Path.Path>(), Semaphore.make(1)]),
    ([context, turns]) => {
      const file = Effect.map(Path.Path, (path) => path.join(directory, "searches.json"))
      const read = Effect.gen(function*() {
        const bytes = yield* readOwn(yield* file)
        return yield* Schema.decodeEffect(File)(new TextDecoder().decode(bytes))
      }).pipe(Effect.orElseSucceed(() => none))
      const change = Effect.fnUntraced(function*(to: KeptChange) {
        const kept = changed(yield* read, to)
        if (kept === undefined) {
          return yield* new SearchUnavailable({ why: `${savedSearchesMax} searches are saved: delete one first` })
        }
        const bytes = new TextEncoder().encode(yield* Effect.orDie(Schema.encodeEffect(File)(kept)))
        yield* Effect.try({
          try: () => makeDirectory(directory),
          catch: (cause) => new SearchUnavailable({ why: cause instanceof Error ? cause.message : String(cause) })
        })
        yield* Effect.mapError(replace(yield* file, bytes, ownerOnly.file), (error) =>
          new SearchUnavailable({
            why: `${directory} cannot be written (${
              describeFailure(error)
            }): free space there, or let the connector's user write there`
          }))
        return kept
      })
      return {
        all: Effect.provideContext(read, context),
        change: (to: KeptChange) => turns.withPermits(1)(Effect.provideContext(change(to), context))
      }
    }
  )
