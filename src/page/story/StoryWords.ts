/** Graph's words as people say them, with a tone that gives them a colour and an icon. */
import { clipped, visible } from "../Text.ts"

/** Characters of a word that is not known. */
const wordMax = 60

/** How good or bad a word is. */
export type Tone = "bad" | "warning" | "good" | "busy" | "plain"

/** A word with its tone. */
export interface Said {
  readonly word: string
  readonly tone: Tone
}

/** Writes a word of Graph with blanks: `inProgress` becomes `in progress`, `IPAddress` `IP address`. */
export const spaced = (word: string): string =>
  word
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/\b[A-Z][a-z]/g, (start) => start.toLowerCase())
    .trim()

/** {@link spaced}, with a capital. */
export const capital = (word: string): string => spaced(word).replace(/^\p{Ll}/u, (first) => first.toUpperCase())

const verdicts: Readonly<Record<string, Said>> = {
  malicious: { word: "Malicious", tone: "bad" },
  suspicious: { word: "Suspicious", tone: "warning" },
  noThreatsFound: { word: "No threats found", tone: "good" },
  unknown: { word: "No verdict", tone: "plain" }
}

const remediations: Readonly<Record<string, Said>> = {
  none: { word: "Nothing was done", tone: "plain" },
  remediated: { word: "Remediated", tone: "good" },
  prevented: { word: "Prevented", tone: "good" },
  blocked: { word: "Blocked", tone: "good" },
  notFound: { word: "Not found any more", tone: "plain" },
  active: { word: "Still active", tone: "bad" },
  pendingApproval: { word: "Waits for approval", tone: "busy" },
  declined: { word: "Remediation declined", tone: "warning" },
  unremediated: { word: "Not remediated", tone: "bad" },
  running: { word: "Remediation runs", tone: "busy" },
  partiallyRemediated: { word: "Partially remediated", tone: "warning" }
}

const statuses: Readonly<Record<string, Said>> = {
  new: { word: "New", tone: "warning" },
  active: { word: "Active", tone: "warning" },
  newAlert: { word: "New", tone: "warning" },
  inProgress: { word: "In progress", tone: "busy" },
  awaitingAction: { word: "Awaits action", tone: "busy" },
  resolved: { word: "Resolved", tone: "good" },
  dismissed: { word: "Dismissed", tone: "plain" },
  redirected: { word: "Merged into another", tone: "plain" }
}

const said = (words: Readonly<Record<string, Said>>) => (word: string | undefined): Said | undefined =>
  word === undefined ? undefined : (Object.hasOwn(words, word) ? words[word] : undefined) ??
    { word: visible(clipped(capital(word), wordMax)), tone: "plain" }

/** What Microsoft thinks of an evidence. */
export const verdictOf = said(verdicts)
/** What was done about an evidence. */
export const remediationOf = said(remediations)
/** The state of an alert or incident. */
export const statusOf = said(statuses)
