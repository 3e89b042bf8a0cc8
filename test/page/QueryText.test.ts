import { assert, describe, it } from "@effect/vitest"
import { typedAt } from "../../src/page/search/Completing.ts"
import { contrary, fields, tagTerm, term, withTerm } from "../../src/page/search/QueryText.ts"
import { fromAddress, fromInput, rangeFault, times, toAddress, toInput } from "../../src/page/search/TimeRange.ts"

describe("a term", () => {
  it("names its field, and has quotes around what is no single word", () => {
    const cases: ReadonlyArray<readonly [string, string, string]> = [
      ["userName", "amy@contoso.example", "userName:amy@contoso.example"],
      ["userName", "CONTOSO\\kavya", "userName:CONTOSO\\kavya"],
      ["clientIP", "fe80::1", "clientIP:fe80::1"],
      ["ruleName", "Password Spray", "ruleName:\"Password Spray\""],
      ["uri", "https://login.c0ntoso.example/x?u=a", "uri:\"https://login.c0ntoso.example/x?u=a\""],
      ["filePath", "C:\\Users\\(x)", "filePath:\"C:\\\\Users\\\\(x)\""],
      ["filePath", "//share/x", "filePath:\"//share/x\""],
      ["ruleName", "say \"hi\"", "ruleName:\"say \\\"hi\\\"\""],
      ["ruleName", "a*", "ruleName:\"a*\""],
      ["ruleName", ">5", "ruleName:\">5\""],
      ["ruleName", "–", "ruleName:\"–\""],
      ["ruleName", "line\r\nbreak\u0000", "ruleName:\"line break\""],
      ["fileName", "invoice_\u202Efdp\u200B.exe", "fileName:invoice_fdp.exe"],
      ["ruleName", "  ", ""],
      ["ruleName", "\u202E", ""]
    ]
    for (const [field, value, expected] of cases) assert.strictEqual(term(field, value), expected)
    assert.deepStrictEqual(fields.map(({ name }) => name), [
      "src_ip",
      "dst_ip",
      "hostname",
      "user",
      "severity",
      "stream"
    ])
  })

  it("is cut when it is too long, with a star for the rest", () => {
    assert.strictEqual(term("x", "A".repeat(10_000)), `x:"${"A".repeat(200)}"*`)
    assert.isBelow(term("x", "b ".repeat(10_000)).length, 210)
    assert.isTrue(term("x", `${"a".repeat(199)}\u{1F600}${"b".repeat(99)}`).isWellFormed())
  })

  it("of a tag has the tag's name, unless that name stands for something else", () => {
    assert.strictEqual(tagTerm("verdict:malicious"), "verdict:malicious")
    assert.strictEqual(tagTerm("label:app=x y"), "label:\"app=x y\"")
    assert.strictEqual(tagTerm("severity:high"), "tags:severity:high")
    assert.strictEqual(tagTerm("service_denial"), "tags:service_denial")
    assert.strictEqual(tagTerm("odd name:x"), "tags:\"odd name:x\"")
  })

  it("is added to a query only once, and to all of its alternatives", () => {
    assert.strictEqual(withTerm("", "user:amy"), "user:amy")
    assert.strictEqual(withTerm(" severity:high ", "user:amy"), "severity:high user:amy")
    assert.strictEqual(withTerm("user:amy severity:high", "user:amy"), "user:amy severity:high")
    assert.strictEqual(withTerm("user:amy", "user:am"), "user:amy user:am")
    assert.strictEqual(withTerm("user:amy", ""), "user:amy")
    assert.strictEqual(withTerm("a OR b", contrary("c:d")), "(a OR b) -c:d")
    assert.strictEqual(withTerm("a || b", "c:d"), "(a || b) c:d")
    assert.strictEqual(withTerm("(a or b) c", "d:e"), "(a or b) c d:e")
    assert.strictEqual(withTerm("\"a or b\"", "c:d"), "\"a or b\" c:d")
  })
})

describe("what is typed", () => {
  const of = (text: string) => {
    const typed = typedAt(text, text.length)
    return typed === undefined ? undefined : [text.slice(typed.from), typed.field, typed.beginning]
  }

  it("is a field's name, or the beginning of its value", () => {
    assert.deepStrictEqual(of("us"), ["us", undefined, "us"])
    assert.deepStrictEqual(of("amy -us"), ["us", undefined, "us"])
    assert.deepStrictEqual(of("(user:am"), ["user:am", "user", "am"])
    assert.deepStrictEqual(of("user:"), ["user:", "user", ""])
    assert.deepStrictEqual(of("user:\"am"), ["user:\"am", "user", "am"])
    for (const text of ["", "amy ", "\"amy is", "user:amy "]) assert.isUndefined(of(text), text)
  })
})

describe("a time range", () => {
  const now = Date.parse("2026-11-25T16:00:00Z")

  it("ends a little after now, for clocks that are slow", () => {
    assert.deepStrictEqual(times({ last: "15m" }, now), {
      from: "2026-11-25T15:45:00.000Z",
      to: "2026-11-25T16:05:00.000Z"
    })
    assert.strictEqual(times({ last: "30d" }, now).from, "2026-10-26T16:00:00.000Z")
    const custom = { from: "2026-11-01T00:00:00.000Z", to: "2026-11-02T00:00:00.000Z" }
    assert.deepStrictEqual(times(custom, now), custom)
  })

  it("is written to the address, and read from it again", () => {
    for (
      const place of [{ query: "", range: { last: "24h" }, artifact: undefined }, {
        query: "user:\"Amy & Bert\" #1?",
        range: { last: "30d" },
        artifact: "a/b"
      }, {
        query: "x",
        range: { from: "2026-11-01T00:00:00.000Z", to: "2026-11-02T00:00:00.000Z" },
        artifact: undefined
      }] as const
    ) assert.deepStrictEqual(fromAddress(toAddress(place)), place)
    assert.strictEqual(toAddress({ query: "", range: { last: "24h" } }), "")
  })

  it("is the default when the address is invalid", () => {
    for (const search of ["?range=5y", "?from=yesterday&to=now", "?from=2026-11-01", ""]) {
      assert.deepStrictEqual(fromAddress(search), { query: "", range: { last: "24h" }, artifact: undefined })
    }
  })

  it("is entered on the page's clock", () => {
    const iso = "2026-07-01T12:34:56.000Z"
    assert.strictEqual(fromInput(toInput(iso)), iso)
    assert.strictEqual(fromInput(""), "")
    assert.strictEqual(toInput("no time"), "")
  })

  it("must begin before it ends", () => {
    const [early, late] = ["2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000Z"]
    assert.isUndefined(rangeFault({ from: early, to: late }))
    assert.isUndefined(rangeFault({ last: "1h" }))
    assert.include(rangeFault({ from: late, to: early }), "before")
    assert.include(rangeFault({ from: late, to: late }), "before")
    assert.include(rangeFault({ from: "", to: late }), "needed")
  })
})
