/**
 * Finds who else could replace what the connector reads and writes. Whoever owns a directory above, or may write to it, may
 * rename what lies in it and put something else in its place, such as a link.
 */
import { Effect, FileSystem, Option } from "effect"
import { join, parse, resolve, sep } from "node:path"
import { type DirectoryFault, isWindows, judge } from "./OwnFiles.ts"

/** Links that are followed on the way to a place; Linux follows as many (path_resolution(7)). */
const linksMax = 40

const partsOf = (absolute: string) =>
  absolute.slice(parse(absolute).root.length).split(sep).filter((part) => part !== "")

/** Returns the directories on the way to a place, from the root on. The directories that hold a link are among them. */
const wayTo = Effect.fnUntraced(function*(place: string) {
  const fs = yield* FileSystem.FileSystem
  const way = new Set<string>()
  const { root } = parse(resolve(place))
  const rest = [...partsOf(resolve(place))]
  let at = root
  for (let links = 0; rest.length > 0 && links <= linksMax;) {
    way.add(at)
    const next = join(at, rest.shift()!)
    const link = yield* Effect.option(fs.readLink(next))
    if (Option.isNone(link)) {
      at = next
      continue
    }
    links++
    rest.unshift(...partsOf(resolve(at, link.value)))
    at = root
  }
  return way
})

/** Judges one file or directory; undefined for a missing one. A sticky bit protects what is in a directory, and no file. */
const judged = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fs.stat(path))
  if (Option.isNone(info)) return undefined
  const { mode, type } = info.value
  const uid = Option.getOrUndefined(info.value.uid)
  const found = judge(path, { mode: type === "Directory" ? mode : mode & 0o777, uid })
  return found === undefined ? undefined : { ...found, isOwner: judge(path, { mode: 0, uid }) !== undefined }
})

/**
 * Returns what is wrong with each directory above a place, from the root on: its owner is neither root nor this user, or its
 * group or others may write to it and it is not sticky as `/tmp` is. Missing ones pass. On Windows all pass.
 */
export const faultsAbove = Effect.fnUntraced(
  function*(place: string): Effect.fn.Return<ReadonlyArray<DirectoryFault>, never, FileSystem.FileSystem> {
    if (isWindows) return []
    const found: Array<DirectoryFault> = []
    for (const directory of yield* wayTo(place)) {
      const one = yield* judged(directory)
      if (one === undefined) continue
      found.push({
        fault: `${one.fault}, who could put something else in the place of ${place}`,
        remedy: one.isOwner ? one.remedy : `${one.remedy}, or chmod +t ${directory}`
      })
    }
    return found
  }
)

/** What {@link faults} judges. */
export interface Places {
  /** Directories that are judged for themselves elsewhere, and here for what is above them. */
  readonly directories: ReadonlyArray<string>
  /** Files, or directories of files, that are judged for themselves and for what is above them. */
  readonly files: ReadonlyArray<string>
}

/** Returns what is wrong with files, and above files and directories. What is above several is told once. */
export const faults = Effect.fnUntraced(
  function*(
    { directories, files }: Places
  ): Effect.fn.Return<ReadonlyArray<DirectoryFault>, never, FileSystem.FileSystem> {
    if (isWindows) return []
    const found = new Map<string, DirectoryFault>()
    const add = (one: DirectoryFault) => found.has(one.remedy) || found.set(one.remedy, one)
    for (const place of [...directories, ...files]) (yield* faultsAbove(place)).forEach(add)
    for (const file of files) Option.map(Option.fromUndefinedOr(yield* judged(file)), add)
    return Array.from(found.values(), ({ fault, remedy }) => ({ fault, remedy }))
  }
)

/** Warns of all {@link faults}. A start is not refused: a volume of a container may belong to a group, as with `fsGroup`. */
export const warn = (places: Places): Effect.Effect<void, never, FileSystem.FileSystem> =>
  Effect.flatMap(
    faults(places),
    (all) => Effect.forEach(all, ({ fault, remedy }) => Effect.logWarning(`${fault}: ${remedy}`), { discard: true })
  )
