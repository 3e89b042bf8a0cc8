/** Tells by its content whether an object of a list changed. */
import { digest } from "./ArtifactId.ts"
import { stringify } from "./Message.ts"

/** How an object is compared: without what changes all the time, and without the order of lists where it tells nothing. */
export interface Compared {
  readonly volatile: ReadonlySet<string>
  readonly unordered: ReadonlySet<string>
}

/** Prepares what a list says of its comparison. */
export const compared = ({ unordered = [], volatile }: {
  readonly unordered?: ReadonlyArray<string>
  readonly volatile: ReadonlyArray<string>
}): Compared => ({
  volatile: new Set(volatile),
  unordered: new Set(unordered)
})

/** Returns a value in a form that is the same for the same content. A record is not nested deeper than `recordDepthMax`. */
const canonical = (value: unknown, how: Compared, isUnordered = false): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) {
    const elements = value.map((one) => canonical(one, how))
    return isUnordered ? elements.map(stringify).sort() : elements
  }
  const entries = Object.entries(value).filter(([name]) => !how.volatile.has(name) && !name.includes("@odata."))
  return entries.sort(([one], [other]) => one < other ? -1 : 1).map((
    [name, one]
  ) => [name, canonical(one, how, how.unordered.has(name))])
}

/** Returns the key of an object's content, step by step: 16 hex digits of its SHA-256. */
export function* contentKey(value: unknown, how: Compared): Generator<undefined, string> {
  return (yield* digest(stringify(canonical(value, how)))).slice(0, 16)
}
