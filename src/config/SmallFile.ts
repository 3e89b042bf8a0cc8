/** Reads files that are small by nature: secrets, certificates and keys. */
import { Effect, FileSystem, type PlatformError, Schema, Stream } from "effect"
import { credentialBytesMax } from "../domain/Bounds.ts"
import { textOf, unmarked } from "./TextFile.ts"

/** The file cannot be read, or is no file that can hold a credential. */
export class UnusableFile extends Schema.TaggedError<UnusableFile>()("UnusableFile", {
  path: Schema.String,
  /** What is wrong, in a few words; never content. */
  fault: Schema.String
}) {
  override get message() {
    return `${this.path} (${this.fault})`
  }
}

/**
 * Reads a regular file of at most {@link credentialBytesMax} bytes as text in UTF-8, or in UTF-16 with a byte order mark,
 * without the mark and without blanks around it. A device, a pipe or a directory is refused before it is opened, and nothing beyond the bound is read.
 */
export const readSmall = Effect.fnUntraced(
  function*(path: string): Effect.fn.Return<string, UnusableFile, FileSystem.FileSystem> {
    const fs = yield* FileSystem.FileSystem
    const unusable = (fault: string) => new UnusableFile({ path, fault })
    const failing = Effect.mapError((error: PlatformError.PlatformError) => unusable(error.reason._tag))
    const { type } = yield* failing(fs.stat(path))
    if (type !== "File") return yield* unusable("not a regular file")
    // The size that the system states is no bound: a file of /proc has none.
    const parts = yield* failing(Stream.runCollect(fs.stream(path, { bytesToRead: credentialBytesMax + 1 })))
    const bytes = Buffer.concat(Array.from(parts))
    if (bytes.length > credentialBytesMax) return yield* unusable(`more than ${credentialBytesMax / 1024} KiB`)
    const text = textOf(bytes)
    return text === undefined ? yield* unusable(unmarked) : text.trim()
  }
)
