/** The groups of tenants, which no artifact has: the settings say which instances are in one. Search threads import this. */
import { folded } from "../Tokenizer.ts"
import { patternOf, written } from "./Patterns.ts"
import { refuse, type Value } from "./Syntax.ts"

/** Instances by name, as `group:` and `instance:` need them. */
export interface Instances {
  /** Display names by the names of the instances. */
  readonly instances: Readonly<Record<string, string>>
  /** Groups by the names of the instances that have one. */
  readonly groups: Readonly<Record<string, string>>
}

/** Groups that a refusal names. */
const namedMax = 10

/** Whether a field is that of the groups, which exists only where an instance has one. */
export const isGroup = (name: string, { groups }: Instances): boolean =>
  name.toLowerCase() === "group" && Object.keys(groups).length > 0

/** Names and display names of the instances whose group fits a value; refuses one that fits none. */
export const instancesIn = (value: Value, { groups, instances }: Instances): ReadonlyArray<string> => {
  const test = patternOf(value.pieces, (text) => text)
  const found = Object.keys(groups).filter((name) => test(folded(groups[name]!)))
  if (found.length === 0) {
    const known = Array.from(new Set(Object.values(groups))).sort().slice(0, namedMax)
    refuse(`there is no group ${written(value.pieces)}; possible are ${known.join(", ")}`, value)
  }
  return Array.from(new Set(found.flatMap((name) => [name, instances[name] ?? name])))
}
