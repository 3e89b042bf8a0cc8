/** Formats an artifact's JSON within bounds, because an attacker's may be as deep, long and wide as they like. */
import { visible } from "../Text.ts"

/** A piece of a line, and its kind. */
export interface Piece {
  readonly kind: "mark" | "name" | "text" | "value" | "note"
  readonly text: string
}

/** Limits of what is shown. */
export interface Bounds {
  readonly characters: number
  readonly entries: number
  readonly depth: number
  readonly lines: number
}

/** Limits for a person to read. */
export const brief: Bounds = { characters: 600, entries: 100, depth: 16, lines: 1500 }

/** Limits of what a browser shows without faltering. */
export const full: Bounds = { characters: 100_000, entries: 5000, depth: 64, lines: 15_000 }

/** A number in the digits that were sent, which a JavaScript number cannot hold. */
class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const parsed = (text: string): unknown =>
  JSON.parse(
    text,
    (_, value: unknown, context?: { readonly source?: string }) =>
      typeof value === "number" && context?.source !== undefined && String(value) !== context.source
        ? new Digits(context.source)
        : value
  )

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Digits)

/** Parses an artifact's line and its `message`; returns the line itself when it is no JSON. */
export const artifactValue = (line: string): unknown => {
  try {
    const artifact = parsed(line)
    if (!isObject(artifact) || typeof artifact["message"] !== "string") return artifact
    try {
      return { ...artifact, message: parsed(artifact["message"]) }
    } catch {
      return artifact
    }
  } catch {
    return line
  }
}

/** Formats a value as lines of pieces. Notes stand for what is left out; `isWhole` is false when there are any. */
export const jsonLines = (value: unknown, bounds: Bounds): {
  readonly lines: ReadonlyArray<ReadonlyArray<Piece>>
  readonly isWhole: boolean
} => {
  const lines: Array<Array<Piece>> = [[]]
  let isWhole = true
  const put = (kind: Piece["kind"], text: string) => lines.at(-1)!.push({ kind, text })
  const breakLine = (depth: number) => lines.push([{ kind: "mark", text: "  ".repeat(depth) }])
  const note = (text: string) => {
    isWhole = false
    put("note", text)
  }

  const text = (kind: "name" | "text", said: string) => {
    const end = said.length > bounds.characters ? bounds.characters : said.length
    put(kind, visible(JSON.stringify(said.slice(0, end))))
    if (end < said.length) note(` … ${said.length} characters`)
  }

  const list = (
    entries: ReadonlyArray<readonly [string | undefined, unknown]>,
    [open, close]: readonly [string, string],
    depth: number
  ) => {
    put("mark", open)
    if (entries.length > 0 && depth >= bounds.depth) {
      note(` … ${entries.length} within `)
      put("mark", close)
      return
    }
    for (const [place, [name, within]] of entries.entries()) {
      breakLine(depth + 1)
      if (place >= bounds.entries || lines.length > bounds.lines) {
        note(`… ${entries.length - place} more`)
        break
      }
      if (name !== undefined) {
        text("name", name)
        put("mark", ": ")
      }
      write(within, depth + 1)
      if (place < entries.length - 1) put("mark", ",")
    }
    if (entries.length > 0) breakLine(depth)
    put("mark", close)
  }

  const write = (said: unknown, depth: number): void => {
    if (typeof said === "string") text("text", said)
    else if (Array.isArray(said)) list(said.map((one: unknown) => [undefined, one] as const), ["[", "]"], depth)
    else if (isObject(said)) list(Object.entries(said), ["{", "}"], depth)
    else put("value", said instanceof Digits ? said.text : String(said))
  }
  write(value, 0)
  return { lines, isWhole }
}
