import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { type EvidenceFacts, factsOf } from "../../src/artifacts/EvidenceFacts.ts"
import { decode, types } from "../../src/evidence/Evidence.ts"
import { samples } from "./EvidenceSamples.ts"

/** The expected facts of each sample. */
const expected: Readonly<Record<string, EvidenceFacts>> = {
  activeDirectoryDomain: {
    fields: { fqdn: "corp.contoso.example" },
    tags: ["trustedDomain:partner.contoso.example"],
    side: { hostname: "corp.contoso.example" }
  },
  aiAgent: {
    fields: { application: "Helpdesk bot" },
    tags: ["agentId:agent-7", "platform:copilotStudio"]
  },
  amazonResource: {
    fields: { application: "S3 Bucket", filePath: "arn:aws:s3:::contoso-logs" },
    tags: ["amazonAccount:123456789012", "resourceName:contoso-logs", "amazonResource:arn:aws:s3:::contoso-logs"]
  },
  analyzedMessage: {
    fields: {
      emailFrom: "billing@evil.example",
      emailTo: "adele.vance@contoso.example",
      userName: "adele.vance@contoso.example",
      emailSubject: "Your invoice",
      emailSendingServer: "203.0.113.9",
      protocol: "SMTP",
      uri: "https://login.evil.example/a",
      fqdn: "login.evil.example"
    },
    tags: [
      "envelopeFrom:bounce@bulk.example",
      "senderDomain:evil.example",
      "networkMessageId:nm-1",
      "internetMessageId:<1@mail.evil.example>",
      "direction:Inbound",
      "delivery:DeliveredAsSpam",
      "location:JunkFolder",
      "threatType:Phish",
      "detection:URL detonation",
      "url:https://cdn.evil.example/b",
      "urlCount:2",
      "attachments:0",
      "language:en"
    ],
    client: { ip: "203.0.113.9" },
    deliveryAction: "DeliveredAsSpam"
  },
  azureResource: {
    fields: {
      application: "Microsoft.Sql/servers/databases",
      filePath: "/subscriptions/s-3/resourceGroups/rg-1/providers/Microsoft.Sql/servers/sql-1/databases/crm"
    },
    tags: [
      "azureResource:/subscriptions/s-3/resourceGroups/rg-1/providers/Microsoft.Sql/servers/sql-1/databases/crm",
      "resourceName:crm",
      "subscription:s-3",
      "resourceGroup:rg-1"
    ]
  },
  blob: {
    fields: {
      fileName: "in/tool.exe",
      uri: "https://contosodata.blob.core.windows.net/drop/in/tool.exe",
      fqdn: "contosodata.blob.core.windows.net",
      fileHash: "da39",
      filePath: "drop/in/tool.exe",
      application: "Storage Account"
    },
    tags: [
      "md5:d41d",
      "etag:0x8D",
      "container:drop",
      "azureResource:/subscriptions/s-2/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/contosodata",
      "resourceName:contosodata",
      "subscription:s-2",
      "resourceGroup:rg-data"
    ]
  },
  blobContainer: {
    fields: {
      uri: "https://contosodata.blob.core.windows.net/drop",
      fqdn: "contosodata.blob.core.windows.net",
      filePath: "drop",
      application: "Storage Account"
    },
    tags: [
      "container:drop",
      "azureResource:/subscriptions/s-2/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/contosodata",
      "resourceName:contosodata",
      "subscription:s-2",
      "resourceGroup:rg-data"
    ]
  },
  cloudApplication: {
    fields: { application: "Microsoft Exchange Online" },
    tags: ["appId:11161", "saasAppId:11161", "instance:Contoso tenant", "stream:Mail"]
  },
  cloudLogonRequest: {
    fields: {},
    tags: ["requestId:req-1"]
  },
  cloudLogonSession: {
    fields: {
      userName: "adele.vance@contoso.example",
      application: "Edge 120",
      protocol: "OAUTH2",
      startTimeUTC: "2026-11-20T09:00:00Z"
    },
    tags: [
      "account:Adele.Vance",
      "userSid:S-1-5-21-1",
      "aadUserId:3fb1-aad",
      "displayName:Adele Vance",
      "sessionId:ses-1",
      "os:Windows 11",
      "userAgent:Mozilla/5.0",
      "previousLogon:2026-11-19T09:00:00Z"
    ],
    client: { hostname: "adele-pc" }
  },
  container: {
    fields: {
      application: "miner",
      program: "/bin/sh",
      fileHash: "bb".repeat(32),
      fqdn: "registry.contoso.example",
      userName: "system:serviceaccount:Payments:payer"
    },
    tags: [
      "containerId:c-1",
      `image:registry.contoso.example/app@sha256:${"bb".repeat(32)}`,
      "registry:registry.contoso.example",
      "pod:pay-0",
      "namespace:Payments",
      "cluster:aks-prod.westeurope.contoso.example",
      "azureResource:/subscriptions/s-1/resourceGroups/rg-k8s/providers/Microsoft.ContainerService/managedClusters/aks-prod",
      "subscription:s-1",
      "resourceGroup:rg-k8s",
      "privileged:true",
      "command:/bin/sh -c xmrig"
    ],
    side: { ip: "10.244.0.7", hostname: "pay-0" }
  },
  containerImage: {
    fields: { application: "app:1.2", fqdn: "registry.contoso.example", fileHash: "bb".repeat(32) },
    tags: ["image:app:1.2", `digest:sha256:${"bb".repeat(32)}`]
  },
  containerRegistry: {
    fields: { fqdn: "registry.contoso.example" },
    tags: ["registry:registry.contoso.example"]
  },
  device: {
    fields: { fqdn: "adele-pc.corp.contoso.example", userName: "CONTOSO\\adele.vance" },
    tags: [
      "mdeDeviceId:mde-1",
      "aadDeviceId:aad-1",
      "os:Windows11",
      "deviceRisk:high",
      "externalIp:198.51.100.7",
      "vmId:vm-1",
      "azureResource:/subscriptions/s-1/vm",
      "loggedOn:CONTOSO\\adele.vance",
      "loggedOn:CONTOSO\\svc",
      "av:updated",
      "health:active",
      "onboarding:onboarded",
      "rbacGroup:Workstations"
    ],
    side: { ip: "10.1.2.3", hostname: "adele-pc.corp.contoso.example" }
  },
  dns: {
    fields: { fqdn: "c2.evil.example", protocol: "DNS", geoRegion: "NL" },
    tags: ["resolved:203.0.113.77", "resolved:203.0.113.78", "dnsServer:10.0.0.53"],
    client: { ip: "10.1.2.3" },
    server: { ip: "203.0.113.77" }
  },
  file: {
    fields: { fileName: "Tool.exe", filePath: "C:\\Users\\adele\\Tool.exe", fileHash: "aa".repeat(32) },
    tags: [
      "sha1:cc",
      "md5:dd",
      "sha256ac:ee",
      "signer:Contoso CA",
      "publisher:Contoso",
      "issuer:Root CA",
      "fileSize:1024",
      "mdeDeviceId:mde-1"
    ],
    detectionStatus: "prevented"
  },
  fileHash: {
    fields: { fileHash: "aa".repeat(32) },
    tags: ["algorithm:sha256"]
  },
  gitHubOrganization: {
    fields: { application: "GitHub", uri: "https://github.com/contoso", fqdn: "github.com", userName: "contoso" },
    tags: ["orgId:77", "company:Contoso", "email:dev@contoso.example", "displayName:Contoso Dev"]
  },
  gitHubRepo: {
    fields: {
      application: "GitHub",
      uri: "https://github.com/contoso/shop",
      fqdn: "github.com",
      userName: "contoso"
    },
    tags: ["repoId:88", "ownerType:Organization", "repo:contoso/shop"]
  },
  gitHubUser: {
    fields: {
      application: "GitHub",
      userName: "adele.vance@contoso.example",
      uri: "https://github.com/avance",
      fqdn: "github.com"
    },
    tags: ["login:avance", "userId:99", "displayName:Adele Vance"]
  },
  googleCloudResource: {
    fields: {
      application: "compute.googleapis.com/Instance",
      filePath: "//compute.googleapis.com/projects/p/zones/z/instances/i"
    },
    tags: ["gcpProject:p", "gcpProjectNumber:9007199254740993", "resourceName:i", "location:europe-west1-b"]
  },
  hostLogonSession: {
    fields: {
      userName: "CONTOSO\\svc-backup",
      fqdn: "srv-1.corp.contoso.example",
      startTimeUTC: "2026-11-20T08:00:00Z",
      endTimeUTC: "2026-11-20T08:30:00Z"
    },
    tags: ["account:svc-backup", "sessionId:0x3e7"],
    side: { ip: "10.9.9.9", hostname: "srv-1.corp.contoso.example" }
  },
  ioTDevice: {
    fields: {
      protocol: "MODBUS",
      userName: "ops@contoso.example",
      filePath: "/subscriptions/s-4/resourceGroups/rg-iot/providers/Microsoft.Devices/IotHubs/hub",
      application: "Microsoft.Devices/IotHubs"
    },
    tags: [
      "deviceId:plc-1",
      "deviceType:PLC",
      "manufacturer:Siemens",
      "model:S7",
      "serial:SN-1",
      "site:Plant",
      "zone:Line 1",
      "sensor:sensor-1",
      "purdue:Process Control",
      "os:RTOS",
      "importance:high",
      "iotHub:/subscriptions/s-4/resourceGroups/rg-iot/providers/Microsoft.Devices/IotHubs/hub",
      "scanner:false",
      "authorized:true"
    ],
    side: { ip: "192.168.7.9", hostname: "plc-1", mac: "00-11-22-33-44-55" }
  },
  ip: {
    fields: { geoRegion: "Netherlands" },
    tags: ["stream:proxy"],
    side: { ip: "203.0.113.5" }
  },
  kubernetesCluster: {
    fields: { application: "aks-prod.westeurope.contoso.example", fqdn: "aks-prod.westeurope.contoso.example" },
    tags: [
      "platform:aks",
      "k8sVersion:1.31",
      "distribution:AKS",
      "cluster:aks-prod.westeurope.contoso.example",
      "azureResource:/subscriptions/s-1/resourceGroups/rg-k8s/providers/Microsoft.ContainerService/managedClusters/aks-prod",
      "subscription:s-1",
      "resourceGroup:rg-k8s"
    ]
  },
  kubernetesController: {
    fields: { application: "pay", fqdn: "aks-prod.westeurope.contoso.example" },
    tags: [
      "controller:pay",
      "controllerType:Deployment",
      "namespace:Payments",
      "cluster:aks-prod.westeurope.contoso.example",
      "azureResource:/subscriptions/s-1/resourceGroups/rg-k8s/providers/Microsoft.ContainerService/managedClusters/aks-prod",
      "subscription:s-1",
      "resourceGroup:rg-k8s",
      "label:app=pay"
    ]
  },
  kubernetesNamespace: {
    fields: { application: "Payments", fqdn: "aks-prod.westeurope.contoso.example" },
    tags: [
      "namespace:Payments",
      "cluster:aks-prod.westeurope.contoso.example",
      "azureResource:/subscriptions/s-1/resourceGroups/rg-k8s/providers/Microsoft.ContainerService/managedClusters/aks-prod",
      "subscription:s-1",
      "resourceGroup:rg-k8s",
      "label:team=shop"
    ]
  },
  kubernetesPod: {
    fields: {
      application: "pay-0",
      userName: "system:serviceaccount:Payments:payer",
      program: "pay",
      fqdn: "aks-prod.westeurope.contoso.example"
    },
    tags: [
      "pod:pay-0",
      "controller:pay",
      "image:app:1.2",
      "image:init:1",
      "namespace:Payments",
      "cluster:aks-prod.westeurope.contoso.example",
      "azureResource:/subscriptions/s-1/resourceGroups/rg-k8s/providers/Microsoft.ContainerService/managedClusters/aks-prod",
      "subscription:s-1",
      "resourceGroup:rg-k8s",
      "label:app=pay"
    ],
    side: { ip: "10.244.0.7", hostname: "pay-0" }
  },
  kubernetesSecret: {
    fields: { application: "db-password", fqdn: "aks-prod.westeurope.contoso.example" },
    tags: [
      "secret:db-password",
      "secretType:Opaque",
      "namespace:Payments",
      "cluster:aks-prod.westeurope.contoso.example",
      "azureResource:/subscriptions/s-1/resourceGroups/rg-k8s/providers/Microsoft.ContainerService/managedClusters/aks-prod",
      "subscription:s-1",
      "resourceGroup:rg-k8s"
    ]
  },
  kubernetesService: {
    fields: { application: "pay-lb", protocol: "TCP", fqdn: "aks-prod.westeurope.contoso.example" },
    tags: [
      "service:pay-lb",
      "serviceType:loadBalancer",
      "port:443",
      "port:8080",
      "namespace:Payments",
      "cluster:aks-prod.westeurope.contoso.example",
      "azureResource:/subscriptions/s-1/resourceGroups/rg-k8s/providers/Microsoft.ContainerService/managedClusters/aks-prod",
      "subscription:s-1",
      "resourceGroup:rg-k8s",
      "label:tier=1"
    ],
    server: { ip: "198.51.100.20", port: "443" }
  },
  kubernetesServiceAccount: {
    fields: { userName: "system:serviceaccount:payments:payer", application: "payments" },
    tags: ["namespace:payments"]
  },
  mailCluster: {
    fields: {
      protocol: "SMTP",
      emailSubject: "Your invoice",
      fqdn: "evil.example",
      emailSendingServer: "203.0.113.9"
    },
    tags: [
      "clusterBy:Subject;P2SenderDomain;SenderIp",
      "clusterByValue:Your invoice;evil.example;203.0.113.9",
      "emailCount:12",
      "networkMessageIds:2",
      "query:( (( Subject:\"Your invoice\" )) )",
      "networkMessageId:nm-1",
      "networkMessageId:nm-2"
    ],
    client: { ip: "203.0.113.9" }
  },
  mailbox: {
    fields: { userName: "adele.vance@contoso.example", emailTo: "shared@contoso.example" },
    tags: [
      "account:Adele.Vance",
      "userSid:S-1-5-21-1",
      "aadUserId:3fb1-aad",
      "displayName:Adele Vance",
      "mailbox:shared@contoso.example"
    ]
  },
  mailboxConfiguration: {
    fields: {
      userName: "adele@contoso.example",
      emailTo: "adele.vance@contoso.example",
      application: "userInboxRule"
    },
    tags: ["configuration:rule-1", "configurationType:userInboxRule", "displayName:hide"]
  },
  malware: {
    fields: {
      program: "foo.exe",
      pid: "4242",
      fileName: "foo.exe",
      filePath: "/opt/foo.exe",
      fileHash: "cc",
      userName: "root"
    },
    tags: ["malware:Exploit:Win32/Foo", "malwareCategory:Exploit"]
  },
  networkConnection: {
    fields: { protocol: "TCP", geoRegion: "NL" },
    tags: [],
    client: { ip: "10.1.2.3", port: "50000" },
    server: { ip: "203.0.113.77", port: "443" }
  },
  nic: {
    fields: {},
    tags: ["vlan:10", "vlan:20"],
    side: { ip: "192.168.7.9", mac: "00-11-22-33-44-55" }
  },
  oauthApplication: {
    fields: { application: "Mail sync" },
    tags: ["appId:app-1", "objectId:obj-1", "publisher:Contoso"]
  },
  process: {
    fields: {
      program: "notepad.exe",
      pid: "4780",
      filePath: "c:\\windows\\system32\\notepad.exe",
      fileHash: "aa".repeat(32),
      userName: "CONTOSO\\Adele.Vance"
    },
    tags: [
      "md5:dd",
      "signer:MS",
      "account:Adele.Vance",
      "userSid:S-1-5-21-1",
      "aadUserId:3fb1-aad",
      "displayName:Adele Vance",
      "command:\"notepad.exe\" secret.txt",
      "parentProcess:explorer.exe",
      "parentPid:668",
      "mdeDeviceId:mde-1"
    ],
    detectionStatus: "detected"
  },
  registryKey: {
    fields: { filePath: "HKEY_LOCAL_MACHINE\\SOFTWARE\\Run" },
    tags: ["registryHive:HKEY_LOCAL_MACHINE"]
  },
  registryValue: {
    fields: { filePath: "HKEY_LOCAL_MACHINE\\SOFTWARE\\Run\\evil" },
    tags: [
      "registryHive:HKEY_LOCAL_MACHINE",
      "registryValueName:evil",
      "registryValueType:String",
      "registryValue:c:\\evil.exe",
      "mdeDeviceId:mde-1"
    ]
  },
  sasToken: {
    fields: {
      protocol: "HTTPS",
      filePath: "/subscriptions/s-2/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/contosodata",
      application: "Storage Account"
    },
    tags: [
      "sasSignature:SIG",
      "sasPermission:read",
      "sasPermission:list",
      "sasExpires:2027-01-01T00:00:00Z",
      "sasServices:blob",
      "allowedIps:198.51.100.30",
      "azureResource:/subscriptions/s-2/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/contosodata",
      "resourceName:contosodata",
      "subscription:s-2",
      "resourceGroup:rg-data"
    ],
    client: { ip: "198.51.100.30" }
  },
  securityGroup: {
    fields: {},
    tags: ["group:Domain Admins", "groupSid:S-1-5-21-512", "groupId:g-1", "dn:CN=Domain Admins,DC=contoso,DC=example"]
  },
  servicePrincipal: {
    fields: { userName: "Backup", application: "Backup" },
    tags: ["appId:app-1", "objectId:obj-1", "spType:managedIdentity", "ownerTenant:t-9"]
  },
  submissionMail: {
    fields: {
      emailFrom: "billing@evil.example",
      emailTo: "adele.vance@contoso.example",
      userName: "soc@contoso.example",
      emailSubject: "Your invoice",
      emailSendingServer: "203.0.113.9",
      protocol: "SMTP"
    },
    tags: ["networkMessageId:nm-1", "submissionId:sub-1", "reportType:Phish", "submitter:soc@contoso.example"],
    client: { ip: "203.0.113.9" }
  },
  teamsMessage: {
    fields: {
      userName: "adele.vance@contoso.example",
      emailFrom: "eve@evil.example",
      emailTo: "adele.vance@contoso.example",
      emailSubject: "Hi",
      application: "Teams",
      uri: "http://203.0.113.44:8080/x",
      protocol: "HTTP",
      fileName: "a.docm",
      fileHash: "aa".repeat(32)
    },
    tags: [
      "threadId:19:t",
      "messageId:m-1",
      "channelId:ch-1",
      "groupId:gr-1",
      "direction:inbound",
      "location:quarantine",
      "external:true",
      "recipient:bob@contoso.example",
      "suspiciousRecipient:eve@evil.example"
    ],
    hostile: { ip: "203.0.113.44", port: "8080" },
    client: { ip: "203.0.113.10" },
    deliveryAction: "blocked"
  },
  url: {
    fields: { uri: "https://user@Login.Evil.example:8443/a?b", fqdn: "login.evil.example", protocol: "HTTPS" },
    tags: [],
    server: { port: "8443" }
  },
  user: {
    fields: { userName: "adele.vance@contoso.example" },
    tags: ["account:Adele.Vance", "userSid:S-1-5-21-1", "aadUserId:3fb1-aad", "displayName:Adele Vance", "stream:azure"]
  }
}

const evidence = (type: string, value: Readonly<Record<string, unknown>>) => ({
  "@odata.type": `#microsoft.graph.security.${type}Evidence`,
  createdDateTime: "2026-11-20T10:00:00Z",
  verdict: "malicious",
  remediationStatus: "none",
  roles: [],
  tags: [],
  ...value
})

const facts = (type: string, value: Readonly<Record<string, unknown>>): EvidenceFacts =>
  factsOf(decode(evidence(type, value)))

for (const type of types) {
  it(`reads the facts of ${type.name}`, () => {
    const decoded = decode(evidence(type.name, samples[type.name] ?? {}))
    assert.deepStrictEqual(decoded.drift, [])
    assert.deepStrictEqual(factsOf(decoded), expected[type.name])
  })
}

it("has a sample of every type and of no other", () => {
  assert.deepStrictEqual(Object.keys(samples).sort(), types.map((type) => type.name).sort())
})

it("sets a field or a side for every type but cloudLogonRequest and securityGroup", () => {
  const silent = Object.entries(samples).filter(([type, sample]) => {
    const { client, fields, hostile, server, side } = facts(type, sample)
    return Object.keys(fields).length === 0 && [client, hostile, server, side].every((one) => one === undefined)
  })
  assert.deepStrictEqual(silent.map(([type]) => type).sort(), ["cloudLogonRequest", "securityGroup"])
})

it("gives an unknown type nothing but a tag, even under the short name of a known one", () => {
  const nothing = { fields: {}, tags: ["decode:unknown"] }
  assert.deepStrictEqual(factsOf(decode({ "@odata.type": "url", url: "https://contoso.example" })), nothing)
  assert.deepStrictEqual(factsOf(decode({ url: "https://contoso.example" })), nothing)
  assert.deepStrictEqual(factsOf(decode(null)), nothing)
})

it("keeps the properties that fit when evidence does not fit its schema", () => {
  const { fields, tags } = facts("mailbox", { upn: "adele@contoso.example", primaryAddress: { a: 1 }, userAccount: 7 })
  assert.deepStrictEqual(fields, { userName: "adele@contoso.example", emailTo: "adele@contoso.example" })
  assert.deepStrictEqual(tags, [])
})

it("takes the first CVE of evidence tags as a field and the others as tags", () => {
  const { fields, tags } = facts("url", { tags: ["see cve-2026-12345", "CVE-2025-0001 CVE-2026-12345", "CVE-1"] })
  assert.deepStrictEqual(fields, { cve: "CVE-2026-12345" })
  assert.deepStrictEqual(tags, ["cve:CVE-2025-0001"])
})

it("adds no tag for empty values and unknownFutureValue", () => {
  assert.deepStrictEqual(
    facts("device", { riskScore: "unknownFutureValue", osPlatform: "", mdeDeviceId: null }).tags,
    []
  )
})

it("keeps a path that ends in the file's name, and appends the name to one that does not", () => {
  const path = (filePath: string, fileName: string) => facts("file", { fileDetails: { fileName, filePath } }).fields
  assert.strictEqual(path("C:\\Temp\\A.EXE", "a.exe").filePath, "C:\\Temp\\A.EXE")
  assert.strictEqual(path("C:\\Temp\\", "a.exe").filePath, "C:\\Temp\\a.exe")
  assert.strictEqual(path("/tmp", "a.sh").filePath, "/tmp/a.sh")
  assert.strictEqual(facts("file", { fileDetails: { filePath: "/tmp/a.sh" } }).fields.fileName, "a.sh")
})

it("never uses an Authenticode hash as the hash of a file", () => {
  const { fields, tags } = facts("fileHash", { algorithm: "sha256ac", value: "AB" })
  assert.deepStrictEqual(fields, {})
  assert.deepStrictEqual(tags, ["sha256ac:ab", "algorithm:sha256ac"])
  assert.deepStrictEqual(facts("file", { fileDetails: { sha256Ac: "AB" } }).fields, {})
})

it("never joins the name of one file with the hash of another", () => {
  const files = [{ fileDetails: { fileName: "a.exe" } }]
  const { fields } = facts("malware", { files, processes: [{ imageFile: { fileName: "b.exe", sha256: "AB" } }] })
  assert.deepStrictEqual(fields, { program: "b.exe", fileName: "a.exe" })
})

it("names a device by its DNS name, else by host and domain, else by host", () => {
  const host = (value: Readonly<Record<string, unknown>>) => facts("device", value).side?.hostname
  assert.strictEqual(host({ deviceDnsName: "PC.contoso.example", hostName: "x" }), "pc.contoso.example")
  assert.strictEqual(host({ hostName: "PC", dnsDomain: "contoso.example" }), "pc.contoso.example")
  assert.strictEqual(host({ hostName: "PC.a.example", dnsDomain: "contoso.example" }), "pc.a.example")
  assert.strictEqual(host({ hostName: "PC" }), "pc")
  assert.strictEqual(facts("device", { hostName: "PC" }).fields.fqdn, undefined)
})

it("names a user by principal name, domain and account, account, SID, object id", () => {
  const name = (userAccount: Readonly<Record<string, unknown>>) => facts("user", { userAccount }).fields.userName
  const ids = { userSid: "S-1", azureAdUserId: "id-1" }
  assert.strictEqual(name({ userPrincipalName: "A@B.example", accountName: "a", ...ids }), "a@b.example")
  assert.strictEqual(name({ accountName: "Adele", domainName: "CONTOSO", ...ids }), "CONTOSO\\Adele")
  assert.strictEqual(name({ accountName: "Adele", ...ids }), "Adele")
  assert.strictEqual(name(ids), "S-1")
  assert.strictEqual(name({ azureAdUserId: "id-1" }), "id-1")
})

it("places the address in a URL on the hostile side", () => {
  assert.deepStrictEqual(facts("url", { url: "http://203.0.113.4:81/" }).hostile, { ip: "203.0.113.4", port: "81" })
  assert.strictEqual(facts("url", { url: "http://203.0.113.4:81/" }).fields.fqdn, undefined)
})

it("reads several criteria of a mail cluster only when there are as many names as values", () => {
  const cluster = (clusterBy: string, clusterByValue: string) => facts("mailCluster", { clusterBy, clusterByValue })
  assert.strictEqual(cluster("P2Sender", "Eve@evil.example").fields.emailFrom, "eve@evil.example")
  assert.strictEqual(cluster("P2Sender", "Eve").fields.emailFrom, undefined)
  assert.strictEqual(cluster("Subject", "a;b").fields.emailSubject, "a;b")
  assert.strictEqual(cluster("Subject;Url", "a;b;c").fields.emailSubject, undefined)
  assert.deepStrictEqual(cluster("SenderIp", "203.0.113.9").client, { ip: "203.0.113.9" })
  assert.strictEqual(cluster("UrlDomain", "Evil.example").fields.fqdn, "evil.example")
  const ids = Array.from({ length: 30 }, (_, index) => `nm-${index}`)
  const { tags } = facts("mailCluster", { networkMessageIds: ids })
  assert.strictEqual(tags.length, 21)
  assert.include(tags, "networkMessageIds:30")
})

it("reads nested evidence to a depth of four and no deeper", () => {
  let image: Readonly<Record<string, unknown>> = { registry: { registry: "deep.contoso.example" } }
  for (let depth = 0; depth < 3; depth++) image = { digestImage: image }
  assert.strictEqual(facts("containerImage", image).fields.fqdn, "deep.contoso.example")
  assert.strictEqual(facts("containerImage", { digestImage: image }).fields.fqdn, "deep.contoso.example")
  assert.strictEqual(facts("containerImage", { digestImage: { digestImage: image } }).fields.fqdn, undefined)
})

it.effect.prop("reads facts of any JSON without throwing", [Schema.Json], ([json]) =>
  Effect.sync(() => {
    assert.isObject(factsOf(decode(json)).fields)
    // A known type name sends the same JSON through each reader.
    for (const type of types) {
      const value = typeof json === "object" && json !== null ? json : { value: json }
      assert.isObject(facts(type.name, { ...value, [[...type.fields.keys()].at(-1)!]: json }).fields)
    }
  }))

for (const type of types) {
  it.effect.prop(`reads facts of any value of ${type.name}`, [type.schema], ([value]) =>
    Effect.sync(() => {
      const decoded = decode({ ...(value as object), "@odata.type": `#microsoft.graph.security.${type.name}Evidence` })
      assert.strictEqual(decoded.partial, undefined)
      const { fields, tags } = factsOf(decoded)
      for (const text of [...Object.values(fields), ...tags]) assert.isTrue(typeof text === "string" && text !== "")
    }))
}
