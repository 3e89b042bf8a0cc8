/** Decides which names of this machine a request may use. */
import { isIP } from "node:net"
import { hostOf } from "../config/Loopback.ts"

/** Names that are this machine's. */
export interface HostNames {
  /** Whether only this machine can reach the connector. */
  readonly loopback: boolean
  /** The machine's own name, in lower case. */
  readonly machine: string
  /** Host of `page.public_url`, without its port. */
  readonly published: string | undefined
}

/**
 * Tells whether a `Host` header names this machine. Anybody can make a name of their own DNS point here, and a browser
 * then takes their page for the connector's (DNS rebinding). Addresses, `localhost`, the machine's name and the published
 * host are no such names; names without a dot are none either, and are accepted where other machines reach the connector,
 * such as the container name that Prometheus asks.
 */
export const isOwnHost = (header: string, { loopback, machine, published }: HostNames): boolean => {
  const name = hostOf(header)
  if (isIP(name) !== 0 || name === "localhost" || name === machine || name === published) return true
  return !loopback && /^[a-z0-9_-]+$/.test(name)
}
