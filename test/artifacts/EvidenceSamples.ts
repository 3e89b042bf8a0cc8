/** One realistic object of each evidence type, without the properties common to all evidence. */
const ns = {
  name: "Payments",
  cluster: {
    name: "aks-prod.westeurope.contoso.example",
    platform: "aks",
    cloudResource: {
      "@odata.type": "#microsoft.graph.security.azureResourceEvidence",
      resourceId:
        "/subscriptions/s-1/resourceGroups/rg-k8s/providers/Microsoft.ContainerService/managedClusters/aks-prod"
    }
  }
}
const account = {
  accountName: "Adele.Vance",
  domainName: "CONTOSO",
  userSid: "S-1-5-21-1",
  azureAdUserId: "3fb1-aad",
  userPrincipalName: "Adele.Vance@Contoso.Example",
  displayName: "Adele Vance"
}
const storage = {
  resourceId: "/subscriptions/s-2/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/contosodata",
  resourceName: "contosodata",
  resourceType: "Storage Account"
}
const sha256 = "AA".repeat(32)
const digest = "bb".repeat(32)

export const samples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  activeDirectoryDomain: {
    activeDirectoryDomainName: "Corp.Contoso.Example",
    trustedDomains: [{ activeDirectoryDomainName: "Partner.Contoso.Example" }]
  },
  aiAgent: {
    agentId: "agent-7",
    agentName: "Helpdesk bot",
    hostingPlatformType: "copilotStudio",
    instructions: "Help"
  },
  amazonResource: {
    amazonAccountId: "123456789012",
    amazonResourceId: "arn:aws:s3:::contoso-logs",
    resourceName: "contoso-logs",
    resourceType: "S3 Bucket"
  },
  analyzedMessage: {
    networkMessageId: "nm-1",
    internetMessageId: "<1@mail.evil.example>",
    subject: "Your invoice",
    language: "en",
    senderIp: "203.0.113.9",
    recipientEmailAddress: "Adele.Vance@contoso.example",
    antiSpamDirection: "Inbound",
    deliveryAction: "DeliveredAsSpam",
    deliveryLocation: "JunkFolder",
    p1Sender: { emailAddress: "bounce@bulk.example", displayName: "", domainName: "bulk.example" },
    p2Sender: {
      emailAddress: "\"Billing\" <Billing@Evil.example>",
      displayName: "Billing",
      domainName: "Evil.example"
    },
    threats: ["Phish"],
    threatDetectionMethods: ["URL detonation"],
    urls: ["https://login.evil.example/a", "https://cdn.evil.example/b"],
    urlCount: 2,
    attachmentsCount: "0",
    receivedDateTime: "2026-11-20T10:00:00Z",
    urn: "urn:MailEntity:1"
  },
  azureResource: {
    resourceId: "/subscriptions/s-3/resourceGroups/rg-1/providers/Microsoft.Sql/servers/sql-1/databases/crm",
    resourceName: "crm",
    resourceType: null
  },
  blob: {
    name: "in/tool.exe",
    url: "https://contosodata.blob.core.windows.net/drop/in/tool.exe",
    etag: "0x8D",
    fileHashes: [{ algorithm: "md5", value: "D41D" }, { algorithm: "sha1", value: "DA39" }],
    blobContainer: { name: "drop", url: "https://contosodata.blob.core.windows.net/drop", storageResource: storage }
  },
  blobContainer: { name: "drop", url: "https://contosodata.blob.core.windows.net/drop", storageResource: storage },
  cloudApplication: {
    appId: 11161,
    saasAppId: "11161",
    displayName: "Microsoft Exchange Online",
    instanceId: 0,
    instanceName: "Contoso tenant",
    stream: { name: "Mail" }
  },
  cloudLogonRequest: { requestId: "req-1" },
  cloudLogonSession: {
    account: { "@odata.type": "#microsoft.graph.security.userEvidence", userAccount: account },
    browser: "Edge 120",
    deviceName: "ADELE-PC",
    operatingSystem: "Windows 11",
    protocol: "oAuth2",
    sessionId: "ses-1",
    startUtcDateTime: "2026-11-20T09:00:00Z",
    previousLogonDateTime: "2026-11-19T09:00:00Z",
    userAgent: "Mozilla/5.0"
  },
  container: {
    containerId: "c-1",
    name: "miner",
    command: ["/bin/sh"],
    args: ["-c", "xmrig"],
    isPrivileged: true,
    image: {
      imageId: `registry.contoso.example/app@sha256:${digest}`,
      registry: { registry: "Registry.contoso.example" }
    },
    pod: {
      name: "pay-0",
      podIp: { ipAddress: "10.244.0.7" },
      namespace: ns,
      serviceAccount: { name: "payer" }
    }
  },
  containerImage: {
    imageId: "app:1.2",
    digestImage: { imageId: `registry.contoso.example/app@sha256:${digest}` },
    registry: { registry: "registry.contoso.example" }
  },
  containerRegistry: { registry: "Registry.contoso.example" },
  device: {
    mdeDeviceId: "mde-1",
    azureAdDeviceId: "aad-1",
    deviceDnsName: "ADELE-PC.corp.contoso.example",
    hostName: "ADELE-PC",
    osPlatform: "Windows11",
    osBuild: 22631,
    version: "23H2",
    ntDomain: "CONTOSO",
    firstSeenDateTime: "2026-01-01T00:00:00Z",
    riskScore: "high",
    healthStatus: "active",
    onboardingStatus: "onboarded",
    defenderAvStatus: "updated",
    rbacGroupId: 7,
    rbacGroupName: "Workstations",
    lastIpAddress: "10.1.2.3",
    lastExternalIpAddress: "198.51.100.7",
    ipInterfaces: ["10.1.2.3", "fe80::1"],
    loggedOnUsers: [{ accountName: "adele.vance", domainName: "CONTOSO" }, {
      accountName: "svc",
      domainName: "CONTOSO"
    }],
    vmMetadata: { vmId: "vm-1", cloudProvider: "azure", resourceId: "/subscriptions/s-1/vm", subscriptionId: "s-1" }
  },
  dns: {
    domainName: "C2.Evil.example.",
    hostIpAddress: { ipAddress: "10.1.2.3" },
    dnsServerIp: { ipAddress: "10.0.0.53" },
    ipAddresses: [{ ipAddress: "203.0.113.77", countryLetterCode: "NL" }, { ipAddress: "203.0.113.78" }]
  },
  file: {
    detectionStatus: "prevented",
    mdeDeviceId: "mde-1",
    fileDetails: {
      fileName: "Tool.exe",
      filePath: "C:\\Users\\adele",
      sha256,
      sha1: "CC",
      md5: "DD",
      sha256Ac: "EE",
      signer: "Contoso CA",
      filePublisher: "Contoso",
      issuer: "Root CA",
      fileSize: "1024"
    }
  },
  fileHash: { algorithm: "sha256", value: sha256 },
  gitHubOrganization: {
    orgId: "77",
    login: "contoso",
    company: "Contoso",
    email: "Dev@contoso.example",
    displayName: "Contoso Dev",
    webUrl: "https://github.com/contoso"
  },
  gitHubRepo: {
    repoId: "88",
    owner: "contoso",
    ownerType: "Organization",
    login: "contoso-bot",
    baseUrl: "https://github.com/contoso/shop"
  },
  gitHubUser: {
    userId: "99",
    login: "avance",
    name: "Adele Vance",
    email: "Adele.Vance@contoso.example",
    webUrl: "https://github.com/avance"
  },
  googleCloudResource: {
    fullResourceName: "//compute.googleapis.com/projects/p/zones/z/instances/i",
    resourceName: "i",
    resourceType: "compute.googleapis.com/Instance",
    projectId: "p",
    projectNumber: "9007199254740993",
    location: "europe-west1-b",
    locationType: "zonal"
  },
  hostLogonSession: {
    account: { userAccount: { accountName: "svc-backup", domainName: "CONTOSO" } },
    host: {
      hostName: "SRV-1",
      dnsDomain: "corp.contoso.example",
      ipInterfaces: ["127.0.0.1", "fe80::1%eth0", "10.9.9.9"]
    },
    sessionId: "0x3e7",
    startUtcDateTime: "2026-11-20T08:00:00Z",
    endUtcDateTime: "2026-11-20T08:30:00Z"
  },
  ioTDevice: {
    deviceId: "plc-1",
    deviceName: "PLC-1",
    deviceType: "PLC",
    manufacturer: "Siemens",
    model: "S7",
    serialNumber: "SN-1",
    site: "Plant",
    zone: "Line 1",
    sensor: "sensor-1",
    purdueLayer: "Process Control",
    operatingSystem: "RTOS",
    importance: "high",
    isAuthorized: true,
    isScanner: false,
    ipAddress: { ipAddress: "192.168.7.9" },
    nics: [{ macAddress: "00-11-22-33-44-55" }],
    owners: ["Ops@contoso.example", "plant@contoso.example"],
    deviceSubType: "S7-1500",
    isProgramming: false,
    ioTSecurityAgentId: "agent-3",
    source: "sensor",
    sourceRef: { url: "https://iot.contoso.example/plc-1" },
    devicePageLink: "https://portal.contoso.example/plc-1",
    protocols: ["modbus", "s7comm"],
    ioTHub: { resourceId: "/subscriptions/s-4/resourceGroups/rg-iot/providers/Microsoft.Devices/IotHubs/hub" }
  },
  ip: {
    ipAddress: "::ffff:203.0.113.5",
    countryLetterCode: "",
    location: { countryName: "Netherlands", state: "Noord-Holland", city: "Haarlem", latitude: 52.1, longitude: 4.9 },
    stream: { name: "proxy" }
  },
  kubernetesCluster: { ...ns.cluster, version: "1.31", distribution: "AKS" },
  kubernetesController: { name: "pay", type: "Deployment", labels: { app: "pay" }, namespace: ns },
  kubernetesNamespace: { ...ns, labels: { team: "shop" } },
  kubernetesPod: {
    name: "pay-0",
    podIp: { ipAddress: "10.244.0.7" },
    namespace: ns,
    controller: { name: "pay" },
    serviceAccount: { name: "payer" },
    containers: [{ containerId: "c-1", name: "pay", image: { imageId: "app:1.2" } }],
    initContainers: [{ name: "init", image: { imageId: "init:1" } }],
    labels: { app: "pay", "app@odata.type": "String" }
  },
  kubernetesSecret: { name: "db-password", secretType: "Opaque", namespace: ns },
  kubernetesService: {
    name: "pay-lb",
    serviceType: "loadBalancer",
    clusterIP: { ipAddress: "10.0.9.9" },
    externalIPs: [{ ipAddress: "not one" }, { ipAddress: "198.51.100.20" }],
    servicePorts: [{
      port: 443,
      protocol: "tcp",
      name: "https",
      targetPort: "web",
      nodePort: 30443,
      appProtocol: "h2"
    }, { port: 8080, protocol: "tcp" }],
    selector: { app: "pay" },
    labels: { tier: 1 },
    namespace: ns
  },
  kubernetesServiceAccount: { name: "payer", namespace: { name: "payments" } },
  mailCluster: {
    clusterBy: "Subject;P2SenderDomain;SenderIp",
    clusterByValue: "Your invoice;evil.example;203.0.113.9",
    emailCount: 12,
    networkMessageIds: ["nm-1", "nm-2"],
    query: "( (( Subject:\"Your invoice\" )) )",
    urn: "urn:MailCluster:1"
  },
  mailbox: {
    primaryAddress: "Shared@Contoso.example",
    upn: "Adele.Vance@contoso.example",
    displayName: "Shared",
    userAccount: account
  },
  mailboxConfiguration: {
    configurationId: "rule-1",
    externalDirectoryObjectId: "ext-1",
    configurationType: "userInboxRule",
    displayName: "hide",
    mailboxPrimaryAddress: "Adele.Vance@contoso.example",
    upn: "adele@contoso.example"
  },
  malware: {
    name: "Exploit:Win32/Foo",
    category: "Exploit",
    files: [{ fileDetails: { fileName: "foo.exe", filePath: "/opt/", sha1: "CC" } }],
    processes: [{ processId: 4242, imageFile: { fileName: "foo.exe", sha256 }, userAccount: { accountName: "root" } }]
  },
  networkConnection: {
    sourceAddress: { ipAddress: "10.1.2.3", countryLetterCode: "DE" },
    sourcePort: 50000,
    destinationAddress: { ipAddress: "203.0.113.77", countryLetterCode: "NL" },
    destinationPort: 443,
    protocol: "tcp"
  },
  nic: { macAddress: "00-11-22-33-44-55", ipAddress: { ipAddress: "192.168.7.9" }, vlans: ["10", "20"] },
  oauthApplication: { appId: "app-1", displayName: "Mail sync", objectId: "obj-1", publisher: "Contoso" },
  process: {
    processId: 4780,
    parentProcessId: "668",
    processCommandLine: "\"notepad.exe\" secret.txt",
    detectionStatus: "detected",
    mdeDeviceId: "mde-1",
    imageFile: {
      fileName: "notepad.exe",
      filePath: "c:\\windows\\system32\\notepad.exe",
      sha256,
      md5: "DD",
      signer: "MS"
    },
    parentProcessImageFile: { fileName: "explorer.exe" },
    userAccount: { ...account, userPrincipalName: null }
  },
  registryKey: { registryHive: "HKEY_LOCAL_MACHINE", registryKey: "SOFTWARE\\Run" },
  registryValue: {
    registryHive: "HKEY_LOCAL_MACHINE",
    registryKey: "SOFTWARE\\Run",
    registryValueName: "evil",
    registryValueType: "String",
    registryValue: "c:\\evil.exe",
    mdeDeviceId: "mde-1"
  },
  sasToken: {
    allowedIpAddresses: "198.51.100.30",
    allowedServices: ["blob"],
    permissions: ["read", "list"],
    protocol: "https,http",
    signatureHash: "SIG",
    signedWith: "key1",
    startDateTime: "2026-11-01T00:00:00Z",
    allowedResourceTypes: ["object"],
    expiryDateTime: "2027-01-01T00:00:00Z",
    storageResource: storage
  },
  securityGroup: {
    displayName: "Domain Admins",
    friendlyName: "Admins",
    securityGroupId: "g-1",
    sid: "S-1-5-21-512",
    distinguishedName: "CN=Domain Admins,DC=contoso,DC=example"
  },
  servicePrincipal: {
    appId: "app-1",
    servicePrincipalName: "Backup",
    servicePrincipalObjectId: "obj-1",
    servicePrincipalType: "managedIdentity",
    appOwnerTenantId: "t-9",
    tenantId: "t-8"
  },
  submissionMail: {
    networkMessageId: "nm-1",
    submissionId: "sub-1",
    reportType: "Phish",
    sender: "Billing@evil.example",
    senderIp: "203.0.113.9",
    recipient: "Adele.Vance@contoso.example",
    submitter: "Soc@contoso.example",
    subject: "Your invoice"
  },
  teamsMessage: {
    threadId: "19:t",
    threadType: "chat",
    parentMessageId: "m-0",
    campaignId: "camp-1",
    owningTenantId: "t-7",
    lastModifiedDateTime: "2026-11-20T10:05:00Z",
    messageId: "m-1",
    channelId: "ch-1",
    groupId: "gr-1",
    messageDirection: "inbound",
    deliveryAction: "blocked",
    deliveryLocation: "quarantine",
    isExternal: true,
    senderFromAddress: "Eve@evil.example",
    senderIP: "203.0.113.10",
    recipients: ["Adele.Vance@contoso.example", "Bob@contoso.example"],
    suspiciousRecipients: ["Eve@evil.example"],
    subject: "Hi",
    urls: [{ url: "http://203.0.113.44:8080/x" }],
    files: [{ fileDetails: { fileName: "a.docm", sha256 } }]
  },
  url: { url: "https://user@Login.Evil.example:8443/a?b" },
  user: {
    userAccount: {
      ...account,
      activeDirectoryObjectGuid: "guid-1",
      tenantId: "t-6",
      resourceAccessEvents: [{
        accessDateTime: "2026-11-20T09:30:00Z",
        accountId: "acc-1",
        ipAddress: "203.0.113.30",
        resourceIdentifier: "payroll.xlsx"
      }]
    },
    stream: { name: "azure" }
  }
}
