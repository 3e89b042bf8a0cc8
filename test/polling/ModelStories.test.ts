/** Stories in which the model once found a fault, each told to the decisions alone and to the whole connector. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Command, World } from "../support/ModelCommands.ts"
import * as ModelConnector from "../support/ModelConnector.ts"
import * as ModelPure from "../support/ModelPure.ts"

const world: World = {
  order: "asc",
  paging: "skip",
  pageSize: 2,
  overlapMinutes: 0,
  lateRowHours: 0,
  legacy: false,
  ledgerMax: 10_000,
  rows: []
}

const pass = { _tag: "Advance", seconds: 1200 } as const
const twoDaysBack = { _tag: "SetBack", minutes: 2880 } as const

const stories: ReadonlyArray<readonly [name: string, world: World, commands: ReadonlyArray<Command>]> = [[
  "clock_set_back_in_a_wait: an endpoint whose clock is set back by days polls within one interval",
  world,
  [pass, { _tag: "Advance", seconds: 30 }, twoDaysBack]
], ["clock_set_back_in_a_cooldown: a cooldown ends although the clock is set back by days", world, [
  { _tag: "Fault", fault: "throttled", after: 0, times: 1 },
  { _tag: "Advance", seconds: 30 },
  twoDaysBack
]], ["clock_set_back_before_a_gap: a gap is tried again although the clock is set back by days", {
  ...world,
  rows: [4]
}, [{ _tag: "Poison", of: 0 }, pass, pass, pass, pass, twoDaysBack]], [
  "throttled_probe: a 429 to the question whether Graph answers at all begins a cooldown",
  world,
  [{ _tag: "Fault", fault: "unavailable", after: 0, times: 8 }, {
    _tag: "Fault",
    fault: "throttled",
    after: 0,
    times: 5
  }, pass]
], ["cooldown_beside_a_defect: a cooldown is saved although the page before it cannot be mapped", {
  ...world,
  order: "desc",
  paging: "skiptoken",
  rows: [0, 0, 0]
}, [{ _tag: "Defect", of: 0, times: 1 }, { _tag: "Fault", fault: "throttled_long", after: 1, times: 1 }, {
  _tag: "Advance",
  seconds: 30
}]], ["mark_before_a_narrowed_window: a server without order, whose first page is one instant, moves no mark", {
  ...world,
  order: "desc",
  rows: [6, 6, 7]
}, [{ _tag: "Poison", of: 2 }, pass]]]

describe("the model once found", () => {
  it.effect.each(stories)("%s", ([, world, commands]) =>
    Effect.gen(function*() {
      const story = { world, commands }
      assert.strictEqual(ModelPure.run(story).join("\n"), "")
      assert.strictEqual((yield* ModelConnector.run(story)).join("\n"), "")
    }))
})
