/**
 * Proves knowledge of the page's token without sending it.
 *
 * Any local user may listen where a command asks: on another port, or on the connector's own while no connector runs. A
 * proof answers a challenge of one process, once, for one request to one address. So whoever gets it, and is not the
 * connector, can do nothing with it, not even pass it on.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"

/** How long a challenge may be answered. */
const millisMax = 60_000

/** A request as the command sends it and as the connector gets it. */
export interface Asked {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Host and port, as in the header `Host`. */
  readonly host: string
}

/** The requests that the commands send. A proof is no token for any other. */
const proved = new Set(["GET /status", "GET /debug/requests", "POST /api/session/link"])

const macOf = (key: string | Buffer, ...parts: ReadonlyArray<string>) =>
  createHmac("sha256", key).update(parts.join("\n")).digest()

const isSame = (mac: Buffer, text: string) => {
  const given = Buffer.from(text, "base64url")
  return given.length === mac.length && timingSafeEqual(given, mac)
}

const proofOf = (token: string, challenge: string, { host, method, path }: Asked) =>
  macOf(token, "azure-security request", challenge, method, host.toLowerCase(), path)

/** Answers a challenge for one request. */
export const prove = (token: string, challenge: string, asked: Asked): string =>
  `proof.${challenge}.${proofOf(token, challenge, asked).toString("base64url")}`

/** Signs the link of a page, so that a command prints none that another program made. `origin` is where it leads. */
export const sign = (token: string, link: string, origin: string | null): string =>
  macOf(token, "azure-security link", link, origin ?? "").toString("base64url")

/** Whether somebody who knows the token signed the link. */
export const isSigned = (token: string, link: string, origin: string | null, signature: string): boolean =>
  isSame(macOf(token, "azure-security link", link, origin ?? ""), signature)

/** The challenges of one process. Times are milliseconds of a clock that nobody sets. */
export interface Challenges {
  readonly make: (now: number) => string
  /** Tells whether a text proves the token for a request. The same text does so once. */
  readonly accept: (text: string, token: string, asked: Asked, now: number) => boolean
}

/** Makes the challenges of this process. Only those are remembered that somebody who knows the token has answered. */
export const challenges = (): Challenges => {
  const key = randomBytes(32)
  const answered = new Map<string, number>()
  return {
    make: (now) => {
      const salt = randomBytes(12).toString("base64url")
      return `${now}.${salt}.${macOf(key, `${now}`, salt).toString("base64url")}`
    },
    accept: (text, token, asked, now) => {
      const [, challenge, at, salt, mac, proof] =
        /^proof\.((\d{1,16})\.([\w-]{16})\.([\w-]{43}))\.([\w-]{43})$/.exec(text) ?? []
      if (challenge === undefined || !proved.has(`${asked.method} ${asked.path}`)) return false
      if (!isSame(macOf(key, at!, salt!), mac!)) return false
      if (now - Number(at) > millisMax || !isSame(proofOf(token, challenge, asked), proof!)) return false
      for (const [one, end] of answered) if (end < now) answered.delete(one)
      if (answered.has(challenge)) return false
      answered.set(challenge, Number(at) + millisMax)
      return true
    }
  }
}
