/**
 * Turns an artifact's line into what the index keeps: a row to show, words to find the row by, and its alert and
 * incident.
 *
 * A line may hold anything, so each property is checked. Search threads import this module.
 */
import { indexedTextMax, rowTextMax } from "../domain/Bounds.ts"
import { linkOf, linkTo } from "./Links.ts"
import { usersOf } from "./MessageUsers.ts"
import type { Row } from "./Search.ts"
import { type Field, fieldWords, textWords } from "./Tokenizer.ts"

/** What the index keeps of an artifact. */
export interface Document {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly row: Omit<Row, "key">
  /** Words for FTS5. */
  readonly words: string
}

/** The latest time that a row's key can hold: the year 2255. */
export const timeMax = 9_007_199_254_000

const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

type Properties = { readonly [name: string]: unknown }

const propertiesOf = (line: string): Properties | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Properties : undefined
  } catch {
    return undefined
  }
}

const cut = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : text.slice(0, lengthMax).toWellFormed()

/** Extracts the descriptions and comments of a message without parsing all of its JSON. */
const descriptions = (message: string): string => {
  let text = ""
  for (const [, literal] of message.matchAll(/"(?:description|comment)":"((?:[^"\\]|\\.)*)"/g)) {
    if (text.length > indexedTextMax) break
    text += `${literal!.replace(/\\(?:u[0-9a-f]{4}|.)/gi, unescaped)}\n`
  }
  return text
}

const unescaped = (escape: string): string =>
  escape[1] === "u"
    ? String.fromCharCode(Number.parseInt(escape.slice(2), 16))
    : /["\\/]/.test(escape[1]!)
    ? escape[1]!
    : " "

/** Reads a line; undefined when the line is no artifact. `date` is the time of an artifact without a valid one. */
export const documentOf = (line: string, date: string, alerts: {
  readonly of: (alert: string) => ReadonlyArray<string>
  readonly remember: (alert: string, users: ReadonlyArray<string>) => void
}): Document | undefined => {
  const artifact = propertiesOf(line)
  const text = (name: string): string | undefined => {
    const value = artifact?.[name]
    return typeof value === "string" && value !== "" ? value : undefined
  }
  const [id, stream] = [text("id"), text("streamName")]
  if (artifact === undefined || id === undefined || stream === undefined || !Array.isArray(artifact["tags"])) {
    return undefined
  }
  const tags = artifact["tags"].filter((tag): tag is string => typeof tag === "string")
  const tagged = (name: string) => tags.flatMap((tag) => tag.startsWith(`${name}:`) ? tag.slice(name.length + 1) : [])

  const told = [text("endTimeUTC"), text("startTimeUTC")].find((one) =>
    one !== undefined && timeForm.test(one) && !Number.isNaN(Date.parse(one))
  )
  const time = Math.min(timeMax, Math.max(0, Date.parse(told ?? date)))
  const values: { readonly [Name in keyof Omit<Row, "key">]: string | undefined } = {
    id,
    time: told ?? date,
    stream,
    severity: text("severityLabel") ?? "",
    message_type: text("messageType") ?? "",
    title: text("ruleName") ?? "",
    action: text("action") ?? "",
    evidence: tagged("evidence")[0],
    src_ip: text("clientIP"),
    dst_ip: text("serverIP"),
    hostname: text("clientHostname") ?? text("serverHostname"),
    user: text("userName"),
    email_from: text("emailFrom"),
    email_to: text("emailTo"),
    email_subject: text("emailSubject"),
    uri: text("uri"),
    fqdn: text("fqdn"),
    file_name: text("fileName"),
    file_hash: text("fileHash"),
    tenant_id: tagged("tenantId")[0],
    alert_id: tagged("alertId")[0],
    incident_id: tagged("incidentId")[0]
  }
  const row = Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => value === undefined ? [] : [[name, cut(value, rowTextMax)]])
  ) as unknown as Omit<Row, "key">

  const message = text("message") ?? ""
  const alert = linkTo(row, "alert")
  const users = new Set([text("userName"), text("emailTo"), text("emailFrom")].filter((user) => user !== undefined))
  if (alert !== undefined && row.evidence === undefined) alerts.remember(alert, usersOf(message))
  if (alert !== undefined) { for (const user of alerts.of(alert)) users.add(user) }

  const words: Array<string> = []
  const addField = (field: Field, ...from: ReadonlyArray<string | undefined>) => {
    for (const one of new Set(from)) if (one !== undefined) words.push(fieldWords(field, one))
  }
  addField("src_ip", text("clientIP"))
  addField("dst_ip", text("serverIP"))
  addField("hostname", text("clientHostname"), text("serverHostname"), text("fqdn"))
  addField("user", ...users)
  addField("severity", row.severity)
  addField("stream", stream)
  addField("alert", alert)
  addField("incident", ...tagged("incidentId").map((incident) => linkOf(row.tenant_id, incident)))

  const free = [
    ...Object.entries(values).flatMap(([name, value]) => value === undefined || derived.has(name) ? [] : [value]),
    ...["serverHostname", "filePath", "application", "ruleCategory", "cve", "emailSendingServer"].flatMap((name) =>
      text(name) ?? []
    ),
    ...users,
    ...tags,
    descriptions(message)
  ]
  return { id, time, row, words: `${textWords(cut(free.join("\n"), indexedTextMax))}\n${words.join(" ")}` }
}

/** Values left out of the free text: the tags hold them too, and the time is searched by range. */
const derived: ReadonlySet<string> = new Set(["time", "evidence", "tenant_id", "alert_id", "incident_id"])
