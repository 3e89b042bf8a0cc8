/** Evidence objects as Graph sends them: every property of the type, null where Microsoft has no value. */
import type { Cast, Device, Person } from "./Cast.ts"
import type { Draw } from "./Draw.ts"
import { graphTime, type Row } from "./Row.ts"

/** The inputs of one evidence object. */
export interface Scene {
  readonly cast: Cast
  readonly draw: Draw
  /** Milliseconds since 1970. */
  readonly at: number
}

type Verdict = "malicious" | "suspicious" | "noThreatsFound" | "unknown"

const evidence = (type: string, at: number, verdict: Verdict, roles: ReadonlyArray<string>, properties: Row): Row => ({
  "@odata.type": `#microsoft.graph.security.${type}Evidence`,
  createdDateTime: graphTime(at, 3333),
  verdict,
  remediationStatus: verdict === "malicious" ? "active" : "none",
  remediationStatusDetails: null,
  roles,
  detailedRoles: [],
  tags: [],
  ...properties
})

const account = (person: Person, tenantId: string): Row => ({
  accountName: person.account,
  domainName: "CONTOSO",
  userSid: person.sid,
  azureAdUserId: person.objectId,
  userPrincipalName: person.mail,
  displayName: person.name,
  activeDirectoryObjectGuid: null,
  tenantId,
  resourceAccessEvents: []
})

const image = (draw: Draw, fileName: string, filePath: string, publisher: string | null): Row => ({
  fileName,
  filePath,
  filePublisher: publisher,
  fileSize: draw.int(20_000, 4_000_000),
  issuer: null,
  md5: draw.hex(32),
  sha1: draw.hex(40),
  sha256: draw.hex(64),
  sha256Ac: null,
  signer: null
})

/** A mailbox that received the mails; the victim's by default. */
export const mailbox = ({ at, cast }: Scene, owner: Person = cast.victim): Row =>
  evidence("mailbox", at, "unknown", [], {
    displayName: owner.name,
    primaryAddress: owner.mail,
    upn: owner.mail,
    userAccount: account(owner, cast.tenantId)
  })

/** A URL on the look-alike sign-in page. */
export const url = ({ at, cast }: Scene, path = "/x"): Row =>
  evidence("url", at, "malicious", [], { url: `https://${cast.lure}:8443${path}` })

/** One mail of the campaign. */
export const analyzedMessage = ({ at, cast, draw }: Scene): Row =>
  evidence("analyzedMessage", at, "malicious", [], {
    networkMessageId: draw.guid(),
    internetMessageId: `<${draw.hex(24)}@mailer.example>`,
    subject: cast.campaign,
    language: "en",
    senderIp: cast.attackerIp,
    recipientEmailAddress: cast.victim.mail,
    antiSpamDirection: "Inbound",
    deliveryAction: "Delivered",
    deliveryLocation: "Inbox",
    urn: `urn:MailEntity:${draw.hex(32)}`,
    threats: ["ZapPhish", "NormalPhish"],
    threatDetectionMethods: ["UrlReputation", "FingerPrintMatch"],
    urls: [`https://${cast.lure}:8443/x`, `https://${cast.lure}/logo.png`],
    urlCount: 2,
    attachmentsCount: 0,
    receivedDateTime: graphTime(at - draw.int(300, 1800) * 1000),
    p1Sender: { emailAddress: "bounce@mailer.example", displayName: null, domainName: "mailer.example" },
    p2Sender: { emailAddress: "it@c0ntoso.example", displayName: "IT", domainName: "c0ntoso.example" }
  })

/** The campaign's mails as one cluster of 3 to 24. */
export const mailCluster = ({ at, cast, draw }: Scene): Row => {
  const count = draw.int(3, 24)
  const fingerprint = draw.int(100_000_000, 999_999_999)
  return evidence("mailCluster", at, "malicious", [], {
    clusterBy: "BodyFingerprintBin1;P2SenderDomain;ContentType",
    clusterByValue: `${fingerprint};c0ntoso.example;1`,
    emailCount: count,
    networkMessageIds: Array.from({ length: count }, () => draw.guid()),
    query:
      `( (( (BodyFingerprintBin1:"${fingerprint}") ) AND ( (P2SenderDomain:"c0ntoso.example") )) ) AND ( (XmiInfoTenantPolicyFinalVerdictSource:Phish) )`,
    urn: `urn:MailClusterEntity:${Array.from(cast.lure).length}${draw.hex(31)}`
  })
}

/** A person's account; the victim's by default. */
export const user = ({ at, cast }: Scene, who: Person = cast.victim, role = "compromised"): Row =>
  evidence("user", at, "suspicious", [role], { userAccount: account(who, cast.tenantId), stream: null })

/** The attacker's IP address. */
export const ip = ({ at, cast }: Scene, role = "attacker"): Row =>
  evidence("ip", at, "malicious", [role], {
    ipAddress: cast.attackerIp,
    countryLetterCode: cast.country,
    stream: null,
    location: { city: null, countryName: cast.country, latitude: 52.1, longitude: 4.3, state: null }
  })

/** A machine; the cast's device by default. */
export const device = ({ at, cast, draw }: Scene, which: Device = cast.device, role = "compromised"): Row =>
  evidence("device", at, "suspicious", [role], {
    mdeDeviceId: which.id,
    azureAdDeviceId: null,
    deviceDnsName: `${which.host}.contoso.example`,
    hostName: which.host,
    ntDomain: "CONTOSO",
    dnsDomain: "contoso.example",
    osPlatform: which.os,
    osBuild: 26100,
    version: "24H2",
    healthStatus: "active",
    riskScore: draw.pick(["medium", "high"]),
    rbacGroupId: 125,
    rbacGroupName: "Clients",
    onboardingStatus: "onboarded",
    defenderAvStatus: "updated",
    firstSeenDateTime: graphTime(at - 90 * 86_400_000),
    lastIpAddress: which.ip,
    lastExternalIpAddress: "198.51.100.1",
    ipInterfaces: [which.ip, "fe80::8505:87aa:de7a:4c9f", "127.0.0.1", "::1"],
    loggedOnUsers: [{ accountName: cast.victim.account, domainName: "CONTOSO" }],
    resourceAccessEvents: [],
    vmMetadata: null
  })

/** A file on the cast's device. */
export const file = ({ at, cast, draw }: Scene, fileName: string, filePath: string): Row =>
  evidence("file", at, "malicious", [], {
    detectionStatus: "detected",
    mdeDeviceId: cast.device.id,
    fileDetails: image(draw, fileName, filePath, null)
  })

/** A process on the cast's device. */
export const process = ({ at, cast, draw }: Scene, fileName: string, commandLine: string): Row =>
  evidence("process", at, "malicious", [], {
    detectionStatus: "detected",
    mdeDeviceId: cast.device.id,
    processId: draw.int(1000, 20_000),
    parentProcessId: draw.int(500, 999),
    processCommandLine: commandLine,
    processCreationDateTime: graphTime(at - 120_000, 1234),
    parentProcessCreationDateTime: graphTime(at - 3_600_000),
    imageFile: image(draw, fileName, "C:\\Windows\\System32", "Microsoft Corporation"),
    parentProcessImageFile: image(draw, "explorer.exe", "C:\\Windows", "Microsoft Corporation"),
    userAccount: account(cast.victim, cast.tenantId)
  })

/** Evidence of any other type, by its name without `Evidence`. */
export const other = (scene: Scene, type: string, properties: Row, verdict: Verdict = "suspicious"): Row =>
  evidence(type, scene.at, verdict, [], properties)
