/** Simulated `alerts_v2` alerts through time. */
import type { AlertPlan, Attack } from "./Attacks.ts"
import type { Cast } from "./Cast.ts"
import type { Draw } from "./Draw.ts"
import { type Entry, type Progress, progress, version } from "./Entry.ts"
import { graphTime, type Row } from "./Row.ts"

export interface AlertSeed {
  readonly attack: Attack
  readonly plan: AlertPlan
  readonly cast: Cast
  readonly incidentId: string | null
  /** Milliseconds since 1970. */
  readonly appears: number
  /** Unit of the security team's waiting times, in milliseconds. */
  readonly pace: number
  readonly draw: Draw
}

const analyst = "soc@contoso.example"

const comments = (states: ReadonlyArray<readonly [Progress, number]>): ReadonlyArray<Row> =>
  states.flatMap(([state, from]) =>
    state === "new" ? [] : [{
      "@odata.type": "#microsoft.graph.security.alertComment",
      comment: state === "inProgress" ? "Looking into it." : "Accounts reset, nothing else found. Closing.",
      createdByDisplayName: "Contoso SOC",
      createdDateTime: graphTime(from - 1)
    }]
  )

/** Active evidence is remediated once the alert leaves `new`. */
const remediated = (evidence: ReadonlyArray<Row>, state: Progress): ReadonlyArray<Row> =>
  state === "new"
    ? evidence
    : evidence.map((row) => row["remediationStatus"] === "active" ? { ...row, remediationStatus: "remediated" } : row)

/** Builds an alert that appears at `appears`. */
export const of = ({ appears, attack, cast, draw, incidentId, pace, plan }: AlertSeed): Entry => {
  const providerAlertId = `${draw.guid()}_1`
  const id = `${plan.prefix}${providerAlertId}`
  const tid = cast.tenantId
  const [lag, ticks] = [draw.int(1, 900), draw.int(0, 9999)]
  const created = appears - lag
  const lastActivity = created - draw.int(20, 300) * 1000
  const [first, ...later] = progress(appears, pace, draw)
  const falsePositive = draw.chance(0.25)
  const states = [first, ...later]

  let found: ReadonlyArray<Row> | undefined
  const make = ([state, from]: readonly [Progress, number], index: number): Row => ({
    id,
    providerAlertId,
    incidentId,
    status: state,
    severity: plan.severity,
    classification: state === "resolved" ? (falsePositive ? "falsePositive" : "truePositive") : null,
    determination: state === "resolved" ? (falsePositive ? "notMalicious" : attack.determination) : null,
    serviceSource: plan.serviceSource,
    detectionSource: plan.detectionSource,
    productName: plan.productName,
    detectorId: `detector-${plan.prefix}-${plan.title.length}`,
    tenantId: tid,
    title: plan.title,
    description: plan.description,
    recommendedActions:
      "1. Find out who is affected.\n2. Reset what was taken.\n3. Look for the same on other machines.",
    category: plan.category,
    categories: [plan.category],
    assignedTo: state === "new" ? null : analyst,
    alertWebUrl: `https://security.microsoft.com/alerts/${id}?tid=${tid}`,
    incidentWebUrl: incidentId === null
      ? null
      : `https://security.microsoft.com/incident2/${incidentId}/overview?tid=${tid}`,
    actorDisplayName: null,
    threatDisplayName: null,
    threatFamilyName: null,
    mitreTechniques: plan.techniques,
    createdDateTime: graphTime(created, ticks),
    lastUpdateDateTime: index === 0 ? graphTime(created, ticks) : graphTime(from - lag, (ticks + 7 * index) % 10_000),
    resolvedDateTime: state === "resolved" ? graphTime(from - lag, ticks) : null,
    firstActivityDateTime: graphTime(lastActivity - 600_000, ticks),
    lastActivityDateTime: graphTime(lastActivity),
    systemTags: [],
    alertPolicyId: null,
    investigationState: state === "new" ? "queued" : "successfullyRemediated",
    comments: comments(states.slice(0, index + 1)),
    customDetails: {},
    additionalData: {},
    evidence: remediated(found ??= plan.evidence({ cast, draw, at: created }), state)
  })

  return {
    id,
    versions: [
      version(first[1], () => make(first, 0)),
      ...later.map((state, index) => version(state[1], () => make(state, index + 1)))
    ]
  }
}
