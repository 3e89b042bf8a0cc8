/**
 * The failure table: what each failure makes the connector do. The poller obeys it and makes no rules of its own; the README
 * repeats it.
 *
 * Long because it is one table.
 */
/* oxlint-disable unicorn/no-thenable -- `then` is a word here and never a function, so that nothing can await it. */
import { Duration } from "effect"
import type { Forbidden, GraphError, Unauthorized, Unavailable } from "./GraphError.ts"
import { restFrom } from "./Limits.ts"

/** What the connector does after a failure. */
export interface Reaction {
  /** Code of the error report and of the error counter. */
  readonly code: FailureCode
  /** State of the endpoint until it recovers. */
  readonly state: "unauthorized" | "forbidden" | "retired" | "cooldown" | "unavailable" | "error"
  /** What the poller does. */
  readonly then: "next_poll" | "reprobe" | "cooldown" | "rest" | "retry_page" | "halve_page" | "probe_daily"
  /** What the administrator should do, in one line that starts with a verb. */
  readonly remedy: string
}

/** One row of the failure table: the symptom, its typed error, and the reaction. */
export interface FailureRow extends Omit<Reaction, "code"> {
  readonly failure: string
  readonly error: GraphError["reason"]["_tag"]
  readonly happens: string
}

const nextPollAfterRefusal =
  "no request to Graph; asked again at the next poll, one flight for all endpoints, with its own backoff; new credentials end it at once"

const reprobed =
  "one warning, then quiet until the cause changes; the other endpoints go on; probed with a new token, slowing from the interval to hourly"

const retried =
  "the page is tried 4 times, after 1 s doubling to 30 s with full jitter and Retry-After as the minimum; then its size is halved; then the next poll"

const networkHelp = "the connector has to reach the hosts of Microsoft Graph and of sign-in on port 443"

/** The failure table, a row for each code. The README's table is generated from it. */
export const failures = {
  credentials_refused: {
    failure: "The token endpoint refuses (AADSTS7000215, 7000222, 700016, 90002, …)",
    error: "Unauthorized",
    happens: nextPollAfterRefusal,
    state: "unauthorized",
    then: "next_poll",
    remedy: "Check tenant ID, client ID and client secret of the app registration"
  },
  token_refused: {
    failure: "401 from Graph",
    error: "Unauthorized",
    happens: "the token is dropped, a new one fetched, the request tried once more; then the poll ends",
    state: "unauthorized",
    then: "next_poll",
    remedy: "Check that the machine's clock is right and that the tenant belongs to the configured cloud"
  },
  missing_permission: {
    failure: "403, the token lacks the permission",
    error: "Forbidden",
    happens: reprobed,
    state: "forbidden",
    then: "reprobe",
    remedy: "Grant the endpoint's application permission of Microsoft Graph and give admin consent"
  },
  not_licensed: {
    failure: "403, the tenant is not licensed or onboarded",
    error: "Forbidden",
    happens: reprobed,
    state: "forbidden",
    then: "reprobe",
    remedy: "Get what the report names for the endpoint, such as Microsoft Defender XDR or Entra ID P1, or turn it off"
  },
  conditional_access: {
    failure: "403, or a 401 that lasts after a claims challenge was answered: a conditional access policy",
    error: "Forbidden",
    happens: reprobed,
    state: "forbidden",
    then: "reprobe",
    remedy:
      "Allow this host's egress address in the conditional access policy that blocks it, or exempt the app registration's service principal"
  },
  forbidden: {
    failure: "403 for any other cause",
    error: "Forbidden",
    happens: reprobed,
    state: "forbidden",
    then: "reprobe",
    remedy:
      "Check the permissions of the app registration, admin consent, which acts within an hour, and the tenant's licences"
  },
  throttled: {
    failure: "429, 509",
    error: "Throttled",
    happens:
      "cooldown of the endpoint: the longer of Retry-After (at most 24 h) and 10 minutes, 20, 40, then 60 when throttled again; of the logs of Entra ID from 15 s and of its protection from 5 s, to 10 minutes; goes on at the rows that were refused",
    state: "cooldown",
    then: "cooldown",
    remedy: "Wait: polling goes on by itself. If it recurs, find what else uses the same app registration"
  },
  service_unavailable: {
    failure: "5xx, 408",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: "Wait: Microsoft answers with errors, and polling goes on by itself. See https://status.cloud.microsoft"
  },
  service_paused: {
    failure: "5xx, 408 with a `Retry-After` above a minute, also of the token endpoint",
    error: "Unavailable",
    happens:
      "the poll ends; the endpoint is asked again after that time, at most an hour, at the rows that were refused; survives a restart",
    state: "unavailable",
    then: "rest",
    remedy: "Wait: Microsoft asks for this pause, and polling goes on by itself. See https://status.cloud.microsoft"
  },
  network_failed: {
    failure: "Connection refused or reset",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: `Check firewall and network: ${networkHelp}`
  },
  dns_failed: {
    failure: "Host name not found",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: "Check the machine's DNS: Microsoft's host names do not resolve"
  },
  tls_failed: {
    failure: "Certificate not trusted",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy:
      "Add the CA of the proxy that inspects TLS to the trusted certificates (NODE_EXTRA_CA_CERTS), and check the clock"
  },
  tls_wrong_host: {
    failure: "Certificate of another host",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy:
      "Find out who answers: somebody may sit between this machine and Microsoft. Check DNS, HTTPS_PROXY and the hosts file; trust no CA for it"
  },
  proxy_failed: {
    failure:
      "The proxy refuses, or a web filter or portal answers in Microsoft's place: a redirect, or an error that is no JSON",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: `Check HTTPS_PROXY and what the proxy allows: ${networkHelp}`
  },
  timed_out: {
    failure: "No answer in time",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: `Check firewall and proxy if it goes on: ${networkHelp}`
  },
  body_unreadable: {
    failure: "Truncated or non-JSON body",
    error: "Unavailable",
    happens: retried,
    state: "unavailable",
    then: "retry_page",
    remedy: "Check for a proxy that answers in Microsoft's place, if it goes on"
  },
  body_too_large: {
    failure: "Body above the limit of bytes, records or artifacts",
    error: "BodyTooLarge",
    happens:
      "given up while being read; the page size is halved, down to one record, which is left out as a gap when it does not fit",
    state: "error",
    then: "halve_page",
    remedy: "Raise limits.page_bytes_max if it recurs"
  },
  endpoint_retired: {
    failure: "404, 410, or 400 for the segment, on legacy alerts",
    error: "Retired",
    happens: "one warning; probed once a day",
    state: "retired",
    then: "probe_daily",
    remedy: "Turn the endpoint off: Microsoft retired it, and alerts_v2 has its alerts"
  },
  request_rejected: {
    failure: "400 otherwise, other 4xx; 404 on the others (not in this cloud)",
    error: "Rejected",
    happens: "not repeated as it is; reported with the request",
    state: "error",
    then: "next_poll",
    remedy: "Report this with the request and its ID; on 404, turn off the endpoint, which this cloud does not have"
  },
  page_malformed: {
    failure: "The page's envelope is not what Graph promises",
    error: "DecodeFailed",
    happens: `${retried}; the body is described, never printed`,
    state: "error",
    then: "retry_page",
    remedy: "Check for a proxy that changes answers; report this with the request's ID if it goes on"
  }
} as const satisfies Record<string, FailureRow>

/** The code of a failure, as in reports and in `signal_client_errors_total{code}`. */
export type FailureCode = keyof typeof failures

const whyForbidden = {
  missing_role: "missing_permission",
  not_licensed: "not_licensed",
  conditional_access: "conditional_access",
  unknown: "forbidden"
} as const satisfies Record<Forbidden["why"], FailureCode>

const whyUnavailable = {
  http: "service_unavailable",
  network: "network_failed",
  dns: "dns_failed",
  tls: "tls_failed",
  wrong_host: "tls_wrong_host",
  proxy: "proxy_failed",
  timeout: "timed_out",
  body: "body_unreadable"
} as const satisfies Record<Unavailable["kind"], FailureCode>

const whyUnauthorized = {
  login: "credentials_refused",
  graph: "token_refused"
} as const satisfies Record<Unauthorized["by"], FailureCode>

const reaction = (code: FailureCode, remedy?: string): Reaction => {
  const { state, then, remedy: usual } = failures[code]
  return { code, state, then, remedy: remedy ?? usual }
}

/** Returns the reaction to a failure: looks its reason up in the failure table. */
export const onFailure = (reason: GraphError["reason"]): Reaction => {
  switch (reason._tag) {
    case "Unauthorized":
      return reaction(whyUnauthorized[reason.by], reason.remedy)
    case "Forbidden":
      return reaction(
        whyForbidden[reason.why],
        reason.why === "missing_role" && reason.requiredPermissions.length > 0
          ? `Grant ${
            reason.requiredPermissions[0]
          }, an application permission of Microsoft Graph, to the app registration and give admin consent`
          : reason.why === "not_licensed"
          ? reason.licence
          : undefined
      )
    case "Throttled":
      return reaction("throttled")
    case "Unavailable":
      return reaction(
        reason.retryAfter !== undefined && Duration.isGreaterThan(reason.retryAfter, restFrom)
          ? "service_paused"
          : whyUnavailable[reason.kind],
        reason.remedy
      )
    case "BodyTooLarge":
      return reaction("body_too_large")
    case "Retired":
      return reaction("endpoint_retired")
    case "Rejected":
      return reaction("request_rejected")
    case "DecodeFailed":
      return reaction("page_malformed")
  }
}

/** Whether Microsoft asks for a pause: a cooldown or a rest. */
export const pauses = (reason: GraphError["reason"]): boolean => {
  const { then } = onFailure(reason)
  return then === "cooldown" || then === "rest"
}

/** Whether the same request may succeed later, judged by its status. */
export const isTransient = (status: number): boolean => status >= 500 || status === 429 || status === 408
