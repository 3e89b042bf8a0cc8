/** Finds who else got the mails of an alert: mails of the same sender and subject, and those with the same address. */
import { portalUrl } from "../Portal.ts"
import type { Row } from "../search/Columns.ts"
import { phrase, term } from "../search/QueryText.ts"
import type { Item } from "./EvidenceStory.ts"
import { at, textOf, textsOf } from "./RecordJson.ts"

/** Someone who got such a mail. */
export interface Recipient {
  readonly mail: string
  /** The newest artifact that says so. */
  readonly row: Row
  readonly count: number
}

/** Parts of a query, and recipients that are shown. */
const partsMax = 12
/** Recipients that are shown. */
export const recipientsMax = 50

const isMail = ({ evidence, type }: Item) =>
  /^(?:analyzed message|submission mail)$/.test(type) && textOf(evidence["subject"]) !== undefined

/** The query for mails such as those of an alert; empty for an alert without a mail. */
export const recipientsQuery = (items: ReadonlyArray<Item>): string => {
  const mails = items.filter(isMail)
  if (mails.length === 0) return ""
  const alike = mails.flatMap(({ evidence }) => {
    const from = textOf(at(evidence, "p2Sender.emailAddress")) ?? textOf(evidence["sender"])
    const subject = term("emailSubject", textOf(evidence["subject"])!)
    return from === undefined ? [] : [`(${term("emailFrom", from)} ${subject})`]
  })
  const urls = items.flatMap(({ evidence }) => [textOf(evidence["url"]) ?? "", ...textsOf(evidence["urls"])])
    .filter((url) => portalUrl(url) === undefined).map(phrase).filter((part) => part !== "")
  return Array.from(new Set([...alike, ...urls])).slice(0, partsMax).join(" OR ")
}

/** Who got mails among artifacts that are ordered from the newest, without those of the alert itself. */
export const recipientsOf = (rows: ReadonlyArray<Row>, own: ReadonlyArray<string>): ReadonlyArray<Recipient> => {
  const isOwn = new Set(own.map((mail) => mail.toLowerCase()))
  const found = new Map<string, Recipient>()
  for (const row of rows) {
    const mail = row.email_to
    if (mail === undefined || isOwn.has(mail.toLowerCase())) continue
    const known = found.get(mail.toLowerCase())
    found.set(mail.toLowerCase(), known === undefined ? { mail, row, count: 1 } : { ...known, count: known.count + 1 })
  }
  return Array.from(found.values()).slice(0, recipientsMax)
}

/** The recipients that an alert's own evidence names. */
export const ownRecipients = (items: ReadonlyArray<Item>): ReadonlyArray<string> =>
  items.filter(isMail).flatMap(({ evidence }) =>
    [textOf(evidence["recipientEmailAddress"]), textOf(evidence["recipient"])].filter((mail) => mail !== undefined)
  )
