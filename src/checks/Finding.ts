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
  /** The code that the log and `/status` have for the same fault. */
  code: Schema.optionalKey(Schema.String),
  message: Schema.String,
  remedy: Schema.optionalKey(Schema.String),
  required_permissions: Schema.optionalKey(Schema.Array(Schema.String))
})
export type Finding = typeof Finding.Type

/** What a check found, without whose it is. */
export type Outcome = Pick<Finding, "code" | "outcome" | "message" | "remedy" | "required_permissions">

/** A check that found nothing wrong. */
export const passed = (message: string): Outcome => ({ outcome: "passed", message })

const marks = { passed: "✓", warning: "?", failed: "✗" } as const

/** Length of the longest name of a check. */
const width = 14

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim()

/** Formats a finding for people, on one or two lines. */
export const text = ({ check, code, message, outcome, remedy }: Finding): string =>
  [
    `  ${marks[outcome]} ${check.padEnd(width)} ${oneLine(message)}${code === undefined ? "" : `  code=${code}`}`,
    ...(remedy === undefined ? [] : [`    ${" ".repeat(width)} → ${oneLine(remedy)}`])
  ].join("\n")

/** Whether a person has something to do about it. */
const isFault = ({ outcome }: Finding): boolean => outcome !== "passed"

/** What makes findings the same: of several tenants or checks, they have one cause. */
const causeOf = ({ code, message, outcome, remedy }: Finding): string =>
  JSON.stringify([outcome, code, message, remedy])

/** Names that are shown of those that a finding concerns. */
const namesMax = 5

const some = (names: ReadonlyArray<string>): string =>
  names.length <= namesMax
    ? names.join(", ")
    : `${names.slice(0, namesMax).join(", ")} and ${names.length - namesMax} more`

/**
 * Formats findings one after the other. Of a cause that was told of an earlier instance, only its name is said again; of one
 * that was told of an earlier check of the instance, only that check's.
 */
export const teller = () => {
  const told = new Map<string, Finding>()
  return (finding: Finding): string => {
    const cause = causeOf(finding)
    const before = told.get(cause)
    const isOwn = before?.instance === finding.instance
    if (before === undefined) told.set(cause, finding)
    if (!isFault(finding) || before?.instance === undefined || (isOwn && finding.code === undefined)) {
      return text(finding)
    }
    const { code, remedy: _, ...same } = finding
    return text({
      ...same,
      ...(code === undefined ? {} : { code }),
      message: `as for ${isOwn ? before.check : before.instance}`
    })
  }
}

/** Formats the faults of all findings, the worst first, each cause once with the checks and instances that it concerns. */
export const digest = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> => {
  const groups = new Map<string, ReadonlyArray<Finding>>()
  for (const finding of findings.filter(isFault)) {
    const cause = causeOf(finding)
    groups.set(cause, [...groups.get(cause) ?? [], finding])
  }
  const outcomes = ["failed", "warning"]
  return Array.from(groups.values())
    .toSorted(([one], [other]) => outcomes.indexOf(one!.outcome) - outcomes.indexOf(other!.outcome))
    .map((group) => {
      const checks = new Set(group.map(({ check }) => check))
      const instances = Array.from(new Set(group.flatMap(({ instance }) => instance ?? [])))
      return text({
        ...group[0]!,
        check: Array.from(checks).join(", "),
        message: instances.length === 0 ? group[0]!.message : `${some(instances)}: ${group[0]!.message}`
      })
    })
}
