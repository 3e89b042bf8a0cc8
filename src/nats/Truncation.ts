/** Shortens an artifact that is larger than the broker's limit for a message. */
import { Option, Result } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import { stringify } from "../artifacts/Message.ts"
import { shortenedMessageMax } from "../domain/Bounds.ts"
import { decodeJson } from "../graph/body/Body.ts"

/** Tag of an artifact whose message was shortened; its `hash` is still that of the full message. */
export const truncatedTag = "truncated:message"

/** Removed first, in this order: `evidence` has artifacts of its own, `comments` are for people. */
const expendable = ["evidence", "comments"] as const

/** Bytes that a character of JSON takes at most as a part of a string in a string: `\\\"`. */
const bytesEscaped = 4

/** Other text fields are cut to this length only when shortening the message was not enough. */
const fieldLengthMax = 256

const utf8 = new TextEncoder()

/** Encodes an artifact as the bytes that are published. */
export const encode = (artifact: Artifact): Uint8Array => utf8.encode(stringify(artifact))

type Json = Readonly<Record<string, unknown>>

/** Raw numbers have no prototype and are left as they are. */
const isComposite = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) !== null

const isRecord = (value: unknown): value is Json => isComposite(value) && !Array.isArray(value)

/** Returns the first `length` UTF-16 units, without half a character at the end. */
const cut = (text: string, length: number): string => {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

/** Returns the same value with no string longer than `length`. */
const shortened = (value: unknown, length: number): unknown => {
  if (typeof value === "string") return cut(value, length)
  if (Array.isArray(value)) return value.map((item: unknown) => shortened(item, length))
  if (!isComposite(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item, length)]))
}

/** Returns none for a value nested deeper than the stack allows. */
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

// Returns the greatest integer of `[0, most]` that passes, or none when 0 fails. Binary search: all below it must pass.
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
 * Shortens an artifact to `bytesMax` bytes as far as possible: its message loses `evidence`, then `comments`, then the
 * ends of its longest strings, and stays JSON; a message of megabytes becomes a string of its beginning. IDs, hash, times and severity are never shortened, so `bytesMax` must be
 * at least a few kilobytes.
 */
export const fit = (artifact: Artifact, bytesMax: number): Artifact => {
  const fits = (one: Artifact) => one.message.length <= bytesMax && encode(one).length <= bytesMax
  if (fits(artifact)) return artifact
  const tags = artifact.tags.includes(truncatedTag) ? artifact.tags : [truncatedTag, ...artifact.tags]
  const saying = (message: unknown): Artifact => ({ ...artifact, tags, message: stringify(message) })

  if (artifact.message.length > shortenedMessageMax) {
    const { message, ...others } = artifact
    const left = bytesMax - encode({ ...others, message: "" }).length
    const beginning = saying(cut(message, Math.max(0, Math.floor(left / bytesEscaped) - truncatedTag.length)))
    return fits(beginning) ? beginning : fit({ ...artifact, message: stringify("") }, bytesMax)
  }
  // A message that is not JSON becomes a JSON string.
  let message: unknown = Result.match(decodeJson(artifact.message), {
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
