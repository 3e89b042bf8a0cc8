/** An index of the search view's story: amy clicked a phish that others got too. Beside it are artifacts of a simulated tenant. */
import { Effect, FileSystem } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import * as Incidents from "../../src/artifacts/IncidentArtifacts.ts"
import * as Chronicle from "../../src/simulator/Chronicle.ts"
import { alert, context, evidence, recordOf } from "../artifacts/Records.ts"
import { day, directories, line, open } from "../search/Index.ts"
import { following } from "./Artifacts.ts"
import type { Answer } from "./ViewHarness.ts"

const url = "https://login.c0ntoso.example:8443/x"
const subject = "Your mailbox is almost full"

const at = (time: string) => `${day}T${time}:00Z`

const ofTime = (time: string) => ({ createdDateTime: at(time), verdict: "malicious", remediationStatus: "active" })

const person = (name: string) => ({
  accountName: name,
  domainName: "CONTOSO",
  userPrincipalName: `${name}@contoso.example`,
  displayName: name
})

const mailTo = (name: string, time: string) =>
  evidence("analyzedMessage", {
    ...ofTime(time),
    networkMessageId: `message-to-${name}`,
    subject,
    senderIp: "198.51.100.93",
    recipientEmailAddress: `${name}@contoso.example`,
    p2Sender: { emailAddress: "it@c0ntoso.example" },
    urls: [url]
  })

const times = (time: string) => ({
  createdDateTime: at(time),
  lastUpdateDateTime: at(time),
  firstActivityDateTime: at(time),
  lastActivityDateTime: at(time)
})

const alerts = [
  alert({
    ...times("12:10"),
    id: "da-click",
    incidentId: "4242",
    title: "A potentially malicious URL click was detected",
    severity: "high",
    status: "new",
    description: "One of your users clicked on a link that was found to be malicious.",
    recommendedActions: "1. Find out who is affected.\n2. Reset what was taken.",
    categories: ["InitialAccess"],
    mitreTechniques: ["T1566.002", "T1204.001"],
    evidence: [
      evidence("user", {
        ...ofTime("12:10"),
        verdict: "suspicious",
        roles: ["compromised"],
        userAccount: person("amy")
      }),
      evidence("url", { ...ofTime("12:10"), url }),
      mailTo("amy", "12:10")
    ]
  }),
  alert({
    ...times("12:20"),
    id: "da-token",
    incidentId: "4242",
    title: "Anomalous Token",
    severity: "medium",
    evidence: [
      evidence("user", { userAccount: person("amy") }),
      evidence("ip", { ...ofTime("12:20"), ipAddress: "203.0.113.214" })
    ]
  }),
  ...["bert", "chidi"].map((name, place) =>
    alert({
      ...times(`11:0${place}`),
      id: `da-mail-${name}`,
      title: "Email messages containing malicious URL removed after delivery",
      severity: "informational",
      evidence: [mailTo(name, `11:0${place}`), evidence("mailbox", { primaryAddress: `${name}@contoso.example` })]
    })
  )
]

const incident = {
  id: "4242",
  status: "active",
  severity: "high",
  displayName: "Phishing campaign with a look-alike sign-in page",
  createdDateTime: at("12:11"),
  lastUpdateDateTime: at("12:30"),
  incidentWebUrl: "https://security.microsoft.com/incident2/4242/overview"
}

/** Answers of the connector whose index has the story. */
export const phishWorld = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const noon = Date.parse(at("13:00"))
  const chronicle = Chronicle.make(context.tenantId, noon, {
    seed: "phish",
    alerts: 20,
    incidents: 5,
    legacyAlerts: 0,
    live: false
  })
  const all = [
    ...chronicle.alerts_v2(noon).flatMap((row) => Alerts.map(context, recordOf(row)).artifacts),
    ...alerts.flatMap((one) => Alerts.map(context, one).artifacts),
    ...Incidents.map(context, recordOf(incident)).artifacts
  ]
  const places = yield* directories
  yield* fs.writeFileString(`${places.artifacts}/artifacts-${day}-1.ndjson`, all.map(line).join(""))
  const index = yield* open(places, { daysMax: 4000, rowsMax: 10_000 })
  yield* index.followed
  return ({ pathname, searchParams }: URL): Answer => {
    const text = (name: string) => searchParams.get(name) ?? ""
    const lookup = {
      query: text("query"),
      from: Date.parse(text("from")),
      to: Date.parse(text("to")),
      limit: Number(searchParams.get("limit") ?? 100)
    }
    if (pathname === "/api/search/alerts") return { body: { ...index.things(lookup.query, lookup), index: following } }
    if (pathname === "/api/search") {
      const page = index.asked(lookup.query, lookup)
      return "refused" in page
        ? { status: 400, body: { _tag: "BadQuery", ...page.refused } }
        : { body: { rows: page.rows, next: null, total: page.total, index: following } }
    }
    if (pathname === "/api/search/suggest") return { body: { names: [], values: [] } }
    if (pathname === "/api/search/kept") return { body: { recent: [], saved: [] } }
    return { body: index.reading.detail(decodeURIComponent(pathname.split("/").at(-1)!)) }
  }
})
