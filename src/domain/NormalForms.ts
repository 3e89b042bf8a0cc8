/**
 * Normal forms of values in artifacts: one address, host, user or hash must be written in one way for all of
 * Microsoft's services, or rules that join artifacts on it never match.
 *
 * All functions are pure; parameters of type `unknown` accept any JSON.
 */
import { address, isIpv4 } from "./IpAddress.ts"

export { address, addresses, isPrivate } from "./IpAddress.ts"

/** Returns the text in lower case, trimmed. */
export const lower = (text: string): string => text.trim().toLowerCase()

/** Returns a string as sent, a number in decimal digits. Blanks, unsafe integers and other types are absent. */
export const text = (value: unknown): string | undefined => {
  if (typeof value === "string") return value.trim() === "" ? undefined : value
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value)
}

/** Returns a host name, domain name or hash in lower case, without trailing dots; one of dots alone stays as it is. */
export const name = (value: unknown): string | undefined => {
  const found = text(value)
  if (found === undefined) return undefined
  const low = lower(found)
  return low.endsWith(".") ? low.replace(/[\s.]+$/, "") || low : low
}

/** Returns a host or domain name that contains a dot and is not an IPv4 address. */
export const dotted = (value: unknown): string | undefined => {
  const found = name(value)
  return found?.includes(".") && !isIpv4(found) ? found : undefined
}

/** Returns a value that contains `@` in lower case, any other as sent. */
export const withAt = (value: unknown): string | undefined => {
  const found = text(value)
  return found?.includes("@") ? lower(found) : found
}

/** Returns a protocol in upper case, as Analytics compares it; an unknown one is absent. */
export const protocol = (value: unknown): string | undefined => {
  const found = text(value)?.trim().toUpperCase()
  return found === "UNKNOWN" || found === "UNKNOWNFUTUREVALUE" ? undefined : found
}

/** Returns a TCP or UDP port in digits: 1 to 65535. */
export const port = (value: unknown): string | undefined => {
  const digits = wholeNumber(value)
  if (digits === undefined || digits.length > 5) return undefined
  const number = Number(digits)
  return number >= 1 && number <= 65_535 ? digits : undefined
}

/** Returns a whole number of up to 20 digits, without a sign or leading zeros. */
export const wholeNumber = (value: unknown): string | undefined => {
  const found = text(value)?.trim()
  return found !== undefined && /^\d{1,20}$/.test(found) ? found.replace(/^0+(?=\d)/, "") : undefined
}

/** Returns a mail address: `"Name" <a@b>` is reduced to `a@b`. */
export const mailAddress = (value: unknown): string | undefined => {
  const found = text(value)
  if (found === undefined) return undefined
  const open = found.lastIndexOf("<")
  const close = found.indexOf(">", open)
  return withAt((open < 0 || close < 0 ? found : found.slice(open + 1, close)).trim())
}

/** The properties of a user account that name its owner. */
export interface Account {
  readonly userPrincipalName?: unknown
  readonly domainName?: unknown
  readonly accountName?: unknown
  readonly userSid?: unknown
  readonly azureAdUserId?: unknown
}

/** Returns `domain\account`, or the account alone when it has no domain or contains `@`. */
export const domainUser = (account: Pick<Account, "domainName" | "accountName">): string | undefined => {
  const user = text(account.accountName)
  const domain = text(account.domainName)
  return user === undefined || domain === undefined || user.includes("@") ? withAt(user) : `${domain}\\${user}`
}

/** Returns one name for a person in all services: the principal name, else domain and account, SID or object id. */
export const userName = (account: Account): string | undefined =>
  withAt(account.userPrincipalName) ?? domainUser(account) ?? text(account.userSid) ?? text(account.azureAdUserId)

/** The parts of a URL; at most one of `fqdn` and `address` is set. */
export interface UrlParts {
  /** As sent. */
  readonly uri?: string
  /** Punycode and lower case, without port and user. */
  readonly fqdn?: string
  readonly address?: string
  /** Upper case. */
  readonly protocol?: string
  /** Set only when the URL contains a port. */
  readonly port?: string
}

/** Schemes after which browsers read a backslash as a slash; `hxxp` keeps people from clicking. */
const webForm = /^(h(?:tt|xx)ps?|ftp|wss?):[\\/]{2}/i

/** Most links are written as they are meant. */
const plainForm = /^https?:\/\/[\w.:-]+(?:[/?#]|$)/

const plain = (uri: string): string =>
  plainForm.test(uri) ? uri : uri
    .replace(webForm, (_, scheme: string) => `${scheme.replace(/xx/i, "tt")}://`)
    .replace(/^[^/?#\\]*:\/\/[^/?#\\]*/, (start) => start.replaceAll("[.]", "."))

/** Names that a parser of URLs returns as they are. */
const plainHost = /^(?!.*xn--)(?:[a-z\d-]+\.)+[a-z]{2,}$/

const hostOf = (text: string): string => plainHost.test(text) ? text : URL.parse(`http://${text}/`)?.hostname ?? ""

const urlForm = /^(?:([a-z][a-z\d+.-]*):)?(\/\/)?([^/?#\\]*)/i

/** Splits a URL, which may lack its scheme (as in Defender for Office) or be disarmed (`hxxp`, `[.]`). */
export const urlParts = (value: unknown): UrlParts => {
  const uri = text(value)
  if (uri === undefined) return {}
  const [, scheme, slashes, rest = ""] = urlForm.exec(plain(uri.trim())) ?? []
  // `contoso.com:8080` looks like a scheme and a path; `mailto:` and `data:` have no host at all.
  const bare = scheme !== undefined && slashes === undefined
  if (bare && !(scheme.includes(".") && /^\d{1,5}$/.test(rest))) return { uri }
  const authority = bare ? `${scheme}:${rest}` : rest
  const host = authority.slice(authority.lastIndexOf("@") + 1)
  const named = /^(.*?)(?::(\d*))?$/s.exec(host)
  const parsed = hostOf(named?.[1] ?? host)
  const ip = parsed.startsWith("[") ? parsed.slice(1, -1) : parsed
  const isAddress = ip.includes(":") || isIpv4(ip)
  // A mere word or number is no host; with a scheme, a number is the address that it means.
  if (scheme === undefined && slashes === undefined && !/[.[]/.test(host)) return { uri }
  const fqdn = isAddress ? undefined : name(ip)
  const found = isAddress ? address(ip) : undefined
  const protocolName = bare ? undefined : protocol(scheme)
  const portName = port(named?.[2])
  return {
    uri,
    ...(fqdn === undefined ? {} : { fqdn }),
    ...(found === undefined ? {} : { address: found }),
    ...(protocolName === undefined ? {} : { protocol: protocolName }),
    ...(portName === undefined ? {} : { port: portName })
  }
}
