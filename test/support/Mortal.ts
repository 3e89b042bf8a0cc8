/**
 * The machine's file system as a process sees it that is killed at one of its file operations: what was done before stays,
 * of a write perhaps a half, and nothing is done after it.
 */
import { NodeFileSystem, NodePath } from "@effect/platform-node"
import { Context, Deferred, Effect, FileSystem, Layer } from "effect"

/** Where an operation is cut off. Only a write or a message has a middle. */
export type Moment = "before" | "within" | "after"

/** A write of bytes to a file, another change of the disk, or a message to the broker. */
export type Operation = "write" | "change" | "message"

export interface Death {
  /** Operations that are done before the fatal one. */
  readonly after: number
  readonly moment: Moment
}

/** The life of one process. */
export interface Life {
  /** The operations that were done or begun. */
  readonly done: Array<Operation>
  /** Ends when the process is killed. */
  readonly death: Effect.Effect<void>
  /** Counts an operation, and dies at the fatal one; `part` is what is done of it when it is cut off in the middle. */
  readonly step: <A, E, R>(
    operation: Operation,
    whole: Effect.Effect<A, E, R>,
    part?: Effect.Effect<unknown, E, R>
  ) => Effect.Effect<A, E, R>
}

const killed = Effect.die("killed")

/** Makes the life of a process that is killed; with undefined it lives on. */
export const lifeUntil = (death: Death | undefined): Life => {
  const end = Deferred.makeUnsafe<void>()
  const done: Array<Operation> = []
  let isDead = false
  return {
    done,
    death: Deferred.await(end),
    step: (operation, whole, part = whole) =>
      Effect.suspend(() => {
        if (isDead) return killed
        if (done.push(operation) - 1 !== death?.after) return whole
        isDead = true
        const last: Effect.Effect<unknown, Effect.Error<typeof whole>, Effect.Services<typeof whole>> =
          death.moment === "before" ? Effect.void : death.moment === "within" ? part : whole
        return last.pipe(
          Effect.andThen(Deferred.succeed(end, undefined)),
          Effect.andThen(killed),
          Effect.uninterruptible
        )
      })
  }
}

/** The deaths at an operation. One after it is one before the next, except for the last. */
const momentsOf = (
  operation: Operation,
  isLast: boolean
): ReadonlyArray<Moment> => [
  "before",
  ...(operation === "change" ? [] : ["within"] as const),
  ...(isLast ? ["after"] as const : [])
]

/** Every death of a process that did these operations in its whole life, or those at operations of one kind. */
export const deathsIn = (done: ReadonlyArray<Operation>, kind?: Operation): ReadonlyArray<Death> =>
  done.flatMap((operation, after) =>
    kind === undefined || operation === kind
      ? momentsOf(operation, after === done.length - 1).map((moment) => ({ after, moment }))
      : []
  )

/** What changes something on the disk; all else can be cut off without a trace. */
const isChange = (flag: string | undefined) => flag !== undefined && flag !== "r"

const fileOf = (file: FileSystem.File, life: Life): FileSystem.File =>
  new Proxy(file, {
    get: (target, name) => {
      switch (name) {
        case "writeAll":
          return (bytes: Uint8Array) =>
            life.step("write", target.writeAll(bytes), target.writeAll(bytes.subarray(0, bytes.length >> 1)))
        case "truncate":
          return (length?: number) => life.step("change", target.truncate(length))
        case "sync":
          // What was written outlives the process without it.
          return life.step("change", Effect.void)
        case "write":
        case "writeAlloc":
          throw new Error(`${name} is not counted`)
        default: {
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === "function" ? value.bind(target) : value
        }
      }
    }
  })

/** Layer of the file system of one life. */
export const mortalDisk = (life: Life) =>
  Layer.effectContext(Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const uncounted = Object.fromEntries(
      ["chmod", "chown", "copy", "copyFile", "link", "sink", "symlink", "truncate", "writeFile", "writeFileString"]
        .map((name) => [name, () => Effect.die(`${name} is not counted`)])
    )
    const mortal = FileSystem.FileSystem.of({
      ...fs,
      ...uncounted,
      open: (path, options) => {
        const opened = Effect.map(fs.open(path, options), (file) => fileOf(file, life))
        return isChange(options?.flag) ? life.step("change", opened) : opened
      },
      makeDirectory: (...given) => life.step("change", fs.makeDirectory(...given)),
      utimes: (...given) => life.step("change", fs.utimes(...given)),
      rename: (...given) => life.step("change", fs.rename(...given)),
      remove: (...given) => life.step("change", fs.remove(...given))
    })
    return Context.make(FileSystem.FileSystem, mortal)
  })).pipe(Layer.provideMerge(NodePath.layer), Layer.provide(NodeFileSystem.layer))
