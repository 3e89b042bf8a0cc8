/** Artifacts for the views: a few hundred of an invented tenant, and those of an attacker who knows the page. */
import type { Detail, Found, FoundThings, IndexState } from "../../src/page/Client.ts"

export type Row = Detail["row"]

export const now = Date.parse("2026-11-25T16:00:00Z")

export const following: IndexState = {
  state: "following",
  rows: 42_113,
  rows_max: 1_000_000,
  days_max: 30,
  bytes_behind: 0,
  newest: "2026-11-25T15:59:12Z"
}

const tenant = "11111111-1111-4111-8111-111111111111"

const stories: ReadonlyArray<Omit<Row, "key" | "id" | "time" | "stream" | "action" | "alert_id">> = [{
  severity: "informational",
  message_type: "phishing_email",
  title: "Email messages containing malicious URL removed after delivery",
  evidence: "analyzedMessage",
  user: "amy@contoso.example",
  src_ip: "198.51.100.93",
  email_from: "it@c0ntoso.example",
  email_to: "amy@contoso.example",
  email_subject: "Your mailbox is almost full",
  uri: "https://login.c0ntoso.example/owa?u=amy",
  fqdn: "login.c0ntoso.example",
  incident_id: "42"
}, {
  severity: "high",
  message_type: "phishing_click",
  title: "A potentially malicious URL click was detected",
  evidence: "url",
  user: "amy@contoso.example",
  uri: "https://login.c0ntoso.example/owa?u=amy",
  fqdn: "login.c0ntoso.example",
  incident_id: "42"
}, {
  severity: "medium",
  message_type: "malicious_behavior",
  title: "Suspicious PowerShell command line",
  evidence: "process",
  user: "CONTOSO\\kavya",
  hostname: "ws-25.contoso.example",
  src_ip: "10.20.4.25",
  file_name: "update.ps1",
  file_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  incident_id: "42"
}, {
  severity: "critical",
  message_type: "botnet_connection",
  title: "Cobalt Strike beacon",
  evidence: "ip",
  hostname: "ws-25.contoso.example",
  src_ip: "10.20.4.25",
  dst_ip: "203.0.113.7",
  incident_id: "42"
}, {
  severity: "high",
  message_type: "auth_failure",
  title: "Password Spray",
  user: "chidi@contoso.example",
  src_ip: "203.0.113.214"
}, {
  severity: "low",
  message_type: "policy_violation",
  title: "DLP policy (Payment cards) matched for email with subject (Q3 accounts)",
  evidence: "mailbox",
  user: "bert@contoso.example",
  email_from: "bert@contoso.example",
  email_to: "accounts@fabrikam.example"
}]

/** Rows, newest first, a minute and a half apart. */
export const rows = (count: number): ReadonlyArray<Row> =>
  Array.from({ length: count }, (_, place): Row => {
    const isIncident = place % 23 === 7
    const story = stories[place % stories.length]!
    const base = {
      key: 1_000_000 - place,
      id: `c9256ad26291eacd0da06ecf${(0xbec4214 - place).toString(16)}`,
      time: new Date(now - place * 90_000).toISOString(),
      action: ["new", "inProgress", "resolved"][place % 3]!,
      tenant_id: tenant
    }
    return isIncident
      ? {
        ...base,
        stream: "azure_security_incident",
        severity: "high",
        message_type: "incident",
        title: "Multi-stage incident involving Initial access and Command and control",
        incident_id: "42"
      }
      : { ...base, ...story, stream: "azure_security_alert", alert_id: `da${Math.floor(place / 6)}` }
  })

/** A page of these rows, as the connector answers. */
export const pageOf = (all: ReadonlyArray<Row>, url: URL, index = following): Found => {
  const before = Number(url.searchParams.get("before") ?? Infinity)
  const limit = Number(url.searchParams.get("limit") ?? 100)
  const rest = all.filter(({ key }) => key < before)
  const found = rest.slice(0, limit)
  const total = url.searchParams.has("before") ? {} : { total: all.length }
  return { rows: found, next: rest.length > limit ? found.at(-1)!.key : null, ...total, index }
}

/** These rows as alerts and incidents, as the connector answers. */
export const thingsOf = (all: ReadonlyArray<Row>, url: URL, index = following): FoundThings => {
  const offset = Number(url.searchParams.get("offset") ?? 0)
  const limit = Number(url.searchParams.get("limit") ?? 100)
  const ids = new Map<string, Array<Row>>()
  for (const row of all) {
    const id = row.alert_id ?? row.id
    ids.set(id, [...(ids.get(id) ?? []), row])
  }
  const things = Array.from(ids.values(), (rows) => {
    const row = rows.find(({ evidence }) => evidence === undefined) ?? rows[0]!
    const types = new Map<string, number>()
    for (const { evidence } of rows) if (evidence !== undefined) types.set(evidence, (types.get(evidence) ?? 0) + 1)
    const group = url.searchParams.get("group") === "tenant" ? { group: tenant } : {}
    const evidence = Array.from(types, ([type, count]) => ({ type, count }))
    return { row, latest: rows[0]!.time, matches: rows.length, versions: 2, evidence, ...group }
  })
  const page = things.slice(offset, offset + limit)
  const counts = Array.from({ length: 24 }, (_, hour) => [hour, 0, 0, hour % 3, hour % 7 === 0 ? 1 : 0, 0])
  return {
    things: page,
    next: offset + page.length < things.length ? offset + page.length : null,
    total_things: things.length,
    total: all.length,
    is_partial: false,
    histogram: { from: now - 24 * 3_600_000, step: 3_600_000, counts },
    facets: [{ name: "severity", values: [{ value: "critical", count: 3 }, { value: "high", count: 12 }], others: 0 }, {
      name: "user",
      values: [{ value: "amy@contoso.example", count: 9 }],
      others: 4
    }],
    index
  }
}

export const artifactOf = (row: Row): string =>
  JSON.stringify({
    id: row.id,
    hash: "902b7d103d2a66503df5863d00d852ba9ef120cf2279b82305d4d1527aaffbc0",
    action: row.action,
    streamName: row.stream,
    messageType: row.message_type,
    severityCode: 2,
    severityLabel: row.severity,
    senderHost: `${tenant}/da3`,
    program: "azure-security",
    ruleName: row.title,
    ruleCategory: "InitialAccess",
    tags: [`tenantId:${tenant}`, "endpoint:alerts_v2", `severity:${row.severity}`, "mitre:T1566.002"],
    productIds: [94],
    clientIP: row.src_ip,
    clientHostname: row.hostname,
    serverIP: row.dst_ip,
    userName: row.user,
    emailFrom: row.email_from,
    emailTo: row.email_to,
    emailSubject: row.email_subject,
    uri: row.uri,
    fqdn: row.fqdn,
    fileName: row.file_name,
    fileHash: row.file_hash,
    attackTechniqueIds: ["T1566.002", "T1204"],
    sourceInfo: "Contoso production",
    startTimeUTC: row.time,
    endTimeUTC: row.time,
    message: "MESSAGE"
  }).replace(
    "\"MESSAGE\"",
    JSON.stringify(
      `{"id":"da3","title":${
        JSON.stringify(row.title)
      },"serial":90071992547409931,"customDetails":{},"evidence":[{"@odata.type":"#microsoft.graph.security.urlEvidence","url":${
        JSON.stringify(row.uri ?? "")
      },"verdict":"malicious","roles":[]}]}`
    )
  )

export const detailOf = (all: ReadonlyArray<Row>, id: string): Detail | undefined => {
  const row = all.find((row) => row.id === id)
  return row && {
    row,
    artifact: artifactOf(row),
    alert: row.alert_id === undefined ? [] : all.filter(({ alert_id }) => alert_id === row.alert_id),
    incident: all.filter(({ incident_id, stream }) =>
      stream === "azure_security_incident" && incident_id === row.incident_id
    ).slice(0, 10),
    members: row.incident_id === undefined
      ? []
      : all.filter(({ alert_id, evidence, incident_id }) =>
        alert_id !== undefined && alert_id !== row.alert_id && incident_id === row.incident_id &&
        (row.alert_id === undefined || evidence === undefined)
      ).slice(0, 100).toReversed()
  }
}

/** Markup that runs where a page is not careful. */
export const markup = "<img src=x onerror=\"alert('pwned')\"><script>alert('pwned')</script>"
export const script = "javascript:alert('pwned')"

/** Rows of an attacker who knows what reads them. */
export const hostile: ReadonlyArray<Row> = [
  markup,
  script,
  "A".repeat(10_000),
  "word ".repeat(2000),
  "invoice_\u202Efdp.exe \u2066hidden\u2069 \u200Bzero",
  "bell\u0007 null\u0000 escape\u001B[31m line\nbreak\r tab\t\u0085",
  `z${"\u0336\u0489".repeat(500)}`,
  "עברית عربى and English",
  "\uD800 half a character"
].map((text, place): Row => ({
  ...rows(1)[0]!,
  key: 2_000_000 - place,
  id: `hostile${place}`,
  title: text,
  severity: text,
  message_type: text,
  action: text,
  evidence: text,
  user: text,
  src_ip: text,
  dst_ip: text,
  hostname: text,
  email_from: text,
  email_to: text,
  email_subject: text,
  uri: place === 1 ? script : `https://evil.example/${text}`,
  fqdn: text,
  file_name: text,
  alert_id: "hostile"
}))
