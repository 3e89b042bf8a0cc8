/** Evidence types for users, groups, service principals and their sign-ins. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `userEvidence`. */
export const User = F.evidence("user", {
  stream: F.part(Parts.Stream),
  userAccount: F.part(Parts.UserAccount)
})

/** Graph's `securityGroupEvidence`. */
export const SecurityGroup = F.evidence("securityGroup", {
  activeDirectoryObjectGuid: F.text,
  displayName: F.text,
  distinguishedName: F.text,
  friendlyName: F.text,
  securityGroupId: F.text,
  sid: F.text
})

/** Graph's `servicePrincipalEvidence`. */
export const ServicePrincipal = F.evidence("servicePrincipal", {
  appId: F.text,
  appOwnerTenantId: F.text,
  servicePrincipalName: F.text,
  servicePrincipalObjectId: F.text,
  servicePrincipalType: F.word(Words.servicePrincipalType),
  tenantId: F.text
})

/** Graph's `activeDirectoryDomainEvidence`. */
export const ActiveDirectoryDomain = F.evidence("activeDirectoryDomain", {
  activeDirectoryDomainName: F.text,
  trustedDomains: F.nested("activeDirectoryDomain")
})

/** Graph's `cloudLogonRequestEvidence`. */
export const CloudLogonRequest = F.evidence("cloudLogonRequest", {
  requestId: F.text
})

/** Graph's `cloudLogonSessionEvidence`. */
export const CloudLogonSession = F.evidence("cloudLogonSession", {
  account: F.nested("user"),
  browser: F.text,
  deviceName: F.text,
  operatingSystem: F.text,
  previousLogonDateTime: F.text,
  protocol: F.text,
  sessionId: F.text,
  startUtcDateTime: F.text,
  userAgent: F.text
})

/** Graph's `hostLogonSessionEvidence`. */
export const HostLogonSession = F.evidence("hostLogonSession", {
  account: F.nested("user"),
  endUtcDateTime: F.text,
  host: F.nested("device"),
  sessionId: F.text,
  startUtcDateTime: F.text
})
