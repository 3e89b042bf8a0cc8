import { assert, describe, it } from "@effect/vitest"
import { fields, term, withTerm } from "../../src/page/search/QueryText.ts"
import {
  fromAddress,
  fromLocalInput,
  rangeFault,
  times,
  toAddress,
  toLocalInput
} from "../../src/page/search/TimeRange.ts"

describe("a term", () => {
  it("names its field", () => {
    assert.strictEqual(term("amy@contoso.example", "user"), "user:amy@contoso.example")
    assert.strictEqual(term("CONTOSO\\kavya", "user"), "user:CONTOSO\\kavya")
    assert.strictEqual(term("fe80::1", "src_ip"), "src_ip:fe80::1")
    assert.deepStrictEqual(fields.map(({ name }) => name), [
      "src_ip",
      "dst_ip",
      "hostname",
      "user",
      "severity",
      "stream"
    ])
  })

  it("has quotes around blanks", () => {
    assert.strictEqual(term("Amy Alberts", "user"), "user:\"Amy Alberts\"")
    assert.strictEqual(term("Password Spray"), "\"Password Spray\"")
  })

  it("quotes a text that would be a field or an operator", () => {
    assert.strictEqual(term("https://login.c0ntoso.example/x"), "\"https://login.c0ntoso.example/x\"")
    assert.strictEqual(term("OR"), "\"OR\"")
  })

  it("contains no quotes, line breaks or invisible characters", () => {
    assert.strictEqual(term("say \"hi\"\r\nto\u0000me"), "\"say hi to me\"")
    assert.strictEqual(term("invoice_\u202Efdp\u200B.exe"), "invoice_fdp.exe")
  })

  it("is cut when it is too long, with a star for the rest", () => {
    assert.strictEqual(term("A".repeat(10_000)), `${"A".repeat(200)}*`)
    assert.strictEqual(term("b ".repeat(10_000)).length, 202)
    assert.isTrue(term(`${"a".repeat(199)}\u{1F600}${"b".repeat(99)}`).isWellFormed())
  })

  it("is empty when there is nothing to search for", () => {
    for (const value of ["", "  ", "–", "\"\"", "\u202E"]) assert.strictEqual(term(value, "user"), "")
  })

  it("is free text when its field does not accept the value", () => {
    assert.strictEqual(term("<img src=x>", "severity"), "\"<img src=x>\"")
    assert.strictEqual(term("HIGH", "severity"), "severity:HIGH")
    assert.strictEqual(term("10.0.0.0/8", "dst_ip"), "10.0.0.0/8")
  })

  it("is added to a query only once", () => {
    assert.strictEqual(withTerm("", "user:amy"), "user:amy")
    assert.strictEqual(withTerm(" severity:high ", "user:amy"), "severity:high user:amy")
    assert.strictEqual(withTerm("user:amy severity:high", "user:amy"), "user:amy severity:high")
    assert.strictEqual(withTerm("user:amy", "user:am"), "user:amy user:am")
    assert.strictEqual(withTerm("user:amy", ""), "user:amy")
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

  it("is entered in local time", () => {
    const iso = "2026-07-01T12:34:56.000Z"
    assert.strictEqual(fromLocalInput(toLocalInput(iso)), iso)
    assert.strictEqual(fromLocalInput(""), "")
    assert.strictEqual(toLocalInput("no time"), "")
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
