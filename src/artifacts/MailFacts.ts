/** Readers of evidence about messages, mailboxes and Teams messages. */
import { type FactsDraft, type Json, list, object, type Reader, word } from "./FactsDraft.ts"
import * as N from "./NormalForms.ts"
import * as Shared from "./SharedFacts.ts"

/** Prefers the `From` that the user saw (P2); another envelope sender (P1) becomes a tag. */
const sender = (draft: FactsDraft, value: Json): void => {
  const [seen, envelope] = [object(value.p2Sender), object(value.p1Sender)]
  const [seenAddress, envelopeAddress] = [N.mailAddress(seen.emailAddress), N.mailAddress(envelope.emailAddress)]
  const used = seenAddress === undefined ? envelope : seen
  const from = seenAddress ?? envelopeAddress
  draft.set("emailFrom", from)
  if (seenAddress !== undefined && seenAddress !== envelopeAddress) draft.tag("envelopeFrom", envelopeAddress)
  const domain = from?.includes("@") ? from.slice(from.lastIndexOf("@") + 1) : undefined
  draft.tag("senderDomain", N.name(used.domainName) ?? domain)
}

const sendingServer = (draft: FactsDraft, value: unknown): void => {
  const ip = N.address(value)
  draft.place("client", { ip })
  draft.set("emailSendingServer", ip)
}

const delivered = (draft: FactsDraft, value: unknown): void => {
  const found = word(value)
  if (found !== undefined) draft.deliveryAction = found
}

const urlsMax = 10

const analyzedMessage: Reader = (value, draft) => {
  const recipient = N.mailAddress(value.recipientEmailAddress)
  sender(draft, value)
  draft.set("emailTo", recipient)
  draft.set("userName", recipient)
  draft.set("emailSubject", N.text(value.subject))
  sendingServer(draft, value.senderIp)
  draft.set("protocol", "SMTP")
  const urls = list(value.urls)
  Shared.link(draft, urls[0])
  draft.place("hostile", { ip: N.urlParts(urls[0]).address })
  delivered(draft, value.deliveryAction)
  draft.tag("networkMessageId", value.networkMessageId)
  draft.tag("internetMessageId", value.internetMessageId)
  draft.tag("direction", value.antiSpamDirection)
  draft.tag("delivery", value.deliveryAction)
  draft.tag("location", value.deliveryLocation)
  draft.tagEach("threatType", value.threats)
  draft.tagEach("detection", value.threatDetectionMethods)
  draft.tagEach("url", urls.slice(1, urlsMax))
  draft.tag("urlCount", value.urlCount)
  draft.tag("attachments", value.attachmentsCount)
  draft.tag("language", value.language)
}

/** Sets the field that one criterion of a mail cluster stands for. */
const criterion = (draft: FactsDraft, by: string, value: string): void => {
  if (by.includes("senderip")) sendingServer(draft, value)
  else if (by.includes("domain")) draft.set("fqdn", N.dotted(value))
  else if (by.includes("sender")) {
    if (value.includes("@")) draft.set("emailFrom", N.mailAddress(value))
  } else if (by.includes("subject")) draft.set("emailSubject", N.text(value))
}

const messageIdsMax = 20

const mailCluster: Reader = (value, draft) => {
  const [by, of] = [N.text(value.clusterBy), N.text(value.clusterByValue)]
  draft.set("protocol", "SMTP")
  if (by !== undefined && of !== undefined) {
    // Semicolons join several criteria and their values. A semicolon inside a value makes the counts differ.
    const [names, values] = [lowerParts(by), of.split(";")]
    if (names.length === 1) criterion(draft, names[0]!, of)
    else if (names.length === values.length) names.forEach((name, index) => criterion(draft, name, values[index]!))
  }
  const ids = list(value.networkMessageIds)
  draft.tag("clusterBy", by)
  draft.tag("clusterByValue", of)
  draft.tag("emailCount", value.emailCount)
  if (ids.length > 0) draft.tag("networkMessageIds", ids.length)
  draft.tag("query", value.query)
  draft.tagEach("networkMessageId", ids, messageIdsMax)
}

const lowerParts = (text: string): ReadonlyArray<string> => text.split(";").map(N.lower)

const mailbox: Reader = (value, draft) => {
  const account = object(value.userAccount)
  const [upn, primary] = [N.withAt(value.upn), N.mailAddress(value.primaryAddress)]
  draft.set("userName", upn ?? N.withAt(account.userPrincipalName) ?? primary ?? N.userName(account))
  draft.set("emailTo", primary ?? upn)
  Shared.accountTags(draft, account)
  draft.tag("mailbox", primary)
}

const mailboxConfiguration: Reader = (value, draft) => {
  const primary = N.mailAddress(value.mailboxPrimaryAddress)
  draft.set("userName", N.withAt(value.upn) ?? primary)
  draft.set("emailTo", primary)
  draft.set("application", word(value.configurationType))
  draft.tag("configuration", value.configurationId)
  draft.tag("configurationType", value.configurationType)
  draft.tag("displayName", value.displayName)
}

const submissionMail: Reader = (value, draft) => {
  const recipient = N.mailAddress(value.recipient)
  draft.set("emailFrom", N.mailAddress(value.sender))
  draft.set("emailTo", recipient)
  draft.set("userName", N.mailAddress(value.submitter) ?? recipient)
  draft.set("emailSubject", N.text(value.subject))
  sendingServer(draft, value.senderIp)
  draft.set("protocol", "SMTP")
  draft.tag("networkMessageId", value.networkMessageId)
  draft.tag("submissionId", value.submissionId)
  draft.tag("reportType", value.reportType)
  draft.tag("submitter", N.mailAddress(value.submitter))
}

const teamsMessage: Reader = (value, draft) => {
  const recipients = list(value.recipients)
  const recipient = N.mailAddress(recipients[0])
  draft.set("userName", recipient)
  draft.set("emailFrom", N.mailAddress(value.senderFromAddress))
  draft.set("emailTo", recipient)
  draft.set("emailSubject", N.text(value.subject))
  draft.place("client", { ip: N.address(value.senderIP) })
  draft.set("application", N.text(value.sourceAppName) ?? "Teams")
  Shared.url(draft, object(list(value.urls)[0]).url)
  Shared.file(draft, object(object(list(value.files)[0]).fileDetails))
  delivered(draft, value.deliveryAction)
  draft.tag("threadId", value.threadId)
  draft.tag("messageId", value.messageId)
  draft.tag("channelId", value.channelId)
  draft.tag("groupId", value.groupId)
  draft.tag("direction", value.messageDirection)
  draft.tag("location", value.deliveryLocation)
  draft.tag("external", value.isExternal)
  for (const other of recipients.slice(1)) draft.tag("recipient", N.mailAddress(other))
  for (const other of list(value.suspiciousRecipients)) draft.tag("suspiciousRecipient", N.mailAddress(other))
}

/** Readers by evidence type, for `EvidenceFacts`. */
export const readers: Readonly<Record<string, Reader>> = {
  analyzedMessage,
  mailCluster,
  mailbox,
  mailboxConfiguration,
  submissionMail,
  teamsMessage
}
