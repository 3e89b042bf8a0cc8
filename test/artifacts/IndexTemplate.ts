/** Checks artifacts as WitFoo's index would: known fields, of the right types, one value each. */
import { assert } from "@effect/vitest"
import { Schema } from "effect"
import { isIP } from "node:net"
import { Artifact } from "../../src/artifacts/Artifact.ts"
import { sha256 } from "../../src/artifacts/ArtifactId.ts"
import { instant } from "../../src/artifacts/Instant.ts"
import { messageTypes } from "../../src/artifacts/MessageTypes.ts"

const fits = Schema.decodeUnknownSync(Artifact, { onExcessProperty: "error" })
const words = new Set<string>(messageTypes)
const forbidden = /drop|reset|deny|POST|NXDOMAIN|SERVFAIL/i

export const assertFitsTemplate = (artifact: Artifact): void => {
  fits(artifact)
  for (const [field, value] of Object.entries(artifact)) {
    assert.notStrictEqual(value, "", field)
    assert.isDefined(value, field)
  }
  for (const ip of [artifact.clientIP, artifact.serverIP]) if (ip !== undefined) assert.isAbove(isIP(ip), 0)
  for (const port of [artifact.clientPort, artifact.serverPort, artifact.pid]) {
    if (port !== undefined) assert.match(port, /^\d+$/)
  }
  for (const time of [artifact.startTimeUTC, artifact.endTimeUTC]) {
    if (time !== undefined) assert.strictEqual(instant(time), time)
  }
  if (artifact.protocol !== undefined) assert.strictEqual(artifact.protocol, artifact.protocol.toUpperCase())
  if (artifact.cve !== undefined) assert.match(artifact.cve, /^CVE-\d{4}-\d{4,}$/)
  assert.isTrue(words.has(artifact.messageType), artifact.messageType)
  assert.strictEqual(artifact.hash, sha256(artifact.message))
  assert.match(artifact.id, /^[0-9a-f]{32}$/)
  assert.isAtMost(artifact.tags.length, 64)
  assert.strictEqual(new Set(artifact.tags).size, artifact.tags.length)
  for (const tag of artifact.tags) assert.isAtMost(tag.length, 256)
  assert.notMatch(artifact.action, forbidden)
  if (artifact.action !== "block") assert.notMatch(artifact.action, /block/i)
  assert.include(["critical", "high", "medium", "low", "informational"], artifact.severityLabel)
  assert.deepStrictEqual(artifact.productIds, [94])
}
