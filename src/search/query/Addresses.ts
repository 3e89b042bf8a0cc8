/**
 * Compares IP addresses in whatever spelling, and networks. Search threads import this module.
 *
 * A key has a fixed length for each family, so that keys are ordered as the addresses are, and a network is a few
 * beginnings of keys: `198.051.100.007`, `2001:0db8:0000:…`.
 */
import { isIPv4, isIPv6 } from "node:net"

const quad = (text: string): ReadonlyArray<number> => text.split(".").map(Number)

const groupsOf = (text: string): ReadonlyArray<number> => {
  const hex = (part: string): ReadonlyArray<number> =>
    part === "" ? [] : part.split(":").flatMap((group) => {
      if (!group.includes(".")) return [Number.parseInt(group, 16)]
      const [a = 0, b = 0, c = 0, d = 0] = quad(group)
      return [a * 256 + b, c * 256 + d]
    })
  const [head = "", tail] = text.split("::")
  const [left, right] = [hex(head), tail === undefined ? [] : hex(tail)]
  return tail === undefined ? left : [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

const octet = (value: number) => String(value).padStart(3, "0")
const group = (value: number) => value.toString(16).padStart(4, "0")

/** The key of an address; undefined for what is none. An IPv4 address within IPv6 (`::ffff:10.0.0.1`) is the former. */
export const addressKey = (text: string): string | undefined => {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "")
  if (isIPv4(bare)) return quad(bare).map(octet).join(".")
  if (!isIPv6(bare)) return undefined
  const groups = groupsOf(bare)
  const isMapped = groups.slice(0, 5).every((one) => one === 0) && groups[5] === 0xffff
  if (!isMapped) return groups.map(group).join(":")
  return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].map(octet).join(".")
}

/** The usual spelling of the address of a key. */
export const addressText = (key: string): string =>
  key.includes(".")
    ? key.split(".").map(Number).join(".")
    : isIPv6(key)
    ? new URL(`http://[${key}]`).hostname.slice(1, -1)
    : key

/** What a network's keys begin with; undefined when there is no such network. */
export const networkKeys = (address: string, bits: string): ReadonlyArray<string> | undefined => {
  const key = addressKey(address)
  if (key === undefined || !/^\d{1,3}$/.test(bits)) return undefined
  const isV4 = key.includes(".")
  const length = Number(bits)
  if (length > (isV4 ? 32 : 128)) return undefined
  // IPv4 is written in octets, IPv6 in hexadecimal digits: the last of them that the network touches is counted up.
  const [unit, most] = isV4 ? [8, 256] as const : [4, 16] as const
  const digits = isV4
    ? key.split(".").map(Number)
    : Array.from(key.replaceAll(":", ""), (digit) => Number.parseInt(digit, 16))
  const whole = Math.floor(length / unit)
  const rest = length % unit
  const write = (values: ReadonlyArray<number>): string => {
    if (isV4) return values.map(octet).join(".") + (values.length < 4 ? "." : "")
    const text = values.map((digit) => digit.toString(16)).join("")
    return text.replaceAll(/(.{4})(?=.)/g, "$1:") + (text.length % 4 === 0 && text.length < 32 ? ":" : "")
  }
  if (whole === 0 && rest === 0) return isV4 ? ["0", "1", "2"] : Array.from("0123456789abcdef")
  if (rest === 0) return [write(digits.slice(0, whole))]
  const step = most >> rest
  const first = Math.floor(digits[whole]! / step) * step
  return Array.from({ length: step }, (_, place) => write([...digits.slice(0, whole), first + place]))
}
