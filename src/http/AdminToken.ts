/**
 * The token of the page: that of `AZURE_SECURITY_ADMIN_TOKEN`, else one that the connector makes at its first start and
 * keeps in a file that only its own user can read.
 */
import { Effect, FileSystem, Option, Path, type PlatformError, Redacted, Schedule, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { getuid } from "node:process"
import * as DataDirectory from "../config/DataDirectory.ts"
import { describeFailure, isLink, openOwn, syncDirectory } from "../config/DurableFile.ts"
import { variable } from "../config/EnvironmentVariable.ts"
import { isWindows } from "../config/OwnFiles.ts"
import { tokenFileBytesMax } from "../domain/Bounds.ts"

/** Name of the file in the directory of the checkpoints or, in Conductor, of the sink. */
export const fileName = "admin-token"

/** Shorter tokens can be guessed. */
const lengthMin = 16

const name = "AZURE_SECURITY_ADMIN_TOKEN"

/** There is no token, or none that can be used. */
export class TokenUnusable extends Schema.TaggedError<TokenUnusable>()("TokenUnusable", {
  /** The variable or file, and what is wrong with it. */
  fault: Schema.String,
  remedy: Schema.String,
  /** Whether there is no file. */
  isMissing: Schema.optionalKey(Schema.Boolean)
}) {
  override get message() {
    return `${this.fault}: ${this.remedy}`
  }
}

/** Token of the environment; none when the variable is not set, and a failure when it is shorter than 16 characters. */
export const ofEnvironment: Effect.Effect<Option.Option<Redacted.Redacted>, TokenUnusable> = Effect.gen(function*() {
  const text = yield* variable(name)
  if (Option.exists(text, ({ length }) => length < lengthMin)) {
    return yield* new TokenUnusable({
      fault: `${name} is shorter than ${lengthMin} characters and can be guessed`,
      remedy: "use a longer one, for example from openssl rand -hex 32, or unset it, and a token is made"
    })
  }
  return Option.map(text, (value) => Redacted.make(value))
})

const orVariable = `set ${name} instead`

/** A token of a file. */
export interface Kept {
  readonly token: Redacted.Redacted
  /** What is wrong with the file, and what to do; undefined when it is as it was made. */
  readonly warning: readonly [fault: string, remedy: string] | undefined
}

/** Reads the token in a directory. Follows no link, and reads 1 KiB at most. */
export const read = Effect.fnUntraced(
  function*(directory: string): Effect.fn.Return<Kept, TokenUnusable, FileSystem.FileSystem | Path.Path> {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = path.resolve(directory, fileName)
    const unusable = (fault: string, remedy: string) => new TokenUnusable({ fault: `${file} ${fault}`, remedy })
    const strange = unusable(
      `is no ordinary file of at most ${tokenFileBytesMax} bytes`,
      `remove it, and a new token is made at the next start, or ${orVariable}`
    )
    const unread = (error: PlatformError.PlatformError) =>
      error.reason._tag === "NotFound"
        ? new TokenUnusable({
          fault: `there is no ${file}`,
          remedy: "start a connector with these settings, which makes one",
          isMissing: true
        })
        : error.reason._tag === "PermissionDenied"
        ? unusable("cannot be read by this user", "use the user of the connector")
        : isLink(error)
        ? strange
        : unusable(`cannot be read: ${describeFailure(error)}`, orVariable)
    // A link to nothing would look like no file; opening a pipe would wait for its writer.
    if (Option.isSome(yield* Effect.option(fs.readLink(file)))) return yield* strange
    const { type } = yield* Effect.mapError(fs.stat(file), unread)
    if (type !== "File") return yield* strange
    const { bytes, info } = yield* Effect.mapError(
      Effect.scoped(Effect.gen(function*() {
        const handle = yield* openOwn(file, "r")
        const info = yield* handle.stat
        const bytes = info.type === "File" && info.size <= tokenFileBytesMax
          ? Option.getOrElse(yield* handle.readAlloc(tokenFileBytesMax), () => new Uint8Array(0))
          : undefined
        return { bytes, info }
      })),
      unread
    )
    if (bytes === undefined) return yield* strange
    const [own, owner] = [getuid?.(), Option.getOrUndefined(info.uid)]
    if (!isWindows && own !== 0 && owner !== own && owner !== 0) {
      return yield* unusable(`belongs to another user (uid ${owner})`, "remove it, and a new token is made")
    }
    const text = new TextDecoder().decode(bytes).trim()
    if (text.length < lengthMin) {
      return yield* unusable(
        `holds no token of ${lengthMin} characters or more`,
        "remove it, and a new token is made at the next start"
      )
    }
    const isExposed = !isWindows && (info.mode & 0o077) !== 0
    return {
      token: Redacted.make(text),
      warning: isExposed
        ? [`${file} can be read by other users, who can then sign in to the page`, `run chmod 600 ${file}`]
        : undefined
    }
  }
)

const write = Effect.fnUntraced(function*(directory: string) {
  const path = yield* Path.Path
  yield* Effect.scoped(Effect.gen(function*() {
    // `wx` never opens what is there already, links included.
    const file = yield* openOwn(path.join(directory, fileName), "wx")
    yield* file.writeAll(new TextEncoder().encode(`${randomBytes(32).toString("base64url")}\n`))
    yield* file.sync
  }))
  yield* syncDirectory(directory)
})

const unsafe = ({ fault, remedy }: DataDirectory.DirectoryUnsafe) =>
  new TokenUnusable({
    fault: `${fault}, who could put a token of their own there`,
    remedy: `${remedy}, or ${orVariable}`
  })

/** Fails for a directory that other users may write to, and thus put a token there. A missing one passes. */
export const inspect = (directory: string) => Effect.mapError(DataDirectory.inspect(directory), unsafe)

/**
 * Reads the token in a directory, and makes one of 256 bits when there is none. Fails as {@link inspect} does. When several processes start at once, one
 * makes it and the others read it.
 */
export const readOrMake = Effect.fnUntraced(
  function*(directory: string): Effect.fn.Return<Kept, TokenUnusable, FileSystem.FileSystem | Path.Path> {
    const path = yield* Path.Path
    yield* inspect(directory)
    const found = yield* Effect.result(read(directory))
    if (found._tag === "Success") return found.success
    if (found.failure.isMissing !== true) return yield* found.failure
    yield* Effect.catch(Effect.andThen(DataDirectory.make(directory), write(directory)), (error) =>
      error._tag === "DirectoryUnsafe" ?
        Effect.fail(unsafe(error)) :
        error.reason._tag === "AlreadyExists" ?
        Effect.void :
        Effect.fail(
          new TokenUnusable({
            fault: `${path.resolve(directory, fileName)} cannot be made: ${describeFailure(error)}`,
            remedy: `let this user write there, or ${orVariable}`
          })
        ))
    // Another process may have made the file, and not yet written the token.
    return yield* Effect.retry(read(directory), Schedule.upTo(Schedule.spaced("50 millis"), { times: 10 }))
  }
)
