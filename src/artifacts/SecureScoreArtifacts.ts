/** Maps a day's Microsoft Secure Score to its artifact. See `.github/MAPPING.md`, "Secure scores". */
import { details } from "../domain/Details.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { instant } from "../domain/Instant.ts"
import { text } from "../domain/NormalForms.ts"
import { shape } from "../domain/SecureScore.ts"
import { isProperties, type Properties } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, mapsOf, type Steps } from "./Mapped.ts"
import { parse, stringify } from "./Message.ts"
import * as Record from "./RecordDraft.ts"
import * as Severity from "./Severity.ts"

/** Name of the endpoint. */
const endpoint = "secureScores"

/** Stream of scores, after WitFoo's parser of them. */
export const streamName = "microsoft_secure_score"

const told = details("activeUsers=activeUserCount licensedUsers=licensedUserCount service*=enabledServices")

/** The score with Graph's digits, without what each control is about: the same text every day, of 150 kB and more. */
const shortened = (record: GraphRecord): Properties => {
  const sent = record.sent.exact()
  const value = typeof sent === "string" ? parse(sent) : sent
  if (!isProperties(value)) return {}
  const controls = value["controlScores"]
  if (!Array.isArray(controls)) return value
  return {
    ...value,
    controlScores: controls.map((control: unknown) => {
      if (!isProperties(control)) return control
      const { description: _, ...kept } = control
      return kept
    })
  }
}

/** A number as Graph wrote it. */
const digits = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : stringify(value).replaceAll("\"", "")

function* artifactsOf(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
  const { isPartial, value } = Record.read(shape, record, drift)
  const exact = shape.spelled(shortened(record))
  const message = stringify(exact)
  const { draft, tags } = Record.make(context, record, {
    endpoint,
    message,
    hash: yield* ArtifactId.digest(message),
    streamName,
    messageType: "management_message",
    severity: Severity.informational,
    action: "reported",
    ruleName: "Microsoft Secure Score",
    ruleCategory: "SecureScore"
  })
  Draft.setTimes(draft, instant(value["createdDateTime"]), undefined)
  const [score, most] = [Number(value["currentScore"]), Number(value["maxScore"])]
  tags.add("score", digits(exact["currentScore"])).add("maxScore", digits(exact["maxScore"]))
  if (most > 0 && score >= 0) tags.add("scorePercent", (100 * score / most).toFixed(1))
  for (const one of Record.partsOf(exact, "averageComparativeScores")) {
    const basis = text(one["basis"])?.trim()
    // A name that Graph has; any other could pass for another tag.
    if (basis !== undefined && /^\w{1,64}$/.test(basis)) tags.add(`average${basis}`, digits(one["averageScore"]))
  }
  Record.addTold(tags, told, value)
  yield Record.finish(draft, tags, isPartial)
}

export const { map, mapInSteps } = mapsOf(artifactsOf)
