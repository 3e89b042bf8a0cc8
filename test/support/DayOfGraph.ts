/**
 * A day of many tenants as Graph shows it: every endpoint with rows that come late, change and vanish, cheap enough for
 * hundreds of thousands of them. It notes when each request came.
 */
import { Clock, DateTime, Effect } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import * as ArtifactId from "../../src/artifacts/ArtifactId.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { type Endpoint, type EndpointName, endpoints } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import { graphTime } from "../../src/simulator/Row.ts"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A version of a row: what its cursor is, and from when until when Graph shows it. Milliseconds since 1970. */
interface Version {
  readonly id: string
  readonly at: number
  readonly from: number
  readonly until: number
  readonly text: string
}

/** The rows of one collection of one tenant, by their cursors. */
interface Rows {
  readonly versions: ReadonlyArray<Version>
}

/** What happens in a day, and how late Graph shows it. */
export interface Plan {
  readonly tenants: number
  /** When the connector begins, in milliseconds since 1970. */
  readonly begin: number
  readonly hours: number
  readonly lookbackHours: number
  /** Sign-ins a day of the first tenant, and of each other one. */
  readonly signIns: readonly [first: number, others: number]
  readonly objects: number
}

/** A request for records. */
export interface Request {
  readonly at: number
  readonly tenant: number
  readonly endpoint: EndpointName
  readonly isDaily: boolean
}

export const tenantOf = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`

const chance = (n: number, salt: number) => (Math.imul(n * 31 + salt, 0x9e3779b1) >>> 0) / 2 ** 32
const guid = (tenant: number, kind: number, n: number) =>
  `${n.toString(16).padStart(8, "0")}-${kind.toString(16).padStart(4, "0")}-4000-8000-${
    tenant.toString(16).padStart(12, "0")
  }`

/** Minutes as a rule, hours in a bad spell. */
const lateness = (n: number) => chance(n, 1) < 0.02 ? (1 + 4 * chance(n, 2)) * hour : (2 + 18 * chance(n, 3)) * minute

const series = (count: number, begin: number, span: number, of: (n: number, at: number) => ReadonlyArray<Version>) =>
  Array.from({ length: count }, (_, n) => of(n, Math.floor((begin + n * span / count) / 1000) * 1000))
    .flat().sort((one, other) => one.at - other.at)

/** A record that is written once. */
const log = (cursor: string, id: string, at: number, n: number, rest: string): Version => ({
  id,
  at,
  from: at + lateness(n),
  until: Infinity,
  text: `{"id":"${id}","${cursor}":"${graphTime(at)}",${rest}}`
})

/** A record that changes in place, an hour and more after it came. */
const changing = (cursor: string, id: string, at: number, n: number, of: (version: number) => string) => {
  const changes = [at, at + hour * (1.2 + chance(n, 4)), at + hour * (3 + chance(n, 5))].map((time) =>
    Math.floor(time / 1000) * 1000
  )
  return changes.map((time, index): Version => ({
    id,
    at: time,
    from: time,
    until: changes[index + 1] ?? Infinity,
    text: `{"id":"${id}","${cursor}":"${graphTime(time)}","createdDateTime":"${graphTime(at)}",${of(index)}}`
  }))
}

/** An object of a list, which changes a few times a day. */
const listed = (plan: Plan, tenant: number, kind: number, of: (id: string, revision: number) => string) =>
  Array.from({ length: plan.objects }, (_, n) => {
    const id = guid(tenant, kind, n)
    const changes = n % 5 === 0
      ? Array.from(
        { length: Math.floor(plan.hours / 3) },
        (_, change) => plan.begin + (3 * change + 1.5 + chance(n, 6)) * hour
      )
      : []
    return [-Infinity, ...changes].map((from, revision): Version => ({
      id,
      at: 0,
      from,
      until: changes[revision] ?? Infinity,
      text: of(id, revision)
    }))
  }).flat()

const rowsOf = (plan: Plan, tenant: number): Readonly<Record<EndpointName, Rows>> => {
  const begin = plan.begin - plan.lookbackHours * hour
  const span = (plan.lookbackHours + plan.hours) * hour
  const many = (perDay: number) => Math.ceil(perDay * span / day)
  const make = (perDay: number, of: (n: number, at: number) => ReadonlyArray<Version>): Rows => ({
    versions: series(many(perDay), begin, span, of)
  })
  const list = (kind: number, of: (id: string, revision: number) => string): Rows => ({
    versions: listed(plan, tenant, kind, of)
  })
  return {
    alerts: { versions: [] },
    alerts_v2: make(
      50,
      (n, at) =>
        changing("lastUpdateDateTime", `da${tenant}-${n}`, at, n, (version) =>
          `"title":"Alert","severity":"high","status":"${version}","evidence":[]`)
    ),
    incidents: make(
      15,
      (n, at) =>
        changing("lastUpdateDateTime", String(tenant * 100_000 + n), at, n, (version) =>
          `"displayName":"Incident","severity":"high","status":"${version}"`)
    ),
    signIns: make(
      plan.signIns[tenant === 0 ? 0 : 1],
      (
        n,
        at
      ) => [
        log(
          "createdDateTime",
          guid(tenant, 1, n),
          at,
          n,
          `"userId":"${guid(tenant, 2, n % 99)}","appId":"a${
            n % 9
          }","status":{"errorCode":0},"location":{"countryOrRegion":"DE"}`
        )
      ]
    ),
    directoryAudits: make(
      300,
      (
        n,
        at
      ) => [
        log(
          "activityDateTime",
          `Directory_${tenant}_${n}`,
          at,
          n,
          `"activityDisplayName":"Update user","category":"User"`
        )
      ]
    ),
    riskDetections: make(
      20,
      (n, at) =>
        changing("lastUpdatedDateTime", guid(tenant, 3, n), at, n, (version) =>
          `"detectedDateTime":"${graphTime(at)}","riskState":"atRisk","riskDetail":"${version}"`)
    ),
    riskyUsers: make(
      12,
      (n, at) =>
        changing("riskLastUpdatedDateTime", guid(tenant, 4, n), at, n, (version) =>
          `"riskState":"atRisk","riskDetail":"${version}"`)
    ),
    secureScores: {
      versions: Array.from({ length: 4 }, (_, n): Version => {
        const at = Math.floor(plan.begin / day + n - 2) * day
        const id = `${tenantOf(tenant)}_${graphTime(at).slice(0, 10)}`
        return {
          id,
          at,
          from: at,
          until: Infinity,
          text: `{"id":"${id}","createdDateTime":"${graphTime(at)}","currentScore":${50 + n}}`
        }
      })
    },
    managedDevices: list(5, (id, revision) => `{"id":"${id}","deviceName":"host","osVersion":"${revision}"}`),
    detectedApps: list(6, (id, revision) => `{"id":"${id}","displayName":"app","version":"${revision}"}`),
    users: list(7, (id, revision) => `{"id":"${id}","userPrincipalName":"u@c0ntoso.example","jobTitle":"${revision}"}`),
    devices: list(8, (id, revision) => `{"id":"${id}","displayName":"host","operatingSystemVersion":"${revision}"}`)
  }
}

/** Index of the first version with a cursor at `at` or later. */
const firstAt = (versions: ReadonlyArray<Version>, at: number): number => {
  let [low, high] = [0, versions.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (versions[middle]!.at < at) low = middle + 1
    else high = middle
  }
  return low
}

/** A bound of a filter, as milliseconds; a fraction of one counts as the next where it is a lower bound. */
const bound = (text: string | undefined, otherwise: number) => text === undefined ? otherwise : Date.parse(text)

const endpointsByPath = new Map(Object.values(endpoints).map((endpoint) => [endpoint.path, endpoint]))

/** Makes the day. */
export const make = (plan: Plan) => {
  const tenants = Array.from({ length: plan.tenants }, (_, tenant) => rowsOf(plan, tenant))
  const requests: Array<Request> = []

  const page = ({ list, name, order }: Endpoint, tenant: number, url: URL, now: number) => {
    const { versions } = tenants[tenant]![name]
    const query = url.searchParams
    const filter = query.get("$filter") ?? ""
    const since = bound(/ge (\S+)/.exec(filter)?.[1], -Infinity)
    const [, operator, end] = /(le|lt) (\S+)/.exec(filter) ?? []
    const until = bound(end, Infinity)
    const top = Number(query.get("$top") ?? 100)
    const isIn = (version: Version) =>
      list !== undefined || (version.at < until || (operator === "le" && version.at === until))
    const shown: Array<string> = []
    let index = list === undefined ? firstAt(versions, since) : 0
    let skip = Number(query.get("$skiptoken") ?? 0)
    let isMore = false
    let count = 0
    const counts = query.get("$count") === "true" || list?.counts === "sent"
    const found: Array<Version> = []
    for (; index < versions.length && isIn(versions[index]!); index++) {
      const version = versions[index]!
      if (version.from > now || version.until <= now) continue
      count++
      if (skip-- > 0) continue
      if (found.length < top) found.push(version)
      else {
        isMore = true
        if (!counts) break
      }
    }
    // Where no order is asked for or kept, rows come in one of their own.
    if (order === "unproven") found.reverse()
    if (list?.reads === "newest") found.splice(0, found.length, ...found.slice(0, top))
    for (const { text } of found) shown.push(text)
    const token = new URL(url)
    token.searchParams.set("$skiptoken", String(Number(query.get("$skiptoken") ?? 0) + found.length))
    return `{${counts ? `"@odata.count":${count},` : ""}"value":[${shown.join(",")}]${
      isMore ? `,"@odata.nextLink":"${token}"` : ""
    }}`
  }

  const client = HttpClient.make((request, url) =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const answer = (body: string) =>
        HttpClientResponse.fromWeb(
          request,
          new Response(body, {
            headers: {
              "content-type": "application/json",
              date: DateTime.toDateUtc(DateTime.makeUnsafe(now)).toUTCString(),
              "request-id": "r"
            }
          })
        )
      if (url.pathname.endsWith("/token")) {
        const tenant = url.pathname.split("/")[1]!
        return answer(`{"token_type":"Bearer","expires_in":3600,"access_token":"${tenant}"}`)
      }
      const endpoint = endpointsByPath.get(url.pathname)
      if (endpoint === undefined) return answer("{}")
      const tenant = Number.parseInt(/Bearer (\d{8})/.exec(request.headers["authorization"] ?? "")?.[1] ?? "0", 10)
      const isDaily = (url.searchParams.get("$select") ?? "").includes("signInActivity")
      requests.push({ at: now, tenant, endpoint: endpoint.name, isDaily })
      return answer(page(endpoint, tenant, url, now))
    })
  )

  /** Versions of logs that Graph has shown by a time, in words, by the ids of their artifacts. */
  const versionsBy = (time: number): ReadonlyMap<string, string> => {
    const wanted = new Map<string, string>()
    tenants.forEach((rows, tenant) => {
      for (const { cursor, list, name } of Object.values(endpoints)) {
        if (list !== undefined || cursor === "") continue
        for (const { at, from, id } of rows[name].versions) {
          if (from > time || at < plan.begin - plan.lookbackHours * hour + 10 * minute) continue
          const record = { id, cursor: normalize(graphTime(at))!, sent: ofValue({}) }
          wanted.set(
            ArtifactId.ofRecord(tenantOf(tenant), name, record),
            `${name} of ${graphTime(at)}, shown at ${graphTime(from)}`
          )
        }
      }
    })
    return wanted
  }

  /** How often each object of a list changed by a time, by the place `tenant/endpoint/id`. */
  const changesBy = (time: number): ReadonlyMap<string, number> => {
    const changes = new Map<string, number>()
    tenants.forEach((rows, tenant) => {
      for (const { list, name } of Object.values(endpoints)) {
        if (list?.reads !== "all") continue
        for (const { from, id } of rows[name].versions) {
          const place = `${tenantOf(tenant)}/${name}/${id}`
          changes.set(place, (changes.get(place) ?? 0) + (from > plan.begin && from <= time ? 1 : 0))
        }
      }
    })
    return changes
  }

  return { client, requests, versionsBy, changesBy }
}
