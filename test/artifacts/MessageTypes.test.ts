import { assert, describe, it } from "@effect/vitest"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import { type AlertFacts, categoriesOf, messageTypeOf, rows } from "../../src/artifacts/AlertMessageTypes.ts"
import * as LegacyAlerts from "../../src/artifacts/LegacyAlertArtifacts.ts"
import * as Legacy from "../../src/artifacts/LegacyMessageTypes.ts"
import { type MessageType, messageTypes } from "../../src/artifacts/MessageTypes.ts"
import { alert, context, evidence, recordOf } from "./Records.ts"

const facts = (some: Partial<AlertFacts>): AlertFacts => ({
  T: "",
  isCustomers: false,
  H: "",
  C: "",
  A: some.C === undefined ? [] : [some.C],
  S: "",
  D: "",
  M: [],
  E: new Set(),
  severity: "medium",
  ...some
})

const office = "microsoftdefenderforoffice365"
const cloud = "microsoftdefenderforcloud"
const ai = "microsoftsecurityforai"
const entra = "azureadidentityprotection"
const iot = "microsoftdefenderforiot"
const calm = { severity: "informational" }
const e = (...names: ReadonlyArray<string>) => ({ E: new Set(names) })

/** For each row, alerts that it decides, and their message type. */
const examples: ReadonlyArray<readonly [row: number, facts: Partial<AlertFacts>, type: MessageType]> = [
  [1, { T: "Investigation was started manually by an analyst" }, "audit_log"],
  [1, { T: "Anything at all", D: "automatedinvestigation", ...calm }, "audit_log"],
  [2, { T: "DLP policy (PCI) matched for a document", S: "microsoftdefenderforoffice365" }, "policy_violation"],
  [2, { T: "Ransomware drill", S: "datalossprevention" }, "policy_violation"],
  [2, { T: "x", A: ["exfiltration", "datagovernance"], C: "exfiltration" }, "policy_violation"],
  [3, { T: "Leak of project files", S: "microsoftinsiderriskmanagement" }, "data_exfiltration"],
  [3, { T: "Risky browsing", S: "microsoftinsiderriskmanagement" }, "policy_violation"],
  [4, { T: "Sign of evil", D: "customti" }, "ioc_match"],
  [4, { T: "TI map of addresses" }, "ioc_match"],
  [5, { T: "Ransomware behaviour on a server" }, "ransomware_encryption"],
  [5, { H: "Ransom:Win32/Akira", M: ["T1486"] }, "ransomware_encryption"],
  [6, { T: "'LockCat' ransomware was blocked" }, "ransomware_download"],
  [6, { T: "File quarantined", H: "LockCat\nRansom" }, "ransomware_download"],
  [7, { T: "'Zbotty' trojan was quarantined" }, "malicious_software"],
  [8, { T: "Suspicious app asks for consent" }, "credential_access"],
  [9, { T: "Link clicked through to a bad page" }, "phishing_click"],
  [9, { T: "Phish page", D: "smartscreen" }, "phishing_click"],
  [9, { T: "AiTM phishing kit seen" }, "phishing_click"],
  [10, { T: "Server hosting a phishing kit" }, "malicious_behavior"],
  [10, { T: "Phishing link in an answer", S: ai }, "malicious_behavior"],
  [11, { T: "Compromised mailbox sends mail", S: office }, "malicious_session"],
  [12, { T: "Unusual mail is forwarded" }, "data_exfiltration"],
  [13, { T: "Suspicious inbox rule" }, "defense_evasion"],
  [13, { M: ["T1564.008"] }, "defense_evasion"],
  [14, { T: "Elevation of Exchange admin rights" }, "privilege_escalation"],
  [14, { T: "Creation of redirect rule" }, "config_change"],
  [15, { C: "mailflow" }, "degraded_service"],
  [16, { T: "Malware found in a shared file", S: office }, "malicious_software"],
  [17, { T: "Message reported by user as not junk" }, "content_filter"],
  [18, { T: "Domain impersonation", S: office }, "phishing_email"],
  [18, { T: "Odd mail", S: office, C: "initialaccess", ...e("submissionMail") }, "phishing_email"],
  [19, { C: "phishing" }, "phishing_email"],
  [19, { T: "Phish seen elsewhere" }, "phishing_email"],
  [20, { T: "Antivirus exclusion of a whole drive" }, "defense_evasion"],
  [21, { T: "Brute force succeeded" }, "malicious_session"],
  [22, { T: "Path traversal of a web site" }, "recon"],
  [23, { T: "Ports were scanned" }, "service_discovery"],
  [24, { T: "Dictionary attack on a server" }, "auth_failure"],
  [25, { T: "Skeleton key planted" }, "credential_access"],
  [25, { T: "Odd use of a key vault" }, "credential_access"],
  [26, { T: "Beacon to a team server" }, "botnet_connection"],
  [26, { T: "Connection to a malicious IP" }, "botnet_connection"],
  [27, { T: "TOR browser on a workstation" }, "prohibited_connection"],
  [28, { T: "Visit by an anonymous user" }, "malicious_session"],
  [28, { T: "Visit by an anonymous user", severity: "low" }, "anomalous_behavior"],
  [29, { T: "Stolen session replayed" }, "malicious_session"],
  [29, { T: "AiTM phishing sign-in" }, "malicious_session"],
  [30, { T: "Impossible travel", severity: "low" }, "anomalous_behavior"],
  [30, { T: "Impossible travel" }, "malicious_session"],
  [30, { T: "Impossible travel", M: ["T1110.003"] }, "auth_failure"],
  [31, { T: "DoS of a public address" }, "service_disruption"],
  [32, { T: "Disk wiper ran" }, "data_destruction"],
  [33, { T: "Mass file download" }, "data_exfiltration"],
  [34, { T: "Web shell dropped" }, "exploit_attempt"],
  [35, { T: "Firmware changed", D: iot }, "infrastructure_exploit"],
  [35, { T: "Implant found", D: iot }, "malicious_software"],
  [35, { T: "Unauthorized internet access", D: iot }, "prohibited_connection"],
  [35, { T: "New asset", ...e("ioTDevice") }, "anomalous_behavior"],
  [36, { T: "Storage is publicly accessible" }, "iom_match"],
  [37, { T: "Federation settings updated" }, "config_change"],
  [38, { T: "Prohibited program", ...e("process") }, "blacklisted_process"],
  [39, { T: "Web content filter hit" }, "content_filter"],
  [40, { H: "PUA:Win32/Thing" }, "endpoint_protection"],
  [41, { C: "backdoor" }, "malicious_software"],
  [41, e("malware"), "malicious_software"],
  [42, { T: "Owner added to an application" }, "privilege_escalation"],
  [43, { T: "Log cleared on a server" }, "defense_evasion"],
  [44, { T: "Intrusion prevention hit" }, "ids_event"],
  [45, { T: "Only a test alert" }, "threat_event"],
  [46, { T: "Obfuscated script" }, "malicious_behavior"],
  [46, { T: "Obfuscated script", ...calm }, "anomalous_behavior"],
  [47, { T: "Rare parent of a container", S: cloud, C: "execution" }, "anomalous_behavior"],
  [48, { A: ["execution", "collection", "impact"], C: "execution" }, "malicious_behavior"],
  [48, { A: ["execution", "collection", "impact"], C: "execution", severity: "low" }, "anomalous_behavior"],
  [49, { C: "webexploit" }, "exploit_attempt"],
  [49, { C: "exploitation", severity: "low" }, "anomalous_behavior"],
  [50, { C: "commandandcontrol" }, "botnet_connection"],
  [51, { C: "credentialtheft" }, "credential_access"],
  [51, { C: "credentialaccess", M: ["T1110"] }, "auth_failure"],
  [52, { C: "permissions" }, "privilege_escalation"],
  [52, { C: "permissions", ...calm }, "anomalous_behavior"],
  [53, { C: "defenseevasion" }, "defense_evasion"],
  [54, { C: "discovery", ...calm }, "service_discovery"],
  [55, { C: "probing" }, "recon"],
  [56, { C: "lateralmovement" }, "malicious_session"],
  [57, { C: "exfiltration" }, "data_exfiltration"],
  [58, { C: "collection" }, "data_staging"],
  [59, { C: "impact", M: ["T1486"] }, "ransomware_encryption"],
  [59, { C: "impact", M: ["T1490"] }, "data_destruction"],
  [59, { C: "impact", M: ["T1498.001"] }, "service_disruption"],
  [59, { C: "impact", M: ["T1496"] }, "malicious_software"],
  [59, { C: "impact" }, "malicious_behavior"],
  [60, { C: "initialaccess", M: ["T1566.002", "T1204.001"] }, "phishing_click"],
  [60, { C: "initialaccess", ...e("analyzedMessage") }, "phishing_email"],
  [60, { C: "initialaccess", M: ["T1190"] }, "exploit_attempt"],
  [60, { C: "initialaccess", M: ["T1190"], severity: "low" }, "anomalous_behavior"],
  [60, { C: "initialaccess", M: ["T1078.004"] }, "malicious_session"],
  [60, { C: "initialaccess" }, "malicious_behavior"],
  [61, { C: "persistence", S: entra }, "malicious_session"],
  [61, { C: "persistence", M: ["T1098"] }, "privilege_escalation"],
  [61, { C: "execution", M: ["T1566.001"] }, "malicious_behavior"],
  [62, { M: ["T1110.003"] }, "auth_failure"],
  [63, { M: ["T1528"] }, "credential_access"],
  [64, { M: ["T1210"] }, "exploit_attempt"],
  [65, { M: ["T1548.002"] }, "privilege_escalation"],
  [66, { M: ["T1562.001"] }, "defense_evasion"],
  [67, { M: ["T1566"] }, "phishing_email"],
  [68, { S: entra }, "malicious_session"],
  [68, { S: entra, severity: "low" }, "anomalous_behavior"],
  [69, { M: ["T1071.001"] }, "botnet_connection"],
  [70, { M: ["T1567.002"] }, "data_exfiltration"],
  [71, { M: ["T1114"] }, "data_staging"],
  [72, { S: "microsoftdefenderforidentity" }, "malicious_session"],
  [73, { D: "antivirus" }, "endpoint_protection"],
  [74, { S: "microsoftdefenderforendpoint" }, "malicious_behavior"],
  [74, { S: cloud, ...e("process") }, "malicious_behavior"],
  [75, { S: cloud }, "anomalous_behavior"],
  [76, { C: "threatmanagement" }, "threat_event"]
]

describe("message types of alerts_v2", () => {
  it("every row decides the alerts that are meant for it", () => {
    for (const [row, some, type] of examples) {
      assert.deepStrictEqual(messageTypeOf(facts(some)), { row, type }, JSON.stringify(some))
    }
    assert.deepStrictEqual(rows.map(({ row }) => row), Array.from({ length: 75 }, (_, index) => index + 1))
    const reached = new Set(examples.map(([row]) => row))
    assert.deepStrictEqual(rows.filter(({ row }) => !reached.has(row)), [])
  })

  it("uses only words that WitFoo's rules know, and audit_log", () => {
    const known = new Set<string>(messageTypes)
    assert.strictEqual(messageTypes.length, 35)
    const emitted = new Set(rows.flatMap(({ type }) => examples.map(([, some]) => type(facts(some)))))
    assert.deepStrictEqual([...emitted].filter((word) => !known.has(word)), [])
    // The words of a sign-in and of an inventory are no alert's.
    assert.deepStrictEqual([...known].filter((word) => !emitted.has(word as MessageType)), [
      "account_logon",
      "management_message"
    ])
  })

  it("titles keep their types in upper case and with a count behind them", () => {
    for (const [row, some, type] of examples) {
      if (some.T === undefined || row > 47) continue
      assert.strictEqual(messageTypeOf(facts({ ...some, T: some.T.toUpperCase() })).type, type, some.T)
      assert.strictEqual(messageTypeOf(facts({ ...some, T: `${some.T} [seen multiple times]` })).type, type, some.T)
    }
  })

  it("the primary category is the first that tells something", () => {
    assert.deepStrictEqual(categoriesOf(["SuspiciousActivity", "Initial Access, Execution"]), {
      C: "initialaccess",
      A: ["suspiciousactivity", "initialaccess", "execution"]
    })
    assert.strictEqual(categoriesOf(["None", "Other"]).C, "none")
    assert.strictEqual(categoriesOf([]).C, "")
  })

  it("techniques are read in any case and from objects, and older names of services count", () => {
    const typeOf = (properties: object) =>
      Alerts.map(context, alert({ title: "x", serviceSource: "", ...properties })).artifacts[0]!
    assert.strictEqual(typeOf({ mitreTechniques: [" t1110.003 "] }).messageType, "auth_failure")
    assert.strictEqual(typeOf({ mitreTechniques: [{ techniqueId: "T1528" }] }).messageType, "credential_access")
    assert.strictEqual(typeOf({ serviceSource: "microsoftCloudAppSecurity" }).messageType, "anomalous_behavior")
    assert.strictEqual(typeOf({ serviceSource: "microsoftDataLossPrevention" }).messageType, "policy_violation")
  })

  const services = {
    Office365: "microsoftDefenderForOffice365",
    CloudApps: "microsoftDefenderForCloudApps",
    Endpoint: "microsoftDefenderForEndpoint",
    Identity: "microsoftDefenderForIdentity",
    Entra: "azureAdIdentityProtection",
    Sentinel: "microsoftSentinel",
    XDR: "microsoft365Defender",
    Cloud: "microsoftDefenderForCloud",
    DLP: "dataLossPrevention",
    AI: "microsoftSecurityForAI"
  }
  const titles: ReadonlyArray<readonly [string, keyof typeof services, string | undefined, string, object?]> = [
    ["A potentially malicious URL click was detected", "Office365", "InitialAccess", "phishing_click"],
    ["Connection to adversary-in-the-middle (AiTM) phishing site", "Endpoint", "InitialAccess", "phishing_click"],
    ["Email messages containing malicious URL removed after delivery", "Office365", "InitialAccess", "phishing_email"],
    ["Email reported by user as malware or phish", "Office365", "InitialAccess", "phishing_email"],
    ["Messages containing malicious entity not removed after delivery", "Office365", "InitialAccess", "phishing_email"],
    [
      "Email messages containing malicious file removed after delivery",
      "Office365",
      "InitialAccess",
      "malicious_software"
    ],
    ["Email reported by user as junk", "Office365", "InitialAccess", "content_filter", {
      evidence: [evidence("analyzedMessage")]
    }],
    ["User requested to release a quarantined message", "Office365", "InitialAccess", "content_filter", {
      evidence: [evidence("analyzedMessage")]
    }],
    ["Admin submission result completed", "Office365", "InitialAccess", "audit_log", {
      evidence: [evidence("analyzedMessage")]
    }],
    ["Suspicious connector activity", "Office365", "ThreatManagement", "malicious_session"],
    ["Messages have been delayed", "Office365", "MailFlow", "degraded_service"],
    ["Malformed user agent", "Sentinel", undefined, "anomalous_behavior", {
      categories: ["InitialAccess", "CommandAndControl", "Execution"],
      severity: "medium"
    }],
    ["Publicly accessible storage containers successfully discovered", "Cloud", "Collection", "recon", {
      detectionSource: "microsoftDefenderForStorage"
    }],
    ["Exposed Kubernetes dashboard detected", "Cloud", "InitialAccess", "iom_match", {
      detectionSource: "microsoftDefenderForContainers"
    }],
    ["Login from a domain not seen in 60 days", "Cloud", "Exploitation", "anomalous_behavior", {
      severity: "informational"
    }],
    ["Detected encoded executable in command line data", "Cloud", undefined, "malicious_behavior", {
      detectionSource: "microsoftDefenderForServers"
    }],
    ["Phishing URL shared in an AI application", "AI", undefined, "malicious_behavior", {
      categories: ["Impact", "Collection"]
    }],
    ["User restricted from sending email", "Office365", "ThreatManagement", "malicious_session"],
    ["Suspicious email forwarding activity", "Office365", undefined, "data_exfiltration"],
    ["Suspicious inbox manipulation rule", "CloudApps", "DefenseEvasion", "defense_evasion"],
    ["Unusual volume of file deletion", "Office365", undefined, "data_destruction"],
    ["DLP policy (PCI) matched for email with subject (Ransomware drill)", "DLP", "Exfiltration", "policy_violation"],
    ["Password spray", "Entra", "CredentialAccess", "auth_failure"],
    ["Atypical travel", "Entra", "InitialAccess", "anomalous_behavior", { severity: "low" }],
    ["Atypical travel", "Entra", "InitialAccess", "malicious_session", { severity: "medium" }],
    ["Suspicious sign-in activity detected", "Sentinel", "CredentialAccess", "auth_failure", {
      mitreTechniques: ["T1110"]
    }],
    [
      "Suspected DCSync attack (replication of directory services)",
      "Identity",
      "CredentialAccess",
      "credential_access"
    ],
    ["Suspected brute-force attack (Kerberos, NTLM)", "Identity", "CredentialAccess", "auth_failure"],
    ["User and IP address reconnaissance (SMB)", "Identity", "Discovery", "service_discovery"],
    [
      "Hands-on keyboard attack was launched from a compromised account (attack disruption)",
      "XDR",
      "LateralMovement",
      "malicious_session"
    ],
    ["Ransomware activity detected", "Endpoint", "Ransomware", "ransomware_encryption"],
    ["'BlackCat' ransomware was prevented", "Endpoint", "Ransomware", "ransomware_download"],
    [
      "Ransomware-linked emerging threat activity group Storm-0249 detected",
      "Endpoint",
      "SuspiciousActivity",
      "malicious_behavior"
    ],
    ["'Wintapp' malware was prevented", "Endpoint", "Malware", "malicious_software", {
      detectionSource: "antivirus"
    }],
    ["Suspicious execution of hidden file", "Endpoint", "DefenseEvasion", "defense_evasion", {
      detectionSource: "antivirus",
      mitreTechniques: ["T1564.001"]
    }],
    ["Tampering with the Microsoft Defender for Endpoint sensor", "Endpoint", "DefenseEvasion", "defense_evasion"],
    ["A WMI event filter was bound to a suspicious event consumer", "Endpoint", "Persistence", "malicious_behavior", {
      mitreTechniques: ["T1546.003"]
    }],
    ["Suspicious RDP session", "Endpoint", "LateralMovement", "malicious_session"],
    ["Access from a Tor exit node to a storage blob container", "Cloud", "InitialAccess", "malicious_session", {
      detectionSource: "microsoftDefenderForStorage"
    }],
    ["Digital currency mining related behavior detected", "Cloud", "Execution", "malicious_software"],
    ["test alert", "Endpoint", "None", "ioc_match", { detectionSource: "customTi" }],
    ["Automated investigation started manually", "Endpoint", "SuspiciousActivity", "audit_log", {
      detectionSource: "automatedInvestigation",
      severity: "informational"
    }]
  ]
  for (const [title, service, category, type, more] of titles) {
    it(`${title} (${service}) is ${type}`, () => {
      const { artifacts } = Alerts.map(context, alert({ title, category, serviceSource: services[service], ...more }))
      assert.strictEqual(artifacts[0]!.messageType, type)
    })
  }

  it("adds the tags that lead rules 112, 114 and 258 look for", () => {
    const tagsOf = (properties: object) => Alerts.map(context, alert(properties)).artifacts[0]!.tags
    assert.include(tagsOf({ serviceSource: "dataLossPrevention" }), "policy_violation")
    assert.include(tagsOf({ title: "DDoS attack" }), "service_denial")
    assert.include(tagsOf({ title: "Prohibited process", evidence: [evidence("process")] }), "Blacklist process found")
    assert.notInclude(tagsOf({ title: "Wallet attack", serviceSource: "microsoftSecurityForAI" }), "service_denial")
  })
})

describe("message types of legacy alerts", () => {
  const legacy = (some: Partial<Legacy.LegacyFacts>): Legacy.LegacyFacts => ({
    ...facts(some),
    P: "",
    X: "",
    hasClicks: false,
    hasRansomware: false,
    hasCve: false,
    ...some
  })
  const identity = "azure advanced threat protection"
  const examples: ReadonlyArray<readonly [number, Partial<Legacy.LegacyFacts>, string]> = [
    [1, { hasClicks: true }, "phishing_click"],
    [2, { hasRansomware: true }, "ransomware_download"],
    [3, { hasCve: true }, "exploit_attempt"],
    [4, { P: "ipc", X: "LEAKEDCREDENTIALS" }, "credential_access"],
    [5, { P: "ipc", X: "PASSWORDSPRAY" }, "auth_failure"],
    [6, { P: "ipc", X: "ANONYMOUSLOGIN" }, "malicious_session"],
    [7, { P: "ipc", X: "UNLIKELYTRAVEL" }, "malicious_session"],
    [7, { P: "ipc", X: "GENERIC", severity: "low" }, "anomalous_behavior"],
    [8, { P: "mcas", X: "MCAS_ALERT_ANUBIS_DETECTION_REPEATED_ACTIVITY_FAILED_LOGIN" }, "auth_failure"],
    [9, { P: "mcas", X: "MCAS_RANSOMWARE" }, "ransomware_encryption"],
    [10, { P: "mcas", X: "MCAS_MALWARE" }, "malicious_software"],
    [11, { P: "mcas", X: "MCAS_MASS_DOWNLOAD" }, "data_exfiltration"],
    [12, { P: "mcas", X: "MCAS_INBOX_RULE" }, "defense_evasion"],
    [13, { P: "mcas", X: "MCAS_ALERT_ANUBIS_DETECTION_TOR" }, "malicious_session"],
    [14, { P: "mcas", X: "MCAS_UNUSUAL_ADMIN" }, "privilege_escalation"],
    [15, { P: "mcas", X: "MCAS_ALERT_CABINET_EVENT_MATCH_AUDIT" }, "policy_violation"],
    [16, { P: "mcas", X: "MCAS_ALERT_MANAGEMENT_GENERIC" }, "config_change"],
    [17, { P: "mcas", X: "MCAS_ALERT_ANUBIS_DETECTION_VELOCITY" }, "anomalous_behavior"],
    [17, { P: "mcas", X: "MCAS_ACTIVITY_MONITOR" }, "anomalous_behavior"],
    [18, { P: "asc", X: "STORAGE.BLOB_GEOANOMALY" }, "anomalous_behavior"],
    [19, { P: "asc", X: "SQL.DB_BRUTEFORCE" }, "auth_failure"],
    [20, { P: "asc", X: "SQL.DB_POTENTIALSQLINJECTION" }, "exploit_attempt"],
    [20, { P: "asc", X: "SQL.DB_VULNERABILITYTOSQLINJECTION" }, "iom_match"],
    [21, { P: "asc", X: "NETWORK.DDOS" }, "service_disruption"],
    [22, { P: "asc", X: "VM_CRYPTO" }, "malicious_software"],
    [23, { P: "asc", X: "STORAGE.BLOB_DATAEXFIL" }, "data_exfiltration"],
    [24, { P: identity, X: "DNSRECONNAISSANCE" }, "service_discovery"],
    [25, { P: identity, X: "LDAPBRUTEFORCE" }, "auth_failure"],
    [26, { P: identity, X: "OTHER" }, "credential_access"],
    [26, { P: identity, X: "OTHER", T: "Cobalt Strike beacon" }, "botnet_connection"],
    [27, { P: "microsoft defender atp", C: "malware" }, "malicious_software"],
    [27, { P: "anything" }, "threat_event"]
  ]

  it("every row decides the alerts that are meant for it", () => {
    for (const [row, some, type] of examples) {
      const decided = Legacy.messageTypeOf(legacy(some))
      assert.deepStrictEqual([decided.row, decided.type], [row, type] as never, JSON.stringify(some))
    }
    const reached = new Set(examples.map(([row]) => row))
    assert.strictEqual(reached.size, 27)
  })

  const titles: ReadonlyArray<readonly [title: string, provider: string, category: string, type: string]> = [
    ["Anonymous IP address", "IPC", "AnonymousLogin", "malicious_session"],
    [
      "Multiple failed login attempts",
      "MCAS",
      "MCAS_ALERT_ANUBIS_DETECTION_REPEATED_ACTIVITY_FAILED_LOGIN",
      "auth_failure"
    ],
    [
      "Access from an unusual location to a storage blob container",
      "ASC",
      "Storage.Blob_GeoAnomaly",
      "anomalous_behavior"
    ],
    ["An active 'Wintapp' backdoor was detected", "Microsoft Defender ATP", "Malware", "malicious_software"],
    ["Suspicious Process Discovery", "Microsoft Defender ATP", "Discovery", "service_discovery"],
    [
      "SharePoint Bulk Edit Items",
      "Azure Sentinel",
      "1b9c4b3e-8c21-4f5e-9d3a-0d9f6a1e2b3c_2c8d5a4f-7b32-4e6f-8a1b-3e4f5a6b7c8d",
      "threat_event"
    ]
  ]
  for (const [title, provider, category, type] of titles) {
    it(`${title} (${provider}) is ${type}`, () => {
      const { artifacts } = LegacyAlerts.map(
        context,
        recordOf({ id: "l1", title, category, severity: "medium", vendorInformation: { provider } })
      )
      assert.strictEqual(artifacts[0]!.messageType, type)
    })
  }
})
