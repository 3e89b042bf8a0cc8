/** Reads how far the command `backfill` is, which saves its positions while another process polls. Changes nothing. */
import { Effect, FileSystem, Option, Path, Schema } from "effect"
import { readOwn } from "../config/DurableFile.ts"
import { Checkpoint } from "./Checkpoint.ts"

/** The directory of `backfill` in that of the checkpoints. */
export const directoryName = "backfill"

/** A range of `backfill`, as it is saved. */
export interface SavedBackfill {
  readonly cloud: string
  readonly tenant: string
  readonly endpoint: string
  readonly from: string
  readonly to: string | null
  /** Everything created before it was collected. */
  readonly reached: string
  readonly isDone: boolean
}

const CheckpointJson = Schema.fromJsonString(Checkpoint)

/** Names of the checkpoints of ranges: the endpoint is followed by the range. */
const ofBackfill = /^[^.]+\.[^.]+\.\w+-\d{4}-\d\d-\d\dT[^.]*\.checkpoint\.json$/

const decode = (bytes: Uint8Array): Option.Option<SavedBackfill> =>
  Option.flatMap(Schema.decodeOption(CheckpointJson)(new TextDecoder().decode(bytes)), (saved) => {
    const { cloud, lastSuccessAt, mark, position, tenant } = saved
    const [, endpoint, from, to] = /^(\w+)-(\d{4}-\d\d-\d\dT.*?Z)-(.*)$/.exec(saved.endpoint) ?? []
    return endpoint === undefined || from === undefined ? Option.none() : Option.some({
      cloud,
      tenant,
      endpoint,
      from,
      to: position?.until ?? (to === "now" ? null : to ?? null),
      reached: position === null ? mark : position.reached ?? position.bound,
      isDone: position === null && lastSuccessAt !== null
    })
  })

/** Reads all ranges among values with these names. */
export const of = <E>(
  names: Effect.Effect<ReadonlyArray<string>, E>,
  read: (name: string) => Effect.Effect<Option.Option<Uint8Array>, E>
): Effect.Effect<ReadonlyArray<SavedBackfill>, E> =>
  Effect.gen(function*() {
    const values = yield* Effect.forEach((yield* names).filter((name) => ofBackfill.test(name)), read)
    return values.flatMap((bytes) => Option.toArray(Option.flatMap(bytes, decode)))
  })

/** Reads all ranges in the directory of the checkpoints; none where `backfill` never ran. */
export const inDirectory = Effect.fnUntraced(function*(checkpoints: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const directory = path.join(checkpoints, directoryName)
  const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  return yield* of(
    Effect.orElseSucceed(fs.readDirectory(directory), () => []),
    (name) => Effect.provideContext(Effect.option(readOwn(path.join(directory, name))), context)
  )
})
