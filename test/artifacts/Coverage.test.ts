import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import * as Alerts from "../../src/artifacts/Alerts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { factsOf } from "../../src/artifacts/EvidenceFacts.ts"
import { decode } from "../../src/evidence/Evidence.ts"
import { samples } from "./EvidenceSamples.ts"
import { context, recordOf } from "./Records.ts"

const typeOf = (name: string) => `#microsoft.graph.security.${name}Evidence`
const evidenceArtifact = (name: string, properties: object): Artifact =>
  Alerts.map(
    context,
    recordOf({
      id: "da1",
      title: "An alert",
      severity: "high",
      evidence: [{ "@odata.type": typeOf(name), ...properties }]
    })
  ).artifacts[1]!

/** What every evidence artifact has, whatever the evidence is about. */
const common = new Set(["id", "hash", "message", "tags", "senderHost", "vendorCode"])

describe("coverage", () => {
  it("every type but two gives a field of its own beside tags and message", () => {
    const silent = Object.entries(samples).filter(([name, sample]) => {
      const bare: Record<string, unknown> = evidenceArtifact(name, {})
      const full: Record<string, unknown> = evidenceArtifact(name, sample)
      return !Object.keys(full).some((field) => !common.has(field) && full[field] !== bare[field])
    })
    assert.deepStrictEqual(silent.map(([name]) => name).sort(), ["cloudLogonRequest", "securityGroup"])
    assert.strictEqual(Object.keys(samples).length, 48)
  })

  it("every property of the CSDL is mapped, or listed as kept in message only", () => {
    const path = "../shared/reference/graph-security-schema.json"
    if (!existsSync(path)) {
      process.stdout.write(`coverage of properties is skipped: no ${path}\n`)
      return
    }
    const { types } = JSON.parse(readFileSync(path, "utf8")) as {
      readonly types: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> } | undefined>>
    }
    const kept: Record<string, ReadonlyArray<string>> = {}
    const lines: Array<string> = []
    for (const [name, sample] of Object.entries(samples)) {
      const read = new Set([...readBy(name, sample), ...readBy(name, {})])
      const properties = Object.keys(types[`microsoft.graph.security.${name}Evidence`]!.properties)
      const silent = properties.filter((property) => !read.has(property))
      if (silent.length > 0) kept[name] = silent
      lines.push(
        `${name.padEnd(26)} ${properties.length - silent.length} of ${properties.length} mapped${
          silent.length === 0 ? "" : `; in message only: ${silent.join(", ")}`
        }`
      )
    }
    process.stdout.write(`${lines.join("\n")}\n${lines.length} of 48 types\n`)
    assert.deepStrictEqual(kept, keptInMessage)
  })
})

/** Names of the properties that the mapping of a type asks an object for. */
const readBy = (name: string, properties: object): ReadonlySet<string> => {
  const read = new Set<string>()
  const decoded = decode({ "@odata.type": typeOf(name), ...properties })
  const watched = new Proxy(decoded.value, {
    get: (target, property) => {
      if (typeof property === "string") read.add(property)
      return target[property as string]
    }
  })
  factsOf({ ...decoded, value: watched })
  return read
}

/** Properties that no field or tag takes: an analyst finds them in the artifact's `message`. */
const keptInMessage: Readonly<Record<string, ReadonlyArray<string>>> = {
  aiAgent: ["instructions"],
  analyzedMessage: ["receivedDateTime", "urn"],
  device: ["firstSeenDateTime", "ntDomain", "osBuild", "rbacGroupId", "resourceAccessEvents", "version"],
  googleCloudResource: ["locationType"],
  ioTDevice: ["devicePageLink", "deviceSubType", "ioTSecurityAgentId", "isProgramming", "source", "sourceRef"],
  kubernetesService: ["selector"],
  mailCluster: ["urn"],
  mailbox: ["displayName"],
  mailboxConfiguration: ["externalDirectoryObjectId"],
  process: ["parentProcessCreationDateTime", "processCreationDateTime"],
  sasToken: ["allowedResourceTypes", "signedWith", "startDateTime"],
  securityGroup: ["activeDirectoryObjectGuid"],
  servicePrincipal: ["tenantId"],
  submissionMail: ["submissionDateTime"],
  teamsMessage: [
    "campaignId",
    "isOwned",
    "lastModifiedDateTime",
    "owningTenantId",
    "parentMessageId",
    "receivedDateTime",
    "sourceId",
    "threadType"
  ]
}
