/** The `message` of an artifact: what Graph sent, as JSON, in Graph's digits. */
import { Option } from "effect"

/** `JSON.stringify` goes down by calls, and a few thousand levels are too many for the stack. */
const native = Option.liftThrowable((value: unknown) => JSON.stringify(value))

type Step = { readonly text: string } | { readonly value: unknown }

/** Raw JSON has no prototype; objects that `JSON.parse` made have one. */
const isScalar = (value: unknown): boolean =>
  typeof value !== "object" || value === null || Object.getPrototypeOf(value) === null

/** The same text without a call for each level. */
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

/** A value that came from JSON, as JSON, however deep it is. */
export const stringify = (value: unknown): string => Option.getOrElse(native(value), () => iterative(value))
