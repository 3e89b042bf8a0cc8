/** Normal forms of IPv4 and IPv6 addresses, and which of them are private. */
import { isIPv6 } from "node:net"

/** An address of a host. */
export interface Address {
  readonly text: string
  /** `local` is loopback or link-local: another host on each machine or link. */
  readonly scope: "public" | "private" | "local"
  /** The port behind it. */
  readonly port?: string
}

const ipv4Form = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
/** Unspecified, broadcast and multicast addresses name no host. */
const noHost = /^(?:0\.0\.0\.0|255\.255\.255\.255|2(?:2[4-9]|3\d)\..*|::|ff..:.*)$/
const local = /^(?:127\.|169\.254\.|::1$|fe[89ab].:)/
/** Those that carriers share among customers (100.64/10) cannot be reached from outside either. */
const inside = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]..:)/
const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/

/** Two to six groups without a zero in front, and zeros between two of them: as it must be written. */
const short = /^(?!.*(?:^|:)0)[\da-f]+(?::[\da-f]+){0,2}::[\da-f]+(?::[\da-f]+){0,2}$/

/** Writes an IPv6 address as RFC 5952 does, so that one host has one address; a mapped IPv4 address is unwrapped. */
const canonical = (text: string): string | undefined => {
  if (!isIPv6(text)) return undefined
  if (short.test(text)) return text
  const written = URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1)
  const [, high, low] = mapped.exec(written ?? "") ?? []
  if (high === undefined || low === undefined) return written
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return `${first >> 8}.${first & 255}.${second >> 8}.${second & 255}`
}

const lengthMax = 2048

const parse = (value: unknown): Address | undefined => {
  if (typeof value !== "string" || value.length > 100) return undefined
  const zone = value.indexOf("%")
  const sent = (zone < 0 ? value : value.slice(0, zone)).trim().toLowerCase()
  const text = ipv4Form.test(sent) ? sent : sent.includes(":") ? canonical(sent) : undefined
  if (text === undefined || noHost.test(text)) return undefined
  return { text, scope: local.test(text) ? "local" : inside.test(text) ? "private" : "public" }
}

/** An address with its port; an IPv6 address with a port has brackets. */
const portForm = /^(?:([\d.]+)|\[([^\]]+)\])(?::(\d{1,5}))?$/

/** Texts in which addresses are looked for have at most so many parts. */
const partsMax = 32

/**
 * Returns the IPv4 and IPv6 addresses of a text: one, or several with commas between, each with or without a port. They
 * have no zone. What names no host (`0.0.0.0`, `::`, broadcast, multicast) is left out.
 */
export const addresses = (value: unknown): ReadonlyArray<Address> => {
  if (typeof value !== "string" || value.length > lengthMax) return []
  const one = parse(value)
  if (one !== undefined) return [one]
  const found: Array<Address> = []
  for (const part of value.split(/[\s,;]+/, partsMax)) {
    const [, v4, v6, port] = portForm.exec(part) ?? []
    const address = parse(v4 ?? v6 ?? part)
    if (address !== undefined) found.push(port === undefined ? address : { ...address, port })
  }
  return found
}

/** Returns the one address that a text is; undefined for several, and for one with a port. */
export const address = (value: unknown): string | undefined => parse(value)?.text

/** Whether an address cannot be reached from the Internet: private, shared, loopback or link-local. */
export const isPrivate = (ip: string): boolean => (parse(ip)?.scope ?? "public") !== "public"

/** Whether a text is four decimal octets, in any network. */
export const isIpv4 = (text: string): boolean => ipv4Form.test(text)
