import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { isUtf16, pasteFault, textOf } from "../../src/config/TextFile.ts"

const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16()
const utf16 = (text: string) => Buffer.from(text, "utf16le")

it("reads UTF-8 and, with its mark, UTF-16 of either order", () => {
  const text = "{\"ü\": \"€\"}"
  for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`)]) {
    assert.strictEqual(textOf(bytes), text)
    assert.isFalse(isUtf16(bytes))
  }
  for (const bytes of [utf16(`\uFEFF${text}`), swapped(utf16(`\uFEFF${text}`))]) {
    assert.strictEqual(textOf(bytes), text)
    assert.isTrue(isUtf16(bytes))
  }
})

it("knows UTF-16 that has no mark, and takes no other file for it", () => {
  for (const bytes of [utf16("s3cret~"), swapped(utf16("s3cret~")), utf16("{}".repeat(50))]) {
    assert.isUndefined(textOf(bytes))
    assert.isTrue(isUtf16(bytes))
  }
  for (
    const bytes of [Buffer.alloc(0), Buffer.from("ab"), Buffer.from("a\0b"), Buffer.from([0x30, 0x82, 0, 1, 2, 0])]
  ) {
    assert.isDefined(textOf(bytes))
  }
})

it.prop("reads every text in UTF-8", [Schema.String], ([text]) => {
  const sent = `s${new TextDecoder().decode(new TextEncoder().encode(text))}`
  if (!sent.includes("\0")) assert.strictEqual(textOf(new TextEncoder().encode(sent)), sent)
})

for (
  const [what, secret, fault] of [
    ["a zero-width space", "ab\u200Bcd", "Character 3 of 5 is invisible (U+200B)"],
    ["a zero-width joiner at the end", "abcd\u200D", "Character 5 of 5 is invisible (U+200D)"],
    ["a byte order mark within", "a\uFEFFbcd", "Character 2 of 5 is invisible (U+FEFF)"],
    ["a soft hyphen after an emoji", "\u{1F600}\u00ADx", "Character 2 of 3 is invisible (U+00AD)"],
    ["a NUL", "\0abc", "Character 1 of 4 is invisible (U+0000)"],
    ["a line break", "abc\ndef", "Character 4 of 7 is invisible (U+000A)"],
    ["quotes", "\"abc\"", "Characters 1 and 5 of 5 are quotes"],
    ["single quotes", "'abc'", "Characters 1 and 5 of 5 are quotes"],
    ["typographic quotes", "“abc”", "Characters 1 and 5 of 5 are quotes"]
  ] as const
) {
  it(`finds ${what} in a pasted secret, and says where`, () => {
    assert.isTrue(pasteFault(secret)?.startsWith(`${fault}: `))
    assert.notMatch(pasteFault(secret)!, /abc|bcd/)
  })
}

it("finds nothing in a secret as Entra ID makes it", () => {
  for (const secret of ["xYz8Q~abc.DEF-123_456~ü", "a\"b", "\"", "'a\""]) assert.isUndefined(pasteFault(secret))
})
