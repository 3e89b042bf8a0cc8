/**
 * Users, groups, service principals and their sign-ins.
 *
 * @since 0.1.0
 */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/**
 * `userEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const User = F.evidence("user", {
  stream: F.part(Parts.Stream),
  userAccount: F.part(Parts.UserAccount)
})

/**
 * `securityGroupEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const SecurityGroup = F.evidence("securityGroup", {
  activeDirectoryObjectGuid: F.text,
  displayName: F.text,
  distinguishedName: F.text,
  friendlyName: F.text,
  securityGroupId: F.text,
  sid: F.text
})

/**
 * `servicePrincipalEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const ServicePrincipal = F.evidence("servicePrincipal", {
  appId: F.text,
  appOwnerTenantId: F.text,
  servicePrincipalName: F.text,
  servicePrincipalObjectId: F.text,
  servicePrincipalType: F.word(Words.servicePrincipalType),
  tenantId: F.text
})

/**
 * `activeDirectoryDomainEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const ActiveDirectoryDomain = F.evidence("activeDirectoryDomain", {
  activeDirectoryDomainName: F.text,
  trustedDomains: F.nested("activeDirectoryDomain")
})

/**
 * `cloudLogonRequestEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const CloudLogonRequest = F.evidence("cloudLogonRequest", {
  requestId: F.text
})

/**
 * `cloudLogonSessionEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
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

/**
 * `hostLogonSessionEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const HostLogonSession = F.evidence("hostLogonSession", {
  account: F.nested("user"),
  endUtcDateTime: F.text,
  host: F.nested("device"),
  sessionId: F.text,
  startUtcDateTime: F.text
})
