/** Reads an alert's message, which holds all of its evidence: its users, and all of its texts. Search threads import this module. */
import { alertUsersMax } from "../domain/Bounds.ts"

/** Graph's properties that hold a user or a mail address. */
const userKeys = new Set([
  "accountName",
  "email",
  "emailAddress",
  "login",
  "primaryAddress",
  "recipient",
  "recipientEmailAddress",
  "recipients",
  "sender",
  "servicePrincipalName",
  "submitter",
  "upn",
  "userPrincipalName"
])

/** Objects of a message that are looked into; an alert has some dozens. */
const objectsMax = 20_000

/** Parses a message; a message that was shortened and is no JSON any more is its text. */
export const parsedMessage = (message: string): unknown => {
  try {
    return JSON.parse(message)
  } catch {
    return message
  }
}

/** Returns all texts and numbers in a message, up to a length in characters. */
export const textsOf = (message: unknown, lengthMax: number): ReadonlyArray<string> => {
  const texts: Array<string> = []
  let length = 0
  const open: Array<unknown> = [message]
  for (let count = 0; open.length > 0 && count < objectsMax && length < lengthMax; count++) {
    const value = open.pop()
    if (typeof value === "string" || typeof value === "number") {
      const text = String(value).slice(0, lengthMax - length)
      texts.push(text)
      length += text.length + 1
    } else if (typeof value === "object" && value !== null) {
      // The last is taken first, so that the texts come in their order.
      open.push(...Object.values(value).toReversed())
    }
  }
  return texts
}

/** Returns the users, senders and recipients in an alert's message, with their display names; each once. */
export const usersOf = (message: unknown): ReadonlyArray<string> => {
  const users = new Set<string>()
  const add = (value: unknown) => {
    if (typeof value === "string" && value.trim() !== "" && users.size < alertUsersMax) users.add(value)
  }
  const open: Array<unknown> = [message]
  for (let count = 0; open.length > 0 && count < objectsMax; count++) {
    const value = open.pop()
    if (typeof value !== "object" || value === null) continue
    let isUser = false
    for (const [key, one] of Object.entries(value)) {
      if (typeof one === "object") open.push(one)
      if (!userKeys.has(key)) continue
      isUser = true
      if (Array.isArray(one)) one.forEach(add)
      else add(one)
    }
    if (isUser && "displayName" in value) add(value.displayName)
  }
  return Array.from(users)
}
