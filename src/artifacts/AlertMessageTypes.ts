/**
 * Decides the message type of an alert of `alerts_v2`: of 76 rows, the first that holds decides.
 *
 * The rows are data. Their order matters, and so do their numbers: tests refer to them, and so does
 * `.github/MAPPING.md`, "Message types of alerts".
 */
import * as Drift from "../evidence/Drift.ts"
import { condition, decide, type Decided, type Row, rowsOf, type Terms } from "./RowTable.ts"

/** What the rows read, computed once for each alert. */
export interface AlertFacts {
  /** Title without user text, cut to `comparedTitleMax` characters. */
  readonly T: string
  /** Whether a customer wrote the title. */
  readonly isCustomers: boolean
  /** Threat names, one per line. */
  readonly H: string
  /** Primary category: lower case, letters only. */
  readonly C: string
  /** All categories. */
  readonly A: ReadonlyArray<string>
  /** Service source, lower case. */
  readonly S: string
  /** Detection source, lower case. */
  readonly D: string
  /** MITRE techniques, upper case. */
  readonly M: ReadonlyArray<string>
  /** Those types of evidence that a row reads. */
  readonly E: ReadonlySet<string>
  /** Severity label. */
  readonly severity: string
}

/** Categories that tell nothing. */
const vague = /^(?:none|unknown|others?|suspiciousactivity|threatmanagement|resourcedevelopment|informationgovernance)$/

/** Returns the primary category and all of them: the first that tells something, of a list that commas may join. */
export const categoriesOf = (sent: ReadonlyArray<string>): Pick<AlertFacts, "A" | "C"> => {
  const all = sent.flatMap((one) => one.split(",")).map((one) => one.toLowerCase().replace(/[^a-z]+/g, ""))
  const A = all.filter((key) => key !== "")
  return { C: A.find((key) => !vague.test(key)) ?? A[0] ?? "", A }
}

/** Types of evidence that a row reads. */
export const typesRead = new Set<string>()

const lower = (words: ReadonlyArray<string>): ReadonlySet<string> => new Set(words.map((word) => word.toLowerCase()))

const simple: Terms<AlertFacts> = {
  list: {
    S: (words) => ((known) => ({ S }) => known.has(S))(lower(words)),
    D: (words) => ((known) => ({ D }) => known.has(D))(lower(words)),
    C: (words) => ((known) => ({ C }) => known.has(C))(lower(words)),
    A: (words) => ({ A }) => words.some((word) => A.includes(word)),
    E: (types) => {
      for (const type of types) typesRead.add(type)
      return ({ E }) => types.some((type) => E.has(type))
    },
    // `T1110*` is the technique and all that begin with it, `T1020` only itself.
    M: (ids) => ({ M }) =>
      M.some((one) => ids.some((id) => id.endsWith("*") ? one.startsWith(id.slice(0, -1)) : one === id))
  },
  pattern: {
    T: (pattern) => ({ T }) => pattern.test(T),
    TH: (pattern) => ({ H, T }) => pattern.test(T) || (H !== "" && pattern.test(H))
  },
  named: {
    customers: ({ isCustomers }) => isCustomers,
    informational: ({ severity }) => severity === "informational",
    minor: ({ severity }) => severity === "informational" || severity === "low",
    high: ({ severity }) => severity === "high" || severity === "critical",
    phishCategory: ({ C }) => C.startsWith("phish"),
    /** A category for each of three tactics. */
    spread: ({ A }) => new Set(A.filter((one) => !vague.test(one))).size >= 3
  }
}

/** What several rows look for. */
export const shared: Readonly<Record<string, string>> = {
  office: "S microsoftDefenderForOffice365",
  servers: "D microsoftDefenderForServers",
  mail: "E analyzedMessage,mailCluster,submissionMail,teamsMessage",
  cloudPlane: "S microsoftDefenderForCloud & not D microsoftDefenderForServers",
  plane:
    "S microsoftDefenderForCloud & not D microsoftDefenderForServers or S microsoftDefenderForCloudApps,microsoftSecurityForAI,microsoftSentinel,microsoftAppGovernance or D cloudAppSecurity,appGovernanceDetection",
  unwanted: String.raw`TH/potentially unwanted|\bpua\b|\bpup\b|adware|anti.?malware action/`,
  changesMailbox: String
    .raw`T/elevation of exchange admin/ or T/creation of (forwarding|redirect)|forwarding\/redirect rule|mailbox (permission|delegat)/`,
  session: String
    .raw`T/adversary.?in.?the.?middle|attacker.?in.?the.?middle|\baitm\b|anomalous token|token issuer|session (cookie|hijack|theft|token)|stolen session|rdp hijack|(malicious|suspicious)( proxy)? ips?\b|malware.?linked ip|threat actor ip|compromised (user|account|identity)|risky (user|sign)|hands.?on.?keyboard|suspicious (vpn|rdp|management session|remote session)|from a suspicious application|potentially harmful application|psexec|terminated user|unauthorized (ssh|rdp|vnc|telnet)/`,
  denies: "M T1498*,T1499*",
  exploits: "M T1190,T1203,T1210,T1212",
  elevates: "M T1068,T1098*,T1134*,T1484*,T1548*"
}

/** The terms of the rows. */
export const terms: Terms<AlertFacts> = {
  ...simple,
  named: {
    ...simple.named,
    ...Object.fromEntries(Object.entries(shared).map(([name, text]) => [name, condition(text, simple)]))
  }
}

/** Rows 1 to 75, in the notation of `RowTable.ts`. */
export const table = String.raw`
1 D automatedInvestigation & informational or not customers & T/^admin(istrative)? (submission|triggered|action)|remediation action taken by|simulation completed|exact data match upload|ediscovery (search|export)|tenant allow.{0,3}block list entry is about|removed an entry in (the )?tenant allow|investigation (was )?started manually/ => audit_log
2 S dataLossPrevention or D microsoftDataLossPrevention,appGovernancePolicy or A datalossprevention,datagovernance,enterprisepolicy,supervisoryreview or T/^dlp policy/ => policy_violation
3 S microsoftInsiderRiskManagement => T/exfil|leak|theft|departing/ ? data_exfiltration; policy_violation
4 D customTi,microsoftThreatIntelligence,microsoftDefenderThreatIntelligenceAnalytics or S microsoftThreatIntelligence or T/\biocs?\b|indicators? of compromise|threat intelligence (match|indicator)|identified by threat intelligence|custom (network |file |url |ip )?indicator|\bti map\b/ => ioc_match
5 (C ransomware or TH/ransom/) & (M T1486 or T/ransomware.{0,20}(activity|behaviou?r)(?! group)|encrypt(ed|ing|ion)|files?\b.* renam|renam\w+ .*files?/) => ransomware_encryption
6 (C ransomware or TH/ransom/) & not T/activity group|threat actor|emerging threat/ => ransomware_download
7 T/(malware|hack.?tool|trojan|backdoor|virus|worm|spyware)\b.{0,30} (was|were) (detected|prevented|blocked|quarantined|remediated)/ & not unwanted => malicious_software
8 T/consent (phish|grant)|(illicit|malicious|suspicious)\b.*\bconsent/ => credential_access
9 T/(url|link)s? click|clicked( through)?\b|user click|click was detected/ or T/phish/ & (D smartScreen or T/(visit(ed)?|opened|access(ed)?)\b.*(site|page|link|url|domain)|(connection|communication|connected) (to|with)\b/ or T/\baitm\b|adversary.in.the.middle/ & not T/sign.?in|session|token/) => phishing_click
10 T/\bforms? (blocked|flagged)|phish\w*( \w+)? hosted|host(s|ing)\b.*phish/ or T/phish/ & (S microsoftSecurityForAI or cloudPlane) => malicious_behavior
11 office & T/restricted from (sending|sharing)|sending pattern|suspicious connector|nation.state|compromised (user|account|mailbox)|user compromised/ => malicious_session
12 T/(suspicious|anomalous|unusual)(?!.*\bport\b).*forward|(email|mail|inbox) forwarding|forwarding activity/ & not changesMailbox => data_exfiltration
13 T/inbox (manipulation|forwarding) rule|suspicious inbox rule|hid(e|ing) rule/ or M T1564.008 => defense_evasion
14 changesMailbox => T/elevation of exchange admin/ ? privilege_escalation; config_change
15 C mailflow or T/messages have been delayed|reply-all storm|mail ?flow|queued messages/ => degraded_service
16 office & T/\bmalware|malicious (file|attachment)/ & not T/phish|\burl|reported by user|campaign/ => malicious_software
17 T/reported by user as (not )?(junk|spam)|\bnot junk\b|release a quarantined|tenant allow.{0,3}block list|\bspam\b/ => content_filter
18 office & (T/phish|malicious (url|link|entity)|campaign|removed after delivery|not removed|not zapped|as (malware|phish)|security risk|impersonat|spoof|users targeted|invoice fraud|business email compromise|\bbec\b/ or mail & C initialaccess,preattack,probing) => phishing_email
19 phishCategory or T/phish/ & not session => phishing_email
20 T/(anti.?malware|antivirus|real.?time protection|defender)\b(?!.*\baction\b).*(disabl|turned off|turn off|exclu|blocked for|stopp|tamper)/ => defense_evasion
21 T/\bsuccess(ful(ly)?)?\b.*(brute|spray|sign.?in|log.?[io]n)|(brute.?force|password spray)\b.*succe/ => malicious_session
22 T/publicly accessible\b.*(discovered|scanned)|parameter enumeration|requests? spray|vulnerability scanner|web.?(site|app\w*)? (scan|recon)|(directory|path|url) (brute.?forc|enumerat|travers)/ => recon
23 T/account enumeration|reconnaissance|network.?mapping|enumerat(e|ed|ing|ion)\b|(?<!(malware|virus|antivirus|file) )\bscan(s|ned|ner|ning)?\b|account(s)? (lookup|quer)|access inspection|data exploration|azurite|bloodhound|azurehound|sharphound|roadrecon|adfind|honeytoken was queried/ => service_discovery
24 T/brute.?force|password.?(spray|guess|crack)|credential stuffing|dictionary attack|failed (log|sign).?[io]n|(log|sign).?[io]ns?( attempts?)? failed|(log|sign).?[io]n failure|authentication failure|excessive (log|sign).?[io]n|mfa (den(y|ied|ial)|reject)|suspicious authentication activity/ => auth_failure
25 T/leaked credential|credentials? (dump|theft|harvest|access tool)|primary refresh token|\bprt\b|kerberoast|as-rep|dcsync|netsync|golden (ticket|saml)|skeleton key|pass-the-(hash|ticket)|mimikatz|lsass|dpapi|wdigest|passwords? (hash|access|dump)|hash(es)? dump|extract keys|secret retrieval|mfa fatigue|arp spoof|\bntds\b|\bdkm\b/ or T/key vault/ & not C discovery => credential_access
26 T/command.and.control|\bc2\b|beacon|\bbots\b|botnet|sinkhole|cobalt ?strike|\bdga\b|domain generation|(algorithmically generated|random(ized)?) domain|mining pool|reverse shell|port forwarding|dns tunnel|(connection|communication|request|traffic)( attempt)? (to|with|for)\b.{0,30}\b(malicious|suspicious|risky)\b.{0,20}\b(ip|domain|host|server|url|address)|malicious domain name request/ => botnet_connection
27 T/tor prox|anonymity network|\btor (network|traffic|client|browser)/ => prohibited_connection
28 T/anonym(ous|iz\w+|ity) (ip|prox)|anonymous user|proxy ip|\btor\b (exit|ip|node)|from a tor/ => grave malicious_session
29 session => malicious_session
30 T/(atypical|impossible|unlikely) travel|unfamiliar (sign|location|feature)|new country|unusual (location|isp|country)|infrequent country|suspicious browser|suspicious sign.?in/ => M T1110* ? auth_failure; grave malicious_session
31 T/\bd?dos\b(?! tool)|denial.of.(service|wallet)|wallet attack/ => service_disruption
32 T/wiper|wiping|(mass|unusual|multiple)\b.*(delet)|shadow cop|deleted (backup|storage|vm|resource)|backups? (were |was )?deleted/ => data_destruction
33 T/mass (file |data )?(download|share)|unusual.*(download|data extraction|file sharing|file share)|exfiltrat|(data|rows|blobs?)\b.*extracted|data extraction|increase in data usage|sensitive data exposed/ => data_exfiltration
34 T/CVE-\d{4}-\d+|exploit(?!ation toolkit| guard)|sql injection|web ?shell|log4|zerologon|proxy(shell|logon)|printnightmare|remote code execution|jailbreak|prompt injection/ & not T/vulnerability to\b/ => exploit_attempt
35 D microsoftDefenderForIoT or E ioTDevice => T/malware|malicious activity|implant|backdoor|worm/ ? malicious_software; T/plc|firmware|scada|controller|programming|\bstop\b|illegal|modbus|siemens|function code|control function|bacnet|dnp3/ ? infrastructure_exploit; T/internet connectivity|unauthorized internet/ ? prohibited_connection; anomalous_behavior
36 T/\bexposed\b.*(service|dashboard|server|port)|exposed to the internet|publicly accessible|anonymous public read|misconfigur|vulnerability to\b|privileged container|sensitive volume mount/ => iom_match
37 T/changes? (made )?to\b.*(settings?|configuration|logs)|(conditional access|access settings?|federation|authentication methods?)\b.*(add|chang|creat|delet|disabl|modif|updat|manipul)|modified .*(settings?|federation)|access level\b.*changed|role binding|high privileges role|admission webhook|coredns modif|kube-system|made public/ => config_change
38 T/prohibited|blocklist|blacklist/ & E process => blacklisted_process
39 D smartScreen or T/smartscreen|network protection|unsanctioned (cloud )?app|web content filter|blocked (an? )?(suspicious |malicious )?(site|domain|url|connection)/ => content_filter
40 C unwantedsoftware or unwanted => endpoint_protection
41 C malware,trojan,trojandownloader,backdoor,remoteaccesstool,malwaredownload,generalmalware,installation or E malware or T/\bmalware|trojan|backdoor|coin.?min|crypto.?(coin.?)?min|currency mining|\bworm\b|\bvirus\b|hack(ing)?.?tool|attack tool|hacking framework|metasploit|caldera|ddos tool|known malicious source|\bimplant\b/ => malicious_software
42 T/privilege escalation|elevat(e|ed|es|ing|ion)\b(?! (number|volume|rate|risk))|bypass uac|uac bypass|(role assigned|assigned to\b.*\brole)|(add|addition|added)s?\b.*(admin|privileged|sensitive)\w*\b.*(group|role)|added to\b.*admin|global admin|owner added|privileged (role|api token)|addition of credentials|credentials? added to/ => privilege_escalation
43 T/tamper|(disabl|stop|turn(ed)? off)\w*\b.*(antivirus|defender|logging|audit|protection)|logs? (was |were )?clear|clear\w*\b.*\blog|(delet|disabl)\w*\b.*\blogs?\b|history file\b.*clear|events deleted|security.related process termination/ => defense_evasion
44 T/intrusion (detection|prevention)|threat detection message|signature activation|\b(ids|ips) (alert|event|signature)/ => ids_event
45 T/test alert|not a threat/ => threat_event
46 T/obfuscat|command shell|fileless/ & not C defenseevasion => quiet malicious_behavior
47 (plane or office or informational) & not high & not C discovery & T/unusual|anomal|abnormal|uncommon|\brare\b|malformed|user.?agent|not seen in|first.?time|excessive|dormant|\bspike|unseen|\blimit exceeded/ => anomalous_behavior
48 spread => grave malicious_behavior
49 C exploit,webexploit,documentexploit,exploitation,weaponization => grave exploit_attempt
50 C commandandcontrol,suspiciousnetworktraffic => quiet botnet_connection
51 C credentialaccess,credentialstealing,credentialtheft => M T1110* ? auth_failure; quiet credential_access
52 C privilegeescalation,permissions,accessgovernance => quiet privilege_escalation
53 C defenseevasion => quiet defense_evasion
54 C discovery => service_discovery
55 C reconnaissance,preattack,probing => recon
56 C lateralmovement,networkpropagation => quiet malicious_session
57 C exfiltration => quiet data_exfiltration
58 C collection => quiet data_staging
59 C impact => M T1486 ? ransomware_encryption; M T1485,T1490,T1561* ? data_destruction; denies ? service_disruption; M T1496* ? malicious_software; quiet malicious_behavior
60 C initialaccess => M T1566* & M T1204.001 ? phishing_click; M T1566* or mail ? phishing_email; exploits ? grave exploit_attempt; S microsoftDefenderForIdentity,microsoftDefenderForCloudApps,azureAdIdentityProtection or M T1078* or D microsoftDefenderForResourceManager ? grave malicious_session; grave malicious_behavior
61 C execution,persistence => S azureAdIdentityProtection ? grave malicious_session; C persistence & elevates ? privilege_escalation; quiet malicious_behavior
62 M T1110* => auth_failure
63 M T1003*,T1528,T1539,T1552*,T1555*,T1556*,T1557*,T1558*,T1606* => credential_access
64 exploits => exploit_attempt
65 elevates => privilege_escalation
66 M T1562*,T1070* => defense_evasion
67 M T1566* => phishing_email
68 M T1021*,T1550*,T1570 or S azureAdIdentityProtection => grave malicious_session
69 M T1071*,T1090*,T1095,T1568*,T1572 => botnet_connection
70 M T1020,T1041,T1048*,T1537,T1567* => data_exfiltration
71 M T1074*,T1114*,T1213*,T1530,T1560* => data_staging
72 S microsoftDefenderForIdentity => grave malicious_session
73 D antivirus => endpoint_protection
74 S microsoftDefenderForEndpoint,microsoft365Defender,microsoftAppGovernance or servers or S microsoftDefenderForCloud & E process,device => quiet malicious_behavior
75 plane => anomalous_behavior
`

/** The same rows, ready to be tried. */
export const rows: ReadonlyArray<Row<AlertFacts>> = rowsOf(table, terms)

/** Row 76: the type of alerts that no other row decides. */
export const otherwise: Decided = { row: rows.length + 1, type: "threat_event" }

/** The last row that reads the title. */
export const lastTitleRow = 47

/** The row of messages that a compromised account sends. */
export const senderRow = 11

const denialTitle = /\bd?dos\b|denial.of.service/i

/** Whether an alert of `service_disruption` is of the kind that lead rule 112 is about. */
export const isDenial = (facts: AlertFacts): boolean => denialTitle.test(facts.T) || terms.named["denies"]!(facts)

/** Whether the row is a policy's: what that matched is a user's text, and names no vulnerability. */
export const isPolicy = (row: number | undefined): boolean => row === 2 || row === 3

/** Returns the title and the category of a grave alert that no row knows: evidence for the next edition of the rows. */
export const unknownWords = ({ C, T, severity }: AlertFacts, { row, via = row }: Decided): ReadonlyArray<Drift.Drift> =>
  via === otherwise.row && (severity === "high" || severity === "critical")
    ? [Drift.phrase("title", T), Drift.phrase("category", C)]
    : []

/** Returns the message type of an alert, and the row that decided it. */
export const messageTypeOf = (facts: AlertFacts): Decided => decide(rows, facts) ?? otherwise
