/**
 * Proves knowledge of the page's token without sending it.
 *
 * Any local user may listen on the connector's port while no connector runs. The commands `page` and `status` send such a
 * program a proof that is worthless after a minute, and not the token.
 */
import { createHmac, timingSafeEqual } from "node:crypto"

/** How far the clocks of a command and of the connector may differ, and how long a proof is good. */
const millisMax = 60_000

const macOf = (token: string, at: string) => createHmac("sha256", token).update(`azure-security\n${at}`).digest()

/** Makes a proof. `now` is in milliseconds. */
export const prove = (token: string, now: number): string =>
  `proof.${now}.${macOf(token, `${now}`).toString("base64url")}`

/** Tells whether a text is a proof of the token from this minute. */
export const isProof = (text: string, token: string, now: number): boolean => {
  const [, at, mac] = /^proof\.(\d{1,16})\.([\w-]{43})$/.exec(text) ?? []
  if (at === undefined || mac === undefined || Math.abs(now - Number(at)) > millisMax) return false
  return timingSafeEqual(macOf(token, at), Buffer.from(mac, "base64url"))
}
