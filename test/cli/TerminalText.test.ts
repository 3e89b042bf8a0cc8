import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { eachLine, escapedJson, oneLine, styled } from "../../src/cli/TerminalText.ts"

/** Everything that may control a terminal, or the order in which a text is shown. */
const controls = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
  0x61c,
  0x200e,
  0x200f,
  0x2028,
  0x2029,
  ...Array.from({ length: 5 }, (_, code) => 0x202a + code),
  ...Array.from({ length: 10 }, (_, code) => 0x2066 + code)
].map((code) => String.fromCharCode(code))

const isHarmless = (text: string) => controls.every((control) => !text.includes(control))

describe("text for terminals", () => {
  it("has no control of a terminal's or of the direction of writing", () => {
    for (const control of controls) {
      assert.isTrue(isHarmless(oneLine(`a${control}b`)), JSON.stringify(control))
      assert.isTrue(isHarmless(eachLine(`a${control}b`).replaceAll("\n", "")), JSON.stringify(control))
      assert.isTrue(isHarmless(styled(`a${control}b`).replaceAll("\n", "")), JSON.stringify(control))
    }
    assert.strictEqual(oneLine("a\u001b[2J\r\nb\u009b31m\u202egnp.exe"), "a [2J b 31mgnp.exe")
    assert.strictEqual(oneLine("Zoë, עברית, 日本, 🙂 👩‍👩‍👧"), "Zoë, עברית, 日本, 🙂 👩‍👩‍👧", "and every other letter stays")
  })

  it("keeps line ends of the layout, and the colours of the program, but no other sequence", () => {
    assert.strictEqual(eachLine("a\r\n\tb\n"), "a\n b\n")
    assert.strictEqual(styled("\u001b[91mhigh\u001b[0m\n"), "\u001b[91mhigh\u001b[0m\n")
    assert.strictEqual(styled("\u001b[2J\u001b]0;x\u0007"), " [2J ]0;x ")
  })

  it.prop("is JSON of the same value when it was JSON", [Schema.String], ([any]) => {
    for (const control of controls) {
      const value = { [`${control}${any}`]: [`${any}${control}`, control] }
      const printed = escapedJson(JSON.stringify(value, undefined, 2))
      assert.isTrue(isHarmless(printed.replaceAll("\n", "")), JSON.stringify(control))
      assert.deepStrictEqual(JSON.parse(printed), value)
    }
  })
})
