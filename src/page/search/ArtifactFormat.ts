/** Formats times, sizes and counts for people. */
import type { IndexState } from "../Client.ts"
import { count } from "../Format.ts"
import { visible } from "../Text.ts"
import { offsetOf, zoned } from "../Zone.ts"

const two = (value: number) => String(value).padStart(2, "0")

/** Formats a time on the page's clock: `2026-11-25 16:18:47`. An invalid time stays as it is. */
export const clockTime = (iso: string): string => {
  const millis = Date.parse(iso)
  if (Number.isNaN(millis)) return visible(iso)
  const at = zoned(millis)
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}

/** Formats a time with its zone: `2026-11-25 16:18:47 +01:00`, `2026-11-25 15:18:47 UTC`. */
export const fullTime = (iso: string): string => {
  const millis = Date.parse(iso)
  return Number.isNaN(millis) ? visible(iso) : `${clockTime(iso)} ${offsetOf(millis)}`
}

/** Formats a count of things: `1 artifact`, `42,113 artifacts`. */
export const counted = (value: number, thing: string): string => `${count(value)} ${thing}${value === 1 ? "" : "s"}`

/** Formats a size in a fitting unit: `12 MB`. */
export const bytes = (value: number): string => {
  const units = ["bytes", "KB", "MB", "GB", "TB"]
  let [rest, unit] = [value, 0]
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000
    unit++
  }
  return `${unit > 0 && rest < 9.95 ? rest.toFixed(1).replace(/\.0$/, "") : count(Math.round(rest))} ${units[unit]}`
}

/** The index state in one line, and its tone. While the connector does not answer, the old state is not shown. */
export const indexLine = (index: IndexState, isLost = false): {
  readonly tone: "good" | "busy" | "quiet" | "bad"
  readonly text: string
} => {
  const rows = counted(index.rows, "artifact")
  if (isLost) return { tone: "quiet", text: `The connector does not answer; ${rows} when it last did` }
  const why = index.why === undefined ? "" : `: ${visible(index.why)}`
  switch (index.state) {
    case "following": {
      const newest = index.newest === null ? "" : `, the newest of ${fullTime(index.newest)}`
      return { tone: "good", text: `${rows}${newest}; up to date` }
    }
    case "catching_up":
      return { tone: "busy", text: `${rows}; catching up, ${bytes(index.bytes_behind)} behind` }
    case "resting": {
      const behind = index.bytes_behind > 0 ? ` ${bytes(index.bytes_behind)} behind` : ""
      return { tone: "quiet", text: `${rows}; resting${behind} until the next search` }
    }
    case "off":
      return { tone: "quiet", text: `Search is off${why}` }
    case "failed":
      return { tone: "bad", text: `The index failed${why}` }
  }
}
