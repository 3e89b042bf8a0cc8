/** Collects the users from an alert's message, which holds all of its evidence. Search threads import this module. */
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

const parsed = (message: string): unknown => {
  try {
    return JSON.parse(message)
  } catch {
    // A message that was shortened is no longer valid JSON.
    return undefined
  }
}

/** Returns the users, senders and recipients in an alert's message, with their display names; each once. */
export const usersOf = (message: string): ReadonlyArray<string> => {
  const users = new Set<string>()
  const add = (value: unknown) => {
    if (typeof value === "string" && value.trim() !== "" && users.size < alertUsersMax) users.add(value)
  }
  const open: Array<unknown> = [parsed(message)]
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
