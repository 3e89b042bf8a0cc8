/** Adds the search to the sink: over the files that the sink writes, or over copies when it writes none. */
import { Effect, type FileSystem, Layer, Path } from "effect"
import { hold } from "../config/DirectoryLock.ts"
import type { Settings } from "../config/Settings.ts"
import * as FileSearch from "../search/FileSearch.ts"
import { Search } from "../search/Search.ts"
import type { ArtifactSink } from "../sinks/ArtifactSink.ts"
import * as FileSink from "../sinks/FileSink.ts"
import * as Journal from "../sinks/Journal.ts"

/** The directory of the index, or of the copies and the index. */
const directoryOf = Effect.fnUntraced(function*({ search, sink }: Settings, isInConductor: boolean) {
  const path = yield* Path.Path
  const beside = isInConductor && sink.type === "nats"
    ? path.join(sink.directory, "search")
    : sink.type === "file"
    ? path.join(sink.directory, "search")
    : "data/search"
  return search.directory ?? beside
})

/** Whether the sink writes events, which the index cannot read. */
const writesEvents = ({ sink }: Settings) => sink.format === "ocsf"

const isWanted = (settings: Settings, isInConductor: boolean) =>
  !writesEvents(settings) && (settings.search.enabled ?? (settings.sink.type === "file" && !isInConductor))

/** The directories that the search of `run` writes to; none while it is off. */
export const directories = (settings: Settings): Effect.Effect<ReadonlyArray<string>, never, Path.Path> =>
  isWanted(settings, false) ? Effect.map(directoryOf(settings, false), (directory) => [directory]) : Effect.succeed([])

const whyOff = (settings: Settings) =>
  writesEvents(settings)
    ? "sink.format is ocsf, and the search reads WitFoo's artifacts only: search where the events are loaded, or set sink.format to witfoo"
    : whyOffBeside(settings)

const whyOffBeside = ({ search, sink }: Settings) =>
  search.enabled === false || sink.type === "file"
    ? "search.enabled of the settings is false"
    : `${
      sink.type === "stdout" ? "artifacts go to standard output" : "artifacts go to the broker: search in WitFoo"
    }, or set search.enabled to true, to keep copies of them here`

const searchIn = (artifactsDirectory: string, prefix: string, directory: string, { days, rows }: Settings["search"]) =>
  FileSearch.layer({ artifactsDirectory, prefix, directory, daysMax: days, rowsMax: rows })

/**
 * Layer of a sink and of the search over copies of its artifacts. The search is off when another process holds the
 * directory of the copies.
 */
export const overCopies = <E, R>(
  sink: Layer.Layer<ArtifactSink, E, R>,
  directory: string,
  settings: Settings["search"]
): Layer.Layer<ArtifactSink | Search, E, R | FileSystem.FileSystem | Path.Path> =>
  Layer.unwrap(Effect.gen(function*() {
    const path = yield* Path.Path
    const copies = path.join(directory, "copies")
    return yield* Effect.match(hold(copies), {
      onFailure: ({ message }): Layer.Layer<ArtifactSink | Search, E, R | FileSystem.FileSystem | Path.Path> =>
        Layer.merge(sink, Search.layerOff(message)),
      onSuccess: () => Layer.merge(Journal.layer(sink, copies), searchIn(copies, Journal.prefix, directory, settings))
    })
  }))

/** Layer of a sink and of the search that the settings ask for. When the search is off, the sink is unchanged. */
export const over = <E, R>(
  sink: Layer.Layer<ArtifactSink, E, R>,
  settings: Settings,
  isInConductor: boolean
): Layer.Layer<ArtifactSink | Search, E, R | FileSystem.FileSystem | Path.Path> =>
  Layer.unwrap(Effect.gen(function*() {
    const directory = yield* directoryOf(settings, isInConductor)
    if (!isWanted(settings, isInConductor)) return Layer.merge(sink, Search.layerOff(whyOff(settings)))
    if (settings.sink.type !== "file") return overCopies(sink, directory, settings.search)
    // This process already holds the sink's directory. A directory from the settings must be locked separately.
    const held = settings.search.directory === undefined ? Effect.void : hold(directory)
    const { directory: artifacts } = settings.sink
    return yield* Effect.match(held, {
      onFailure: ({ message }) => Layer.merge(sink, Search.layerOff(message)),
      onSuccess: () => Layer.merge(sink, searchIn(artifacts, FileSink.liveNames.artifacts, directory, settings.search))
    })
  }))
