/**
 * Turns an artifact's line into what the index keeps: a row to show, words to find the row by, and its alert and
 * incident.
 *
 * A line may hold anything, so each property is checked. Search threads import this module.
 */
import { indexedMessageMax, indexedTextMax, rowTextMax } from "../domain/Bounds.ts"
import { fieldWords, splitTag, tagWords } from "./FieldKinds.ts"
import { linkTo, linkWord } from "./Links.ts"
import { parsedMessage, textsOf, usersOf } from "./MessageTexts.ts"
import type { Row } from "./Search.ts"
import { existsWord, joined, marks } from "./Tokenizer.ts"

/** What the index keeps of an artifact. */
export interface Document {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly row: Omit<Row, "key">
  /** Words for FTS5: of all fields and tags, marked and unmarked. */
  readonly words: string
  /** Names of the fields and tags that it has. */
  readonly names: ReadonlyArray<string>
  /** Words for FTS5: of the record of Graph. */
  readonly message: string
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

const techniquesOf = (value: unknown): string | undefined => {
  const ids = Array.isArray(value) ? value.filter((one): one is string => typeof one === "string" && one !== "") : []
  const told = ids.join(" ")
  // Only whole ids.
  return ids.length === 0
    ? undefined
    : told.length <= rowTextMax
    ? told
    : told.slice(0, told.lastIndexOf(" ", rowTextMax))
}

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
    incident_id: tagged("incidentId")[0],
    product: tagged("product")[0],
    category: text("ruleCategory"),
    techniques: techniquesOf(artifact["attackTechniqueIds"])
  }
  const row = Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => value === undefined ? [] : [[name, cut(value, rowTextMax)]])
  ) as unknown as Omit<Row, "key">

  const message = parsedMessage(text("message") ?? "")
  const alert = linkTo(row, "alert")
  const users = new Set([text("userName"), text("emailTo"), text("emailFrom")].filter((user) => user !== undefined))
  if (alert !== undefined && row.evidence === undefined) alerts.remember(alert, usersOf(message))
  if (alert !== undefined) { for (const user of alerts.of(alert)) users.add(user) }

  const words: Array<string> = [marks.all]
  const free: Array<string> = []
  const names: Array<string> = []
  const add = (name: string, values: ReadonlyArray<string>) => {
    if (values.length === 0) return
    // It parts the values as well, so that no phrase reaches from one into the next.
    const exists = existsWord(name)
    names.push(name)
    for (const value of values) words.push(exists, ...fieldWords(name, value))
    words.push(exists)
  }
  for (const [name, value] of Object.entries(artifact)) {
    if (name === "tags" || name === "message") continue
    const values = (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
      typeof one === "string" && one !== "" ? [one] : typeof one === "number" ? [String(one)] : []
    )
    add(name, values)
    if (!unread.has(name)) free.push(...values)
  }
  add("user", [...users])
  if (tags.length > 0) words.push(existsWord("tags"))
  if (text("message") !== undefined) words.push(existsWord("message"))
  for (const tag of new Set(tags)) {
    words.push(...tagWords(tag))
    names.push(splitTag(tag)[0])
  }
  if (alert !== undefined) words.push(linkWord("alert", row.tenant_id, row.alert_id!))
  for (const incident of new Set(tagged("incidentId"))) words.push(linkWord("incident", row.tenant_id, incident))

  return {
    id,
    time,
    row,
    names,
    words: `${cut(joined([...free, ...tags]), indexedTextMax)}\n${words.join(" ")}`,
    message: joined(textsOf(message, indexedMessageMax))
  }
}

/** Fields that nobody looks for in words: a hash of the message, and what each artifact has. */
const unread: ReadonlySet<string> = new Set(["hash", "productIds", "severityCode", "program"])
