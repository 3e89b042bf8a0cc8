/**
 * Kills the real program at each of its operations, and once more in the recovery. It takes half an hour, so that it
 * is run once a day and not with the tests, which try a few of them.
 *
 * `npm run kills -- [--drain run|backfill|conductor] [--stride N]`: `--stride` tries each N-th operation only.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { parseArgs } from "node:util"
import { pairsOf } from "../support/Kills.ts"
import { drains, tryDeaths } from "./Kills.ts"

const { values: { drain: only, stride } } = parseArgs({
  options: { drain: { type: "string" }, stride: { type: "string", default: "1" } }
})

const say = (line: string) => void process.stdout.write(`${line}\n`)

Effect.forEach(
  drains.filter((drain) => only === undefined || drain === only),
  (drain) =>
    Effect.map(tryDeaths(drain, (deaths) => pairsOf(deaths).filter((_, n) => n % Number(stride) === 0), say), (count) =>
      say(`${drain}: ${count} pairs of kills; nothing lost`))
).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
