import { assert, describe, it } from "@effect/vitest"
import { clipped, defanged, harmless, sentence, titled, visible } from "../../src/page/Text.ts"

describe("Text", () => {
  it("writes out invisible characters, and those that reverse a line", () => {
    assert.strictEqual(visible("a\u202Egnp.exe\u0000\u200b"), "a⟨U+202E⟩gnp.exe⟨U+0000⟩⟨U+200B⟩")
    assert.strictEqual(visible("one\ntwo"), "one⟨U+000A⟩two")
    assert.strictEqual(visible("one\n\ttwo\r", { lines: true }), "one\n\ttwo⟨U+000D⟩")
    assert.strictEqual(visible("Füß 日本 <img src=x>"), "Füß 日本 <img src=x>")
  })

  it("writes out every character without width", () => {
    for (
      const unit of [
        0x00,
        0x7f,
        0x85,
        0xad,
        0x34f,
        0x61c,
        0x115f,
        0x1160,
        0x180e,
        0x200d,
        0x2028,
        0x2029,
        0x202e,
        0x2069,
        0x3164,
        0xfe00,
        0xfe0f,
        0xfeff,
        0xffa0,
        0xe0001,
        0xe0041,
        0xe0100
      ]
    ) {
      const written = `a⟨U+${unit.toString(16).toUpperCase().padStart(4, "0")}⟩b`
      assert.strictEqual(visible(`a${String.fromCodePoint(unit)}b`), written)
    }
  })

  it("keeps emoji of several characters, but nothing hidden behind them", () => {
    assert.strictEqual(visible("❤️ 👩‍💻 👩🏽‍🚀 🏳️‍🌈"), "❤️ 👩‍💻 👩🏽‍🚀 🏳️‍🌈")
    assert.strictEqual(visible("❤\ufe0f\ufe0f"), "❤\ufe0f⟨U+FE0F⟩")
    assert.strictEqual(visible("👩\u200da"), "👩⟨U+200D⟩a")
  })

  it("shows a blank title as a missing one", () => {
    for (const title of ["", " ", "\u3000\u00a0", "\u2800"]) assert.strictEqual(titled(title, 10), "Without a title")
    assert.strictEqual(titled("\u3164", 10), "⟨U+3164⟩")
    assert.strictEqual(titled("A title", 3), "A t… (7 characters)")
  })

  it("makes a reason a sentence", () => {
    assert.strictEqual(sentence("the search is off"), "The search is off")
    assert.strictEqual(sentence("AZURE is off"), "AZURE is off")
  })

  it("disarms URLs", () => {
    assert.strictEqual(defanged("https://login.c0ntoso.example/x"), "hxxps://login[.]c0ntoso[.]example/x")
    assert.strictEqual(defanged("HTTP://a.b"), "hxxp://a[.]b")
    assert.strictEqual(defanged("javascript:alert(1)"), "javascript[:]alert(1)")
    assert.strictEqual(defanged("c0ntoso.example"), "c0ntoso[.]example")
    assert.strictEqual(defanged("\u0001https://evil"), "⟨U+0001⟩hxxps://evil")
    assert.strictEqual(defanged(" \u0001\tJavaScript:alert(1)"), " ⟨U+0001⟩⟨U+0009⟩JavaScript[:]alert(1)")
    assert.strictEqual(
      defanged("see http://a, FTP://b, wss://c and ws://d"),
      "see hxxp://a, FTP[:]//b, wss[:]//c and ws[:]//d"
    )
    assert.strictEqual(harmless("Report.exe was opened."), "Report.exe was opened.")
    assert.strictEqual(harmless("amy@https://evil.example"), "amy@hxxps://evil[.]example")
  })

  it("clips long texts, shows their length, and splits no character", () => {
    assert.strictEqual(clipped("short", 5), "short")
    assert.strictEqual(clipped("x".repeat(10_000), 3), "xxx… (10000 characters)")
    assert.strictEqual(clipped("ab😀cd", 3), "ab… (6 characters)")
  })
})
