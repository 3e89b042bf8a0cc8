import { assert, describe, it } from "@effect/vitest"
import { chosen, columns, initialNames } from "../../src/page/search/Columns.ts"
import { fitted, keepWidth, keptWidths } from "../../src/page/search/ColumnWidths.ts"

const sum = (widths: Readonly<Record<string, number>>) => Object.values(widths).reduce((all, one) => all + one, 0)
const names = (of: ReadonlyArray<{ readonly name: string }>) => of.map(({ name }) => name)

describe("the columns", () => {
  it("use the width there is, and leave out those that do not fit before what a row is about", () => {
    const all = chosen(initialNames)
    for (const width of [500, 700, 920, 1240, 1900]) {
      const { columns: shown, left, widths } = fitted(all, width, {})
      assert.isAtMost(sum(widths), width)
      assert.isAbove(sum(widths), width - shown.length - 1, `${width}`)
      assert.sameMembers([...names(shown), ...names(left)], names(all))
      if (width >= 600) assert.includeMembers(names(shown), ["time", "title", "indicator"])
    }
    assert.deepStrictEqual(names(fitted(all, 1900, {}).left), [])
    // A wide title counts for more than the last of the columns.
    const { left, widths: some } = fitted(all, 1500, {})
    assert.deepStrictEqual(names(left), ["dst_ip"])
    assert.isAtLeast(some["title"]! + some["indicator"]! + some["user"]!, 530 + 230)
    const { widths } = fitted(all, 1900, {})
    assert.strictEqual(Math.max(...Object.values(widths)), widths["indicator"])
  })

  it("have the width that a person chose, and show at least one", () => {
    const all = chosen(["time", "title", "user"])
    const { widths } = fitted(all, 1000, { title: 500 })
    assert.deepStrictEqual([widths["time"], widths["title"], widths["user"]], [176, 500, 324])
    assert.deepStrictEqual(names(fitted(all, 1000, { time: 1200 }).columns), ["time"])
    assert.deepStrictEqual(names(fitted(columns, 10, {}).columns), ["time"])
  })

  it("keep their widths in the browser, whatever was stored there", () => {
    let stored: string | null = null
    const storage = {
      getItem: () => stored,
      setItem: (_: string, text: string) => {
        stored = text
      }
    }
    const kept = keepWidth(storage, keepWidth(storage, {}, "title", 300.4), "time", 5)
    assert.deepStrictEqual(keptWidths(storage), { title: 300, time: 60 })
    assert.deepStrictEqual(keepWidth(storage, kept, "time", undefined), { title: 300 })
    for (const odd of ["null", "[]", "{\"title\":\"x\"}", "no JSON"]) {
      stored = odd
      assert.deepStrictEqual(keptWidths(storage), {})
    }
    const forbidden = {
      getItem: () => null,
      setItem: () => {
        throw new Error("forbidden")
      }
    }
    assert.deepStrictEqual(keepWidth(forbidden, {}, "time", 200), { time: 200 })
  })
})
