/**
 * Which proxy a request goes through, from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
 *
 * It is decided here and not by the HTTP client, whose `NO_PROXY` knows no networks: a report has to name the proxy.
 */
import { Effect, Option, Schema } from "effect"
import { BlockList, isIP } from "node:net"
import { variable } from "../config/EnvironmentVariable.ts"
import { isLoopback } from "../config/Loopback.ts"

/** A proxy variable is not a URL. The error does not show its value, which may contain a password. */
export class ProxyMalformed extends Schema.TaggedError<ProxyMalformed>()("ProxyMalformed", {
  variable: Schema.String
}) {
  override get message() {
    return `${this.variable} is not the URL of a proxy: write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, ` +
      "and in user and password %25 for %, %40 for @, %3A for :, %2F for / and %23 for #"
  }
}

/** Returns the first of the variables that is set and not empty; the lower-case name goes first, as in curl. */
const firstOf = Effect.fnUntraced(function*(name: string) {
  for (const each of [name.toLowerCase(), name]) {
    const value = yield* variable(each)
    if (Option.isSome(value)) return { name: each, value: value.value }
  }
  return { name, value: "" }
})

const decoded = Option.liftThrowable(decodeURIComponent)

const proxy = Effect.fnUntraced(function*(of: string) {
  const { name, value } = yield* firstOf(of)
  if (value === "") return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isProxy = url !== undefined && ["http:", "https:"].includes(url.protocol) &&
    [url.username, url.password].every((part) => Option.isSome(decoded(part)))
  return isProxy ? url : yield* new ProxyMalformed({ variable: name })
})

const portOf = ({ port, protocol }: URL) => port === "" ? protocol === "https:" ? "443" : "80" : port

/** Returns a proxy's host and port, without its user and password. */
export const nameOf = (proxy: URL): string => `${proxy.hostname}:${portOf(proxy)}`

const family = (address: string) => isIP(address) === 6 ? "ipv6" : "ipv4"

/**
 * Returns whether hosts are reached without a proxy by a value of `NO_PROXY`. Its entries are `*`, `host`, `.domain` (with
 * the domain itself), `*.domain` (without it) and addresses, each with `:port` or not, and networks such as `10.0.0.0/8`.
 * Networks hold addresses only; no name is looked up.
 */
const bypassing = (value: string) => {
  const networks = new BlockList()
  const names: Array<(host: string, port: string) => boolean> = []
  for (const entry of value.toLowerCase().split(/[,\s]+/)) {
    const [, address = "", bits] = /^([\da-f.:]+)\/(\d{1,3})$/.exec(entry) ?? []
    if (isIP(address) !== 0 && Number(bits) <= (isIP(address) === 6 ? 128 : 32)) {
      networks.addSubnet(address, Number(bits), family(address))
      continue
    }
    const [, bracketed, plain, only] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? []
    const name = bracketed ?? plain ?? entry
    if (name === "") continue
    const domain = name.replace(/^\*?\./, "").replace(/(?<=.)\.$/, "")
    const isApex = !name.startsWith("*")
    names.push((host, port) =>
      (only === undefined || only === port) &&
      (name === "*" || isApex && host === domain || host.endsWith(`.${domain}`))
    )
  }
  return (url: URL) => {
    const host = url.hostname.replace(/^\[(.+)\]$/, "$1").replace(/(?<=.)\.$/, "")
    return names.some((bypasses) => bypasses(host, portOf(url))) ||
      isIP(host) !== 0 && networks.check(host, family(host))
  }
}

/**
 * Returns the proxies, and which of them a URL's requests go through. When only `HTTP_PROXY` is set, it serves https as
 * well. Plain http to this machine goes through no proxy, which would read what stays here, and has another machine's
 * 127.0.0.1.
 */
export const fromEnvironment = Effect.gen(function*() {
  const http = yield* proxy("HTTP_PROXY")
  const https = (yield* proxy("HTTPS_PROXY")) ?? http
  const bypasses = bypassing((yield* firstOf("NO_PROXY")).value)
  return {
    all: new Set([http, https].filter((each) => each !== undefined)),
    of: (url: URL): URL | undefined => {
      const isOwn = url.protocol === "http:" && isLoopback(url.hostname)
      return isOwn || bypasses(url) ? undefined : url.protocol === "https:" ? https : http
    }
  }
})
