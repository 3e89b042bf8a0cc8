/** The directory of a process in Conductor: for dead letters and the audit trail, which two processes must not write. */
import { Effect, Path } from "effect"
import * as DataDirectory from "../config/DataDirectory.ts"
import { hold } from "../config/DirectoryLock.ts"
import type { Settings } from "../config/Settings.ts"
import * as PageToken from "./PageToken.ts"

const replicasMax = 9

/**
 * Takes the first directory that no other process holds, for dead letters and the audit trail: two processes must not
 * write one file. None when the directory is unsafe, or cannot be made.
 */
export const take = Effect.fnUntraced(function*(settings: Settings) {
  const path = yield* Path.Path
  const first = PageToken.directoryOf(settings, true)
  const directories = [
    first,
    ...Array.from({ length: replicasMax - 1 }, (_, n) => path.join(first, `replica-${n + 2}`))
  ]
  const keepsLetters = settings.sink.type === "nats" && settings.sink.dead_letters === "file"
  const what = keepsLetters ? "dead letters and changes of the settings" : "changes of the settings"
  // Where others may write to the directory, they may also replace one in it.
  return yield* DataDirectory.inspect(first).pipe(
    Effect.andThen(Effect.firstSuccessOf(directories.map((each) => Effect.as(hold(each), each)))),
    Effect.catch(({ message }) =>
      Effect.as(
        Effect.logWarning(`${what} are not kept, because no directory for them is available: ${message}`),
        undefined
      )
    )
  )
})

/** Returns the sink that keeps its dead letters in a directory of this process's own, or nowhere without one. */
export const sinkIn = (sink: Settings["sink"], directory: string | undefined) =>
  sink.type !== "nats" || sink.dead_letters !== "file"
    ? sink
    : directory === undefined
    ? { ...sink, dead_letters: "off" as const }
    : { ...sink, directory }
