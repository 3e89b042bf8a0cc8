/**
 * Makes text harmless for a terminal: values come from Microsoft, from tenants and from attackers, and could forge a line,
 * move the cursor, or show a name in another order than it has.
 */

/** C0 and C1 controls with line ends, DEL, and Unicode's line and paragraph separators. */
const control = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029"
/** Controls of the direction of writing (Unicode Standard Annex 9), and the deprecated ones beside them. */
const direction = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u206f"

const controls = new RegExp(`[${control}]+`, "g")
const directions = new RegExp(`[${direction}]`, "g")
/** What JSON may hold unescaped. A line end in JSON is layout, because those in strings are escaped. */
const unescaped = new RegExp(`[${control}${direction}]`, "g")
const newline = /\r?\n/

/** Returns text as one line: controls become spaces, and controls of direction are removed. */
export const oneLine = (text: string): string => text.replaceAll(directions, "").replaceAll(controls, " ")

/** Returns text whose lines are all {@link oneLine}. */
export const eachLine = (text: string): string => text.split(newline).map(oneLine).join("\n")

// oxlint-disable-next-line eslint/no-control-regex -- the colours that Screen writes
const style = /(\u001b\[\d{1,3}m)/

/** Returns text as {@link eachLine} does, with the colours of this program. Values must be {@link oneLine} before. */
export const styled = (text: string): string =>
  text.split(style).map((part, index) => index % 2 === 1 ? part : eachLine(part)).join("")

/** Returns JSON of the same value, with every control in its strings escaped. */
export const escapedJson = (json: string): string =>
  json.replaceAll(
    unescaped,
    (found) => found === "\n" ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`
  )
