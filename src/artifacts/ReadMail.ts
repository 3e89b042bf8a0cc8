/** Readings of evidence about messages, mailboxes, people, groups and applications. */
import * as N from "../domain/NormalForms.ts"
import type { Json, Mail, Observation } from "./Entities.ts"
import { list, object, type Reading } from "./EvidenceReading.ts"
import * as Parts from "./ReadParts.ts"

const domainOf = (address: string | undefined): string | undefined =>
  address?.includes("@") ? N.name(address.slice(address.lastIndexOf("@") + 1)) : undefined

/** Returns the `From` that the user saw (P2); what differs in the envelope (P1) becomes a detail. */
const senderOf = (to: Observation, value: Json): string | undefined => {
  const [seen, envelope] = [object(value.p2Sender), object(value.p1Sender)]
  const [seenAddress, envelopeAddress] = [N.mailAddress(seen.emailAddress), N.mailAddress(envelope.emailAddress)]
  const from = seenAddress ?? envelopeAddress
  if (seenAddress !== undefined && seenAddress !== envelopeAddress) to.tell("envelopeFrom", envelopeAddress)
  const used = seenAddress === undefined ? envelope : seen
  const domain = N.name(used.domainName) ?? domainOf(from)
  const envelopeDomain = N.name(envelope.domainName) ?? domainOf(envelopeAddress)
  to.tell("senderDomain", domain)
  if (envelopeDomain !== domain) to.tell("envelopeDomain", envelopeDomain)
  const name = N.text(seen.displayName) ?? N.text(envelope.displayName)
  const envelopeName = N.text(envelope.displayName)
  to.tell("senderName", name)
  if (envelopeName !== name) to.tell("envelopeName", envelopeName)
  return from
}

/** Reads a message, and the address that it came from. */
const mail = (to: Observation, found: Mail, senderIp: unknown): void => {
  to.client = Parts.hostOf(to, senderIp)
  to.mails.push({ ...found, server: to.client.ip })
  to.protocol = "SMTP"
}

const low = (value: unknown): string | undefined => N.text(value)?.trim().toLowerCase()

/** Returns what one criterion of a mail cluster says of its messages. */
const criterion = (by: string, value: string) => {
  if (by.includes("senderip")) return { senderIp: value }
  if (by.includes("domain")) return { domain: N.dotted(value) }
  if (by.includes("sender")) return value.includes("@") ? { from: N.mailAddress(value) } : {}
  return by.includes("subject") ? { subject: N.text(value) } : {}
}

const onGitHub = (to: Observation, url: unknown, user: string | undefined): void => {
  to.application = "GitHub"
  Parts.link(to, url)
  Parts.user(to, {}, user)
}

/** By evidence type. */
export const readings: Readonly<Record<string, Reading>> = {
  analyzedMessage: {
    sets: "delivery=deliveryAction started=receivedDateTime",
    details:
      "networkMessageId internetMessageId urn direction=antiSpamDirection delivery=deliveryAction location=deliveryLocation threatType*=threats detection*=threatDetectionMethods urlCount attachments=attachmentsCount language",
    read: (value, to) => {
      const [first, ...others] = list(value.urls)
      const from = senderOf(to, value)
      mail(to, {
        from,
        to: N.mailAddress(value.recipientEmailAddress),
        subject: N.text(value.subject),
        direction: low(value.antiSpamDirection)
      }, value.senderIp)
      const { address, fqdn } = Parts.link(to, first)
      const host = Parts.hostOf(to, address)
      if (host.ip !== undefined) to.target = host
      to.list("domain", fqdn)
      for (const one of others) Parts.otherUrl(to, one)
    }
  },
  mailCluster: {
    details: "clusterBy clusterByValue emailCount networkMessageId*=networkMessageIds query urn",
    read: (value, to) => {
      const [by, of] = [N.text(value.clusterBy), N.text(value.clusterByValue)]
      let found: Partial<Record<"senderIp" | "domain" | "from" | "subject", string | undefined>> = {}
      if (by !== undefined && of !== undefined) {
        // Semicolons join several criteria and their values. A semicolon inside a value makes the counts differ.
        const [names, values] = [by.split(";").map(N.lower), of.split(";")]
        if (names.length === 1) found = criterion(names[0]!, of)
        else if (names.length === values.length) {
          for (const [index, name] of names.entries()) found = { ...criterion(name, values[index]!), ...found }
        }
      }
      mail(to, { from: found.from, subject: found.subject }, found.senderIp)
      to.domain = found.domain
      const ids = list(value.networkMessageIds).length
      if (ids > 0) to.tell("networkMessageIds", ids)
    }
  },
  mailbox: {
    details: "displayName",
    read: (value, to) => {
      const account = object(value.userAccount)
      const [upn, primary] = [N.withAt(value.upn), N.mailAddress(value.primaryAddress)]
      Parts.user(to, account, upn ?? N.withAt(account.userPrincipalName) ?? primary ?? N.userName(account))
      to.mailbox = primary ?? upn
      to.tell("mailbox", primary)
    }
  },
  mailboxConfiguration: {
    sets: "application=configurationType",
    details: "configuration=configurationId configurationType displayName externalObject=externalDirectoryObjectId",
    read: (value, to) => {
      const primary = N.mailAddress(value.mailboxPrimaryAddress)
      Parts.user(to, {}, N.withAt(value.upn) ?? primary)
      to.tell("mailbox", primary)
    }
  },
  submissionMail: {
    sets: "started=submissionDateTime",
    details: "networkMessageId submissionId reportType",
    read: (value, to) => {
      const [recipient, submitter] = [N.mailAddress(value.recipient), N.mailAddress(value.submitter)]
      mail(to, { from: N.mailAddress(value.sender), to: recipient, subject: N.text(value.subject) }, value.senderIp)
      Parts.user(to, {}, submitter ?? recipient)
      to.tell("submitter", submitter)
    }
  },
  teamsMessage: {
    sets: "delivery=deliveryAction started=receivedDateTime application=sourceAppName",
    details:
      "threadId threadType messageId parentMessageId campaign=campaignId channelId groupId owningTenant=owningTenantId direction=messageDirection location=deliveryLocation external=isExternal modified=lastModifiedDateTime",
    nested: "files:file",
    read: (value, to) => {
      const [first, ...others] = list(value.recipients).map(N.mailAddress)
      to.client = Parts.hostOf(to, value.senderIP)
      to.mails.push({
        from: N.mailAddress(value.senderFromAddress),
        to: first,
        subject: N.text(value.subject),
        direction: low(value.messageDirection)
      })
      to.application ??= "Teams"
      const [link, ...links] = list(value.urls).map((one) => object(one).url)
      Parts.url(to, link)
      for (const one of links) Parts.otherUrl(to, one)
      for (const one of others) to.list("recipient", one)
      for (const one of list(value.suspiciousRecipients)) to.list("suspiciousRecipient", N.mailAddress(one))
    }
  },
  user: { details: "stream=stream.name", read: (value, to) => Parts.user(to, value.userAccount) },
  // A group must not become a user: it would appear as a person in every graph.
  securityGroup: {
    details:
      "group=displayName|friendlyName friendlyName groupSid=sid groupId=securityGroupId dn=distinguishedName adObject=activeDirectoryObjectGuid"
  },
  servicePrincipal: {
    sets: "application=servicePrincipalName",
    details:
      "appId objectId=servicePrincipalObjectId spType=servicePrincipalType ownerTenant=appOwnerTenantId spTenant=tenantId",
    read: (value, to) => Parts.user(to, {}, N.withAt(value.servicePrincipalName) ?? N.text(value.appId))
  },
  cloudApplication: {
    sets: "application=displayName|instanceName|appId",
    details: "appId saasAppId instance=instanceName instanceId stream=stream.name"
  },
  oauthApplication: { sets: "application=displayName|appId", details: "appId objectId publisher" },
  aiAgent: {
    sets: "application=agentName|agentId",
    details: "agentId platform=hostingPlatformType instructions"
  },
  gitHubOrganization: {
    details: "orgId company displayName",
    read: (value, to) => {
      onGitHub(to, value.webUrl, N.withAt(value.login))
      to.tell("email", N.mailAddress(value.email))
    }
  },
  gitHubRepo: {
    details: "repoId ownerType login",
    read: (value, to) => {
      onGitHub(to, value.baseUrl, N.withAt(value.owner) ?? N.withAt(value.login))
      to.tell("repo", /^[a-z]+:\/\/[^/]+\/(?:repos\/)?([^/?#]+\/[^/?#]+)/i.exec(N.text(value.baseUrl) ?? "")?.[1])
    }
  },
  // An account's mail address is not a sender.
  gitHubUser: {
    details: "login userId displayName=name",
    read: (value, to) => onGitHub(to, value.webUrl, N.mailAddress(value.email) ?? N.withAt(value.login))
  }
}
