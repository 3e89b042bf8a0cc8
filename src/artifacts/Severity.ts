/**
 * The severity of an artifact: the label and the code that WitFoo's rules read.
 *
 * See `.github/MAPPING.md`, "Severity".
 */

/** A severity of WitFoo; a lower code is more severe. */
export interface Severity {
  readonly label: "critical" | "high" | "medium" | "low" | "informational"
  readonly code: number
}

const medium: Severity = { label: "medium", code: 4 }

/** Severity of artifacts that are published but must not raise a lead. */
export const informational: Severity = { label: "informational", code: 6 }

const known: ReadonlyMap<string, Severity> = new Map([
  ["critical", { label: "critical", code: 1 }],
  ["high", { label: "high", code: 2 }],
  ["medium", medium],
  ["low", { label: "low", code: 5 }],
  ["informational", informational]
])

/** Maps Graph's severity; an unknown one is medium, because such a detection is not harmless. */
export const of = (word: unknown): Severity =>
  typeof word === "string" ? known.get(word) ?? known.get(word.trim().toLowerCase()) ?? medium : medium

/** `benignPositive` is the older name of `informationalExpectedActivity`. */
const harmless: ReadonlySet<string> = new Set(["falsepositive", "informationalexpectedactivity", "benignpositive"])

/** Whether a classification (or a legacy feedback) says that nothing bad happened. */
export const isHarmless = (classification: unknown): boolean =>
  typeof classification === "string" && harmless.has(classification.trim().toLowerCase())
