/**
 * Ends the process where an orderly stop does not: at a second signal at once, and when a stop hangs.
 *
 * The orderly stop itself is the runtime's: it interrupts the program at the first signal, and finalizers run.
 */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { threads } from "../search/SearchThreads.ts"

/** A second less than the ten that a stop may take, after which a container runtime would kill. */
const stopMax = "9 seconds"

/** Seconds after which a process that cannot end is killed. */
const hangMax = 1

/**
 * To be called before the process ends: Node waits without end for a thread of the search that hangs in the system or in
 * a long query, and nothing in the process runs meanwhile. Then a shell kills it.
 */
export const beforeExit = (): void => {
  if (threads() === 0) return
  spawn("sh", ["-c", `sleep ${hangMax}; kill -9 ${process.pid}`], { detached: true, stdio: "ignore" })
    .on("error", () => undefined)
    .unref()
}

const give = (up: string) =>
  Effect.sync(() => {
    process.stderr.write(`azure-security: ${up}\n`)
    beforeExit()
    process.exit(1)
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
