/** Signs in by the link that opened the page. */
import { arrivedWith } from "./Arrival.ts"
import { client, Refused, type Session } from "./Client.ts"

/** The link's token, until the connector has answered it. */
let held = arrivedWith

/** Returns the session that the link has begun, `used` when it cannot be used any more, undefined without a link. */
export const signInByLink = async (): Promise<Session | "used" | undefined> => {
  if (held === undefined) return undefined
  try {
    const session = await client.signIn(held)
    held = undefined
    return session
  } catch (cause) {
    // Without an answer, the link is tried again.
    if (!(cause instanceof Refused) || cause.body._tag !== "WrongToken") throw cause
    held = undefined
    return "used"
  }
}
