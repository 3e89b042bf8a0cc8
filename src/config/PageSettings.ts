/** Settings of the page and of its HTTP interface: what is open, and through which proxies people come. */
import { Result, Schema } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import { withDefault } from "./InstanceSettings.ts"

/** Reads an address, or a network in CIDR notation; undefined for any other text. */
export const networkOf = (text: string): IpNetwork.IpNetwork | undefined =>
  Result.getOrUndefined(
    text.includes("/")
      ? IpNetwork.fromString(text)
      : Result.flatMap(NetAddress.ipFromString(text), (address) => IpNetwork.make(address, NetAddress.width(address)))
  )

const isOrigin = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { hash, password, pathname, protocol, search, username } = new URL(text)
  return /^https?:$/.test(protocol) && `${pathname}${search}${hash}${username}${password}` === "/"
}

/** Returns why a text cannot be `public_url`; undefined when it can. */
export const originFault = (text: string): string | undefined =>
  isOrigin(text)
    ? undefined
    : "Expected http:// or https:// and a host, without a path, such as https://azure.example.com"

/** Returns why a text cannot be one of `trusted_proxies`; undefined when it can. */
export const networkFault = (text: string): string | undefined =>
  networkOf(text) === undefined ? "Expected an address such as 10.0.0.5, or a network such as 10.0.0.0/8" : undefined

/** Schema for the settings group `page`. */
export const PageSettings = Schema.Struct({
  status: withDefault(
    Schema.Literals(["open", "closed"]).annotate({
      description: "Whether `/status` answers without a sign-in; health checks and `/metrics` always do."
    }),
    "open"
  ),
  public_url: Schema.optionalKey(
    Schema.String.annotate({
      description:
        "Address at which people open the page through a proxy, such as `https://azure.example.com`; with https its cookie is only sent over TLS."
    }).check(Schema.makeFilter(originFault))
  ),
  trusted_proxies: withDefault(
    Schema.Array(Schema.String.check(Schema.makeFilter(networkFault))).annotate({
      description:
        "Addresses or networks of the proxies in front of the page; only from them is `X-Forwarded-For` believed."
    }),
    []
  )
})
export type PageSettings = typeof PageSettings.Type
