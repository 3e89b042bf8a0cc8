/**
 * Compresses a closed file of the sink.
 *
 * The compressed file is written beside the plain one under a temporary name, synced and renamed; only then is the plain
 * file removed. After a kill at any moment one of both is whole, and the next attempt begins anew: the plain file counts
 * for as long as it is there.
 */
import { Effect, Equal, FileSystem, Option, Path } from "effect"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import { openOwn, setMode, syncDirectory, temporary } from "../config/DurableFile.ts"
import { fieldOf, headerBytes, marked, memberBytes, suffix } from "./GzipMembers.ts"

const compressed = promisify(gzip)

/** Reads until the buffer is full or the file ends. */
const fill = Effect.fnUntraced(function*(file: FileSystem.File, buffer: Uint8Array, at = 0) {
  let filled = 0
  while (filled < buffer.length) {
    const count = yield* file.read(buffer.subarray(filled), { position: BigInt(at + filled) })
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
})

/** Returns the bytes of the plain form of a file; 0 for one that another program compressed. */
export const plainSize = (name: string) =>
  Effect.scoped(Effect.gen(function*() {
    const file = yield* openOwn(name, "r")
    return fieldOf(yield* fill(file, new Uint8Array(headerBytes)))?.size ?? 0
  }))

/** Tells whether the connector compressed a file, rather than another program. */
export const isOwn = (name: string) =>
  Effect.orElseSucceed(Effect.map(plainSize(name), (size) => size > 0), () => false)

/** Name under which the compressed form of a file is written. */
const temporaryOf = (name: string): string => name + suffix + temporary

/**
 * Compresses a file of a directory that nobody writes to, and returns its compressed bytes. Returns undefined, and leaves
 * the file as it is, when it was written to meanwhile, is empty, or when a file of other content has the name.
 */
export const compress = Effect.fnUntraced(function*(directory: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const plain = path.join(directory, name)
  const beside = path.join(directory, temporaryOf(name))
  const result = plain + suffix

  const written = yield* Effect.scoped(Effect.gen(function*() {
    const from = yield* openOwn(plain, "r")
    const before = yield* from.stat
    const size = Number(before.size)
    // What a kill left beside the plain file has the same content. Anything else is not replaced.
    if ((yield* fs.exists(result)) && (yield* plainSize(result)) !== size) return undefined
    yield* fs.remove(beside, { force: true })
    const to = yield* openOwn(beside, "wx")
    yield* setMode(to, before.mode & 0o777)
    const buffer = new Uint8Array(memberBytes)
    let bytes = 0
    for (let at = 0; at < size; at += memberBytes) {
      const piece = yield* fill(from, buffer, at)
      const member = marked(yield* Effect.promise(() => compressed(piece)), size)
      yield* to.writeAll(member)
      bytes += member.length
    }
    // Its age is that of the plain file.
    if (Option.isSome(before.mtime)) yield* fs.utimes(beside, before.mtime.value, before.mtime.value)
    yield* to.sync
    const after = yield* fs.stat(plain)
    const isSame = after.size === before.size && Equal.equals(after.ino, before.ino) &&
      Equal.equals(after.mtime, before.mtime)
    return isSame && size > 0 ? bytes : undefined
  })).pipe(
    Effect.tap((bytes) => bytes === undefined ? fs.remove(beside, { force: true }) : Effect.void),
    Effect.onError(() => Effect.ignore(fs.remove(beside, { force: true })))
  )
  if (written === undefined) return undefined
  yield* fs.rename(beside, result)
  yield* syncDirectory(directory)
  yield* fs.remove(plain)
  return written
})
