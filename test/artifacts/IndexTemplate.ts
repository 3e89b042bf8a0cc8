/**
 * Checks artifacts as WitFoo's index would: known fields, right types, one value each.
 *
 * The fields come from WitFoo's published index template, not from the schema of the mapping.
 */
import { assert } from "@effect/vitest"
import { createHash } from "node:crypto"
import { isIP } from "node:net"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { messageTypes } from "../../src/artifacts/MessageTypes.ts"

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === "string" && value !== ""
/** Lucene refuses a term longer than 32,766 bytes, and with it the document. */
const keyword: Check = (value) => text(value) && Buffer.byteLength(value as string) <= 32_766
const ip: Check = (value) => typeof value === "string" && isIP(value) !== 0
const integer: Check = (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31
const many = (check: Check): Check => (value) => Array.isArray(value) && value.every(check)
const noEmpty = (check: Check): Check => (value) => check(value) && (value as ReadonlyArray<unknown>).length > 0

const dateForm = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const date: Check = (value) => {
  const parts = typeof value === "string" ? dateForm.exec(value) : null
  if (parts === null) return false
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number)
  const isLeap = (year! % 4 === 0 && year! % 100 !== 0) || year! % 400 === 0
  const days = month === 2 && isLeap ? 29 : monthLengths[month! - 1] ?? 0
  return day! >= 1 && day! <= days && hour! <= 23 && minute! <= 59 && second! <= 59
}

const named = (check: Check, names: string): ReadonlyArray<readonly [string, Check]> =>
  names.split(" ").map((name) => [name, check])

/** The template's check for each field; only fields with `many` may be lists. */
const template: ReadonlyMap<string, Check> = new Map([
  ...named(
    keyword,
    "id hash org_id appliance_id action application clientPort clientHostname clientMAC serverPort serverHostname serverMAC"
  ),
  ...named(keyword, "protocol userName emailFrom emailTo emailClient emailSendingServer fileName fileHash streamName"),
  ...named(keyword, "messageType severityLabel senderHost sourceInfo program pid ruleCategory cve fqdn geoRegion"),
  ...named(keyword, "vendorCode facilityCode facilityLabel priority"),
  // The template has `.keyword` under these four.
  ...named(keyword, "emailSubject filePath ruleName uri"),
  ...named(text, "message cveDescription"),
  ...named(ip, "clientIP serverIP"),
  ...named(integer, "severityCode"),
  ...named(date, "startTimeUTC endTimeUTC"),
  ...named(noEmpty(many(keyword)), "attackTechniqueIds stixIndicatorIds"),
  ...named(many(keyword), "tags"),
  ...named(noEmpty(many(integer)), "productIds")
])
const required = [
  "id",
  "hash",
  "action",
  "streamName",
  "messageType",
  "severityCode",
  "severityLabel",
  "senderHost",
  "program",
  "ruleName",
  "tags",
  "productIds",
  "message"
]

const words = new Set<string>(messageTypes)
const forbidden = /drop|reset|deny|POST|NXDOMAIN|SERVFAIL/i
const codes: Readonly<Record<string, number>> = { critical: 1, high: 2, medium: 4, low: 5, informational: 6 }

const longTags = new Set(
  "description recommendedActions summary resolvingComment comment query registryValue instructions".split(" ")
)
const longLists = new Set("ip url domain recipient networkMessageId user host file hash".split(" "))
const ruleWords = /service_denial|policy_violation|HTTP_RESPONSE_CODE:|Blacklist process found/i
const ruleTags = new Set(["service_denial", "policy_violation", "Blacklist process found"])
const fieldMax = (field: string) => /^(ruleName|emailSubject|cveDescription)$/.test(field) ? 4096 : 1024

/** Names the fields that the index would refuse, and the required fields that are missing. */
export const misfits = (
  document: object
): ReadonlyArray<string> => [
  ...Object.entries(document).filter(([field, value]) => template.get(field)?.(value) !== true).map(([field]) => field),
  ...required.filter((field) => !Object.hasOwn(document, field))
]

export const assertFitsTemplate = (artifact: Artifact): void => {
  assert.deepStrictEqual(misfits(artifact), [])
  assert.isTrue(artifact.severityCode >= 0 && artifact.severityCode <= 7)
  for (const port of [artifact.clientPort, artifact.serverPort, artifact.pid]) {
    if (port !== undefined) assert.match(port, /^\d+$/)
  }
  if (artifact.protocol !== undefined) assert.strictEqual(artifact.protocol, artifact.protocol.toUpperCase())
  if (artifact.cve !== undefined) assert.match(artifact.cve, /^CVE-\d{4}-\d{4,}$/)
  for (const id of artifact.attackTechniqueIds ?? []) assert.match(id, /^T\d{4}(\.\d{3})?$/)
  assert.isTrue(words.has(artifact.messageType), artifact.messageType)
  assert.strictEqual(artifact.hash, createHash("sha256").update(artifact.message, "utf8").digest("hex"))
  assert.match(artifact.id, /^[0-9a-f]{32}$/)
  assert.isAtMost(artifact.tags.length, 128)
  assert.isAtMost(artifact.tags.reduce((sum, tag) => sum + Buffer.byteLength(tag), 0), 32_768)
  assert.strictEqual(new Set(artifact.tags).size, artifact.tags.length)
  const names = new Map<string, number>()
  for (const tag of artifact.tags) {
    const name = tag.slice(0, Math.max(0, tag.indexOf(":")))
    assert.isAtMost(Buffer.byteLength(tag), name === "command" ? 8191 : longTags.has(name) ? 2048 : 512, tag)
    names.set(name, (names.get(name) ?? 0) + 1)
    if (!ruleTags.has(tag)) assert.notMatch(tag, ruleWords)
  }
  for (const [name, count] of names) assert.isAtMost(count, longLists.has(name) ? 32 : 16, name)
  for (const [field, value] of Object.entries(artifact)) {
    if (typeof value !== "string" || field === "message") continue
    assert.isAtMost(Buffer.byteLength(value), /^(uri|filePath)$/.test(field) ? 8191 : fieldMax(field), field)
  }
  for (const ip of [artifact.clientIP, artifact.serverIP]) {
    if (ip !== undefined) {
      assert.notMatch(ip, /^(127\.|0\.0\.0\.0$|169\.254\.|2(2[4-9]|3\d)\.|255\.255\.255\.255$|::1?$|fe[89ab]|ff)/)
    }
  }
  const { endTimeUTC, startTimeUTC } = artifact
  assert.strictEqual(startTimeUTC === undefined, endTimeUTC === undefined)
  if (startTimeUTC !== undefined) assert.isAtMost(Date.parse(startTimeUTC), Date.parse(endTimeUTC!))
  if (artifact.messageType === "audit_log") assert.notStrictEqual(artifact.action, "block")
  assert.notMatch(artifact.action, forbidden)
  if (artifact.action !== "block") assert.notMatch(artifact.action, /block/i)
  assert.strictEqual(artifact.severityCode, codes[artifact.severityLabel])
  assert.deepStrictEqual(artifact.productIds, [94])
}
