/**
 * The WitFoo artifact: only those fields of WitFoo's index template that this connector fills.
 *
 * Source of each field: `.github/MAPPING.md`, "Artifact fields".
 */
import { Schema } from "effect"

const text = Schema.optionalKey(Schema.String)
const words = Schema.optionalKey(Schema.Array(Schema.String))

/** Schema for one artifact. Absent fields are left out, never null. */
export const Artifact = Schema.Struct({
  id: Schema.String,
  hash: Schema.String,
  org_id: text,
  appliance_id: text,
  action: Schema.String,
  application: text,
  clientIP: text,
  clientPort: text,
  clientHostname: text,
  clientMAC: text,
  serverIP: text,
  serverPort: text,
  serverHostname: text,
  serverMAC: text,
  protocol: text,
  userName: text,
  emailFrom: text,
  emailTo: text,
  emailSendingServer: text,
  emailSubject: text,
  fileName: text,
  filePath: text,
  fileHash: text,
  streamName: Schema.String,
  messageType: Schema.String,
  severityCode: Schema.Int,
  severityLabel: Schema.String,
  senderHost: Schema.String,
  sourceInfo: text,
  program: Schema.String,
  pid: text,
  ruleName: Schema.String,
  ruleCategory: text,
  cve: text,
  cveDescription: text,
  fqdn: text,
  geoRegion: text,
  vendorCode: text,
  uri: text,
  attackTechniqueIds: words,
  stixIndicatorIds: words,
  tags: Schema.Array(Schema.String),
  productIds: Schema.Array(Schema.Int),
  startTimeUTC: text,
  endTimeUTC: text,
  message: Schema.String
})
export type Artifact = typeof Artifact.Type
