import { assert, describe, it } from "@effect/vitest"
import { Cause, Exit, Option } from "effect"
import { KeySet } from "../../src/checkpoints/KeySet.ts"
import { endOf } from "../../src/polling/PageEnd.ts"
import type { Brought } from "../../src/publishing/Mapping.ts"
import { PageLost } from "../../src/publishing/Page.ts"

const letter = { instance: "i", endpoint: "e", reason: "no_id", path: "$", occurred_at: "", record: 1 }
const brought: Brought = {
  keys: new KeySet(),
  artifacts: 5,
  deadLetters: [letter, letter],
  fresh: 3,
  repeated: 4,
  heldBack: 1,
  drift: [],
  updatedAt: [],
  late: []
}
const nothing = { records: 0, artifacts: 0, repeated: 0, heldBack: 0, deadLetters: 0 }

describe("a page ends", () => {
  it("committed with what it brought", () => {
    assert.deepStrictEqual(endOf(Exit.succeed(Option.some(brought))), {
      outcome: "committed",
      tally: { records: 3, artifacts: 5, repeated: 4, heldBack: 1, deadLetters: 2 },
      fault: undefined
    })
  })

  it("dropped where its scope was closed before it was published", () => {
    for (const exit of [Exit.succeed(Option.none()), Exit.void, Exit.interrupt(), Exit.fail("no")]) {
      assert.deepStrictEqual(endOf(exit), { outcome: "dropped", tally: nothing, fault: undefined })
    }
  })

  it("lost where another process publishes the endpoint", () => {
    assert.deepStrictEqual(endOf(Exit.fail(new PageLost())), { outcome: "lost", tally: nothing, fault: undefined })
    assert.strictEqual(endOf(Exit.die(new PageLost())).outcome, "dropped")
  })

  it("with the fault that ends its endpoint's run", () => {
    const { fault, outcome } = endOf(Exit.die("a case nobody thought of"))
    assert.strictEqual(outcome, "dropped")
    assert.strictEqual(Cause.squash(fault!), "a case nobody thought of")
  })
})
