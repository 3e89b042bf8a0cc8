/** What people and products say of a finding, in the words of OCSF. */
import { text } from "../../domain/NormalForms.ts"
import { isProperties } from "../../domain/Shape.ts"
import { type Word, wordOf } from "./OcsfEvent.ts"

const classifications: ReadonlyMap<string, Word> = new Map<string, Word>([
  ["falsepositive", [1, "False Positive"]],
  ["truepositive", [2, "True Positive"]],
  ["informationalexpectedactivity", [5, "Benign"]],
  ["benignpositive", [5, "Benign"]]
])

const determinations: ReadonlyMap<string, Word> = new Map<string, Word>([["securitytesting", [6, "Test"]], [
  "notenoughdatatovalidate",
  [7, "Insufficient Data"]
], ["insufficientdata", [7, "Insufficient Data"]]])

/** Returns the verdict of a classification. Two determinations say more; the word of the others stands in `unmapped`. */
export const classified = (classification: unknown, determination: unknown) => {
  const determined = determinations.get(text(determination)?.trim().toLowerCase() ?? "")
  const [verdict_id, verdict] = determined ?? wordOf(classifications, classification)
  return { verdict_id, verdict }
}

/** Numbers of OCSF's kinds of malware, by what names of threats have of them. */
const kinds: ReadonlyArray<readonly [RegExp, number]> = [
  [/ransom/i, 10],
  [/backdoor/i, 2],
  [/trojan/i, 18],
  [/worm/i, 22],
  [/spyware|stealer/i, 17],
  [/virus\b/i, 19],
  [/rootkit/i, 15],
  [/keylog/i, 9],
  [/adware|\bpua:|browsermodifier/i, 1],
  [/dropper/i, 7],
  [/downloader/i, 6],
  [/webshell/i, 20],
  [/wiper/i, 21],
  [/coin ?miner|cryptomin/i, 13],
  [/\b(?:bot|botnet)\b/i, 3]
]

/** Returns the kinds of malware that a threat's name tells. */
export const kindsOf = (name: string): ReadonlyArray<number> => {
  const found = kinds.filter(([form]) => form.test(name)).map(([, id]) => id)
  return found.length === 0 ? [0] : found
}

/** Returns the newest comment; all of them stand in `unmapped`. */
export const commentsOf = (comments: unknown): string | undefined => {
  const last: unknown = Array.isArray(comments) ? comments.at(-1) : undefined
  return text(isProperties(last) ? last["comment"] : last)
}
