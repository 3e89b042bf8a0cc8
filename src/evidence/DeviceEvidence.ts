/** Evidence types for computers and IoT devices. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `deviceEvidence`. */
export const Device = F.evidence("device", {
  azureAdDeviceId: F.text,
  defenderAvStatus: F.word(Words.defenderAvStatus),
  deviceDnsName: F.text,
  dnsDomain: F.text,
  firstSeenDateTime: F.text,
  healthStatus: F.word(Words.deviceHealthStatus),
  hostName: F.text,
  ipInterfaces: F.texts,
  lastExternalIpAddress: F.text,
  lastIpAddress: F.text,
  loggedOnUsers: F.parts(Parts.LoggedOnUser),
  mdeDeviceId: F.text,
  ntDomain: F.text,
  onboardingStatus: F.word(Words.onboardingStatus),
  osBuild: F.int64,
  osPlatform: F.text,
  rbacGroupId: F.number,
  rbacGroupName: F.text,
  resourceAccessEvents: F.parts(Parts.ResourceAccessEvent),
  riskScore: F.word(Words.deviceRiskScore),
  version: F.text,
  vmMetadata: F.part(Parts.VmMetadata)
})

/** Graph's `ioTDeviceEvidence`. */
export const IoTDevice = F.evidence("ioTDevice", {
  deviceId: F.text,
  deviceName: F.text,
  devicePageLink: F.text,
  deviceSubType: F.text,
  deviceType: F.text,
  importance: F.word(Words.ioTDeviceImportanceType),
  ioTHub: F.nested("azureResource"),
  ioTSecurityAgentId: F.text,
  ipAddress: F.nested("ip"),
  isAuthorized: F.flag,
  isProgramming: F.flag,
  isScanner: F.flag,
  macAddress: F.text,
  manufacturer: F.text,
  model: F.text,
  nics: F.nested("nic"),
  operatingSystem: F.text,
  owners: F.texts,
  protocols: F.texts,
  purdueLayer: F.text,
  sensor: F.text,
  serialNumber: F.text,
  site: F.text,
  source: F.text,
  sourceRef: F.nested("url"),
  zone: F.text
})
