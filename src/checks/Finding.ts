/** The result of one check, with its remedy. */
import { Schema } from "effect"

/** Schema for a finding, as `check --json` prints it. */
export const Finding = Schema.Struct({
  /** Absent for checks of the whole process. */
  instance: Schema.optionalKey(Schema.String),
  /** The subject of the check: `settings`, `sign-in host`, `token`, `alerts_v2`, … */
  check: Schema.String,
  /** `warning` when polling still works: a forbidden or retired endpoint, a credential that expires soon. */
  outcome: Schema.Literals(["passed", "warning", "failed"]),
  message: Schema.String,
  remedy: Schema.optionalKey(Schema.String),
  required_permissions: Schema.optionalKey(Schema.Array(Schema.String))
})
export type Finding = typeof Finding.Type

/** What a check found, without whose it is. */
export type Outcome = Pick<Finding, "outcome" | "message" | "remedy" | "required_permissions">

/** A check that found nothing wrong. */
export const passed = (message: string): Outcome => ({ outcome: "passed", message })

const marks = { passed: "✓", warning: "?", failed: "✗" } as const

/** Length of the longest name of a check. */
const width = 14

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim()

/** Formats a finding for people, on one or two lines. */
export const text = ({ check, message, outcome, remedy }: Finding): string =>
  [
    `  ${marks[outcome]} ${check.padEnd(width)} ${oneLine(message)}`,
    ...(remedy === undefined ? [] : [`    ${" ".repeat(width)} → ${oneLine(remedy)}`])
  ].join("\n")
