/** Readers of evidence about users, groups, service principals, sign-ins and applications. */
import { list, object, type Reader, word } from "./FactsDraft.ts"
import * as N from "./NormalForms.ts"
import * as Shared from "./SharedFacts.ts"

const user: Reader = (value, draft) => {
  Shared.user(draft, object(value.userAccount))
  draft.tag("stream", object(value.stream).name)
}

/** A group must not become `userName`: it would appear as a person in every graph. */
const securityGroup: Reader = (value, draft) => {
  draft.tag("group", N.text(value.displayName) ?? value.friendlyName)
  draft.tag("groupSid", value.sid)
  draft.tag("groupId", value.securityGroupId)
  draft.tag("dn", value.distinguishedName)
}

const servicePrincipal: Reader = (value, draft) => {
  draft.set("userName", N.withAt(value.servicePrincipalName) ?? N.text(value.appId))
  draft.set("application", N.text(value.servicePrincipalName))
  draft.tag("appId", value.appId)
  draft.tag("objectId", value.servicePrincipalObjectId)
  draft.tag("spType", value.servicePrincipalType)
  draft.tag("ownerTenant", value.appOwnerTenantId)
}

const activeDirectoryDomain: Reader = (value, draft) => {
  const domain = N.name(value.activeDirectoryDomainName)
  draft.set("fqdn", domain)
  draft.place("side", { hostname: domain })
  for (const trusted of list(value.trustedDomains)) {
    draft.tag("trustedDomain", N.name(object(trusted).activeDirectoryDomainName))
  }
}

const cloudLogonRequest: Reader = (value, draft) => draft.tag("requestId", value.requestId)

const cloudLogonSession: Reader = (value, draft) => {
  Shared.user(draft, object(object(value.account).userAccount))
  draft.set("application", N.text(value.browser))
  draft.set("protocol", N.protocol(value.protocol))
  draft.set("startTimeUTC", N.text(value.startUtcDateTime))
  draft.place("client", { hostname: N.name(value.deviceName) })
  draft.tag("sessionId", value.sessionId)
  draft.tag("os", value.operatingSystem)
  draft.tag("userAgent", value.userAgent)
  draft.tag("previousLogon", value.previousLogonDateTime)
  draft.fill(draft.nested(value.account, "user"))
}

const hostLogonSession: Reader = (value, draft) => {
  Shared.user(draft, object(object(value.account).userAccount))
  Shared.device(draft, object(value.host))
  draft.set("startTimeUTC", N.text(value.startUtcDateTime))
  draft.set("endTimeUTC", N.text(value.endUtcDateTime))
  draft.tag("sessionId", value.sessionId)
  draft.fill(draft.nested(value.account, "user"))
  draft.fill(draft.nested(value.host, "device"))
}

const cloudApplication: Reader = (value, draft) => {
  draft.set("application", N.text(value.displayName) ?? N.text(value.instanceName) ?? N.text(value.appId))
  draft.tag("appId", value.appId)
  draft.tag("saasAppId", value.saasAppId)
  draft.tag("instance", N.text(value.instanceName) ?? value.instanceId)
  draft.tag("stream", object(value.stream).name)
}

const oauthApplication: Reader = (value, draft) => {
  draft.set("application", N.text(value.displayName) ?? N.text(value.appId))
  draft.tag("appId", value.appId)
  draft.tag("objectId", value.objectId)
  draft.tag("publisher", value.publisher)
}

const aiAgent: Reader = (value, draft) => {
  draft.set("application", N.text(value.agentName) ?? N.text(value.agentId))
  draft.tag("agentId", value.agentId)
  draft.tag("platform", word(value.hostingPlatformType))
}

/** Readers by evidence type, for `EvidenceFacts`. */
export const readers: Readonly<Record<string, Reader>> = {
  user,
  securityGroup,
  servicePrincipal,
  activeDirectoryDomain,
  cloudLogonRequest,
  cloudLogonSession,
  hostLogonSession,
  cloudApplication,
  oauthApplication,
  aiAgent
}
