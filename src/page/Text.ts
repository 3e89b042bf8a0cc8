/**
 * Texts of attackers, made fit for a person's eyes. That nothing of them is markup is the templates' work: they take
 * texts only.
 *
 * @since 0.1.0
 */

/** Control characters, marks of direction, and what takes no room: they change how others are read. */
// oxlint-disable-next-line eslint/no-control-regex
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/**
 * The text with what cannot be seen written out (`⟨U+202E⟩`), so that nothing of it is hidden and nothing is turned
 * around. Line breaks stay where `lines` is asked for.
 *
 * @category formatting
 * @since 0.1.0
 */
export const visible = (text: string, { lines = false } = {}): string =>
  text.replaceAll(unseen, (unit) =>
    lines && (unit === "\n" || unit === "\t")
      ? unit
      : `⟨U+${unit.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`)

/**
 * A URL or host name in the form that nobody clicks on by mistake: `hxxps://login[.]c0ntoso[.]example/x`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const defanged = (url: string): string =>
  visible(url)
    .replace(/^(?:http)(s?):/i, "hxxp$1:")
    .replace(/^(javascript|data|vbscript|file):/i, "$1[:]")
    .replaceAll(".", "[.]")

/**
 * The first so many characters; the rest is said to be there.
 *
 * @category formatting
 * @since 0.1.0
 */
export const clipped = (text: string, most: number): string => {
  if (text.length <= most) return text
  const last = text.charCodeAt(most - 1)
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most)}… (${text.length} characters)`
}
