import { assert, describe, it } from "@effect/vitest"
import { clipped, defanged, visible } from "../../src/page/Text.ts"

describe("Text", () => {
  it("writes out what cannot be seen, and what turns a line around", () => {
    assert.strictEqual(visible("a\u202Egnp.exe\u0000\u200b"), "a⟨U+202E⟩gnp.exe⟨U+0000⟩⟨U+200B⟩")
    assert.strictEqual(visible("one\ntwo"), "one⟨U+000A⟩two")
    assert.strictEqual(visible("one\n\ttwo\r", { lines: true }), "one\n\ttwo⟨U+000D⟩")
    assert.strictEqual(visible("Füß 日本 <img src=x>"), "Füß 日本 <img src=x>")
  })

  it("makes URLs into what nobody clicks on", () => {
    assert.strictEqual(defanged("https://login.c0ntoso.example/x"), "hxxps://login[.]c0ntoso[.]example/x")
    assert.strictEqual(defanged("HTTP://a.b"), "hxxp://a[.]b")
    assert.strictEqual(defanged("javascript:alert(1)"), "javascript[:]alert(1)")
    assert.strictEqual(defanged("c0ntoso.example"), "c0ntoso[.]example")
  })

  it("clips long texts, says how long they are, and tears no character apart", () => {
    assert.strictEqual(clipped("short", 5), "short")
    assert.strictEqual(clipped("x".repeat(10_000), 3), "xxx… (10000 characters)")
    assert.strictEqual(clipped("ab😀cd", 3), "ab… (6 characters)")
  })
})
