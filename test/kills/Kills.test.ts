/** Kills the real program at a few of its operations; `npm run kills` tries all of them. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { describeNats } from "../support/DescribeNats.ts"
import type { Death } from "../support/Mortal.ts"
import { type drains, tryDeaths } from "./Kills.ts"

/** A death while a page is in hand, and one in the middle of its recovery. */
const few = (deaths: ReadonlyArray<Death>): ReadonlyArray<readonly [Death, Death]> => {
  const [early, late] = [0.4, 0.7].map((part) => deaths[Math.floor(deaths.length * part)]!) as [Death, Death]
  return [[late, early]]
}

const tried = (drain: typeof drains[number]) =>
  Effect.gen(function*() {
    const killed: Array<string> = []
    yield* tryDeaths(drain, few, (line) => killed.push(/(\d) killed/.exec(line)![1]!))
    assert.strictEqual(killed[0], "0")
    assert.isAtLeast(killed.slice(1).filter((count) => Number(count) > 0).length, 1)
  })

it.layer(NodeServices.layer, { excludeTestServices: true })("kills of the real program into files", (it) => {
  it.effect.each(["run", "backfill"] as const)("%s: lose nothing and repeat only the page in hand", tried)
})

describeNats("kills of the real program in Conductor", () => {
  it.layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("lose nothing and repeat nothing", () => tried("conductor"))
  })
})
