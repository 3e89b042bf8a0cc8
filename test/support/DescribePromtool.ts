/** Runs tests with Prometheus' own tool, where it is installed. */
import { describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { env } from "node:process"

const promtool = env["PROMTOOL_BIN"] ?? "promtool"
const isThere = spawnSync(promtool, ["--version"]).status === 0
const missing = "promtool not found; install the package prometheus, or name it in PROMTOOL_BIN"

/**
 * Runs tests with promtool. Without it they are skipped, with the reason; with `REQUIRE_PROMTOOL` in the environment they
 * fail instead.
 */
export const describePromtool = (name: string, tests: () => void): void => {
  if (isThere) describe(name, tests)
  else if ((env["REQUIRE_PROMTOOL"] ?? "") !== "") {
    it(`${name} has promtool`, () => {
      throw new Error(missing)
    })
  } else {
    process.stderr.write(`${name}: tests skipped: ${missing}\n`)
    describe.skip(`${name} (${missing})`, tests)
  }
}

/** Runs promtool; returns whether it succeeded, and all that it said. */
export const run = (args: ReadonlyArray<string>): { readonly isWell: boolean; readonly said: string } => {
  const { status, stderr, stdout } = spawnSync(promtool, args, { encoding: "utf8" })
  return { isWell: status === 0, said: `${stdout}${stderr}` }
}
