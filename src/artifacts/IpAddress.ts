/** Normal forms of IPv4 and IPv6 addresses, and which of them are private. */

interface Address {
  readonly text: string
  /** `local` is loopback or link-local. */
  readonly scope: "public" | "private" | "local"
}

const ipv4Form = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

const ipv4Scope = (text: string): Address["scope"] => {
  const octets = text.split(".")
  const [first, second] = [Number(octets[0]), Number(octets[1])]
  if (first === 127 || first === 169 && second === 254) return "local"
  if (first === 10) return "private"
  if (first === 172 && second >= 16 && second < 32) return "private"
  if (first === 192 && second === 168) return "private"
  // Addresses that carriers share among customers cannot be reached from outside either.
  return first === 100 && second >= 64 && second < 128 ? "private" : "public"
}

const hextet = /^[\da-f]{1,4}$/

/** Returns the eight groups of a lower-case IPv6 address. */
const groupsOf = (text: string): ReadonlyArray<number> | undefined => {
  let source = text
  // The last two groups may be written as IPv4.
  const lastColon = source.lastIndexOf(":")
  const tail = source.slice(lastColon + 1)
  if (tail.includes(".")) {
    if (!ipv4Form.test(tail)) return undefined
    const octets = tail.split(".").map(Number)
    const high = (octets[0]! << 8 | octets[1]!).toString(16)
    const low = (octets[2]! << 8 | octets[3]!).toString(16)
    source = `${source.slice(0, lastColon + 1)}${high}:${low}`
  }
  const halves = source.split("::")
  if (halves.length > 2) return undefined
  const [head = [], rest = []] = halves.map((half) => half === "" ? [] : half.split(":"))
  const missing = 8 - head.length - rest.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = [...head, ...Array.from({ length: halves.length === 1 ? 0 : missing }, () => "0"), ...rest]
  return all.every((group) => hextet.test(group)) ? all.map((group) => Number.parseInt(group, 16)) : undefined
}

/** Writes an address as RFC 5952 does: `::` for the longest run of zeros, so that one host has one address. */
const compressed = (groups: ReadonlyArray<number>): string => {
  let best = { from: 0, length: 1 }
  for (let from = 0; from < groups.length; from++) {
    let length = 0
    while (groups[from + length] === 0) length++
    if (length > best.length) best = { from, length }
  }
  const write = (part: ReadonlyArray<number>) => part.map((group) => group.toString(16)).join(":")
  return best.length < 2
    ? write(groups)
    : `${write(groups.slice(0, best.from))}::${write(groups.slice(best.from + best.length))}`
}

const parse = (value: unknown): Address | undefined => {
  if (typeof value !== "string" || value.length > 100) return undefined
  const zone = value.indexOf("%")
  const text = (zone < 0 ? value : value.slice(0, zone)).trim().toLowerCase()
  if (ipv4Form.test(text)) {
    return text === "0.0.0.0" || text === "255.255.255.255" ? undefined : { text, scope: ipv4Scope(text) }
  }
  if (!text.includes(":")) return undefined
  const groups = groupsOf(text)
  if (groups === undefined) return undefined
  const zeros = groups.findIndex((group) => group !== 0)
  if (zeros < 0) return undefined
  const [first, , , , , , high, low] = groups as [number, number, number, number, number, number, number, number]
  if (zeros === 5 && groups[5] === 0xffff) {
    return parse(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`)
  }
  const canonical = compressed(groups)
  if ((first & 0xffc0) === 0xfe80 || (zeros === 7 && low === 1)) return { text: canonical, scope: "local" }
  return { text: canonical, scope: (first & 0xfe00) === 0xfc00 ? "private" : "public" }
}

/**
 * Returns an IPv4 or IPv6 address without its zone, a mapped IPv4 address unwrapped. Undefined for addresses that name
 * no host (`0.0.0.0`, `::`, `255.255.255.255`) and anything that is not one address.
 */
export const address = (value: unknown): string | undefined => parse(value)?.text

/** Whether an address cannot be reached from the Internet: private, shared, loopback or link-local. */
export const isPrivate = (ip: string): boolean => {
  const found = parse(ip)
  return found !== undefined && found.scope !== "public"
}

/** Whether an address names another host on each machine or link: loopback or link-local. */
export const isLocal = (ip: string): boolean => parse(ip)?.scope === "local"

/** Whether a text is four decimal octets, in any network. */
export const isIpv4 = (text: string): boolean => ipv4Form.test(text)
