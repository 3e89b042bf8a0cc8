import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, FileSystem, Schedule } from "effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Checkpoint } from "../../src/checkpoints/Checkpoint.ts"
import type { Row } from "../../src/simulator/Row.ts"
import { isoTime } from "../../src/status/Report.ts"
import * as Json from "../support/Json.ts"
import { standIn } from "../support/Microsoft.ts"
import * as Process from "../support/Process.ts"
import { artifactsIn, settingsFile, tenantId } from "../support/RunFiles.ts"

/** Ends a process that parses a page or record with this word, as a fault of V8 or a lack of memory does. */
const deadly = "the-end-of-the-process"
const mortal = (env: Record<string, string>) => ({
  ...env,
  NODE_OPTIONS: `--import=data:text/javascript,${
    encodeURIComponent(
      `const parse = JSON.parse; JSON.parse = (text, ...rest) => text.includes("${deadly}") ? process.kill(process.pid, "SIGKILL") : parse(text, ...rest)`
    )
  }`
})

const minute = 60_000
const settled = {
  lookback_hours: 48,
  endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
}

/** Alerts of the last hours, the oldest first. */
const rowsOf = (now: number, rows: ReadonlyArray<Row>, ages: ReadonlyArray<number>, deadlyAge: number) =>
  ages.map((age, n) => {
    const at = isoTime(now - age * minute)
    return {
      ...rows[n]!,
      evidence: [],
      lastUpdateDateTime: at,
      description: age === deadlyAge ? deadly : "harmless"
    } as Row
  })

const stateOf = Effect.fnUntraced(function*(directory: string, end: string) {
  const fs = yield* FileSystem.FileSystem
  const names = yield* fs.readDirectory(`${directory}/checkpoints`)
  const path = `${directory}/checkpoints/${names.find((name) => name.endsWith(end))}`
  return { path, value: Json.parse(yield* fs.readFileString(path)) as Checkpoint }
})

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

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
          const { live } = Json.parse(yield* fs.readFileString(`${directory}/checkpoints/${name}`)) as {
            readonly live: { readonly isRead: boolean; readonly record: string | null } | null
          }
          return live ?? undefined
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
        assert.deepInclude(first, { isRead: true, record: null })
        const second = yield* endedOn((found) => found !== undefined && found.record !== null)
        assert.isNotNull(second!.record)

        const last = yield* Process.start(args, env)
        assert.strictEqual(yield* last.exit, 0, last.stderr())
        const published = last.stdout().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
        assert.deepStrictEqual(published.map(({ message }) => JSON.parse(message).id), [rows[0]!["id"], rows[2]!["id"]])
        const letter = last.stderr().split("\n").find((line) => line.includes("\"ended_the_process\""))
        assert.deepInclude(Json.parse<object>(letter!), {
          reason: "ended_the_process",
          path: "$.value[1]",
          record: stuck
        })

        const again = yield* Process.start(args, env)
        assert.strictEqual(yield* again.exit, 0, again.stderr())
        assert.strictEqual(again.stdout(), "")
        assert.notInclude(again.stderr(), "ended_the_process")
      }), 60_000)
  }
)

it.layer(NodeServices.layer, { excludeTestServices: true })("a row that cannot be read", (it) => {
  const ages = [90, 80, 70, 60, 50, 40]
  const published = Effect.fnUntraced(function*(directory: string) {
    return (yield* artifactsIn(directory)).map(({ message }) => (JSON.parse(message) as { id: string }).id)
  })

  it.effect(
    "ends three processes, and is left out as a gap by the fourth, which reads all others",
    () =>
      Effect.gen(function*() {
        const { env, simulator } = yield* standIn({ alerts: 6, incidents: 0, legacyAlerts: 0 })
        const rows = rowsOf(yield* Clock.currentTimeMillis, yield* simulator.rows(tenantId, "alerts_v2"), ages, 60)
        yield* simulator.setRows(tenantId, "alerts_v2", rows)
        const { directory, file } = yield* settingsFile(settled, { search: { enabled: false } })
        const args = ["run", "--once", "--no-listen", "--config", file]
        const exits: Array<number | string> = []
        for (let n = 0; n < 5; n++) exits.push(yield* (yield* Process.start(args, mortal(env))).exit)
        assert.deepStrictEqual(exits, ["SIGKILL", "SIGKILL", "SIGKILL", 0, 0])
        assert.deepStrictEqual(yield* published(directory), rows.filter((_, n) => n !== 3).map(({ id }) => id))
        const { value } = yield* stateOf(directory, ".checkpoint.json")
        assert.deepStrictEqual(value.gaps.map(({ code }) => code), ["ended_the_process"])
        const [{ from, to }] = value.gaps as [Checkpoint["gaps"][number]]
        const cut = (time: unknown) => String(time).slice(0, 23)
        assert.deepStrictEqual([cut(from), cut(to)], [2, 4].map((n) => cut(rows[n]!["lastUpdateDateTime"])))
      }),
    60_000
  )

  it.effect(
    "in a gap that is tried again ends two processes, an hour apart, and is not tried a third time",
    () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { env, simulator } = yield* standIn({ alerts: 6, incidents: 0, legacyAlerts: 0 })
        const all = yield* simulator.rows(tenantId, "alerts_v2")
        const now = yield* Clock.currentTimeMillis
        yield* simulator.setRows(tenantId, "alerts_v2", rowsOf(now, all, [40], 0))
        const { directory, file } = yield* settingsFile(settled, { search: { enabled: false } })
        yield* (yield* Process.start(["run", "--once", "--no-listen", "--config", file], env)).exit

        const ago = (minutes: number) => isoTime(now - minutes * minute).replace("Z", "000000Z")
        const gap = { from: ago(301), to: ago(299), code: "service_unavailable", foundAt: now }
        yield* simulator.setRows(tenantId, "alerts_v2", rowsOf(now, all, [300, 40], 300))
        /** Makes the gap due, as an hour does. */
        const hourPasses = Effect.gen(function*() {
          const { path, value } = yield* stateOf(directory, ".checkpoint.json")
          const gaps = value.gaps.length === 0 ? [gap] : value.gaps
          yield* fs.writeFileString(
            path,
            Json.text({ ...value, sum: undefined, gaps: gaps.map((one) => ({ ...one, triedAt: 0 })) })
          )
        })
        const args = ["run", "--no-listen", "--config", file]
        for (let n = 0; n < 2; n++) {
          yield* hourPasses
          const ended = yield* Process.start(args, mortal(env))
          assert.strictEqual(yield* ended.exit, "SIGKILL", ended.stderr())
          const { value } = yield* stateOf(directory, ".checkpoint.json")
          assert.isAbove(value.gaps[0]!.triedAt, 0, "it is not due at the next start")
        }
        yield* hourPasses
        const last = yield* Process.start(args, mortal(env))
        const success = Effect.map(stateOf(directory, ".checkpoint.json"), ({ value }) => value)
        const before = (yield* success).lastSuccessAt
        const value = yield* success.pipe(Effect.repeat({
          until: ({ lastSuccessAt }) => lastSuccessAt !== before,
          schedule: Schedule.spaced("50 millis")
        }))
        assert.deepStrictEqual(value.gaps.map(({ code }) => code), ["ended_the_process"])
        yield* Effect.sleep("1 second")
        last.child.kill("SIGTERM")
        assert.strictEqual(yield* last.exit, 0, last.stderr())
        assert.include(last.stdout(), "collect it with backfill")
      }),
    60_000
  )
})
