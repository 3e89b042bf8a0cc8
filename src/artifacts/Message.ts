/** Writes the `message` of an artifact: what Graph sent, as JSON, with Graph's digits. */
import { Option } from "effect"
import { stepBytes } from "../domain/Bounds.ts"

/** `JSON.stringify` recurses: a few thousand levels overflow the stack, and the result is none. */
const native = Option.liftThrowable((value: unknown) => JSON.stringify(value))

const parsed = Option.liftThrowable((text: string): unknown => JSON.parse(text))

type Step = { readonly text: string } | { readonly value: unknown }

/** `JSON.rawJSON` has no prototype, unlike objects that `JSON.parse` made. */
const isScalar = (value: unknown): boolean =>
  typeof value !== "object" || value === null || Object.getPrototypeOf(value) === null

/** Writes the text of `JSON.stringify` without recursion. */
const iterative = (root: unknown): string => {
  let json = ""
  const steps: Array<Step> = [{ value: root }]
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if ("text" in step) {
      json += step.text
      continue
    }
    const { value } = step
    if (isScalar(value)) {
      json += JSON.stringify(value) ?? "null"
      continue
    }
    const isList = Array.isArray(value)
    const entries = Object.entries(value as object)
    json += isList ? "[" : "{"
    steps.push({ text: isList ? "]" : "}" })
    for (let index = entries.length - 1; index >= 0; index--) {
      const [key, one] = entries[index]!
      const comma = index === 0 ? "" : ","
      steps.push({ value: one }, { text: isList ? comma : `${comma}${JSON.stringify(key)}:` })
    }
  }
  return json
}

/** Parses JSON; undefined for a text that is none. */
export const parse = (text: string): unknown => Option.getOrUndefined(parsed(text))

/** Returns a value that came from JSON as compact JSON, however deep it is. */
export const stringify = (value: unknown): string => Option.getOrElse(native(value), () => iterative(value))

/** Cuts a text into pieces of about {@link stepBytes} characters, none of which ends in the middle of one. */
export function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const last = text.charCodeAt(from + stepBytes - 1)
    const to = from + (last >= 0xd800 && last <= 0xdbff ? stepBytes - 1 : stepBytes)
    yield text.slice(from, to)
    from = to
  }
}
