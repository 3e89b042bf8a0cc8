/**
 * Reads evidence into the model of `Entities.ts`: one reading for each evidence type, found by the type's name.
 *
 * A reading accepts any object. Values that do not fit Graph's schema are left out, the others are kept. What each of them
 * reads: `.github/MAPPING.md`, "Evidence types".
 */
import { type Details, details, valueOf } from "../domain/Details.ts"
import * as N from "../domain/NormalForms.ts"
import { type DecodedEvidence, nested } from "../evidence/Evidence.ts"
import { absorb, type Json, Observation } from "./Entities.ts"

/** What is read of one evidence type; tables are in the notation of `Details.ts`. */
export interface Reading {
  /** What only Graph tells, by the name of its tag. */
  readonly details?: string
  /** Texts of the observation, by its own properties. */
  readonly sets?: string
  /** Nested objects as `property:declaredType`, nearest first; `~` before one of which only details count. */
  readonly nested?: string
  readonly read?: (value: Json, to: Observation) => void
}

/** Returns the value if it is an object, otherwise an empty one. */
export const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {}

/** Returns the value if it is a list, otherwise an empty one. */
export const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** Returns a text; `unknownFutureValue`, Graph's placeholder for other words, is absent. */
export const word = (value: unknown): string | undefined => {
  const found = N.text(value)
  return found === "unknownFutureValue" ? undefined : found
}

/** Normal forms of the properties that tables set. */
const forms = {
  application: word,
  path: N.text,
  domain: N.name,
  protocol: N.protocol,
  owner: N.withAt,
  delivery: word,
  detection: word,
  started: N.text,
  ended: N.text
}

interface Prepared {
  readonly sets: Details
  readonly details: Details
  readonly nested: ReadonlyArray<{ readonly property: string; readonly type: string; readonly isMention: boolean }>
  readonly read: ((value: Json, to: Observation) => void) | undefined
}

const prepare = (reading: Reading): Prepared => ({
  sets: details(reading.sets),
  details: details(reading.details),
  nested: (reading.nested ?? "").split(/\s+/).filter((one) => one !== "").map((one) => {
    const [property = "", type = ""] = one.replace("~", "").split(":")
    return { property, type, isMention: one.startsWith("~") }
  }),
  read: reading.read
})

/** Nested objects of one list that are looked at. */
const nestedMax = 32

/** Makes the function that reads evidence, of the readings by evidence type and one for unknown types. */
export const reader = (readings: Readonly<Record<string, Reading>>, unknown: Reading) => {
  const known = new Map(Object.entries(readings).map(([name, reading]) => [name, prepare(reading)]))
  const stranger = prepare(unknown)

  const inner = (
    raw: unknown,
    type: string,
    isMention: boolean,
    to: Observation,
    path: ReadonlyArray<string>
  ): void => {
    const found = nested(raw, type === "" ? undefined : type, path.length)
    if (found === undefined) return
    // An object inside its own kind, a pod in its own container, is the same one again: it gives a few names.
    if (isMention || path.includes(found.type)) to.mentions.push(read(found, path))
    else absorb(to, read(found, path))
  }

  const read = (
    { known: isKnown, type, value }: Pick<DecodedEvidence, "type" | "known" | "value">,
    outer: ReadonlyArray<string>
  ): Observation => {
    const to = new Observation()
    // The raw name of an unknown type may equal the short name of a known one.
    const reading = isKnown ? known.get(type) ?? stranger : stranger
    for (const set of reading.sets) {
      const name = set.name as keyof typeof forms
      to[name] = forms[name](valueOf(set, value))
    }
    reading.read?.(value, to)
    for (const detail of reading.details) {
      const found = valueOf(detail, value)
      if (!detail.isList) to.tell(detail.name, found)
      else for (const one of Array.isArray(found) ? found : [found]) to.list(detail.name, one)
    }
    if (reading.nested.length === 0 || outer.includes(type)) return to
    const path = [...outer, type]
    for (const { isMention, property, type: declared } of reading.nested) {
      const found = value[property]
      for (const one of Array.isArray(found) ? found.slice(0, nestedMax) : [found]) {
        inner(one, declared, isMention, to, path)
      }
    }
    return to
  }

  return (evidence: DecodedEvidence): Observation => read(evidence, [])
}
