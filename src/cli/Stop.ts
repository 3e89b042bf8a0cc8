/**
 * Ends the process when the orderly stop does not: at once at a second signal, and when a stop hangs.
 *
 * The runtime makes the orderly stop: it interrupts the program at the first signal, and finalizers run.
 */
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { threads } from "../search/SearchThreads.ts"

/** Timeout of a stop, a second less than the ten after which a container runtime kills. */
const stopMax = "9 seconds"

/** Timeout of what was printed, where nobody may read it. */
const printMax = "2 seconds"

/** A shell for {@link end}. Only images that contain nothing but the program lack it. */
const shell = "/bin/sh"

/**
 * Ends the process at once, whatever its threads do.
 *
 * `process.exit` waits for ever for a search thread that hangs in a system call or in a long query, and blocks the process
 * meanwhile. A container's first process cannot kill itself either: the kernel drops a SIGKILL from inside the container.
 * So `execve` replaces the process with a shell that exits at once, and the kernel ends all threads. Without search
 * threads `exit` is enough.
 */
const end = (code: number): void => {
  if (threads() > 0 && process.execve !== undefined && existsSync(shell)) {
    // Node warns that `execve` is experimental. The warning would not help an administrator.
    process.removeAllListeners("warning")
    process.execve(shell, ["sh", "-c", `exit ${code}`], {})
  }
  process.exit(code)
}

/** The signal that stops the process; undefined while none does. */
let stoppedBy: "SIGINT" | "SIGTERM" | undefined

/** Whether a stop leaves something undone that was asked for. */
let isUnfinished = false

/** Lets a stop during `work` end the process with 130 or 143, as shells count signals: it was not done. */
export const unfinished = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.tap(Effect.andThen(Effect.sync(() => isUnfinished = true), work), Effect.sync(() => isUnfinished = false))

/** The exit code of a stop. Polling has no end, and a stop of it is well. */
export const exitCode = (): number => !isUnfinished ? 0 : stoppedBy === "SIGINT" ? 130 : 143

/** Whether a supervisor starts the program, which may not read what it prints. */
let isUnattended = false

/** Lets what was printed delay the end of the process by two seconds at the most. */
export const unattended: Effect.Effect<void> = Effect.sync(() => {
  isUnattended = true
})

/** The exit code, once the program is done. */
let ending: number | undefined

/**
 * Ends the process once what it printed is in the pipe, which takes 64 KiB at a time; at once at a signal. It does not wait
 * until nothing is left to do: where a watch begins while the connection to the broker closes, the library leaves a timer
 * behind for good.
 */
export const endPrinted = (code: number): void => {
  ending = code
  if (isUnattended || stoppedBy !== undefined) {
    Effect.runFork(Effect.andThen(Effect.sleep(printMax), Effect.sync(() => end(code))))
  }
  process.stdout.write("", () => process.stderr.write("", () => end(code)))
}

const give = (up: string) =>
  Effect.sync(() => {
    if (ending !== undefined) end(ending)
    process.stderr.write(`azure-security: ${up}\n`)
    end(1)
  })

/** Watches for SIGINT and SIGTERM. Call it once, before the program runs. */
export const watch = (): void => {
  let signals = 0
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    if (ending !== undefined) end(ending)
    signals++
    stoppedBy ??= signal
    Effect.runFork(
      signals === 1
        ? Effect.andThen(Effect.sleep(stopMax), give(`the stop took longer than ${stopMax}; ended without it`))
        : give("ended at the second signal")
    )
  }
  process.on("SIGINT", () => onSignal("SIGINT"))
  process.on("SIGTERM", () => onSignal("SIGTERM"))
  // Collecting goes on when nobody reads the log any more, as with `| head`.
  process.stdout.on("error", () => undefined)
  process.stderr.on("error", () => undefined)
}
