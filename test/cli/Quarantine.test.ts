import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schedule } from "effect"
import { spawn } from "node:child_process"
import type { Row } from "../../src/simulator/Row.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { settingsFile, tenantId } from "../support/RunFiles.ts"

const main = new URL("../../src/main.ts", import.meta.url).pathname

it.layer(NodeServices.layer, { excludeTestServices: true })(
  "a record on which one process ends after the other",
  (it) => {
    it.effect("becomes a dead letter, and those behind it are published", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { env, simulator } = yield* standIn({ alerts: 3, incidents: 0, legacyAlerts: 0 })
        const rows = (yield* simulator.rows(tenantId, "alerts_v2")).map((row) => ({ ...row, evidence: [] }) as Row)
        // Standard output takes no more while nobody reads it: the process stands still with this record in hand.
        const stuck = { ...rows[1]!, description: "x".repeat(400_000) }
        yield* simulator.setRows(tenantId, "alerts_v2", [rows[0]!, stuck, rows[2]!])
        const { directory, file } = yield* settingsFile({
          lookback_hours: 48,
          endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
        }, { sink: { type: "stdout" }, search: { enabled: false } })
        const args = ["run", "--once", "--no-listen", "--config", file]

        const inHand = Effect.gen(function*() {
          const names = yield* Effect.orElseSucceed(fs.readDirectory(`${directory}/checkpoints`), () => [])
          const name = names.find((name) => name.endsWith(".in-hand.json"))
          if (name === undefined) return undefined
          return JSON.parse(yield* fs.readFileString(`${directory}/checkpoints/${name}`)) as {
            readonly record: string | null
            readonly suspect: string | null
          }
        }).pipe(Effect.orElseSucceed(() => undefined))

        /** Starts a process whose output nobody reads, and kills it once it stands still. */
        const endedOn = (is: (found: Effect.Success<typeof inHand>) => boolean) =>
          Effect.gen(function*() {
            const child = spawn(process.execPath, [main, ...args], {
              env: { ...process.env, ...env },
              stdio: ["ignore", "pipe", "ignore"]
            })
            yield* inHand.pipe(Effect.repeat({ until: is, schedule: Schedule.spaced("20 millis") }))
            // Longer than a record takes that is not stuck.
            yield* Effect.sleep("300 millis")
            const found = yield* inHand
            yield* Effect.callback<void>((resume) => {
              child.once("exit", () => resume(Effect.void))
              child.kill("SIGKILL")
            })
            return found
          })

        const first = yield* endedOn((found) => found !== undefined)
        assert.isNull(first!.record)
        const second = yield* endedOn((found) => found?.record !== null)
        const third = yield* endedOn((found) => found?.suspect !== null && found?.record === second!.record)
        assert.strictEqual(third!.record, second!.record)
        assert.isNotNull(third!.record)

        const last = yield* Process.start(args, env)
        assert.strictEqual(yield* last.exit, 0, last.stderr())
        const published = last.stdout().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
        assert.deepStrictEqual(published.map(({ message }) => JSON.parse(message).id), [rows[0]!["id"], rows[2]!["id"]])
        const letter = last.stderr().split("\n").find((line) => line.includes("\"ended_the_process\""))
        assert.deepInclude(JSON.parse(letter!), { reason: "ended_the_process", path: "$.value[1]", record: stuck })

        const again = yield* Process.start(args, env)
        assert.strictEqual(yield* again.exit, 0, again.stderr())
        assert.strictEqual(again.stdout(), "")
        assert.notInclude(again.stderr(), "ended_the_process")
      }), 60_000)
  }
)
