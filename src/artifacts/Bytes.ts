/** Cuts texts to bytes of UTF-8: Lucene refuses a document for one term over 32,766 bytes, after the sink has accepted it. */
import { keywordBytesMax, longFieldBytes } from "../domain/Bounds.ts"

/** No character of UTF-16 takes more than three bytes of UTF-8. */
const bytesOfUnit = 3

/** Returns at most `max` bytes of a text, and never half a character. */
export const cut = (text: string, max: number): string => {
  if (text.length * bytesOfUnit <= max || text.length <= max && Buffer.byteLength(text) <= max) return text
  const bytes = Buffer.from(text.length > max ? text.slice(0, max + 1) : text)
  if (bytes.length <= max) return text
  let end = max
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString("utf8", 0, end)
}

/** Fields of which a part is another person, host or file. */
const whole: ReadonlySet<string> = new Set([
  "userName",
  "emailFrom",
  "emailTo",
  "clientHostname",
  "serverHostname",
  "fqdn",
  "fileHash"
])

/** Cuts the fields of an artifact but its message, and returns the names of those that were too long. */
export const cutFields = (fields: Record<string, unknown>): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const name in fields) {
    const value = fields[name]
    if (typeof value !== "string" || value.length * bytesOfUnit <= keywordBytesMax || name === "message") continue
    const kept = cut(value, longFieldBytes[name] ?? keywordBytesMax)
    if (kept.length === value.length) continue
    found.push(name)
    if (whole.has(name)) delete fields[name]
    else fields[name] = kept
  }
  return found
}
