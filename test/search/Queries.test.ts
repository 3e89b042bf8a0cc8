import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { indexedMessageMax, queryValuesMax } from "../../src/domain/Bounds.ts"
import { artifact, day, directories, line, message, noon, open, tenant } from "./Index.ts"

const of = (id: string, tags: ReadonlyArray<string>, fields: Partial<Artifact>): Artifact =>
  artifact(id, { sourceInfo: "Contoso (production)", ...fields, tags: [`tenantId:${tenant}`, ...tags] })

const hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

const artifacts: ReadonlyArray<Artifact> = [
  of("mail", ["alertId:da1", "incidentId:1009", "verdict:malicious", "evidence:analyzedMessage"], {
    messageType: "phishing_email",
    severityLabel: "informational",
    ruleName: "Messages with a malicious URL removed after delivery",
    userName: "amy@contoso.example",
    emailFrom: "it@c0ntoso.example",
    emailTo: "amy@contoso.example",
    emailSubject: "Your password expires: invoice88213.pdf",
    clientIP: "198.51.100.7",
    attackTechniqueIds: ["T1566.002", "T1204"],
    startTimeUTC: "2026-11-24T23:59:59.1234567Z"
  }),
  of("alert two", ["alertId:da2"], {
    severityLabel: "high",
    ruleName: "A click on a link",
    message: message({ evidence: [{ userPrincipalName: "henrik@contoso.example", displayName: "Henrik Lund" }] }),
    startTimeUTC: "2026-11-25T00:00:00Z"
  }),
  of("click", ["alertId:da2", "incidentId:1009", "incidentId:1010", "verdict:suspicious", "evidence:url"], {
    messageType: "phishing_click",
    severityLabel: "high",
    ruleName: "A click on a link",
    uri: "https://login.c0ntoso.example:8443/x?u=amy",
    fqdn: "login.c0ntoso.example",
    serverIP: "203.0.113.7",
    serverPort: "8443",
    startTimeUTC: "2026-11-25T00:00:00Z"
  }),
  of("process", ["host:ws-25", "evidence:process", "label:two words"], {
    messageType: "malicious_behavior",
    severityLabel: "critical",
    userName: "CONTOSO\\kavya",
    clientHostname: "ws-25.contoso.example",
    fileName: "invoice.zip",
    filePath: "C:\\Users\\amy\\Downloads\\invoice.zip",
    fileHash: hash,
    pid: "4242",
    clientPort: "51000",
    action: "block",
    cve: "CVE-2024-3400",
    startTimeUTC: "2026-11-25T08:30:15Z"
  }),
  of("server", ["ip:203.0.113.200"], {
    severityLabel: "medium",
    clientHostname: "dc01.contoso.example",
    serverHostname: "aws-25.contoso.example",
    clientIP: "198.51.100.200",
    serverIP: "2001:db8::1",
    serverPort: "443",
    pid: "007",
    startTimeUTC: "2026-11-26T12:00:00Z"
  }),
  of("incident", ["incidentId:1009"], {
    streamName: "azure_security_incident",
    messageType: "threat_event",
    severityLabel: "low",
    ruleName: "Überfall on amy",
    startTimeUTC: "2026-10-31T10:00:00Z"
  })
]

const everything = artifacts.map(({ id }) => id)
const but = (...ids: ReadonlyArray<string>) => everything.filter((id) => !ids.includes(id))

/** A query, and the ids of what it must find. */
const cases: ReadonlyArray<readonly [query: string, ids: ReadonlyArray<string>]> = [
  ["", everything],
  ["*", everything],
  ["amy", ["mail", "click", "process", "incident"]],
  ["AMY", ["mail", "click", "process", "incident"]],
  ["-amy", ["alert two", "server"]],
  ["NOT amy", ["alert two", "server"]],
  ["!amy", ["alert two", "server"]],
  ["not amy", ["alert two", "server"]],
  ["-(amy OR henrik)", ["server"]],
  ["amy AND click", ["click"]],
  ["amy click", ["click"]],
  ["amy -click", ["mail", "process", "incident"]],
  ["amy OR henrik", ["mail", "click", "process", "incident", "alert two"]],
  ["(amy OR henrik) AND severity:high", ["click", "alert two"]],
  ["-amy OR severity:critical", ["alert two", "server", "process"]],
  ["uberfall", ["incident"]],
  ["click*", ["click", "alert two"]],
  ["inv*88213*", ["mail"]],
  ["?my", ["mail", "click", "process", "incident"]],
  ["\"removed after delivery\"", ["mail"]],
  ["\"after removed\"", []],
  ["\"remov\"", []],
  ["\"amy contoso\"", ["mail"]],
  ["user:amy@contoso.example", ["mail"]],
  ["user:amy", ["mail"]],
  ["user:*@contoso.example", ["mail", "click", "alert two"]],
  ["user:*@c?ntoso.example", ["mail", "click", "alert two"]],
  ["user:a?y@contoso.example", ["mail"]],
  ["user:henrik", ["click", "alert two"]],
  ["user:\"Henrik Lund\"", ["click", "alert two"]],
  ["user:CONTOSO\\kavya", ["process"]],
  ["user:kavya", ["process"]],
  ["-user:amy@contoso.example", but("mail")],
  ["user:(amy OR henrik)", ["mail", "click", "alert two"]],
  ["userName:amy@contoso.example", ["mail"]],
  ["username:AMY@contoso.example", ["mail"]],
  ["src_ip:198.51.100.7", ["mail"]],
  ["src_ip:198.51.100.0/24", ["mail", "server"]],
  ["src_ip:198.51.100.128/25", ["server"]],
  ["src_ip:198.51.100.*", ["mail", "server"]],
  ["src_ip:[198.51.100.1 TO 198.51.100.9]", ["mail"]],
  ["clientIP:198.51.100.7", ["mail"]],
  ["dst_ip:\"2001:db8::1\"", ["server"]],
  ["dst_ip:2001:DB8:0:0:0:0:0:1", ["server"]],
  ["dst_ip:2001:db8::/32", ["server"]],
  ["ip:203.0.113.0/24", ["click", "server"]],
  ["hostname:ws-25", ["process"]],
  ["hostname:dc01", ["server"]],
  ["hostname:contoso.example", ["process", "server"]],
  ["hostname:c0ntoso.example", ["click"]],
  ["hostname:ws-2*", ["process"]],
  ["hostname:WS-25.CONTOSO.EXAMPLE", ["process"]],
  ["severity:high", ["click", "alert two"]],
  ["severity:HIGH", ["click", "alert two"]],
  ["severity:>=medium", ["click", "alert two", "process", "server"]],
  ["severity>=medium", ["click", "alert two", "process", "server"]],
  ["severity:<low", ["mail"]],
  ["severity:{low TO high}", ["server"]],
  ["severity:[medium TO *]", ["click", "alert two", "process", "server"]],
  ["severityLabel:(low OR medium)", ["server", "incident"]],
  ["stream:azure_security_incident", ["incident"]],
  ["stream:incident", ["incident"]],
  ["messageType:phishing_email", ["mail", "alert two", "server"]],
  ["messageType:phishing_*", ["mail", "click", "alert two", "server"]],
  ["emailFrom:it@c0ntoso.example", ["mail"]],
  ["emailSubject:\"password expires\"", ["mail"]],
  ["emailSubject:invoice*", ["mail"]],
  ["fileName:invoice.zip", ["process"]],
  [`fileHash:${hash}`, ["process"]],
  ["fileHash:9F86d081*", ["process"]],
  ["filePath:\"C:\\\\Users\\\\amy\"", ["process"]],
  ["filePath:\"C:\\Users\\amy\"", ["process"]],
  ["filePath:downloads", ["process"]],
  ["uri:\"https://login.c0ntoso.example:8443/x\"", ["click"]],
  ["uri:https://login.c0ntoso.example:8443/x?u=amy", ["click"]],
  ["uri:hxxps://login[.]c0ntoso[.]example:8443/x", ["click"]],
  ["hxxps://login[.]c0ntoso[.]example:8443/x", ["click"]],
  ["https://login.c0ntoso.example:8443/x", ["click"]],
  ["c0ntoso.example", ["mail", "click"]],
  ["serverPort:8443", ["click"]],
  ["serverPort:[400 TO 9000}", ["click", "server"]],
  ["serverPort:>443", ["click"]],
  ["pid:4242", ["process"]],
  ["pid:<8", ["server"]],
  ["action:block", ["process"]],
  ["attackTechniqueIds:T1566.002", ["mail"]],
  ["attackTechniqueIds:T1566*", ["mail"]],
  ["cve:CVE-2024-3400", ["process"]],
  ["tags:\"verdict:malicious\"", ["mail"]],
  ["tags:verdict*", ["mail", "click"]],
  ["tags:malicious", ["mail"]],
  ["verdict:malicious", ["mail"]],
  ["verdict:*", ["mail", "click"]],
  ["VERDICT:Malicious", ["mail"]],
  ["label:words", ["process"]],
  ["incidentId:1009", ["mail", "click", "incident"]],
  ["incidentId:1010", ["click"]],
  ["incidentId:[1009 TO 1009]", ["mail", "click", "incident"]],
  ["alertId:da1", ["mail"]],
  ["evidence:url", ["click"]],
  ["instance:contoso-production", everything],
  ["instance:Contoso", everything],
  ["message:henrik", ["alert two"]],
  ["_exists_:fileHash", ["process"]],
  ["-_exists_:userName", ["click", "alert two", "server", "incident"]],
  ["_exists_:verdict", ["mail", "click"]],
  ["fileHash:*", ["process"]],
  ["startTimeUTC:2026-11-25", ["click", "alert two", "process"]],
  ["startTimeUTC:[2026-11-25 TO 2026-11-25]", ["click", "alert two", "process"]],
  ["startTimeUTC:{2026-11-25T00:00:00Z TO *]", ["process", "server"]],
  ["startTimeUTC:<2026-11", ["incident"]],
  ["startTimeUTC:>now-12h", ["process", "server"]],
  ["id:mail", ["mail"]]
]

/** A query that is refused, the part that is named, and what is said. */
const tenants = { instances: { "contoso-production": "Contoso (production)" } }

const refusals: ReadonlyArray<readonly [query: string, part: string, fault: RegExp]> = [
  ["nosuchfield:x", "nosuchfield", /^there is no field nosuchfield; fields are src_ip: /],
  ["amy usr:x", "usr", /similar are user:/],
  ["verdct:malicious", "verdct", /similar are verdict:/],
  ["_exists_:fileHsh", "fileHsh", /similar are fileHash:/],
  ["localhost:8080", "localhost", /To look for the text, put it in quotes/],
  ["group:emea", "group", /there is no field group/],
  ["severity:urgent", "urgent", /^urgent is no severity; possible are informational, low, medium, high, critical$/],
  ["severity:[urgent TO *]", "urgent", /is no severity/],
  ["src_ip:10.0.0.0/40", "10.0.0.0/40", /^10.0.0.0\/40 is no network/],
  ["src_ip:ws-25", "ws-25", /^ws-25 is no address/],
  ["src_ip:[a TO *]", "a", /^a is no address/],
  ["startTimeUTC:yesterday", "yesterday", /^yesterday is no time; possible are/],
  ["serverPort:[a TO b]", "a", /^a is no number/],
  ["serverPort:[1* TO 5]", "1*", /no wildcards/],
  ["user:\"\"", "\"\"", /needs a value/],
  ["!!!!", "!", /no letter and no digit/],
  ["amy \"\"", "\"\"", /nothing between the quotes/]
]

it.layer(NodeServices.layer)("a query", (it) => {
  const world = Effect.fnUntraced(function*(all: ReadonlyArray<Artifact>, rowsMax = 1000) {
    const fs = yield* FileSystem.FileSystem
    const places = yield* directories
    yield* fs.writeFileString(`${places.artifacts}/artifacts-${day}-1.ndjson`, all.map(line).join(""))
    const index = yield* open(places, { rowsMax, now: noon })
    yield* index.followed
    return index
  })

  it.effect("finds what it asks for, all of it and nothing else, and its contrary finds the rest", () =>
    Effect.gen(function*() {
      const { asked } = yield* world(artifacts)
      const ids = (query: string) => {
        const page = asked(query, tenants)
        if ("refused" in page) return assert.fail(`${query}: ${page.refused.fault}`)
        assert.strictEqual(page.total, page.rows.length, query)
        return page.rows.map(({ id }) => id).sort()
      }
      assert.isAtLeast(cases.length, 60)
      for (const [query, expected] of cases) {
        assert.deepStrictEqual(ids(query), expected.toSorted(), query)
        if (query !== "") assert.deepStrictEqual(ids(`NOT (${query})`), but(...expected).sort(), `NOT (${query})`)
      }
    }))

  it.effect("by group finds what its tenants sent, and says which groups there are", () =>
    Effect.gen(function*() {
      const others = [artifact("other", { sourceInfo: "Fabrikam" }), artifact("third", { sourceInfo: "third" })]
      const { asked } = yield* world([...artifacts, ...others])
      const groups = { "contoso-production": "EMEA", fabrikam: "EMEA", third: "APAC" }
      const ask = (query: string) => {
        const page = asked(query, { instances: { ...tenants.instances, fabrikam: "Fabrikam" }, groups })
        return "refused" in page ? page.refused.fault : page.rows.length
      }
      assert.strictEqual(ask("group:emea"), artifacts.length + 1)
      assert.strictEqual(ask("-group:emea"), 1)
      assert.strictEqual(ask("group:(apac OR e*)"), artifacts.length + 2)
      assert.strictEqual(ask("_exists_:group"), artifacts.length + 2)
      assert.strictEqual(ask("group:latam"), "there is no group latam; possible are APAC, EMEA")
    }))

  it.effect("that cannot be answered is refused with its place, and never finds nothing", () =>
    Effect.gen(function*() {
      const { refused } = yield* world(artifacts)
      for (const [query, part, fault] of refusals) {
        const found = refused(query)
        assert.match(found?.fault ?? "", fault, query)
        assert.strictEqual(found?.part, part, query)
      }
    }))

  it.effect("stands for queryValuesMax values at most", () =>
    Effect.gen(function*() {
      const many = (count: number) =>
        Array.from({ length: count }, (_, n) =>
          artifact(`a${n}`, { fileName: `f${n}x`, clientIP: `10.0.${n >> 8}.${n & 255}` }))
      const { asked, refused } = yield* world(many(queryValuesMax + 1), 10_000)
      assert.match(refused("fileName:f*x")?.fault ?? "", /stands for more than 5000 different values/)
      const page = asked("fileName:f1*x", { limit: 10_000 })
      assert.strictEqual("rows" in page ? page.rows.length : 0, 1111)
      const network = asked("src_ip:10.0.0.0/9", { limit: 1 })
      assert.strictEqual("total" in network ? network.total : 0, queryValuesMax + 1)
    }))

  it.effect("finds each text of a message up to indexedMessageMax characters, and no phrase across two of them", () =>
    Effect.gen(function*() {
      const filler = "x ".repeat(indexedMessageMax / 2 - 100)
      const { asked } = yield* world([
        artifact("a", {
          message: message({ one: "first part", list: [{ two: "second part" }, 4711], filler, late: "after" })
        }),
        artifact("b", { message: "{\"cut\":\"cut off wor" }),
        artifact("c", { message: message({ filler: "x ".repeat(indexedMessageMax / 2), late: "behind" }) })
      ])
      const ids = (query: string) => {
        const page = asked(query)
        return "rows" in page ? page.rows.map(({ id }) => id) : []
      }
      for (const query of ["\"second part\"", "4711", "after", "message:\"first part\""]) {
        assert.deepStrictEqual(ids(query), ["a"], query)
      }
      assert.deepStrictEqual(ids("\"cut off\""), ["b"])
      assert.deepStrictEqual(ids("\"part second\""), [])
      assert.deepStrictEqual(ids("behind"), [])
    }))

  it.effect("is completed with the fields and their frequent values", () =>
    Effect.gen(function*() {
      const { reading } = yield* world(artifacts)
      const names = (beginning: string) => reading.suggest({ field: undefined, beginning }).names
      const values = (field: string, beginning: string) =>
        reading.suggest({ field, beginning }).values.map(({ count, value }) => `${value} ${count}`)
      assert.deepStrictEqual(names("sev"), ["severity", "severityCode", "severityLabel"])
      assert.include(names("incident"), "incidentId")
      assert.include(names("user"), "userName")
      assert.deepStrictEqual(values("severity", "h"), ["high 2"])
      assert.deepStrictEqual(values("verdict", ""), ["malicious 1", "suspicious 1"])
      assert.deepStrictEqual(values("src_ip", "198.51.100.2"), ["198.51.100.200 1"])
      assert.strictEqual(values("user", "henrik@")[0], "henrik@contoso.example 2")
      assert.deepStrictEqual(values("nobody", ""), [])
    }))
})
