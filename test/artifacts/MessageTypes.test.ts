import { assert, describe, it } from "@effect/vitest"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import { type AlertFacts, messageTypeOf, rows } from "../../src/artifacts/AlertMessageTypes.ts"
import * as LegacyAlerts from "../../src/artifacts/LegacyAlertArtifacts.ts"
import * as Legacy from "../../src/artifacts/LegacyMessageTypes.ts"
import { messageTypes } from "../../src/artifacts/MessageTypes.ts"
import { alert, context, evidence, recordOf } from "./Records.ts"

const facts = (some: Partial<AlertFacts>): AlertFacts => ({
  T: "",
  H: "",
  C: new Set(),
  S: "",
  D: "",
  M: [],
  E: new Set(),
  severity: "medium",
  ...some
})

const office = "microsoftdefenderforoffice365"
const c = (...names: ReadonlyArray<string>) => ({ C: new Set(names) })
const e = (...names: ReadonlyArray<string>) => ({ E: new Set(names) })

/** For each row, alerts that it decides, and their message type. */
const examples: ReadonlyArray<readonly [row: number, facts: Partial<AlertFacts>, type: string]> = [
  [1, { T: "Ransomware activity detected" }, "ransomware_encryption"],
  [1, { H: "Ransom:Win32/Akira", M: ["T1486"] }, "ransomware_encryption"],
  [2, { T: "'BlackCat' ransomware was prevented" }, "ransomware_download"],
  [2, { T: "File quarantined", H: "BlackCat\nRansom" }, "ransomware_download"],
  [3, { T: "A potentially malicious URL click was detected" }, "phishing_click"],
  [3, { T: "Phishing page", D: "smartscreen" }, "phishing_click"],
  [4, { T: "User restricted from sending email", S: office }, "malicious_session"],
  [5, { T: "Suspicious email forwarding activity" }, "data_exfiltration"],
  [6, { T: "Suspicious inbox manipulation rule" }, "defense_evasion"],
  [6, { M: ["T1564.008"] }, "defense_evasion"],
  [7, { T: "Creation of forwarding/redirect rule" }, "config_change"],
  [7, { T: "Elevation of Exchange admin privilege" }, "privilege_escalation"],
  [8, { T: "Email messages containing malicious file removed after delivery", S: office }, "malicious_software"],
  [9, { T: "Email reported by user as malware or phish", S: office }, "phishing_email"],
  [9, { S: office, ...c("initialaccess"), ...e("mailCluster") }, "phishing_email"],
  [10, { T: "Email reported by user as junk", S: office }, "content_filter"],
  [10, c("mailflow"), "content_filter"],
  [11, { M: ["T1566.002"] }, "phishing_email"],
  [11, { M: ["T1566.002", "T1204.001"] }, "phishing_click"],
  [12, { T: "test alert", D: "customti" }, "ioc_match"],
  [13, { T: "DLP policy (PCI) matched for email with subject (Q3)", S: "datalossprevention" }, "policy_violation"],
  [14, { T: "Data theft by departing users", S: "microsoftinsiderriskmanagement" }, "data_exfiltration"],
  [14, { T: "Risky browsing", S: "microsoftinsiderriskmanagement" }, "policy_violation"],
  [15, { T: "Successful logon after many attempts" }, "malicious_session"],
  [16, { T: "User and IP address reconnaissance (SMB)" }, "service_discovery"],
  [17, { T: "Password spray" }, "auth_failure"],
  [17, { M: ["T1110.003"] }, "auth_failure"],
  [18, { T: "Suspected DCSync attack (replication of directory services)" }, "credential_access"],
  [18, { M: ["T1528"] }, "credential_access"],
  [19, { T: "Anomalous Token" }, "malicious_session"],
  [20, { T: "Atypical travel", severity: "low" }, "anomalous_behavior"],
  [20, { T: "Atypical travel", severity: "medium" }, "malicious_session"],
  [21, { T: "DDoS attack detected for public IP" }, "service_disruption"],
  [22, { T: "Unusual volume of file deletion" }, "data_destruction"],
  [23, { T: "Mass download" }, "data_exfiltration"],
  [24, { T: "Cobalt Strike beacon" }, "botnet_connection"],
  [25, { M: ["T1190"] }, "exploit_attempt"],
  [26, { T: "Unauthorized PLC change", D: "microsoftdefenderforiot" }, "infrastructure_exploit"],
  [26, { T: "Malware test file", D: "microsoftdefenderforiot" }, "malicious_software"],
  [26, { T: "New asset", D: "microsoftdefenderforiot" }, "anomalous_behavior"],
  [27, { T: "Prohibited process", ...e("process") }, "blacklisted_process"],
  [28, { T: "Web content filter hit" }, "content_filter"],
  [29, { H: "PUA:Win32/Thing" }, "endpoint_protection"],
  [30, { T: "'Wintapp' malware was prevented", ...c("malware"), D: "antivirus" }, "malicious_software"],
  [30, e("malware"), "malicious_software"],
  [31, { T: "Owner added to application" }, "privilege_escalation"],
  [32, c("credentialaccess"), "credential_access"],
  [33, { T: "Tampering with the Microsoft Defender for Endpoint sensor" }, "defense_evasion"],
  [34, c("discovery"), "service_discovery"],
  [35, c("lateralmovement"), "malicious_session"],
  [36, c("exfiltration"), "data_exfiltration"],
  [37, { M: ["T1074.001"] }, "data_staging"],
  [38, c("impact"), "malicious_behavior"],
  [39, { D: "appgovernancepolicy" }, "policy_violation"],
  [39, { S: "microsoftappgovernance" }, "malicious_behavior"],
  [40, { T: "Credential in a prompt", S: "microsoftsecurityforai" }, "credential_access"],
  [40, { T: "Sensitive data in an answer", S: "microsoftsecurityforai" }, "data_exfiltration"],
  [40, { T: "Wallet attack", S: "microsoftsecurityforai" }, "service_disruption"],
  [40, { T: "Odd prompt", D: "microsoftdefenderforaiservices" }, "anomalous_behavior"],
  [41, { S: "azureadidentityprotection" }, "malicious_session"],
  [42, { S: "microsoftdefenderforidentity", ...c("initialaccess") }, "malicious_session"],
  [42, { ...c("initialaccess"), ...e("mailbox") }, "phishing_email"],
  [42, c("initialaccess"), "threat_event"],
  [43, { T: "Unusual access", D: "microsoftdefenderforstorage" }, "anomalous_behavior"],
  [44, { T: "Storage account is publicly accessible" }, "iom_match"],
  [45, c("persistence"), "malicious_behavior"],
  [46, { D: "cloudappsecurity" }, "anomalous_behavior"],
  [47, { S: "microsoftdefenderforendpoint" }, "endpoint_protection"],
  [48, { S: "microsoftdefenderforidentity" }, "malicious_session"],
  [49, c("threatmanagement"), "threat_event"]
]

describe("message types of alerts_v2", () => {
  it("every row decides the alerts that are meant for it", () => {
    for (const [row, some, type] of examples) {
      assert.deepStrictEqual(messageTypeOf(facts(some)), { row, type } as never, JSON.stringify(some))
    }
    assert.deepStrictEqual(rows.map(({ row }) => row), Array.from({ length: 48 }, (_, index) => index + 1))
    const reached = new Set(examples.map(([row]) => row))
    assert.deepStrictEqual(rows.filter(({ row }) => !reached.has(row)), [])
  })

  it("uses only words that WitFoo's rules know", () => {
    const known = new Set<string>(messageTypes)
    assert.strictEqual(messageTypes.length, 31)
    for (const { type } of rows) {
      if (typeof type === "string") assert.isTrue(known.has(type))
      else for (const [, some] of examples) assert.isTrue(known.has(type(facts(some))))
    }
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
    DLP: "dataLossPrevention"
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
    ["Email reported by user as junk", "Office365", "InitialAccess", "content_filter"],
    ["User restricted from sending email", "Office365", "ThreatManagement", "malicious_session"],
    ["Suspicious email forwarding activity", "Office365", undefined, "data_exfiltration"],
    ["Suspicious inbox manipulation rule", "CloudApps", "DefenseEvasion", "defense_evasion"],
    ["Unusual volume of file deletion", "Office365", undefined, "data_destruction"],
    ["DLP policy (PCI) matched for email with subject (Q3)", "DLP", "Exfiltration", "policy_violation"],
    ["Password spray", "Entra", "CredentialAccess", "auth_failure"],
    ["Atypical travel", "Entra", undefined, "anomalous_behavior", { severity: "low" }],
    ["Atypical travel", "Entra", undefined, "malicious_session", { severity: "medium" }],
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
    ["Automated investigation started manually", "Endpoint", "SuspiciousActivity", "threat_event", {
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
    [21, { P: "asc", X: "NETWORK.DDOS" }, "service_disruption"],
    [22, { P: "asc", X: "VM_CRYPTO" }, "malicious_software"],
    [23, { P: "asc", X: "STORAGE.BLOB_DATAEXFIL" }, "data_exfiltration"],
    [24, { P: identity, X: "DNSRECONNAISSANCE" }, "service_discovery"],
    [25, { P: identity, X: "LDAPBRUTEFORCE" }, "auth_failure"],
    [26, { P: identity, X: "OTHER" }, "credential_access"],
    [26, { P: identity, X: "OTHER", T: "Cobalt Strike beacon" }, "botnet_connection"],
    [27, { P: "microsoft defender atp", ...c("malware") }, "malicious_software"],
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
