/**
 * The machine's file system, which notes in order what is done to files, by the last part of their names, and fails on
 * request.
 */
import { NodeFileSystem, NodePath } from "@effect/platform-node"
import { Context, Effect, FileSystem, Layer, Option, PlatformError } from "effect"

export interface Recorded {
  readonly log: Array<string>
  /** Whether files have inodes, as some file systems of networks have none. */
  inodes: boolean
  /** What fails the next time that it is done, as the log has it. */
  fails: string | undefined
  /** The code that it fails with. */
  code: string
}

export class RecordedDisk
  extends Context.Service<RecordedDisk, Recorded>()("azure-security/test/support/RecordedDisk")
{}

const last = (name: string) => name.split("/").at(-1)!

export const layer = Layer.effectContext(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const recorded: Recorded = { log: [], inodes: true, fails: undefined, code: "EIO" }
  const note = (line: string) => Effect.sync(() => void recorded.log.push(line))
  const noted = (line: string) =>
    Effect.suspend(() => {
      recorded.log.push(line)
      if (recorded.fails !== line) return Effect.void
      recorded.fails = undefined
      const cause = Object.assign(new Error(recorded.code), { code: recorded.code })
      return Effect.fail(PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method: "sync", cause }))
    })
  const without = (info: FileSystem.File.Info) => recorded.inodes ? info : { ...info, ino: Option.none() }
  const wrapped = (name: string, file: FileSystem.File): FileSystem.File =>
    new Proxy(file, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        switch (key) {
          case "stat":
            return Effect.map(target.stat, without)
          case "writeAll":
            return (bytes: Uint8Array) => Effect.andThen(note(`write ${last(name)}`), target.writeAll(bytes))
          case "truncate":
            return (length?: number) =>
              Effect.andThen(note(`truncate ${last(name)} ${length}`), target.truncate(length))
          case "sync":
            return Effect.andThen(noted(`sync ${last(name)}`), target.sync)
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
    // A change by a path could be of another file by then: nothing of the program's makes one.
    chmod: (name) => Effect.die(`chmod of the path ${name}`),
    chown: (name) => Effect.die(`chown of the path ${name}`),
    truncate: (name) => Effect.die(`truncation of the path ${name}`),
    stat: (name) => Effect.map(fs.stat(name), without)
  })
  return Context.make(FileSystem.FileSystem, disk).pipe(Context.add(RecordedDisk, recorded))
})).pipe(Layer.provideMerge(NodePath.layer), Layer.provide(NodeFileSystem.layer))
