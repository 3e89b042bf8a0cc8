import { assert, describe, it } from "@effect/vitest"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { identify } from "../../src/publishing/Records.ts"

const at = "2026-11-20T12:00:00Z"
const identified = (...values: ReadonlyArray<unknown>) =>
  identify({ cursor: "lastUpdateDateTime" }, { at: 0, records: values.map((value) => ofValue(value)) })

describe("the records of a page", () => {
  it("have an id, and a cursor in its normal form, in Graph's order", () => {
    const { records, unidentified } = identified({ id: "b", lastUpdateDateTime: at }, {
      id: "a",
      lastUpdateDateTime: at
    })
    assert.deepStrictEqual(records.map(({ cursor, id }) => [id, cursor]), [["b", "2026-11-20T12:00:00.000000000Z"], [
      "a",
      "2026-11-20T12:00:00.000000000Z"
    ]])
    assert.deepStrictEqual(unidentified, [])
  })

  it("that cannot be told apart or put in order say why, and where", () => {
    const { records, unidentified } = identified(
      5,
      { lastUpdateDateTime: at },
      { id: "", lastUpdateDateTime: at },
      { id: 7, lastUpdateDateTime: at },
      { id: "a" },
      { id: "a", lastUpdateDateTime: "yesterday" },
      { id: "a", lastUpdateDateTime: 7 },
      { id: "last", lastUpdateDateTime: at }
    )
    assert.deepStrictEqual(records.map(({ id }) => id), ["last"])
    assert.deepStrictEqual(unidentified.map(({ path, reason }) => `${reason} ${path}`), [
      "not_an_object $.value[0]",
      "no_id $.value[1].id",
      "no_id $.value[2].id",
      "no_id $.value[3].id",
      "no_cursor $.value[4].lastUpdateDateTime",
      "no_cursor $.value[5].lastUpdateDateTime",
      "no_cursor $.value[6].lastUpdateDateTime"
    ])
    assert.strictEqual(unidentified[0]?.sent.isObject, false)
  })
})
