/**
 * The checks of `check`: whether an instance can be polled.
 *
 * A check reports a finding and never fails, so that all checks run.
 */
import { Clock, DateTime, Duration, Effect, type FileSystem, Option, Queue, Result, Stream, Struct } from "effect"
import { Headers, HttpClient, HttpClientRequest } from "effect/http"
import { X509Certificate } from "node:crypto"
import { Credential, filesOf } from "../config/Credential.ts"
import type { Identity, Instance } from "../config/Instance.ts"
import * as Surroundings from "../config/Surroundings.ts"
import { smallBodyBytesMax } from "../domain/Bounds.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { all, type Endpoint, endpoints } from "../endpoints/Endpoints.ts"
import { inCloud } from "../endpoints/NationalClouds.ts"
import { exchange } from "../graph/Exchange.ts"
import { type Graph, GraphClient } from "../graph/GraphClient.ts"
import { GraphError } from "../graph/GraphError.ts"
import * as Limits from "../graph/Limits.ts"
import * as Proof from "../graph/Proof.ts"
import { askedOf } from "../polling/ListPages.ts"
import { countUrl, newestUrl, url as listUrl } from "../polling/RequestUrl.ts"
import { fromGraphError, line } from "../status/Report.ts"
import { type Finding, type Outcome, passed } from "./Finding.ts"

/** Entra and Graph refuse tokens of a clock that is off by more than five minutes; from a fifth of it, check warns. */
const skew = { failed: Duration.minutes(5), warned: Duration.minutes(1) }

/** Days before a credential's end from which check warns, as `run` does. */
const expiryDays = 30
const dayMillis = 86_400_000

const ofGraphError = (instance: string, endpoint: string, error: GraphError, at: number): Outcome => {
  const report = fromGraphError({ instance, endpoint }, error, at)
  const { _tag: reason } = error.reason
  return {
    outcome: reason === "Forbidden" || reason === "Retired" ? "warning" : "failed",
    code: report.code,
    // The remedy is left out: it stands on a line of its own.
    message: line({ ...Struct.omit(report, ["endpoint"]), remedy: "" }).replace(/; $/, ""),
    remedy: report.remedy,
    ...(report.required_permissions === undefined ? {} : { required_permissions: report.required_permissions })
  }
}

/** Formats a duration: `3 minutes`, `2 hours`. */
const spoken = (millis: number): string =>
  millis < 7_200_000 ? `${Math.round(millis / 60_000)} minutes` : `${Math.round(millis / 3_600_000)} hours`

const skewed = (date: string | undefined, now: number): Outcome | undefined => {
  const at = date === undefined ? Option.none() : DateTime.make(date)
  if (Option.isNone(at)) return undefined
  const off = now - DateTime.toEpochMillis(at.value)
  const remedy =
    "set the machine's clock (chronyd, ntpd or the host's): a token is refused by a clock that is off by five minutes"
  const message = `this machine's clock is ${Math.round(Math.abs(off) / 1000)} s ${
    off > 0 ? "ahead of" : "behind"
  } Microsoft's`
  if (Math.abs(off) >= Duration.toMillis(skew.failed)) return { outcome: "failed", message, remedy }
  if (Math.abs(off) >= Duration.toMillis(skew.warned)) return { outcome: "warning", message, remedy }
  return passed(`within ${Math.max(1, Math.ceil(Math.abs(off) / 1000))} s of Microsoft's`)
}

/** Tests whether a host answers, over DNS, TCP, TLS and any proxy; any status will do. */
const reach = Effect.fnUntraced(function*(instance: string, check: string, url: string) {
  const http = yield* HttpClient.HttpClient
  const { host } = new URL(url)
  const answer = yield* Effect.result(exchange(http, HttpClientRequest.get(url), {
    timeout: Limits.timeouts.request,
    bytesMax: smallBodyBytesMax,
    errorBytesMax: smallBodyBytesMax
  }))
  const now = yield* Clock.currentTimeMillis
  if (Result.isFailure(answer) && answer.failure._tag === "Unavailable") {
    const error = new GraphError({ endpoint: "token", operation: "token", reason: answer.failure })
    return [{ instance, check, ...ofGraphError(instance, check, error, now), outcome: "failed" as const }]
  }
  const date = Result.isSuccess(answer) ? Option.getOrUndefined(Headers.get(answer.success.headers, "date")) : undefined
  const clock = skewed(date, now)
  return [
    { instance, check, ...passed(`${host} answers`) },
    ...(check === "Graph" && clock !== undefined ? [{ instance, check: "clock", ...clock }] : [])
  ]
})

const tokenOf = Effect.fnUntraced(function*({ name }: Identity, graph: Graph) {
  const token = yield* Effect.result(graph.token)
  const now = yield* Clock.currentTimeMillis
  if (Result.isFailure(token)) return ofGraphError(name, "token", token.failure, now)
  const { expiresAt, roles } = token.success
  const granted = roles.length === 0 ? "no application permission" : roles.toSorted().join(", ")
  return passed(`granted for ${spoken(expiresAt - now)}, with ${granted}`)
})

/** Tests one endpoint: its answer, the number of records in the lookback, and the time of the newest. */
const endpointOf = Effect.fnUntraced(function*(instance: Instance, graph: Graph, endpoint: Endpoint) {
  const { identity: { cloud, name }, pace } = instance
  const ask = (url: string) => graph.fetchPage({ collection: endpoint, url })
  const found = yield* Effect.result(Effect.gen(function*() {
    if (endpoint.list !== undefined) {
      const at = Timestamp.fromMillis(yield* Clock.currentTimeMillis)
      const { count } = yield* ask(listUrl(cloud.graph, endpoint, { bound: at, until: null, link: null }, 1))
      return { count, cursor: undefined }
    }
    const newest = yield* ask(newestUrl(cloud.graph, endpoint))
    const from = Timestamp.fromMillis(newest.at - Duration.toMillis(pace.lookback))
    const count = endpoint.late !== "count"
      ? undefined
      : (yield* ask(countUrl(cloud.graph, endpoint, from, Timestamp.fromMillis(newest.at + dayMillis)))).count
    const cursor = newest.records[0]?.property(endpoint.cursor)
    return { count, cursor: typeof cursor === "string" ? cursor : undefined }
  }))
  const now = yield* Clock.currentTimeMillis
  if (Result.isFailure(found)) return ofGraphError(name, endpoint.name, found.failure, now)
  const { count, cursor } = found.success
  const hours = Duration.toHours(pace.lookback)
  const what = endpoint.noun
  if (endpoint.list !== undefined) return passed(`reachable${count === undefined ? "" : `, ${count} ${what}`}`)
  const many = count === undefined ? "" : `, ${count} ${what} in ${hours} h`
  return passed(`reachable${many}, ${cursor === undefined ? `no ${what} yet` : `newest ${cursor}`}`)
})

/** Tests what is asked of a list once a day only, where the list itself is answered; undefined for other endpoints. */
const dailyOf = Effect.fnUntraced(function*({ identity: { cloud, name } }: Instance, graph: Graph, endpoint: Endpoint) {
  const { daily } = endpoint.list ?? {}
  if (daily === undefined) return undefined
  const what = daily.select.join(", ")
  const collection = askedOf(endpoint, { _tag: "Sweep" })
  const now = yield* Clock.currentTimeMillis
  const first = { bound: Timestamp.fromMillis(now), until: null, link: null }
  const found = yield* Effect.result(graph.fetchPage({ collection, url: listUrl(cloud.graph, collection, first, 1) }))
  if (Result.isSuccess(found)) return passed(`with ${what}, once a day`)
  const outcome = ofGraphError(name, endpoint.name, found.failure, now)
  return { ...outcome, message: `${endpoint.noun} are read without ${what}: ${outcome.message}` }
})

const permissionsOf = (
  { helpful = [], list, permissions }: Endpoint
): ReadonlyArray<string> => [...permissions, ...helpful, ...list?.daily?.permissions ?? []]

/** Names the permissions that the token has and that none of the endpoints would make use of. */
const needless = (roles: ReadonlyArray<string>): Outcome | undefined => {
  const known = new Set(all.flatMap(permissionsOf))
  const found = roles.filter((role) => !known.has(role))
  return found.length === 0
    ? undefined
    : passed(`granted, and of no use to any endpoint: ${found.toSorted().join(", ")}; they may be taken away`)
}

/** Names the endpoints that are off although the token has a permission for them, of which no other endpoint makes use. */
const unused = ({ endpoints: on }: Identity, roles: ReadonlyArray<string>): Outcome | undefined => {
  const used = new Set(on.flatMap((name) => permissionsOf(endpoints[name])))
  const idle = all.flatMap(({ name, permissions }) => {
    const role = on.includes(name) ? undefined : permissions.find((one) => roles.includes(one) && !used.has(one))
    return role === undefined ? [] : [`${name} (${role})`]
  })
  return idle.length === 0
    ? undefined
    : passed(`granted for endpoints that are off: ${idle.join(", ")}; endpoints.<name>.enabled turns them on`)
}

/** Names the endpoints that the settings turn on and the tenant's cloud does not offer. */
const notOffered = ({ absent = {} }: Identity): Outcome | undefined => {
  const [why] = Object.values(absent)
  return why === undefined ? undefined : passed(`off are ${Object.keys(absent).join(", ")}: ${why}`)
}

const certificateEnd = (credential: Credential) =>
  Effect.map(
    Effect.option(Proof.read(credential)),
    (proof) =>
      Option.flatMap(proof, (found) =>
        found._tag === "Certificate"
          ? Option.some(new X509Certificate(found.chain).validToDate.getTime())
          : Option.none())
  )

/** The credential's expiry, where it is known. */
const expiry = Effect.fnUntraced(function*({ identity: { credential }, secretExpires }: Instance) {
  const isCertificate = Credential.$is("Certificate")(credential)
  const end = isCertificate
    ? yield* certificateEnd(credential)
    : Option.map(Option.flatMap(Option.fromUndefinedOr(secretExpires), DateTime.make), DateTime.toEpochMillis)
  if (Option.isNone(end)) return undefined
  const what = isCertificate ? "certificate" : "client secret"
  const days = Math.floor((end.value - (yield* Clock.currentTimeMillis)) / dayMillis)
  const day = Timestamp.fromMillis(end.value).slice(0, 10)
  const remedy = isCertificate
    ? "upload a new certificate under Certificates & secrets, and put it and its key in place of these files"
    : "create a new client secret under Certificates & secrets, paste its Value into the settings, and set client_secret_expires"
  if (days < 0) return { outcome: "failed", message: `the ${what} expired on ${day}`, remedy } satisfies Outcome
  if (days <= expiryDays) {
    return { outcome: "warning", message: `the ${what} expires on ${day}, in ${days} days`, remedy } satisfies Outcome
  }
  return passed(`the ${what} is good until ${day}`)
})

/** A forbidden or retired endpoint is a warning, but when there is no other, nothing is collected. */
const collects = (endpoints: ReadonlyArray<Outcome>, { absent = {} }: Identity): Outcome | undefined =>
  (endpoints.length > 0 || Object.keys(absent).length > 0) && endpoints.every(({ outcome }) => outcome === "warning")
    ? {
      outcome: "failed",
      message: "nothing is being collected: no endpoint answers with records",
      remedy: endpoints.length === 0
        ? "turn an endpoint on that the tenant's cloud offers, by endpoints.<name>.enabled"
        : "do what stands at one of the endpoints above; each that answers is collected"
    }
    : undefined

/** The services that a check of an instance needs. */
export type Services = FileSystem.FileSystem | GraphClient | HttpClient.HttpClient

/** Checks one instance: hosts, clock, token, and each enabled endpoint. Emits each finding as soon as it is known. */
export const ofInstance = (instance: Instance) =>
  Stream.callback<Finding, never, Services>(Effect.fnUntraced(function*(findings) {
    const { identity, integrationType } = instance
    const { cloud, name, tenantId } = identity
    const tell = (found: ReadonlyArray<Finding>) => Queue.offerAll(findings, found)
    const find = (check: string, outcome: Outcome | undefined) =>
      tell(outcome === undefined ? [] : [{ instance: name, check, ...outcome }])
    if (integrationType !== "microsoft_graph") {
      yield* find("settings", {
        outcome: "warning",
        message: "integration_type is not microsoft_graph",
        remedy: "set integration_type to microsoft_graph; the instance is polled all the same"
      })
    }
    const graph = yield* (yield* GraphClient).connect(identity)
    yield* tell(yield* reach(name, "sign-in host", `${cloud.login}/${tenantId}/v2.0/.well-known/openid-configuration`))
    yield* tell(yield* reach(name, "Graph", `${cloud.graph}/v1.0/`))
    yield* find("credential", yield* expiry(instance))
    for (const one of yield* Surroundings.faults({ directories: [], files: filesOf(identity.credential) })) {
      yield* find("credential", { outcome: "warning", message: one.fault, remedy: one.remedy })
    }
    const token = yield* tokenOf(identity, graph)
    yield* find("token", token)
    const roles = Result.getOrUndefined(yield* Effect.result(graph.token))?.roles ?? []
    yield* find("permissions", unused(identity, roles))
    yield* find("permissions", needless(roles))
    yield* find("cloud", notOffered(identity))
    const outcomes: Array<Outcome> = []
    for (const endpoint of identity.endpoints) {
      const asked = inCloud(endpoints[endpoint], cloud.graph)
      const outcome = token.outcome === "passed"
        ? yield* endpointOf(instance, graph, asked)
        : { outcome: "failed", message: "not asked, for there is no token" } satisfies Outcome
      outcomes.push(outcome)
      yield* find(endpoint, outcome)
      if (outcome.outcome === "passed") yield* find(endpoint, yield* dailyOf(instance, graph, asked))
    }
    yield* find("collection", collects(outcomes, identity))
    yield* Queue.end(findings)
  }))
