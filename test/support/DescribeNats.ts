/** Runs tests against a real broker, where one is installed. */
import { describe, it } from "@effect/vitest"
import { env } from "node:process"
import { binary } from "./NatsServer.ts"

const isRequired = ["CI", "REQUIRE_NATS"].some((name) => (env[name] ?? "") !== "")
const missing = "nats-server not found; install the package nats-server, or name it in NATS_SERVER_BIN"

const testsIn = (tasks: ReadonlyArray<object>): number =>
  tasks.reduce<number>((sum, task) => sum + ("tasks" in task ? testsIn(task.tasks as Array<object>) : 1), 0)

/**
 * Runs tests against a real broker. Without the broker's program they are skipped, with the reason and their number;
 * with `CI` or `REQUIRE_NATS` in the environment they fail instead.
 */
export const describeNats = (name: string, tests: () => void): void => {
  if (binary !== undefined) {
    describe(name, tests)
  } else if (isRequired) {
    it(`${name} has a broker to run against`, () => {
      throw new Error(missing)
    })
  } else {
    const collected = describe.skip(`${name} (${missing})`, () => {
      tests()
      // Collected last, when the number of tests is known.
      describe.skip("count", () => {
        it("is printed", () => {})
        process.stderr.write(`${name}: ${testsIn(collected.tasks) - 1} tests skipped: ${missing}\n`)
      })
    })
  }
}
