import { assert, describe, it } from "@effect/vitest"
import { csvHead, csvLine } from "../../src/search/Csv.ts"
import { Row } from "../../src/search/Search.ts"

const row: Row = {
  key: 1,
  id: "a",
  time: "2026-11-25T12:00:00Z",
  stream: "azure_security_alert",
  severity: "high",
  message_type: "phishing_email",
  title: "A title",
  action: "new"
}

const cells = (fields: Partial<Row>) => csvLine({ ...row, ...fields })

describe("Csv", () => {
  it("has a column for each field of a row, in its order", () => {
    assert.strictEqual(csvHead, `${Object.keys(Row.fields).join(",")}\r\n`)
    assert.strictEqual(csvLine(row).split(",").length, Object.keys(Row.fields).length)
    assert.match(csvLine(row), /^1,a,2026-11-25T12:00:00Z,azure_security_alert,high,phishing_email,A title,new,+\r\n$/)
  })

  it("quotes cells with separators, and doubles quotes", () => {
    assert.include(cells({ title: "one, two" }), ",\"one, two\",")
    assert.include(cells({ title: "say \"x\"" }), ",\"say \"\"x\"\"\",")
    assert.include(cells({ title: "one\ntwo" }), ",\"one\ntwo\",")
    assert.include(cells({ title: "one\r\ntwo" }), ",\"one\r\ntwo\",")
  })

  it("puts an apostrophe before what a spreadsheet would run as a formula", () => {
    for (const begin of ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫"]) {
      assert.include(cells({ title: `${begin}1+1` }), `,'${begin}1+1,`)
      // What nobody sees: NUL, soft hyphen, zero width, direction, byte order mark, variation selector, tag, Hangul filler.
      for (const unseen of "\0\x1b\x7f\u00ad\u180e\u200b\u200d\u202e\u2060\ufeff\ufe0f\u{e0041}\u3164") {
        assert.include(cells({ title: `${unseen}${begin}1` }), `,${unseen}'${begin}1,`)
        assert.include(cells({ title: `a; ${unseen}${unseen} ${begin}1` }), `'${begin}1,`)
      }
    }
    for (const begin of ["\t", "\r", "\n"]) {
      assert.include(cells({ title: `${begin}=1` }), `'${begin}'=1`)
      assert.include(cells({ title: `${begin}x` }), `'${begin}x`)
    }
    assert.include(cells({ title: "=HYPERLINK(\"x\",1)" }), ",\"'=HYPERLINK(\"\"x\"\",1)\",")
    assert.include(cells({ key: -1 }), "-1,a,")
  })

  it("puts one before every part that begins like a formula, whatever a reader takes for a separator", () => {
    for (const separator of [",", ";", "\t", "\n", "\r\n", ",;", ";  ", ";\""]) {
      for (const begin of ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "＝1", "＋1", "－1", "＠1"]) {
        const text = cells({ title: `one${separator}${begin}${separator}${begin}` })
        for (const reader of [/[,\r\n]/, /[;\r\n]/, /[\t\r\n]/]) {
          for (const part of text.split(reader)) {
            assert.notMatch(part, /^[\s"]*[=+\-@＝＋－＠]/, JSON.stringify([separator, begin, part]))
          }
        }
      }
    }
    for (const harmless of ["a-b", "a = b", "user@contoso.example", "1+1", "C:\\a;b, c", "2026-11-25T12:00:00Z"]) {
      assert.include(cells({ title: harmless }), harmless)
    }
  })
})
