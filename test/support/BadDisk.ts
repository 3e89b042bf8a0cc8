/** The machine's file system, with writes, syncs, renames and truncations that fail on request. */
import { NodeFileSystem, NodePath } from "@effect/platform-node"
import { Context, Effect, FileSystem, Layer, PlatformError } from "effect"

export interface Faults {
  /** A write stores this many bytes, and fails. */
  torn?: number | undefined
  /** Number of writes that succeed before that one. */
  before: number
  /** Number of turns a write waits before it reads its bytes. */
  turns: number
  /** Number of the next file syncs that fail. */
  syncs: number
  /** Number of the next renames that fail. */
  renames: number
  /** Number of the next truncations that fail. */
  truncations: number
}

const failure = (method: string, code: string) =>
  PlatformError.systemError({
    _tag: "Unknown",
    module: "FileSystem",
    method,
    cause: Object.assign(new Error(code), { code })
  })

export class BadDisk extends Context.Service<BadDisk, Faults>()("azure-security/test/support/BadDisk") {}

export const layer = Layer.effectContext(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const faults: Faults = { before: 0, turns: 0, syncs: 0, renames: 0, truncations: 0 }
  const wrapped = (file: FileSystem.File): FileSystem.File =>
    new Proxy(file, {
      get: (target, name) => {
        switch (name) {
          case "writeAll":
            return Effect.fnUntraced(function*(bytes: Uint8Array) {
              for (let turn = 0; turn < faults.turns; turn++) yield* Effect.yieldNow
              const { torn } = faults
              if (torn === undefined || faults.before-- > 0) return yield* target.writeAll(bytes)
              faults.torn = undefined
              yield* target.writeAll(bytes.subarray(0, torn))
              return yield* failure("write", "ENOSPC")
            })
          case "sync":
            return Effect.suspend(() => faults.syncs-- > 0 ? Effect.fail(failure("sync", "EIO")) : target.sync)
          case "truncate":
            return (length?: number) =>
              Effect.suspend(() =>
                faults.truncations-- > 0 ? Effect.fail(failure("truncate", "EIO")) : target.truncate(length)
              )
          default: {
            const value: unknown = Reflect.get(target, name, target)
            return typeof value === "function" ? value.bind(target) : value
          }
        }
      }
    })
  const bad = FileSystem.FileSystem.of({
    ...fs,
    open: (path, options) => Effect.map(fs.open(path, options), wrapped),
    rename: (from, to) =>
      Effect.suspend(() => faults.renames-- > 0 ? Effect.fail(failure("rename", "EIO")) : fs.rename(from, to))
  })
  return Context.make(FileSystem.FileSystem, bad).pipe(Context.add(BadDisk, faults))
})).pipe(Layer.provideMerge(NodePath.layer), Layer.provide(NodeFileSystem.layer))
