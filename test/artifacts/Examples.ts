/** What worked examples of single records have in common: the mapping of one, and what an example shows of it. */
import { assert } from "@effect/vitest"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import type { MappingContext, Maps } from "../../src/artifacts/Mapped.ts"
import type { GraphRecord } from "../../src/domain/GraphRecord.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"

export const context: MappingContext = {
  tenantId: "aaaaaaaa-0000-4000-8000-000000000001",
  displayName: "C0ntoso",
  senderHost: "record",
  graphHost: "graph.microsoft.com"
}

export type Json = Record<string, unknown>
type Map = Maps["map"]

export const one = (map: Map, value: Json): Artifact => {
  const record: GraphRecord = {
    id: String(value["id"] ?? "r1"),
    cursor: normalize("2026-07-17T14:10:02Z")!,
    sent: ofValue(value)
  }
  const { artifacts } = map(context, record)
  assert.lengthOf(artifacts, 1)
  return artifacts[0]!
}

/** Tags that the examples leave out. */
const unshown =
  /^(?:tenantId|endpoint|correlationId|displayName|signInId|aadUserId|appId|resourceId|aadDeviceId|auditId|targetId|providerAlertId|initiatorAppId|initiatorObjectId):/

/** What an example shows of an artifact; tags in any order. */
export const shown = (artifact: Artifact): Wanted => {
  const { hash: _, id: __, message: ___, program, senderHost, sourceInfo, tags, ...others } = artifact
  assert.strictEqual(program, "azure-security")
  assert.strictEqual(sourceInfo, "C0ntoso")
  assert.isTrue(senderHost.startsWith(`${context.tenantId}/`))
  assert.isTrue(tags.includes(`tenantId:${context.tenantId}`))
  return { ...others, tags: tags.filter((tag) => !unshown.test(tag)).sort() }
}

export const severities = { high: 2, medium: 4, low: 5, informational: 6 }

/** What an example shows. */
export interface Wanted {
  readonly [field: string]: unknown
}

export const expected = (
  streamName: string,
  messageType: Artifact["messageType"],
  severityLabel: keyof typeof severities,
  action: string,
  more: Partial<Artifact> & { readonly startTimeUTC: string },
  ...tags: ReadonlyArray<string>
): Wanted => ({
  streamName,
  messageType,
  severityLabel,
  severityCode: severities[severityLabel],
  action,
  productIds: [94],
  endTimeUTC: more.startTimeUTC,
  ...more,
  tags: tags.toSorted()
})
