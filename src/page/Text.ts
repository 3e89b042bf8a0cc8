/**
 * Texts of attackers, made fit for a person's eyes. That nothing of them is markup is the templates' work: they take
 * texts only.
 */

/** Control characters, marks of direction, tags, and whatever else takes no room: they change how others are read. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** What makes one picture of the characters around it, and hides none of them. */
const ofPicture =
  /(?<=\p{Extended_Pictographic})\ufe0f|(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d(?=\p{Extended_Pictographic})/gu

const writtenOut = (text: string, lines: boolean): string =>
  text.replaceAll(unseen, (unit) =>
    lines && (unit === "\n" || unit === "\t")
      ? unit
      : `⟨U+${unit.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`)

/**
 * The text with what cannot be seen written out (`⟨U+202E⟩`), so that nothing of it is hidden and nothing is turned
 * around. Line breaks stay where `lines` is asked for.
 */
export const visible = (text: string, { lines = false } = {}): string => {
  let shown = ""
  let from = 0
  for (const { 0: unit, index } of text.matchAll(ofPicture)) {
    shown += writtenOut(text.slice(from, index), lines) + unit
    from = index + unit.length
  }
  return shown + writtenOut(text.slice(from), lines)
}

/** A scheme that runs something, behind whatever a browser passes over. */
const running = /^((?:\s|⟨U\+[\dA-F]{4,6}⟩)*)(javascript|data|vbscript|file):/i

/** Addresses of the network, wherever they are in the text. */
const disarmed = (text: string): string =>
  visible(text)
    .replaceAll(/https?(?=:\/\/)/gi, (scheme) => scheme.toLowerCase().replace("http", "hxxp"))
    .replaceAll(/(ftp|wss?):\/\//gi, "$1[:]//")
    .replace(running, "$1$2[:]")

/** A URL or host name in the form that nobody clicks on by mistake: `hxxps://login[.]c0ntoso[.]example/x`. */
export const defanged = (url: string): string => disarmed(url).replaceAll(".", "[.]")

/** A text that may have an address in it: {@link defanged} where it has, else {@link visible}. */
export const harmless = (text: string): string => text.includes("://") ? defanged(text) : visible(text)

/** Blanks of all kinds, and the pattern of Braille that has no dot. */
const blank = /^[\s\u2800]*$/u

/** A title of at most so many characters; one of nothing but blanks says so. */
export const titled = (title: string, most: number): string =>
  blank.test(title) ? "Without a title" : harmless(clipped(title, most))

/** A reason as a sentence of its own: it begins in upper case. */
export const sentence = (text: string): string => visible(text).replace(/^\p{Ll}/u, (first) => first.toUpperCase())

/** The first so many characters; the rest is said to be there. */
export const clipped = (text: string, most: number): string => {
  if (text.length <= most) return text
  const last = text.charCodeAt(most - 1)
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most)}… (${text.length} characters)`
}
