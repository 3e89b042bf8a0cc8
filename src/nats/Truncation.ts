/** Makes an artifact fit a broker's message when what Graph sent is larger than that. */
import { Option, Result } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import { stringify } from "../artifacts/Message.ts"
import { decode } from "../graph/body/GraphJson.ts"

/** Marks an artifact whose message is not all of what Graph sent; its `hash` is of the whole still. */
export const truncatedTag = "truncated:message"

/** What goes first, in this order: it has artifacts of its own, or is there for people to read. */
const expendable = ["evidence", "comments"] as const

/** A text field beside the message is cut to this only when the message alone could not make room. */
const fieldLengthMax = 256

const utf8 = new TextEncoder()

/** The artifact as the bytes that are published. */
export const encode = (artifact: Artifact): Uint8Array => utf8.encode(stringify(artifact))

type Json = Readonly<Record<string, unknown>>

/** Raw numbers have no prototype and are left as they are. */
const isComposite = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) !== null

const isRecord = (value: unknown): value is Json => isComposite(value) && !Array.isArray(value)

/** The first `length` units, without half a character at the end. */
const cut = (text: string, length: number): string => {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

/** The same value with no string longer than `length`. */
const shortened = (value: unknown, length: number): unknown => {
  if (typeof value === "string") return cut(value, length)
  if (Array.isArray(value)) return value.map((item: unknown) => shortened(item, length))
  if (!isComposite(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item, length)]))
}

/** None for a value that is deeper than the stack. */
const shortenedIfShallow = Option.liftThrowable(shortened)

const longest = (value: unknown): number => {
  let most = 0
  const left = [value]
  while (left.length > 0) {
    const one = left.pop()
    if (typeof one === "string") most = Math.max(most, one.length)
    else if (isComposite(one)) { for (const item of Object.values(one)) left.push(item) }
  }
  return most
}

const without = (value: unknown, key: string): unknown => {
  if (!isRecord(value) || !(key in value)) return value
  const { [key]: _, ...rest } = value
  return rest
}

const scalarsOf = (value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([, item]) => !isComposite(item))) : {}

/** The greatest whole number of `[0, most]` that passes, when all up to it do; none when 0 does not. */
const greatest = (most: number, passes: (n: number) => boolean): Option.Option<number> => {
  if (!passes(0)) return Option.none()
  let [good, bad] = [0, most + 1]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (passes(middle)) good = middle
    else bad = middle
  }
  return Option.some(good)
}

/**
 * The artifact in at most `bytesMax` bytes, as far as it takes: its message loses `evidence`, then `comments`, then the
 * ends of its longest strings, and stays JSON.
 *
 * **Gotchas**
 *
 * Identity, hash, times and severity are never touched, so that a few kilobytes are needed in any case.
 */
export const fit = (artifact: Artifact, bytesMax: number): Artifact => {
  const fits = (one: Artifact) => encode(one).length <= bytesMax
  if (fits(artifact)) return artifact
  const tags = artifact.tags.includes(truncatedTag) ? artifact.tags : [truncatedTag, ...artifact.tags]
  const saying = (message: unknown): Artifact => ({ ...artifact, tags, message: stringify(message) })

  // What is not JSON becomes a JSON string of it.
  let message: unknown = Result.match(decode(artifact.message), {
    onSuccess: ({ exact }) => exact,
    onFailure: () => artifact.message
  })
  for (const key of expendable) {
    message = without(message, key)
    if (fits(saying(message))) return saying(message)
  }
  for (const left of [message, scalarsOf(message)]) {
    const at = (length: number) => Option.getOrElse(shortenedIfShallow(left, length), () => left)
    const length = greatest(longest(left), (length) => fits(saying(at(length))))
    if (Option.isSome(length)) return saying(at(length.value))
  }
  const bare = saying({})
  return {
    ...bare,
    ...Object.fromEntries(
      Object.entries(bare).flatMap(([key, value]) =>
        typeof value === "string" ? [[key, cut(value, fieldLengthMax)]] : []
      )
    )
  }
}
