/** An alert of the legacy endpoint `/security/alerts`, after Microsoft's published schema. */
import { Schema } from "effect"
import * as Shape from "./Shape.ts"

const { anything, flag, number, part, parts, text, texts } = Shape

const FileHash = Schema.Struct({ hashType: text, hashValue: text })
const FileState = Schema.Struct({ fileHash: part(FileHash), name: text, path: text, riskScore: text })
const HostState = Schema.Struct({
  fqdn: text,
  isAzureAdJoined: flag,
  isAzureAdRegistered: flag,
  isHybridAzureDomainJoined: flag,
  netBiosName: text,
  os: text,
  privateIpAddress: text,
  publicIpAddress: text,
  riskScore: text
})
const MalwareState = Schema.Struct({ category: text, family: text, name: text, severity: text, wasRunning: flag })
const MessageState = Schema.Struct({
  connectingIP: text,
  deliveryAction: text,
  deliveryLocation: text,
  directionality: text,
  internetMessageId: text,
  messageFingerprint: text,
  messageReceivedDateTime: text,
  messageSubject: text,
  networkMessageId: text
})
const Connection = Schema.Struct({
  applicationName: text,
  destinationAddress: text,
  destinationDomain: text,
  destinationLocation: text,
  destinationPort: number,
  destinationUrl: text,
  direction: text,
  domainRegisteredDateTime: text,
  localDnsName: text,
  natDestinationAddress: text,
  natDestinationPort: number,
  natSourceAddress: text,
  natSourcePort: number,
  protocol: text,
  riskScore: text,
  sourceAddress: text,
  sourceLocation: text,
  sourcePort: number,
  status: text,
  urlParameters: text
})
const Process = Schema.Struct({
  accountName: text,
  commandLine: text,
  createdDateTime: text,
  fileHash: part(FileHash),
  integrityLevel: text,
  isElevated: flag,
  name: text,
  parentProcessCreatedDateTime: text,
  parentProcessId: number,
  parentProcessName: text,
  path: text,
  processId: number
})
const RegistryKeyState = Schema.Struct({
  hive: text,
  key: text,
  oldKey: text,
  oldValueData: text,
  oldValueName: text,
  operation: text,
  processId: number,
  valueData: text,
  valueName: text,
  valueType: text
})
const UserState = Schema.Struct({
  aadUserId: text,
  accountName: text,
  domainName: text,
  emailRole: text,
  isVpn: flag,
  logonDateTime: text,
  logonId: text,
  logonIp: text,
  logonLocation: text,
  logonType: text,
  onPremisesSecurityIdentifier: text,
  riskScore: text,
  userAccountType: text,
  userPrincipalName: text
})
const Vendor = Schema.Struct({ provider: text, providerVersion: text, subProvider: text, vendor: text })
const CloudAppState = Schema.Struct({ destinationServiceIp: text, destinationServiceName: text, riskScore: text })
const Click = Schema.Struct({
  clickAction: text,
  clickDateTime: text,
  id: text,
  sourceId: text,
  uriDomain: text,
  verdict: text
})
const Vulnerability = Schema.Struct({ cve: text, severity: text, wasRunning: flag })
const Resource = Schema.Struct({ resource: text, resourceType: text })

/** Schema for a legacy alert: every property may be null or missing, enums are open. */
export const LegacyAlert = Schema.Struct({
  id: text,
  activityGroupName: text,
  alertDetections: anything,
  assignedTo: text,
  azureSubscriptionId: text,
  azureTenantId: text,
  category: text,
  closedDateTime: text,
  cloudAppStates: parts(CloudAppState),
  comments: texts,
  confidence: number,
  createdDateTime: text,
  description: text,
  detectionIds: texts,
  eventDateTime: text,
  feedback: text,
  fileStates: parts(FileState),
  historyStates: anything,
  hostStates: parts(HostState),
  incidentIds: texts,
  investigationSecurityStates: anything,
  lastEventDateTime: text,
  lastModifiedDateTime: text,
  malwareStates: parts(MalwareState),
  messageSecurityStates: parts(MessageState),
  networkConnections: parts(Connection),
  processes: parts(Process),
  recommendedActions: texts,
  registryKeyStates: parts(RegistryKeyState),
  securityResources: parts(Resource),
  severity: text,
  sourceMaterials: texts,
  status: text,
  tags: texts,
  title: text,
  triggers: anything,
  uriClickSecurityStates: parts(Click),
  userStates: parts(UserState),
  vendorInformation: part(Vendor),
  vulnerabilityStates: parts(Vulnerability)
})
export type LegacyAlert = typeof LegacyAlert.Type

const named = <Fields extends Schema.Struct.Fields>(schema: Schema.Struct<Fields>) => Shape.make({ name: "", schema })

/** Compares a legacy alert with Graph's published schema. */
export const shape: Shape.Shape = Shape.make({
  name: "legacyAlert",
  schema: LegacyAlert,
  words: {
    severity: ["unknown", "informational", "low", "medium", "high", "unknownFutureValue"],
    status: ["unknown", "newAlert", "inProgress", "resolved", "dismissed", "unknownFutureValue"],
    feedback: ["unknown", "truePositive", "falsePositive", "benignPositive", "unknownFutureValue"]
  },
  parts: {
    cloudAppStates: named(CloudAppState),
    fileStates: named(FileState),
    hostStates: named(HostState),
    malwareStates: named(MalwareState),
    messageSecurityStates: named(MessageState),
    networkConnections: named(Connection),
    processes: named(Process),
    registryKeyStates: named(RegistryKeyState),
    securityResources: named(Resource),
    uriClickSecurityStates: named(Click),
    userStates: named(UserState),
    vendorInformation: named(Vendor),
    vulnerabilityStates: named(Vulnerability)
  }
})
