/** Runs the real program as a process, and kills it with signals. */
import { Effect, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { env as environment } from "node:process"
import { fileURLToPath } from "node:url"

export interface Running {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Exit code, or the signal's name. */
  readonly exit: Effect.Effect<number | string>
  /** Waits until standard output matches the pattern, and returns the match. */
  readonly says: (pattern: RegExp) => Effect.Effect<string>
}

/** Shared compile cache: compiling takes a fifth of a start. */
const compileCache = join(tmpdir(), "azure-security-test-compile-cache")

/** Starts a command. A process still running when the scope ends is killed. */
export const launch = (
  [command, ...words]: readonly [string, ...ReadonlyArray<string>],
  env: Record<string, string> = {},
  cwd?: string
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(command, words, {
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: process.env["HOME"] ?? "",
          NODE_COMPILE_CACHE: compileCache,
          ...env
        },
        ...(cwd === undefined ? {} : { cwd }),
        stdio: ["ignore", "pipe", "pipe"]
      })
      let stdout = ""
      let stderr = ""
      const listeners = new Set<() => void>()
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text
        listeners.forEach((listener) => listener())
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
      const running: Running = {
        child,
        stdout: () => stdout,
        stderr: () => stderr,
        exit: Effect.callback((resume) => {
          const done = (code: number | null, signal: string | null) => resume(Effect.succeed(code ?? signal ?? "?"))
          if (child.exitCode !== null || child.signalCode !== null) done(child.exitCode, child.signalCode)
          else child.once("close", done)
        }),
        says: (pattern) =>
          Effect.callback((resume) => {
            const look = () => {
              const match = pattern.exec(stdout)
              if (match === null) return
              listeners.delete(look)
              resume(Effect.succeed(match[0]))
            }
            listeners.add(look)
            look()
          })
      }
      return running
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** Starts the program, or the bundle that the environment names. */
export const start = (
  args: ReadonlyArray<string>,
  env: Record<string, string> = {},
  cwd?: string,
  /** A command that runs the program, for example with a limit. */
  under: ReadonlyArray<string> = []
): Effect.Effect<Running, never, Scope.Scope> => {
  const program = environment["AZURE_SECURITY_TEST_BUNDLE"] ??
    fileURLToPath(new URL("../../src/main.ts", import.meta.url))
  const [command, ...words] = [...under, process.execPath, program, ...args]
  return launch([command!, ...words], env, cwd)
}

/** Returns a port on 127.0.0.1 that nobody listens on at the moment. */
export const freePort = Effect.callback<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" ? address?.port ?? 0 : 0)))
  })
})
