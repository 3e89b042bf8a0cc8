/**
 * A Graph of one large tenant: a day of sign-ins, and lists of users and devices.
 *
 * Arguments: sign-ins of the last 24 hours, users, devices. Sign-ins go on at the same pace, and become visible 2 to 20
 * minutes late, one in fifty hours. `GET /bench` returns the times of all requests by collection, and how many sign-ins are
 * visible.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { graphTime } from "../../src/simulator/Row.ts"

const [signIns = 300_000, users = 100_000, devices = 50_000] = process.argv.slice(2).map(Number)
const minute = 60_000
const day = 1440 * minute

/** Milliseconds since 1970. */
const now = () => performance.timeOrigin + performance.now()
const begin = Math.floor(now() / 1000) * 1000 - day
const step = day / signIns

/** A number from 0 to 1 that looks like chance, and is the same each time. */
const chance = (n: number) => (Math.imul(n + 1, 0x9e3779b1) >>> 0) / 2 ** 32
const guid = (n: number, kind: number) =>
  `${n.toString(16).padStart(8, "0")}-${kind.toString(16).padStart(4, "0")}-4000-8000-${
    Math.floor(chance(n) * 2 ** 32).toString(16).padStart(12, "0")
  }`
const time = (millis: number) => graphTime(Math.floor(millis / 1000) * 1000)
const lateness = (n: number) => chance(n) < 0.02 ? (1 + 200 * chance(n)) * 60 * minute : (2 + 18 * chance(n)) * minute

const signIn = (n: number) => {
  const user = Math.floor(chance(7 * n) * 20_000)
  const fails = chance(3 * n) < 0.05
  return {
    id: guid(n, 1),
    createdDateTime: time(begin + n * step),
    userDisplayName: `User ${user}`,
    userPrincipalName: `user${user}@c0ntoso.example`,
    userId: guid(user, 2),
    appId: guid(n % 40, 3),
    appDisplayName: `Application ${n % 40}`,
    ipAddress: `192.0.2.${n % 250}`,
    clientAppUsed: "Browser",
    correlationId: guid(n, 4),
    conditionalAccessStatus: "success",
    isInteractive: true,
    riskDetail: "none",
    riskLevelAggregated: "none",
    riskLevelDuringSignIn: "none",
    riskState: "none",
    riskEventTypes_v2: [],
    resourceDisplayName: "Office 365 Exchange Online",
    resourceId: guid(1, 5),
    status: {
      errorCode: fails ? 50_126 : 0,
      failureReason: fails ? "Wrong password." : "Other.",
      additionalDetails: null
    },
    deviceDetail: {
      deviceId: guid(user, 6),
      displayName: `LAPTOP-${user}`,
      operatingSystem: "Windows 11",
      browser: "Edge"
    },
    location: { city: "Berlin", state: "Berlin", countryOrRegion: "DE" },
    appliedConditionalAccessPolicies: Array.from({ length: 4 }, (_, policy) => ({
      id: guid(policy, 7),
      displayName: `Policy ${policy}`,
      enforcedGrantControls: ["Mfa"],
      enforcedSessionControls: [],
      result: "success"
    }))
  }
}

const user = (n: number) => ({
  id: guid(n, 8),
  accountEnabled: true,
  assignedLicenses: [{ disabledPlans: [], skuId: guid(1, 9) }, { disabledPlans: [guid(2, 9)], skuId: guid(3, 9) }],
  companyName: "Contoso",
  country: "Germany",
  createdDateTime: "2020-01-01T00:00:00Z",
  department: `Department ${n % 50}`,
  displayName: `User ${n}`,
  employeeId: String(n),
  identities: [{
    signInType: "userPrincipalName",
    issuer: "c0ntoso.example",
    issuerAssignedId: `user${n}@c0ntoso.example`
  }],
  jobTitle: "Clerk",
  lastPasswordChangeDateTime: "2026-01-01T00:00:00Z",
  mail: `user${n}@c0ntoso.example`,
  onPremisesDistinguishedName: `CN=User ${n},OU=People,DC=c0ntoso,DC=example`,
  onPremisesSamAccountName: `user${n}`,
  onPremisesSecurityIdentifier: `S-1-5-21-1-2-3-${n}`,
  onPremisesSyncEnabled: true,
  proxyAddresses: [`SMTP:user${n}@c0ntoso.example`, `smtp:u${n}@c0ntoso.example`],
  securityIdentifier: `S-1-12-1-1-2-3-${n}`,
  userPrincipalName: `user${n}@c0ntoso.example`,
  userType: "Member"
})

const device = (n: number, pass: number) => ({
  id: guid(n, 10),
  accountEnabled: true,
  // Changes all the time.
  approximateLastSignInDateTime: time(begin + pass * 1000),
  deviceId: guid(n, 11),
  displayName: `LAPTOP-${n}`,
  deviceOwnership: "Company",
  isCompliant: true,
  isManaged: true,
  manufacturer: "Contoso",
  model: `Model ${n % 20}`,
  operatingSystem: "Windows",
  operatingSystemVersion: "10.0.26100",
  registrationDateTime: "2024-01-01T00:00:00Z",
  systemLabels: [],
  trustType: "AzureAd"
})

let origin = ""
const asked: Record<string, Array<number>> = {}
let pass = 0

/** The first sign-in at a time or later. */
const from = (text: string | undefined) => Math.max(0, Math.ceil((Date.parse(text ?? "") - begin) / step))

const logPage = (query: URLSearchParams) => {
  const filter = query.get("$filter") ?? ""
  const [, since] = /ge (\S+)/.exec(filter) ?? []
  const [, until = "9999-12-31T00:00:00Z"] = /le (\S+)/.exec(filter) ?? []
  const top = Number(query.get("$top") ?? 1000)
  const rows = []
  const last = Math.min((Date.parse(until) - begin) / step, (now() - begin) / step)
  let n = Number(query.get("$skiptoken") ?? from(since))
  for (; n <= last && rows.length < top; n++) if (begin + n * step + lateness(n) <= now()) rows.push(signIn(n))
  query.set("$skiptoken", String(n))
  return { value: rows, ...(n <= last ? { "@odata.nextLink": `${origin}/v1.0/auditLogs/signIns?${query}` } : {}) }
}

const listPage = (name: string, count: number, query: URLSearchParams, row: (n: number) => object) => {
  const first = Number(query.get("$skiptoken") ?? 0)
  if (first === 0) pass++
  const end = Math.min(count, first + Number(query.get("$top") ?? 100))
  const value = Array.from({ length: end - first }, (_, index) => row(first + index))
  query.set("$skiptoken", String(end))
  return {
    ...(first === 0 && query.has("$count") ? { "@odata.count": count } : {}),
    value,
    ...(end < count ? { "@odata.nextLink": `${origin}/v1.0/${name}?${query}` } : {})
  }
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", origin)
  request.resume()
  response.setHeader("content-type", "application/json")
  const name = pathname.split("/").at(-1) ?? ""
  if (name === "bench") {
    let visible = 0
    for (let n = 0; begin + n * step <= now(); n++) if (begin + n * step + lateness(n) <= now()) visible++
    response.end(JSON.stringify({ asked, visible }))
    return
  }
  if (name === "token") {
    response.end(JSON.stringify({ token_type: "Bearer", expires_in: 3600, access_token: "t" }))
    return
  }
  asked[name] = [...asked[name] ?? [], now()]
  const body = name === "signIns"
    ? logPage(searchParams)
    : name === "users"
    ? listPage(name, users, searchParams, user)
    : name === "devices"
    ? listPage(name, devices, searchParams, (n) => device(n, pass))
    : { value: [] }
  response.setHeader("content-encoding", "gzip")
  response.end(gzipSync(JSON.stringify(body), { level: 1 }))
})

server.listen(0, "127.0.0.1", () => {
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.stdout.write(`${origin}\n`)
})
