/** What is told of each type of evidence: what it is about, and the properties that an analyst asks for first. */
import type { Sort } from "./Mention.ts"

/** Groups of evidence, in the order in which they are shown. */
export const kinds = [
  "Mail",
  "URLs",
  "Users",
  "Hosts",
  "Processes",
  "Files",
  "Addresses",
  "Registry",
  "Applications",
  "Cloud",
  "Other evidence"
] as const
export type EvidenceKind = typeof kinds[number]

/** A property by its path in the evidence, its label, and what it is. */
export interface Told {
  readonly label: string
  readonly path: string
  readonly sort: Sort
}

/** How a type of evidence is told. */
export interface EvidenceForm {
  readonly kind: EvidenceKind
  /** Where what it is about stands; the first that is there is taken. */
  readonly about: ReadonlyArray<Told>
  readonly told: ReadonlyArray<Told>
}

/** Reads `sort Label=path`, divided by semicolons; the label may be left out. */
const toldOf = (text: string): ReadonlyArray<Told> =>
  text.split(";").map((one) => one.trim()).filter((one) => one !== "").map((one) => {
    const [, sort = "text", label = "", path = ""] = /^(\w+) (?:(.*)=)?(\S+)$/.exec(one) ?? []
    return { sort: sort as Sort, label, path }
  })

const form = (kind: EvidenceKind, about: string, told = ""): EvidenceForm => ({
  kind,
  about: toldOf(about),
  told: toldOf(told)
})

const fileFacts = (path: string) =>
  `text Path=${path}.filePath; hash SHA-256=${path}.sha256; hash SHA-1=${path}.sha1; hash MD5=${path}.md5; number Size=${path}.fileSize; text Publisher=${path}.filePublisher; text Signer=${path}.signer`

const userFacts =
  "text Name=userAccount.displayName; text Account=userAccount.accountName; text Domain=userAccount.domainName; text SID=userAccount.userSid"

const kubernetes = (told = "") => form("Cloud", "text name", `text Namespace=namespace.name; ${told}`)

const forms: Readonly<Record<string, EvidenceForm>> = {
  analyzedMessage: form(
    "Mail",
    "text subject; text networkMessageId",
    "mail From=p2Sender.emailAddress; mail Sent by=p1Sender.emailAddress; mail To=recipientEmailAddress; address Sender IP=senderIp; url URL=urls; text Delivery=deliveryAction; text Delivered to=deliveryLocation; text Threat=threats; text Found by=threatDetectionMethods; number Attachments=attachmentsCount; time Received=receivedDateTime; text Message=networkMessageId"
  ),
  mailCluster: form(
    "Mail",
    "text clusterByValue; text query",
    "number Mails=emailCount; text Alike in=clusterBy; text Values=clusterByValue; code Query=query"
  ),
  mailbox: form("Mail", "mail primaryAddress; mail upn; text displayName", "text Owner=displayName; mail User=upn"),
  mailboxConfiguration: form(
    "Mail",
    "mail mailboxPrimaryAddress; mail upn; text displayName",
    "text Configuration=configurationType; text Name=displayName; text ID=configurationId"
  ),
  submissionMail: form(
    "Mail",
    "text subject; text networkMessageId",
    "mail From=sender; mail To=recipient; mail Reported by=submitter; text Reported as=reportType; address Sender IP=senderIp; time Reported=submissionDateTime"
  ),
  teamsMessage: form(
    "Mail",
    "text subject; text messageId",
    "mail From=senderFromAddress; mail To=recipients; address Sender IP=senderIP; text Delivery=deliveryAction; time Received=receivedDateTime"
  ),
  url: form("URLs", "url url"),
  dns: form("URLs", "domain domainName", "address Host=hostIpAddress.ipAddress; address Server=dnsServerIp.ipAddress"),
  user: form(
    "Users",
    "user userAccount.userPrincipalName; user userAccount.accountName; text userAccount.displayName",
    userFacts
  ),
  securityGroup: form(
    "Users",
    "text displayName; text friendlyName; text sid",
    "text SID=sid; text Path=distinguishedName"
  ),
  servicePrincipal: form(
    "Applications",
    "text servicePrincipalName; text appId",
    "text Application=appId; text Type=servicePrincipalType"
  ),
  activeDirectoryDomain: form("Hosts", "domain activeDirectoryDomainName"),
  cloudLogonRequest: form("Users", "text requestId"),
  cloudLogonSession: form(
    "Users",
    "user account.userAccount.userPrincipalName; text sessionId",
    "text Browser=browser; host Device=deviceName; text System=operatingSystem; code User agent=userAgent; time Began=startUtcDateTime; text Session=sessionId"
  ),
  hostLogonSession: form(
    "Users",
    "user account.userAccount.userPrincipalName; user account.userAccount.accountName; text sessionId",
    "host Host=host.deviceDnsName; time Began=startUtcDateTime; time Ended=endUtcDateTime; text Session=sessionId"
  ),
  device: form(
    "Hosts",
    "host deviceDnsName; host hostName; text mdeDeviceId",
    "text System=osPlatform; text Version=version; address Last IP=lastIpAddress; address Public IP=lastExternalIpAddress; user Signed in=loggedOnUsers.accountName; text Risk=riskScore; text Health=healthStatus; text Antivirus=defenderAvStatus; text Group=rbacGroupName"
  ),
  ioTDevice: form(
    "Hosts",
    "host deviceName; text deviceId",
    "text Type=deviceType; text Model=model; text Maker=manufacturer; address IP=ipAddress.ipAddress; text MAC=macAddress"
  ),
  process: form(
    "Processes",
    "code processCommandLine; text imageFile.fileName; number processId",
    `text Program=imageFile.fileName; ${
      fileFacts("imageFile")
    }; number Process ID=processId; text Parent=parentProcessImageFile.fileName; number Parent ID=parentProcessId; user User=userAccount.userPrincipalName; text Account=userAccount.accountName; time Started=processCreationDateTime; text Detection=detectionStatus`
  ),
  file: form(
    "Files",
    "file fileDetails.fileName; hash fileDetails.sha256; hash fileDetails.sha1",
    `${fileFacts("fileDetails")}; text Detection=detectionStatus`
  ),
  fileHash: form("Files", "hash value", "text Algorithm=algorithm"),
  malware: form("Files", "text name", "text Category=category"),
  ip: form(
    "Addresses",
    "address ipAddress",
    "text Country=location.countryName; text Country code=countryLetterCode; text City=location.city"
  ),
  networkConnection: form(
    "Addresses",
    "address destinationAddress.ipAddress",
    "address From=sourceAddress.ipAddress; number From port=sourcePort; number To port=destinationPort; text Protocol=protocol"
  ),
  nic: form("Addresses", "address ipAddress.ipAddress; text macAddress", "text MAC=macAddress; text VLAN=vlans"),
  registryKey: form("Registry", "code registryKey", "text Hive=registryHive"),
  registryValue: form(
    "Registry",
    "code registryKey",
    "text Hive=registryHive; text Name=registryValueName; code Value=registryValue; text Type=registryValueType"
  ),
  cloudApplication: form(
    "Applications",
    "text displayName; text appId",
    "text Instance=instanceName; text Application=appId"
  ),
  oauthApplication: form(
    "Applications",
    "text displayName; text appId",
    "text Publisher=publisher; text Application=appId"
  ),
  aiAgent: form("Applications", "text agentName; text agentId", "text Platform=hostingPlatformType"),
  azureResource: form(
    "Cloud",
    "text resourceName; text resourceId",
    "text Type=resourceType; code Resource=resourceId"
  ),
  amazonResource: form(
    "Cloud",
    "text resourceName; text amazonResourceId",
    "text Type=resourceType; text Account=amazonAccountId"
  ),
  googleCloudResource: form(
    "Cloud",
    "text resourceName; text fullResourceName",
    "text Type=resourceType; text Project=projectId"
  ),
  blob: form("Cloud", "text name; url url", "url URL=url; text Container=blobContainer.name"),
  blobContainer: form("Cloud", "text name; url url", "url URL=url; text Storage=storageResource.resourceName"),
  sasToken: form(
    "Cloud",
    "text storageResource.resourceName; text signatureHash",
    "text Permission=permissions; time Expires=expiryDateTime"
  ),
  container: form(
    "Cloud",
    "text name; text containerId",
    "code Command=command; text Image=image.imageId; text Pod=pod.name"
  ),
  containerImage: form("Cloud", "text imageId", "text Registry=registry.registry"),
  containerRegistry: form("Cloud", "text registry"),
  kubernetesCluster: form("Cloud", "text name", "text Platform=platform; text Version=version"),
  kubernetesNamespace: form("Cloud", "text name", "text Cluster=cluster.name"),
  kubernetesController: kubernetes("text Type=type"),
  kubernetesPod: kubernetes("address IP=podIp.ipAddress; text Account=serviceAccount.name"),
  kubernetesSecret: kubernetes("text Type=secretType"),
  kubernetesService: kubernetes("text Type=serviceType; address IP=clusterIP.ipAddress"),
  kubernetesServiceAccount: kubernetes(),
  gitHubOrganization: form("Cloud", "text displayName; text login", "url Address=webUrl; text Company=company"),
  gitHubRepo: form("Cloud", "url baseUrl; text repoId", "text Owner=owner"),
  gitHubUser: form("Users", "text login; text name", "text Name=name; mail Mail=email; url Address=webUrl")
}

const byName: ReadonlyMap<string, EvidenceForm> = new Map(
  Object.entries(forms).map(([name, one]) => [name.toLowerCase(), one])
)

/** Types that are told in a way of their own. */
export const formNames: ReadonlyArray<string> = Object.keys(forms)

/** How a type is told, its name in any case; undefined for one that is not known. */
export const formOf = (type: string): EvidenceForm | undefined => byName.get(type.toLowerCase())
