/**
 * Reads JSON that people wrote. Comments and trailing commas are allowed; what is wrong is told with its line, its column and
 * what stands there. No value is ever shown: it may be a secret that lacks a quote.
 */
import { Predicate, Result } from "effect"
import { getLocation, getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser"

/** A text that was read. */
export interface WrittenJson {
  readonly value: unknown
  readonly tree: Node
  /** Names that stand more than once in one object, a fault each: only the last would count. */
  readonly doubled: ReadonlyArray<string>
}

const placeOf = (text: string, offset: number) => {
  const before = text.slice(0, offset).split("\n")
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

const spoken = (text: string, offset: number): string => {
  const { column, line } = placeOf(text, offset)
  return `line ${line}, column ${column}`
}

/** A key may hold anything; a line end in it must not look like the next fault. */
const oneLine = (path: ReadonlyArray<string | number>): string => path.join(".").replaceAll(/\s+/g, " ")

/** What stands at a place, where that is punctuation. */
const there = (text: string, offset: number): string => {
  const character = text[offset]
  return character !== undefined && /[,:{}[\]"/]/.test(character) ? `, and there is ${character}` : ""
}

const words: Readonly<Record<string, string>> = {
  PropertyNameExpected: `Expected a name in double quotes`,
  ValueExpected: "Expected a value; texts are in double quotes",
  InvalidSymbol: "Expected a value; texts are in double quotes",
  ColonExpected: "Expected a colon behind the name",
  CommaExpected: "Expected a comma between two values",
  CloseBraceExpected: "Expected a closing brace",
  CloseBracketExpected: "Expected a closing bracket",
  EndOfFileExpected: "Expected nothing more behind the last brace",
  InvalidNumberFormat: "Expected a number such as 5 or 1.5",
  UnexpectedEndOfNumber: "Expected a number such as 5 or 1.5",
  UnexpectedEndOfComment: "Expected the end of the comment, */",
  UnexpectedEndOfString: "Expected a double quote that ends the text on its line",
  InvalidUnicode: "Expected four hexadecimal digits behind \\u",
  InvalidEscapeCharacter: "Expected \\\\ for a backslash, as in \"C:\\\\certs\\\\app.pem\"",
  InvalidCharacter: "Expected no control character inside a text"
}

const empty = "Expected settings, and it is empty; see config/azure-security.example.json"

/** Says what the first fault is; those behind it most often follow from it. */
const faultOf = (text: string, { error, length, offset }: ParseError): string => {
  const code = printParseErrorCode(error)
  const end = text.trimEnd().length
  if (end === 0) return empty
  const quote = /['‘’‚‛“”„‟«»`]/.exec(text.slice(offset, offset + Math.max(1, length)))
  if (offset >= end || (code === "UnexpectedEndOfString" && offset + length >= end)) {
    const path = oneLine(getLocation(text, end).path.filter((part) => part !== ""))
    return `It ends at ${spoken(text, end)}${path === "" ? "" : `, inside ${path}`}: the rest is missing`
  }
  if (quote !== null && code !== "UnexpectedEndOfString") {
    const kind = quote[0] === "'" || quote[0] === "`" ? "another" : "a typographic"
    return `${spoken(text, offset + quote.index)}: Expected a double quote ("), and there is ${kind} one (${quote[0]})`
  }
  return `${spoken(text, offset)}: ${words[code] ?? "Expected JSON"}${length > 1 ? "" : there(text, offset)}`
}

const doubled = (text: string, node: Node, path: ReadonlyArray<string | number> = []): ReadonlyArray<string> => {
  const children = node.children ?? []
  if (node.type === "array") return children.flatMap((child, index) => doubled(text, child, [...path, index]))
  if (node.type !== "object") return []
  const lines = new Map<string, Array<number>>()
  const below = children.flatMap((property) => {
    const [key, value] = property.children ?? []
    const name = String(key?.value)
    lines.set(name, [...lines.get(name) ?? [], placeOf(text, property.offset).line])
    return value === undefined ? [] : doubled(text, value, [...path, name])
  })
  const here = Array.from(lines).flatMap(([name, at]) =>
    at.length < 2
      ? []
      : [`${oneLine([...path, name])}: Expected once, and it stands at the lines ${at.join(" and ")}: remove one`]
  )
  return [...here, ...below]
}

/** Reads a text; fails with the first fault of its JSON. */
export const read = (text: string): Result.Result<WrittenJson, string> => {
  try {
    const errors: Array<ParseError> = []
    const tree = parseTree(text, errors, { allowTrailingComma: true })
    const [first] = errors
    if (first !== undefined) return Result.fail(faultOf(text, first))
    // An empty text is no fault of its own to this parser.
    if (tree === undefined) return Result.fail(empty)
    return Result.succeed({ tree, value: getNodeValue(tree), doubled: doubled(text, tree) })
  } catch (cause) {
    // The parser calls itself for each level.
    if (cause instanceof RangeError) return Result.fail("Expected JSON of a few levels, and it is nested too deeply")
    throw cause
  }
}

/** Says what a document is that should be an object. */
export const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : Predicate.isString(value) ? "a text" : `a ${typeof value}`
