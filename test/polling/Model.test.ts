/** The connector against the reference model: stories of everything that happens to it, in any order. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { checkOptions, Story } from "../support/ModelCommands.ts"
import { run } from "../support/ModelConnector.ts"

describe("the connector", () => {
  it.effect.prop(
    "loses nothing, repeats nothing, keeps its lease, its cooldowns and its order, whatever happens in whatever order",
    [Story],
    ([story]) => Effect.map(run(story), (broken) => assert.strictEqual(broken.join("\n"), "")),
    { arbitrary: checkOptions(300) }
  )
})
