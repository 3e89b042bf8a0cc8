/**
 * The one form that each kind of value has in every artifact: one address, host, user or hash must be written in one
 * way over all of Microsoft's services, or rules that join artifacts on it never match.
 *
 * All functions are pure and take whatever JSON holds where they take `unknown`.
 */
import { address, isIpv4 } from "./IpAddress.ts"

export { address, isLocal, isPrivate } from "./IpAddress.ts"

/** Lower case, without white space around it. */
export const lower = (text: string): string => text.trim().toLowerCase()

/** A string as sent, a number in decimal digits. Anything else, and a string of nothing but white space, is absent. */
export const text = (value: unknown): string | undefined => {
  if (typeof value === "string") return value.trim() === "" ? undefined : value
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value)
}

/** A name of a host or a domain, or a hash: lower case, and without the dot of a name's root. */
export const name = (value: unknown): string | undefined => {
  const found = text(value)
  if (found === undefined) return undefined
  const low = lower(found)
  return low.endsWith(".") && low.length > 1 ? low.slice(0, -1) : low
}

/** A name of a host or a domain that has a dot, and is no address. */
export const dotted = (value: unknown): string | undefined => {
  const found = name(value)
  return found?.includes(".") && !isIpv4(found) ? found : undefined
}

/** Values with `@` in lower case, others as sent. */
export const withAt = (value: unknown): string | undefined => {
  const found = text(value)
  return found?.includes("@") ? lower(found) : found
}

/** Upper case, as Analytics compares protocols. */
export const protocol = (value: unknown): string | undefined => {
  const found = text(value)?.trim().toUpperCase()
  return found === "UNKNOWN" || found === "UNKNOWNFUTUREVALUE" ? undefined : found
}

/** A port of TCP or UDP: 1 to 65535 in decimal digits. */
export const port = (value: unknown): string | undefined => {
  const digits = wholeNumber(value)
  if (digits === undefined || digits.length > 5) return undefined
  const number = Number(digits)
  return number >= 1 && number <= 65_535 ? digits : undefined
}

/** A whole number in decimal digits, without a sign or leading zeros. */
export const wholeNumber = (value: unknown): string | undefined => {
  const found = text(value)?.trim()
  return found !== undefined && /^\d{1,20}$/.test(found) ? found.replace(/^0+(?=\d)/, "") : undefined
}

/** The address of a mailbox: `"Name" <a@b>` is reduced to `a@b`. */
export const mailAddress = (value: unknown): string | undefined => {
  const found = text(value)
  if (found === undefined) return undefined
  const open = found.lastIndexOf("<")
  const close = found.indexOf(">", open)
  return withAt((open < 0 || close < 0 ? found : found.slice(open + 1, close)).trim())
}

/** The parts of a user account that name its owner, whatever else the object holds. */
export interface Account {
  readonly userPrincipalName?: unknown
  readonly domainName?: unknown
  readonly accountName?: unknown
  readonly userSid?: unknown
  readonly azureAdUserId?: unknown
}

/** `domain\account`, or the account alone when it has no domain. */
export const domainUser = (account: Pick<Account, "domainName" | "accountName">): string | undefined => {
  const user = text(account.accountName)
  const domain = text(account.domainName)
  return user === undefined || domain === undefined || user.includes("@") ? withAt(user) : `${domain}\\${user}`
}

/** The one name of a person over all services: the principal name, else domain and account, else an identifier. */
export const userName = (account: Account): string | undefined =>
  withAt(account.userPrincipalName) ?? domainUser(account) ?? text(account.userSid) ?? text(account.azureAdUserId)

/** What a URL says of its host. `fqdn` and `address` exclude each other. */
export interface UrlParts {
  /** As sent. */
  readonly uri?: string
  /** Punycode and lower case, without port and user. */
  readonly fqdn?: string
  readonly address?: string
  /** Upper case. */
  readonly protocol?: string
  /** Only when the URL names one. */
  readonly port?: string
}

/** Browsers read a backslash as a slash after these; `hxxp` is how analysts write what nobody shall click. */
const webForm = /^(h(?:tt|xx)ps?|ftp|wss?):[\\/]{2}/i

const plain = (uri: string): string =>
  uri
    .replace(webForm, (_, scheme: string) => `${scheme.replace(/xx/i, "tt")}://`)
    .replace(/^[^/?#\\]*:\/\/[^/?#\\]*/, (start) => start.replaceAll("[.]", "."))

const urlForm = /^(?:([a-z][a-z\d+.-]*):)?(\/\/)?([^/?#\\]*)/i

/** Splits a URL, which may lack its scheme as those of Defender for Office do, or be disarmed. */
export const urlParts = (value: unknown): UrlParts => {
  const uri = text(value)
  if (uri === undefined) return {}
  const [, scheme, slashes, rest = ""] = urlForm.exec(plain(uri.trim())) ?? []
  // `contoso.com:8080` has the form of a scheme and a path; `mailto:` and `data:` have no host at all.
  const bare = scheme !== undefined && slashes === undefined
  if (bare && !(scheme.includes(".") && /^\d{1,5}$/.test(rest))) return { uri }
  const authority = bare ? `${scheme}:${rest}` : rest
  const host = authority.slice(authority.lastIndexOf("@") + 1)
  const named = /^(.*?)(?::(\d*))?$/s.exec(host)
  const parsed = URL.parse(`http://${named?.[1] ?? host}/`)?.hostname ?? ""
  const ip = parsed.startsWith("[") ? parsed.slice(1, -1) : parsed
  const isAddress = ip.includes(":") || isIpv4(ip)
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

const cveForm = /CVE-\d{4}-\d{4,}/gi

/** Every CVE identifier in the texts, upper case, each once, in order. */
export const cves = (texts: Iterable<unknown>): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (const one of texts) {
    if (typeof one !== "string") continue
    for (const match of one.match(cveForm) ?? []) found.add(match.toUpperCase())
  }
  return [...found]
}

/** The first CVE identifier in the texts. */
export const firstCve = (texts: Iterable<unknown>): string | undefined => cves(texts)[0]
