/** The machine's file system, which notes in order what is done to files, by the last part of their names. */
import { NodeFileSystem, NodePath } from "@effect/platform-node"
import { Context, Effect, FileSystem, Layer, Option } from "effect"

export interface Recorded {
  readonly log: Array<string>
  /** Whether files have inodes, as some file systems of networks have none. */
  inodes: boolean
}

export class RecordedDisk extends Context.Service<RecordedDisk, Recorded>()(
  "azure-security/test/support/RecordedDisk"
) {}

const last = (name: string) => name.split("/").at(-1)!

export const layer = Layer.effectContext(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const recorded: Recorded = { log: [], inodes: true }
  const note = (line: string) => Effect.sync(() => void recorded.log.push(line))
  const wrapped = (name: string, file: FileSystem.File): FileSystem.File =>
    new Proxy(file, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        switch (key) {
          case "writeAll":
            return (bytes: Uint8Array) => Effect.andThen(note(`write ${last(name)}`), target.writeAll(bytes))
          case "sync":
            return Effect.andThen(note(`sync ${last(name)}`), target.sync)
          default:
            return typeof value === "function" ? value.bind(target) : value
        }
      }
    })
  const disk = FileSystem.FileSystem.of({
    ...fs,
    open: (name, options) =>
      Effect.gen(function*() {
        const file = yield* fs.open(name, options)
        yield* note(`open ${last(name)} ${options?.flag}`)
        yield* Effect.addFinalizer(() => note(`close ${last(name)}`))
        return wrapped(name, file)
      }),
    rename: (from, to) => Effect.andThen(note(`rename ${last(from)} ${last(to)}`), fs.rename(from, to)),
    chmod: (name, mode) => Effect.andThen(note(`chmod ${last(name)} ${mode.toString(8)}`), fs.chmod(name, mode)),
    chown: (name, uid, gid) => Effect.andThen(note(`chown ${last(name)} ${uid} ${gid}`), fs.chown(name, uid, gid)),
    truncate: (name, length) => Effect.andThen(note(`truncate ${last(name)} ${length}`), fs.truncate(name, length)),
    stat: (name) => Effect.map(fs.stat(name), (info) => recorded.inodes ? info : { ...info, ino: Option.none() })
  })
  return Context.make(FileSystem.FileSystem, disk).pipe(Context.add(RecordedDisk, recorded))
})).pipe(Layer.provideMerge(NodePath.layer), Layer.provide(NodeFileSystem.layer))
