import { assert, describe, it } from "@effect/vitest"
import { notes, refusedBy, whole, without } from "../../src/graph/QueryShape.ts"

const query = new URLSearchParams({
  $filter: "lastUpdateDateTime ge 2026-11-20T11:45:00.1234567Z",
  $orderby: "lastUpdateDateTime asc",
  $top: "1000"
})

describe("a refused part of a query", () => {
  for (
    const [message, refused] of [
      [
        "The query specified in the URI is not valid. The limit of '50' for Top query has been exceeded. The value from the incoming request is '1000'.",
        { part: "top", limit: 50 }
      ],
      ["Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.", { part: "top", limit: 999 }],
      ["$top is too large.", { part: "top" }],
      ["The query option '$orderby' is not supported.", { part: "orderby" }],
      ["Sorting by OrderBy is disabled for lastUpdateDateTime.", { part: "orderby" }],
      ["The Prefer header 'include-unknown-enum-members' is not supported.", { part: "prefer" }],
      ["Invalid filter clause: the DateTimeOffset literal '2026-11-20T11:45:00.1234567Z' cannot be parsed.", {
        part: "fraction"
      }],
      ["The filter must not be older than 30 days.", { part: "age", limit: 30 }],
      ["lastUpdateDateTime 2026-11-20T11:45:00.1234567Z is earlier than 2026-11-20T11:50:00Z, the oldest kept.", {
        part: "age",
        notBefore: "2026-11-20T11:50:00Z"
      }],
      ["Something else is wrong.", undefined]
    ] as const
  ) {
    it(`is ${refused?.part ?? "none"}: ${message.slice(0, 60)}`, () => {
      assert.deepStrictEqual(refusedBy(message, query), refused)
    })
  }

  it("is the properties that Graph does not have, never the id", () => {
    const list = new URLSearchParams({ $select: "id,displayName,isRooted,model", $top: "999" })
    for (
      const [message, names] of [
        ["Could not find a property named 'isRooted' on type 'microsoft.graph.device'.", ["isRooted"]],
        ["Unsupported column: model", ["model"]],
        ["Invalid $select properties: isRooted, model.", ["isRooted", "model"]],
        ["Could not find a property named 'id' on type 'microsoft.graph.device'.", undefined],
        ["The model is not ready.", undefined]
      ] as const
    ) {
      assert.deepStrictEqual(refusedBy(message, list), names === undefined ? undefined : { part: "select", names })
    }
    const without1 = without(whole, { part: "select", names: ["model"] }, 1)!
    assert.deepStrictEqual(without1.dropped, ["model"])
    assert.isUndefined(without(without1, { part: "select", names: ["model"] }, 1))
    assert.deepStrictEqual(notes(without1), ["all but model, which Graph does not have here"])
  })

  it("is none of what was not asked for", () => {
    const bare = new URLSearchParams({ $top: "1" })
    for (const message of ["$top is too large", "no $orderby here", "older than 30 days", "bad DateTime literal"]) {
      assert.isUndefined(refusedBy(message, bare), message)
    }
  })

  it("is left out, as far as there is less to ask for", () => {
    assert.strictEqual(without(whole, { part: "top", limit: 50 }, 1000)?.rowsMax, 50)
    assert.strictEqual(without(whole, { part: "top", limit: 5000 }, 1000)?.rowsMax, 500)
    assert.strictEqual(without(whole, { part: "top" }, 3)?.rowsMax, 1)
    assert.isUndefined(without(whole, { part: "top" }, 1))
    const three = without(whole, { part: "fraction" }, 1)!
    const none = without(three, { part: "fraction" }, 1)!
    assert.deepStrictEqual([three.digits, none.digits], [3, 0])
    assert.isUndefined(without(none, { part: "fraction" }, 1))
    const bare = without(without(none, { part: "orderby" }, 1)!, { part: "prefer" }, 1)!
    assert.isUndefined(without(bare, { part: "orderby" }, 1))
    assert.isUndefined(without(bare, { part: "prefer" }, 1))
    assert.strictEqual(notes(bare).length, 3)
    assert.deepStrictEqual(notes(whole), [])
  })
})
