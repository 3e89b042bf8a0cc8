/** Makes an attacker's texts safe to read. Lit templates insert texts only, so that none becomes markup. */

// Control characters, marks of direction, tags and all else without width: they change how other characters are read.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Joiners that make one emoji of the characters around them, and hide none. */
const ofPicture =
  /(?<=\p{Extended_Pictographic})\ufe0f|(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d(?=\p{Extended_Pictographic})/gu

const writtenOut = (text: string, lines: boolean): string =>
  text.replaceAll(
    unseen,
    (unit) =>
      lines && (unit === "\n" || unit === "\t")
        ? unit
        : `⟨U+${unit.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`
  )

/** Writes invisible characters out (`⟨U+202E⟩`), so that nothing is hidden or reversed. `lines` keeps line breaks. */
export const visible = (text: string, { lines = false } = {}): string => {
  let shown = ""
  let from = 0
  for (const { 0: unit, index } of text.matchAll(ofPicture)) {
    shown += writtenOut(text.slice(from, index), lines) + unit
    from = index + unit.length
  }
  return shown + writtenOut(text.slice(from), lines)
}

/** A scheme that runs code, behind any characters that a browser skips. */
const running = /^((?:\s|⟨U\+[\dA-F]{4,6}⟩)*)(javascript|data|vbscript|file):/i

/** Disarms all addresses in a text. */
const disarmed = (text: string): string =>
  visible(text)
    .replaceAll(/https?(?=:\/\/)/gi, (scheme) => scheme.toLowerCase().replace("http", "hxxp"))
    .replaceAll(/(ftp|wss?):\/\//gi, "$1[:]//")
    .replace(running, "$1$2[:]")

/** Writes a URL or host name so that nobody follows it by mistake: `hxxps://login[.]c0ntoso[.]example/x`. */
export const defanged = (url: string): string => disarmed(url).replaceAll(".", "[.]")

/** Makes a text safe: {@link defanged} when it contains an address, else {@link visible}. */
export const harmless = (text: string): string => text.includes("://") ? defanged(text) : visible(text)

/** Blanks of all kinds, and the Braille pattern without dots. */
const blank = /^[\s\u2800]*$/u

/** A title of at most `most` characters; a blank one becomes `Without a title`. */
export const titled = (title: string, most: number): string =>
  blank.test(title) ? "Without a title" : harmless(clipped(title, most))

/** Makes a reason a sentence that begins in upper case. */
export const sentence = (text: string): string => visible(text).replace(/^\p{Ll}/u, (first) => first.toUpperCase())

/** Cuts a text to `most` characters, and states its full length. */
export const clipped = (text: string, most: number): string => {
  if (text.length <= most) return text
  const last = text.charCodeAt(most - 1)
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most)}… (${text.length} characters)`
}
