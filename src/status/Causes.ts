/**
 * Tells which reports have one cause: a network, a name server, a proxy or a host of Microsoft's that is away is the same fault
 * for every tenant and endpoint.
 */
import { clouds } from "../config/Cloud.ts"
import { isOfTenant, moving, type Report } from "./Report.ts"

/** Codes of failures before any tenant is known to Microsoft, of its own outages, and of a request that waits. */
const codes: ReadonlySet<string> = new Set([
  "service_unavailable",
  "service_paused",
  "network_failed",
  "dns_failed",
  "tls_failed",
  "tls_wrong_host",
  "proxy_failed",
  "timed_out",
  "body_unreadable",
  "waiting"
])

/** What a report says of a host that does not answer. */
const silence = /^(\S+) (?:gives no token|does not answer)$/

/** The host behind what is said of it. */
const behind = /,? ?\(?([\w.-]+(?::\d+)?)(?: through the proxy [^)]*)?\)$/

/** Sign-in and Graph of Microsoft's own clouds fail alike when the network does; any other host fails alone. */
const ownHosts: ReadonlySet<string> = new Set(
  Object.values(clouds).flatMap(({ graph, login }) => [new URL(graph).host, new URL(login).host])
)

/** Returns the message without what differs between tries. */
export const lasting = (message: string): string => message.replaceAll(moving, "")

/** Returns the cause of a report where it is no tenant's; undefined for one that concerns its tenant or endpoint. */
export const causeOf = ({ code, message }: Pick<Report, "code" | "message">): string | undefined => {
  if (!codes.has(code)) return undefined
  const said = lasting(message)
  const host = silence.exec(said)?.[1] ?? behind.exec(said)?.[1]
  const other = host === undefined || ownHosts.has(host) || code === "proxy_failed" ? "" : ` ${host}`
  return code === "timed_out" || (code === "waiting" && silence.test(said))
    ? `silence${other}`
    : said.replace(behind, "").replace(/\bHTTP 5\d\d\b/, "HTTP 5xx") + other
}

/** Returns the cause of a report that concerns one tenant, and all of its endpoints; undefined for any other. */
export const tenantCauseOf = (report: Report): string | undefined => {
  const { aadsts_code, code, instance, message } = report
  return isOfTenant(report) ? `${instance} ${code} ${aadsts_code ?? lasting(message)}` : undefined
}

/** How many tenants a cause concerns, as a report of the process says it. */
export const concerned = (tenants: number, all: number): string => `, for ${tenants} of ${all} tenants`

const spoken = /, for \d+ of \d+ tenants$/

/** Returns the causes that reports of the whole process tell of. */
export const causesOf = (reports: Iterable<Report>): ReadonlySet<string> =>
  new Set(
    Array.from(reports).flatMap(({ code, instance, message }) =>
      instance === undefined ? causeOf({ code, message: message.replace(spoken, "") }) ?? [] : []
    )
  )
