/**
 * Ends the process where an orderly stop does not: at a second signal at once, and when a stop hangs.
 *
 * The orderly stop itself is the runtime's: it interrupts the program at the first signal, and finalizers run.
 */
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { threads } from "../search/SearchThreads.ts"

/** A second less than the ten that a stop may take, after which a container runtime would kill. */
const stopMax = "9 seconds"

/** Is on every system that has more than the program. */
const shell = "/bin/sh"

/**
 * Ends the process, whatever its threads do.
 *
 * `process.exit` waits without end for a thread of the search that hangs in the system or in a long query, and nothing in
 * the process runs meanwhile. Nobody inside a container can kill its first process either: the kernel drops a SIGKILL that
 * comes from the container itself. So the process becomes another program, which exits at once: the kernel ends all threads.
 * Without such threads `exit` ends it.
 */
export const end = (code: number, exit: (code: number) => void = process.exit): void => {
  if (threads() > 0 && process.execve !== undefined && existsSync(shell)) {
    // That `execve` is experimental is nothing for an administrator.
    process.removeAllListeners("warning")
    process.execve(shell, ["sh", "-c", `exit ${code}`], {})
  }
  exit(code)
}

const give = (up: string) =>
  Effect.sync(() => {
    process.stderr.write(`azure-security: ${up}\n`)
    end(1)
  })

/** Watches for signals. To be called once, before the program runs. */
export const watch = (): void => {
  let signals = 0
  const onSignal = () => {
    signals++
    Effect.runFork(
      signals === 1
        ? Effect.andThen(Effect.sleep(stopMax), give(`the stop took longer than ${stopMax}; ended without it`))
        : give("ended at the second signal")
    )
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  // A log that nobody reads any more (`| head`) is no reason to stop collecting.
  process.stdout.on("error", () => undefined)
  process.stderr.on("error", () => undefined)
}
