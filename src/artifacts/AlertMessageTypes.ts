/**
 * Decides the message type of an alert of `alerts_v2`: of 49 rows, the first that holds decides.
 *
 * The rows are data. Their order matters, and so do their numbers: tests refer to them, and so does
 * `.github/MAPPING.md`, "Message types of alerts". Long because it is one table.
 */
import { decide, type Decided, type MessageType, type Row } from "./MessageTypes.ts"

/** What the rows read, computed once for each alert. */
export interface AlertFacts {
  /** Title, cut to `titleMax` characters. */
  readonly T: string
  /** Threat names, one per line. */
  readonly H: string
  /** Categories: lower case, letters only. */
  readonly C: ReadonlySet<string>
  /** Service source, lower case. */
  readonly S: string
  /** Detection source, lower case. */
  readonly D: string
  /** MITRE techniques, upper case. */
  readonly M: ReadonlyArray<string>
  /** Types of evidence. */
  readonly E: ReadonlySet<string>
  /** Severity label. */
  readonly severity: string
}

type Condition = (facts: AlertFacts) => boolean

const title = (pattern: RegExp): Condition => ({ T }) => pattern.test(T)

const threat = (pattern: RegExp): Condition => ({ H, T }) => pattern.test(T) || (H !== "" && pattern.test(H))

const words = (names: ReadonlyArray<string>) => new Set(names.map((name) => name.toLowerCase()))

const service = (...names: ReadonlyArray<string>): Condition => {
  const known = words(names)
  return ({ S }) => known.has(S)
}

const detection = (...names: ReadonlyArray<string>): Condition => {
  const known = words(names)
  return ({ D }) => known.has(D)
}

const category = (...names: ReadonlyArray<string>): Condition => ({ C }) =>
  C.size > 0 && names.some((name) => C.has(name))

const evidence = (...types: ReadonlyArray<string>): Condition => ({ E }) =>
  E.size > 0 && types.some((type) => E.has(type))

/** Matches techniques: `T1110*` is the technique and all that begin with it, `T1020` only itself. */
const technique = (...ids: ReadonlyArray<string>): Condition => {
  const exact = new Set(ids.filter((id) => !id.endsWith("*")))
  const stems = ids.filter((id) => id.endsWith("*")).map((id) => id.slice(0, -1))
  return ({ M }) => M.some((id) => exact.has(id) || stems.some((stem) => id.startsWith(stem)))
}

const any = (...conditions: ReadonlyArray<Condition>): Condition => (facts) => conditions.some((holds) => holds(facts))

const all = (...conditions: ReadonlyArray<Condition>): Condition => (facts) => conditions.every((holds) => holds(facts))

const not = (condition: Condition): Condition => (facts) => !condition(facts)

const choose =
  (cases: ReadonlyArray<readonly [Condition, MessageType]>, otherwise: MessageType) =>
  (facts: AlertFacts): MessageType => cases.find(([holds]) => holds(facts))?.[1] ?? otherwise

const office = service("microsoftDefenderForOffice365")
const phish = title(/phish/i)
const phishCategory: Condition = ({ C }) => {
  for (const name of C) if (name.startsWith("phish")) return true
  return false
}
const grave: Condition = ({ severity }) => severity === "medium" || severity === "high" || severity === "critical"
const mail = evidence("analyzedMessage", "mailCluster")

const table: ReadonlyArray<Row<AlertFacts>> = [
  {
    row: 1,
    when: all(
      any(category("ransomware"), threat(/ransom/i)),
      any(technique("T1486"), title(/ransomware (activity|behaviou?r)(?! group)|encrypt(ed|ing|ion)|files? renam/i))
    ),
    type: "ransomware_encryption"
  },
  {
    row: 2,
    when: all(
      any(category("ransomware"), threat(/ransom/i)),
      not(title(/activity group|threat actor|emerging threat/i))
    ),
    type: "ransomware_download"
  },
  {
    row: 3,
    when: any(
      title(/url click|clicked( through)?|user click|click was detected/i),
      all(
        phish,
        any(detection("smartScreen"), title(/(visit|opened|access(ed)?) .*(site|page|link|url)|connection to/i))
      )
    ),
    type: "phishing_click"
  },
  {
    row: 4,
    when: all(
      office,
      title(
        /restricted from sending|suspicious email sending pattern|user compromise|compromised (user|account|mailbox)/i
      )
    ),
    type: "malicious_session"
  },
  {
    row: 5,
    when: title(/(suspicious|anomalous|unusual).*forward|forwarding activity|mass email forward/i),
    type: "data_exfiltration"
  },
  {
    row: 6,
    when: any(
      title(/inbox (manipulation|forwarding) rule|suspicious inbox rule|hid(e|ing) rule/i),
      technique("T1564.008")
    ),
    type: "defense_evasion"
  },
  {
    row: 7,
    when: title(
      /creation of (forwarding|redirect)|forwarding\/redirect rule|mailbox (permission|delegat)|elevation of exchange admin/i
    ),
    type: choose([[title(/elevation of exchange admin/i), "privilege_escalation"]], "config_change")
  },
  {
    row: 8,
    when: all(office, title(/malware|malicious file|malicious attachment/i), not(title(/phish|url|reported by user/i))),
    type: "malicious_software"
  },
  {
    row: 9,
    when: all(
      office,
      any(
        title(
          /phish|malicious (url|link|entity)|campaign|removed after delivery|not removed|not zapped|reported by user as (malware|phish)|impersonat|spoof|users targeted/i
        ),
        phishCategory,
        all(mail, category("initialaccess"))
      )
    ),
    type: "phishing_email"
  },
  {
    row: 10,
    when: any(
      title(/reported by user as (junk|spam)|release a quarantined|tenant allow\/block|spam/i),
      category("mailflow")
    ),
    type: "content_filter"
  },
  {
    row: 11,
    when: any(threat(/phish/i), technique("T1566*")),
    type: choose([[technique("T1204.001"), "phishing_click"]], "phishing_email")
  },
  {
    row: 12,
    when: any(
      detection("customTi", "microsoftThreatIntelligence", "microsoftDefenderThreatIntelligenceAnalytics"),
      service("microsoftThreatIntelligence"),
      title(/indicator of compromise|threat intelligence (match|indicator)|TI map/i)
    ),
    type: "ioc_match"
  },
  {
    row: 13,
    when: any(
      service("dataLossPrevention"),
      detection("microsoftDataLossPrevention"),
      category("datalossprevention", "datagovernance", "enterprisepolicy", "supervisoryreview")
    ),
    type: "policy_violation"
  },
  {
    row: 14,
    when: service("microsoftInsiderRiskManagement"),
    type: choose([[title(/exfil|leak|theft|departing/i), "data_exfiltration"]], "policy_violation")
  },
  {
    row: 15,
    when: title(/successful.*(brute|spray|sign.?in|log.?on)|(brute.?force|password spray).*succe/i),
    type: "malicious_session"
  },
  {
    row: 16,
    when: title(
      /account enumeration|user and group (membership )?reconnaissance|port scan|network.?mapping|reconnaissance|\bscan(ning)?\b/i
    ),
    type: "service_discovery"
  },
  {
    row: 17,
    when: any(
      technique("T1110*"),
      title(
        /brute.?force|password spray|credential stuffing|(multiple|repeated|suspicious) failed (log|sign).?(in|on)|failed login/i
      )
    ),
    type: "auth_failure"
  },
  {
    row: 18,
    when: any(
      title(
        /leaked credential|primary refresh token|\bPRT\b|kerberoast|as-rep|dcsync|golden ticket|pass-the-(hash|ticket)|mimikatz|lsass|credential (dump|theft)|consent (phish|grant)|illicit consent|key vault/i
      ),
      technique("T1003*", "T1528", "T1552*", "T1555*", "T1558*", "T1606*")
    ),
    type: "credential_access"
  },
  {
    row: 19,
    when: title(
      /adversary.?in.?the.?middle|attacker.?in.?the.?middle|aitm|anomalous token|token issuer|session (cookie|hijack)|stolen session|malicious ip|anonymous ip|anonymizer|tor (exit|ip)|threat actor ip|malware.?linked ip|compromised (user|account|identity)|risky (user|sign)/i
    ),
    type: "malicious_session"
  },
  {
    row: 20,
    when: title(
      /(atypical|impossible|unlikely) travel|unfamiliar (sign|location|feature)|new country|unusual (location|isp|country)|infrequent country|suspicious browser|suspicious sign.?in/i
    ),
    type: choose([[grave, "malicious_session"]], "anomalous_behavior")
  },
  {
    row: 21,
    when: any(title(/\bd?dos\b|denial.of.service/i), technique("T1498*", "T1499*")),
    type: "service_disruption"
  },
  {
    row: 22,
    when: any(
      title(/wiper|wiping|(mass|unusual|multiple).*(delet)|shadow cop|deleted (backup|storage|vm|resource)/i),
      technique("T1485", "T1490", "T1561*")
    ),
    type: "data_destruction"
  },
  {
    row: 23,
    when: any(
      title(
        /mass (download|share)|unusual.*(download|data extraction|external file sharing)|exfiltrat|data extraction/i
      ),
      technique("T1020", "T1041", "T1048*", "T1537", "T1567*")
    ),
    type: "data_exfiltration"
  },
  {
    row: 24,
    when: any(
      title(
        /command.and.control|\bc2\b|beacon|botnet|sinkhole|cobalt ?strike|\bdga\b|domain generation|mining pool|crypto.?mining pool/i
      ),
      category("commandandcontrol", "suspiciousnetworktraffic")
    ),
    type: "botnet_connection"
  },
  {
    row: 25,
    when: any(
      title(
        /CVE-\d{4}-\d+|exploit|sql injection|web ?shell|log4|zerologon|proxy(shell|logon)|jailbreak|prompt injection/i
      ),
      category("exploit", "webexploit", "documentexploit", "exploitation", "weaponization"),
      technique("T1190", "T1203", "T1210", "T1212")
    ),
    type: "exploit_attempt"
  },
  {
    row: 26,
    when: detection("microsoftDefenderForIoT"),
    type: choose([
      [title(/plc|firmware|scada|controller|programming|stop command|illegal/i), "infrastructure_exploit"],
      [title(/malware/i), "malicious_software"]
    ], "anomalous_behavior")
  },
  {
    row: 27,
    when: all(title(/prohibited|blocklist|blacklist/i), evidence("process")),
    type: "blacklisted_process"
  },
  {
    row: 28,
    when: any(
      detection("smartScreen"),
      title(/unsanctioned (cloud )?app|web content filter|blocked (site|domain|url)/i)
    ),
    type: "content_filter"
  },
  {
    row: 29,
    when: any(category("unwantedsoftware"), threat(/potentially unwanted|\bPUA\b|\bPUP\b|adware/i)),
    type: "endpoint_protection"
  },
  {
    row: 30,
    when: any(
      category(
        "malware",
        "trojan",
        "trojandownloader",
        "backdoor",
        "remoteaccesstool",
        "malwaredownload",
        "generalmalware",
        "installation"
      ),
      evidence("malware"),
      title(/malware|trojan|backdoor|coin.?min|crypto.?min|currency mining|\bworm\b|\bvirus\b|hacktool/i),
      technique("T1496")
    ),
    type: "malicious_software"
  },
  {
    row: 31,
    when: any(
      title(/elevat(ed|ion)|privilege|role assigned|added to .*admin|global admin|owner added/i),
      category("privilegeescalation", "permissions", "accessgovernance"),
      // T1078.004 is missing because it counts only together with T1098, which suffices alone.
      technique("T1068", "T1098*", "T1134*", "T1484*", "T1548*")
    ),
    type: "privilege_escalation"
  },
  {
    row: 32,
    when: any(
      category("credentialaccess", "credentialstealing", "credentialtheft"),
      technique("T1539", "T1556*", "T1557*")
    ),
    type: "credential_access"
  },
  {
    row: 33,
    when: any(
      category("defenseevasion"),
      title(/tamper|(disabl|stop|turn(ed)? off).*(antivirus|defender|logging|audit|protection)|log clear/i),
      technique("T1562*", "T1070*")
    ),
    type: "defense_evasion"
  },
  { row: 34, when: category("discovery", "reconnaissance"), type: "service_discovery" },
  {
    row: 35,
    when: any(category("lateralmovement", "networkpropagation"), technique("T1021*", "T1550*", "T1570")),
    type: "malicious_session"
  },
  { row: 36, when: category("exfiltration"), type: "data_exfiltration" },
  {
    row: 37,
    when: any(category("collection"), technique("T1074*", "T1114*", "T1213*", "T1530", "T1560*")),
    type: "data_staging"
  },
  { row: 38, when: category("impact"), type: "malicious_behavior" },
  {
    row: 39,
    when: any(service("microsoftAppGovernance"), detection("appGovernancePolicy", "appGovernanceDetection")),
    type: choose([[detection("appGovernancePolicy"), "policy_violation"]], "malicious_behavior")
  },
  {
    row: 40,
    when: any(service("microsoftSecurityForAI"), detection("microsoftDefenderForAIServices")),
    type: choose([[title(/credential|secret/i), "credential_access"], [
      title(/sensitive data|leak/i),
      "data_exfiltration"
    ], [title(/wallet|volume/i), "service_disruption"]], "anomalous_behavior")
  },
  { row: 41, when: service("azureAdIdentityProtection"), type: "malicious_session" },
  {
    row: 42,
    when: category("initialaccess"),
    type: choose([[service("microsoftDefenderForIdentity", "microsoftDefenderForCloudApps"), "malicious_session"], [
      evidence("analyzedMessage", "mailbox", "mailCluster"),
      "phishing_email"
    ]], "threat_event")
  },
  {
    row: 43,
    when: all(
      detection(
        "microsoftDefenderForStorage",
        "microsoftDefenderForDatabases",
        "microsoftDefenderForResourceManager",
        "microsoftDefenderForKeyVault",
        "microsoftDefenderForAppService",
        "microsoftDefenderForApiManagement",
        "microsoftDefenderForDNS",
        "microsoftDefenderForNetwork"
      ),
      title(/unusual|anonymous|anomal|suspicious access|first time/i)
    ),
    type: "anomalous_behavior"
  },
  {
    row: 44,
    when: title(/misconfigur|publicly accessible|exposed to the internet|anonymous public read/i),
    type: "iom_match"
  },
  { row: 45, when: category("execution", "persistence", "suspiciousactivity"), type: "malicious_behavior" },
  {
    row: 46,
    when: any(service("microsoftDefenderForCloudApps"), detection("cloudAppSecurity")),
    type: "anomalous_behavior"
  },
  {
    row: 47,
    when: any(
      detection("antivirus"),
      all(service("microsoftDefenderForEndpoint"), ({ C }) => C.size === 0 || C.has("none") || C.has("unknown"))
    ),
    type: "endpoint_protection"
  },
  { row: 48, when: service("microsoftDefenderForIdentity"), type: "malicious_session" }
]

/** Row 49: the type of alerts that no other row decides. */
export const otherwise: Decided = { row: 49, type: "threat_event" }

/** Whether an alert only reports an automated investigation, whose findings have alerts of their own. */
const isBookkeeping = ({ D, severity }: AlertFacts) => D === "automatedinvestigation" && severity === "informational"

/** Returns the message type of an alert, and the row that decided it. */
export const messageTypeOf = (facts: AlertFacts): Decided =>
  isBookkeeping(facts) ? otherwise : decide(table, facts) ?? otherwise

/** Rows 1 to 48, in order, for tests. */
export const rows: ReadonlyArray<Row<AlertFacts>> = table
