/** What a check found: a line with a tick, a cross or a question mark, and the remedy under it. */
import { Schema } from "effect"

/** Schema for a finding, as `check --json` prints it. */
export const Finding = Schema.Struct({
  /** Absent for what is the whole process's. */
  instance: Schema.optionalKey(Schema.String),
  /** What was looked at: `settings`, `sign-in host`, `token`, `alerts_v2`, … */
  check: Schema.String,
  /** `warning` for what is no failure of a poll: a forbidden or retired endpoint, an end that comes near. */
  outcome: Schema.Literals(["passed", "warning", "failed"]),
  message: Schema.String,
  remedy: Schema.optionalKey(Schema.String),
  required_permissions: Schema.optionalKey(Schema.Array(Schema.String))
})
export type Finding = typeof Finding.Type

const marks = { passed: "✓", warning: "?", failed: "✗" } as const

/** As wide as the longest name of a check. */
const width = 14

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim()

/** A finding as a person reads it. */
export const text = ({ check, message, outcome, remedy }: Finding): string =>
  [
    `  ${marks[outcome]} ${check.padEnd(width)} ${oneLine(message)}`,
    ...(remedy === undefined ? [] : [`    ${" ".repeat(width)} → ${oneLine(remedy)}`])
  ].join("\n")
