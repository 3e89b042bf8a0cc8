/** Evidence types for messages, mailboxes and Teams messages. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `analyzedMessageEvidence`. */
export const AnalyzedMessage = F.evidence("analyzedMessage", {
  antiSpamDirection: F.text,
  attachmentsCount: F.int64,
  deliveryAction: F.text,
  deliveryLocation: F.text,
  internetMessageId: F.text,
  language: F.text,
  networkMessageId: F.text,
  p1Sender: F.part(Parts.EmailSender),
  p2Sender: F.part(Parts.EmailSender),
  receivedDateTime: F.text,
  recipientEmailAddress: F.text,
  senderIp: F.text,
  subject: F.text,
  threatDetectionMethods: F.texts,
  threats: F.texts,
  urlCount: F.int64,
  urls: F.texts,
  urn: F.text
})

/** Graph's `mailClusterEvidence`. */
export const MailCluster = F.evidence("mailCluster", {
  clusterBy: F.text,
  clusterByValue: F.text,
  emailCount: F.int64,
  networkMessageIds: F.texts,
  query: F.text,
  urn: F.text
})

/** Graph's `mailboxEvidence`. */
export const Mailbox = F.evidence("mailbox", {
  displayName: F.text,
  primaryAddress: F.text,
  upn: F.text,
  userAccount: F.part(Parts.UserAccount)
})

/** Graph's `mailboxConfigurationEvidence`. */
export const MailboxConfiguration = F.evidence("mailboxConfiguration", {
  configurationId: F.text,
  configurationType: F.word(Words.mailboxConfigurationType),
  displayName: F.text,
  externalDirectoryObjectId: F.text,
  mailboxPrimaryAddress: F.text,
  upn: F.text
})

/** Graph's `submissionMailEvidence`. */
export const SubmissionMail = F.evidence("submissionMail", {
  networkMessageId: F.text,
  recipient: F.text,
  reportType: F.text,
  sender: F.text,
  senderIp: F.text,
  subject: F.text,
  submissionDateTime: F.text,
  submissionId: F.text,
  submitter: F.text
})

/** Graph's `teamsMessageEvidence`. */
export const TeamsMessage = F.evidence("teamsMessage", {
  campaignId: F.text,
  channelId: F.text,
  deliveryAction: F.word(Words.teamsMessageDeliveryAction),
  deliveryLocation: F.word(Words.teamsDeliveryLocation),
  files: F.nested("file"),
  groupId: F.text,
  isExternal: F.flag,
  isOwned: F.flag,
  lastModifiedDateTime: F.text,
  messageDirection: F.word(Words.antispamTeamsDirection),
  messageId: F.text,
  owningTenantId: F.text,
  parentMessageId: F.text,
  receivedDateTime: F.text,
  recipients: F.texts,
  senderFromAddress: F.text,
  senderIP: F.text,
  sourceAppName: F.text,
  sourceId: F.text,
  subject: F.text,
  suspiciousRecipients: F.texts,
  threadId: F.text,
  threadType: F.text,
  urls: F.nested("url")
})
