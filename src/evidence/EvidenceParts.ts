/** Complex types of Graph's schema that evidence types contain. */
import * as F from "./EvidenceFields.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `emailSender`. */
export const EmailSender = F.complex({
  displayName: F.text,
  domainName: F.text,
  emailAddress: F.text
})

/** Graph's `fileDetails`. */
export const FileDetails = F.complex({
  fileName: F.text,
  filePath: F.text,
  filePublisher: F.text,
  fileSize: F.int64,
  issuer: F.text,
  md5: F.text,
  sha1: F.text,
  sha256: F.text,
  sha256Ac: F.text,
  signer: F.text
})

/** Graph's `fileHash`. */
export const FileHash = F.complex({
  algorithm: F.word(Words.fileHashAlgorithm),
  value: F.text
})

/** Graph's `geoLocation`. */
export const GeoLocation = F.complex({
  city: F.text,
  countryName: F.text,
  latitude: F.number,
  longitude: F.number,
  state: F.text
})

/** Graph's `kubernetesServicePort`. */
export const KubernetesServicePort = F.complex({
  appProtocol: F.text,
  name: F.text,
  nodePort: F.number,
  port: F.number,
  protocol: F.word(Words.containerPortProtocol),
  targetPort: F.text
})

/** Graph's `loggedOnUser`. */
export const LoggedOnUser = F.complex({
  accountName: F.text,
  domainName: F.text
})

/** Graph's `resourceAccessEvent`. */
export const ResourceAccessEvent = F.complex({
  accessDateTime: F.text,
  accountId: F.text,
  ipAddress: F.text,
  resourceIdentifier: F.text
})

/** Graph's `stream`. */
export const Stream = F.complex({
  name: F.text
})

/** Graph's `userAccount`. */
export const UserAccount = F.complex({
  accountName: F.text,
  activeDirectoryObjectGuid: F.text,
  azureAdUserId: F.text,
  displayName: F.text,
  domainName: F.text,
  resourceAccessEvents: F.parts(ResourceAccessEvent),
  tenantId: F.text,
  userPrincipalName: F.text,
  userSid: F.text
})

/** Graph's `vmMetadata`. */
export const VmMetadata = F.complex({
  cloudProvider: F.word(Words.vmCloudProvider),
  resourceId: F.text,
  subscriptionId: F.text,
  vmId: F.text
})
