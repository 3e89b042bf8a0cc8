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

/** A shell for {@link end}. Only images that contain nothing but the program lack it. */
const shell = "/bin/sh"

/**
 * Ends the process, whatever its threads do.
 *
 * `process.exit` waits for ever for a search thread that hangs in a system call or in a long query, and blocks the process
 * meanwhile. A container's first process cannot kill itself either: the kernel drops a SIGKILL from inside the container.
 * So `execve` replaces the process with a shell that exits at once, and the kernel ends all threads. Without search
 * threads `exit` is enough.
 */
export const end = (code: number, exit: (code: number) => void = process.exit): void => {
  if (threads() > 0 && process.execve !== undefined && existsSync(shell)) {
    // Node warns that `execve` is experimental. The warning would not help an administrator.
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

/** Watches for SIGINT and SIGTERM. Call it once, before the program runs. */
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
  // Collecting goes on when nobody reads the log any more, as with `| head`.
  process.stdout.on("error", () => undefined)
  process.stderr.on("error", () => undefined)
}
