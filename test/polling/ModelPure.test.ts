/** The decisions of a poller against the reference model: thousands of stories, without an effect. */
import { assert, describe, it } from "@effect/vitest"
import { checkOptions, Story } from "../support/ModelCommands.ts"
import { run } from "../support/ModelPure.ts"

describe("the decisions of a poller", () => {
  it.prop(
    "publish every row once and never move the mark past one that was not, whatever happens in whatever order",
    [Story],
    ([story]) => assert.strictEqual(run(story).join("\n"), ""),
    { arbitrary: checkOptions(4000) }
  )
})
