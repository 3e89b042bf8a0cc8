import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { alertUsersMax, rowTextMax } from "../../src/domain/Bounds.ts"
import { artifact, day, directories, line, message, noon, open, published, tenant } from "./Index.ts"

it.layer(NodeServices.layer)("Reading", (it) => {
  const world = Effect.fnUntraced(function*(...artifacts: ReadonlyArray<Artifact>) {
    const fs = yield* FileSystem.FileSystem
    const places = yield* directories
    yield* fs.writeFileString(`${places.artifacts}/artifacts-${day}-1.ndjson`, artifacts.map(line).join(""))
    const index = yield* open(places, { rowsMax: 10_000 })
    yield* index.followed
    return index
  })

  const of = (id: string, alert: string, ...tags: ReadonlyArray<string>) => (fields: Partial<Artifact> = {}) =>
    artifact(id, { tags: [...tags, `tenantId:${tenant}`, `alertId:${alert}`, "incidentId:1001"], ...fields })

  it.effect("finds a user, and all other artifacts of the user's alert", () =>
    Effect.gen(function*() {
      const evidence = [{ upn: "amy@contoso.example", displayName: "Amy Alberts" }, {
        recipientEmailAddress: "amy@contoso.example",
        p2Sender: { emailAddress: "it@c0ntoso.example" }
      }, { url: "https://login.c0ntoso.example" }]
      const { ids } = yield* world(
        of("alert", "da1")({ userName: "amy@contoso.example", message: message({ evidence }) }),
        of("mailbox", "da1", "evidence:mailbox")({ userName: "amy@contoso.example" }),
        of("message", "da1", "evidence:analyzedMessage")({ emailFrom: "it@c0ntoso.example" }),
        of("url", "da1", "evidence:url")({
          uri: "https://login.c0ntoso.example:8443/x",
          fqdn: "login.c0ntoso.example"
        }),
        of("cluster", "da1", "evidence:mailCluster")(),
        of("other alert", "da2")({ userName: "amy.b@contoso.example", emailTo: "amy@contoso.example.evil.example" }),
        of("other url", "da2", "evidence:url")()
      )
      const campaign = ["cluster", "url", "message", "mailbox", "alert"]
      for (
        const query of [
          "user:amy@contoso.example",
          "user:AMY@CONTOSO.EXAMPLE",
          "user:it@c0ntoso.example",
          "user:amy@con*"
        ]
          .concat(["user:\"Amy Alberts\"", "user:alberts"])
      ) {
        assert.includeMembers([...ids(query)], campaign, query)
      }
      assert.deepStrictEqual(ids("user:amy@contoso.example"), campaign)
      assert.includeMembers([...ids("user:amy")], [...campaign, "other alert"])
      assert.deepStrictEqual(ids("user:amy.b"), ["other alert"])
      assert.deepStrictEqual(ids("user:am"), [])
      assert.deepStrictEqual(ids("user:amy@contoso.example evidence:url"), ["url"])
    }))

  it.effect("matches addresses as a whole", () =>
    Effect.gen(function*() {
      const addresses = ["10.0.0.1", "10.0.0.14", "110.0.0.1", "2001:db8::1", "2001:db8::1:2"]
      const { ids, refused } = yield* world(
        ...addresses.map((clientIP) => artifact(clientIP, { clientIP })),
        artifact("server", { serverIP: "10.0.0.1" })
      )
      assert.deepStrictEqual(ids("src_ip:10.0.0.1"), ["10.0.0.1"])
      assert.deepStrictEqual(ids("dst_ip:10.0.0.1"), ["server"])
      assert.deepStrictEqual(ids("src_ip:2001:DB8::1"), ["2001:db8::1"])
      assert.sameMembers(ids("src_ip:10.0.0.*"), ["10.0.0.1", "10.0.0.14"])
      assert.deepStrictEqual(refused("src_ip:10")?.part, "10")
      assert.sameMembers(ids("10.0.0.1"), ["10.0.0.1", "server"])
    }))

  it.effect("finds client and server hosts by name, label and domain", () =>
    Effect.gen(function*() {
      const { ids } = yield* world(
        artifact("client", { clientHostname: "web01.contoso.example" }),
        artifact("server", { clientHostname: "x", serverHostname: "WEB01" }),
        artifact("fqdn", { fqdn: "mail.contoso.example" })
      )
      assert.sameMembers(ids("hostname:web01"), ["client", "server"])
      assert.sameMembers(ids("hostname:contoso.example"), ["client", "fqdn"])
      assert.deepStrictEqual(ids("hostname:web01.contoso.example"), ["client"])
      assert.sameMembers(ids("hostname:web*"), ["client", "server"])
    }))

  it.effect("finds texts of the row, the tags, the path and the description, whatever their case and diacritics", () =>
    Effect.gen(function*() {
      const { ids } = yield* world(
        artifact("a", {
          ruleName: "Ünusual sign-in",
          filePath: "C:\\Users\\amy\\invoice.exe",
          message: message({ description: "A \"password\\spray\"\nfrom afar", recommendedActions: "reset" })
        }),
        artifact("b", { streamName: "azure_security_incident", severityLabel: "low" })
      )
      for (
        const query of [
          "unusual",
          "SIGN-IN",
          "C:\\Users\\amy\\*",
          "invoice.exe",
          "\"password\\spray\"",
          "\"from afar\""
        ]
          .concat(["alertId:alert-a", "inv* afar", "phishing_email unusual", "\"spray from\""])
      ) assert.deepStrictEqual(ids(query), ["a"], query)
      assert.deepStrictEqual(ids("reset"), ["a"])
      assert.deepStrictEqual(ids("\"sign unusual\""), [])
      assert.deepStrictEqual(ids("stream:azure_security_incident"), ["b"])
      assert.deepStrictEqual(ids("stream:incident severity:low"), ["b"])
      assert.deepStrictEqual(ids("severity:low unusual"), [])
    }))

  it.effect("pages through a range of time, newest first, each row once", () =>
    Effect.gen(function*() {
      const { asked } = yield* world(...Array.from({ length: 25 }, (_, n) =>
        artifact(`a${n}`, { endTimeUTC: `${day}T12:00:${String(n).padStart(2, "0")}Z` })))
      for (const query of ["", "high"]) {
        const seen: Array<string> = []
        const range = { from: noon + 2000, to: noon + 22_000, limit: 6 }
        let before: number | undefined
        for (let more = true; more;) {
          const page = asked(query, { ...range, before })
          if ("refused" in page) {
            throw new Error(page.refused.fault)
          }
          const { hasMore, rows, total } = page
          assert.strictEqual(total, before === undefined ? 20 : undefined)
          seen.push(...rows.map(({ id }) =>
            id
          ))
          before = rows.at(-1)?.key
          more = hasMore
        }
        assert.deepStrictEqual(seen, Array.from({ length: 20 }, (_, n) => `a${21 - n}`))
      }
    }))

  it.effect("shows an incident's alerts in their latest state, in the order of time, each with its evidence", () =>
    Effect.gen(function*() {
      const at = (time: string) => ({ endTimeUTC: `${day}T${time}:00Z` })
      const incident = { streamName: "azure_security_incident", tags: [`tenantId:${tenant}`, "incidentId:1001"] }
      const moved = [`tenantId:${tenant}`, "alertId:da3", "incidentId:1002"]
      const { reading } = yield* world(
        of("late", "da2")(at("12:00")),
        of("late url", "da2", "evidence:url")(at("11:59")),
        of("early, before", "da1")({ ...at("10:00"), action: "new" }),
        of("early url", "da1", "evidence:url")(at("09:58")),
        of("early user", "da1", "evidence:user")(at("09:59")),
        of("early", "da1")({ ...at("10:30"), action: "resolved" }),
        of("was here", "da3")(at("08:00")),
        of("gone", "da3")({ ...at("08:10"), tags: moved }),
        of("evidence alone", "da4", "evidence:ip")(at("07:00")),
        artifact("incident", { ...incident, ...at("12:01") }),
        artifact("another tenant's", { tags: ["tenantId:other", "alertId:da9", "incidentId:1001"] })
      )
      const members = (id: string) => reading.detail(id)!.members.map((row) => row.id)
      assert.deepStrictEqual(members("incident"), [
        "evidence alone",
        "early",
        "early url",
        "early user",
        "late",
        "late url"
      ])
      assert.deepStrictEqual(members("early url"), ["evidence alone", "late"])
      assert.deepStrictEqual(members("gone"), [])
    }))

  it.effect("shows an artifact with its alert and its incident", () =>
    Effect.gen(function*() {
      const incident = (id: string, fields: Partial<Artifact>) =>
        artifact(id, {
          streamName: "azure_security_incident",
          tags: [`tenantId:${tenant}`, "incidentId:1001"],
          ...fields
        })
      const { reading } = yield* world(
        of("alert", "da1")(),
        of("url", "da1", "evidence:url")(),
        of("ip", "da1", "evidence:ip")(),
        of("case", "DA1")(),
        artifact("elsewhere", { tags: ["tenantId:other", "alertId:da1", "incidentId:1001"] }),
        incident("older", { endTimeUTC: `${day}T11:00:00Z` }),
        incident("newer", { endTimeUTC: `${day}T13:00:00Z` }),
        artifact("their incident", {
          streamName: "azure_security_incident",
          tags: ["tenantId:other", "incidentId:1001"]
        }),
        artifact("alone", { tags: [] })
      )
      const of_ = (id: string) => {
        const { alert, artifact, incident, row } = reading.detail(id)!
        return [row.id, published(artifact).id, alert.map((one) => one.id), incident.map((one) => one.id)]
      }
      assert.deepStrictEqual(of_("url"), ["url", "url", ["alert", "ip"], ["newer", "older"]])
      assert.deepStrictEqual(of_("newer"), ["newer", "newer", [], ["older"]])
      assert.deepStrictEqual(of_("alone"), ["alone", "alone", [], []])
      assert.strictEqual(reading.detail("nobody"), undefined)
      assert.deepStrictEqual(reading.lines([0]), [null])
    }))

  it.effect("shows at most 100 artifacts of an alert and 10 of an incident", () =>
    Effect.gen(function*() {
      const { reading } = yield* world(
        ...Array.from({ length: 120 }, (_, n) => of(`e${n}`, "da1", "evidence:ip")()),
        ...Array.from({ length: 12 }, (_, n) =>
          artifact(`i${n}`, {
            streamName: "azure_security_incident",
            tags: [`tenantId:${tenant}`, "incidentId:1001"]
          }))
      )
      const { alert, incident } = reading.detail("e0")!
      assert.deepStrictEqual([alert.length, incident.length], [100, 10])
      assert.isTrue(alert.every(({ key }, n) => n === 0 || key > alert[n - 1]!.key))
    }))

  it.effect("treats hostile content as text", () =>
    Effect.gen(function*() {
      const long = "y".repeat(10_000)
      const { found, ids, reading } = yield* world(
        artifact("a", {
          ruleName: `<img src=x onerror=alert(1)> " ' ; DROP TABLE artifacts; -- NEAR(a b) AND * ^ ${long}`,
          emailSubject: "in\u202evo\u200bice \u0000\u0007 \ud800",
          fileName: "\ue104admin \ue105high",
          userName: "\"'*\\@x"
        }),
        artifact("b")
      )
      for (const query of ["onerror", "DROP TABLE", "\"NEAR(a b)\"", "\"img src=x\"", "invoice", "in\u200bvoice"]) {
        assert.deepStrictEqual(ids(query), ["a"], query)
      }
      assert.deepStrictEqual(ids("user:admin"), [])
      assert.deepStrictEqual(ids("user:\ue104admin"), [])
      assert.sameMembers(ids("severity:high"), ["a", "b"])
      const row = found("onerror")[0]!
      assert.strictEqual(row.title.length, rowTextMax)
      assert.strictEqual(row.user, "\"'*\\@x")
      assert.strictEqual(published(reading.detail("a")!.artifact).ruleName.endsWith(long), true)
    }))

  it.effect("finds alertUsersMax users of an alert, and accepts a message that is no JSON", () =>
    Effect.gen(function*() {
      const users = Array.from({ length: alertUsersMax + 1 }, (_, n) => `user${n}@contoso.example`)
      const { ids } = yield* world(
        of("alert", "da1")({ message: message({ users: { recipients: users } }) }),
        of("url", "da1", "evidence:url")(),
        of("cut", "da2")({ message: "{\"evidence\":[{\"upn\":\"amy" })
      )
      assert.deepStrictEqual(ids(`user:${users[alertUsersMax - 1]}`), ["url", "alert"])
      assert.deepStrictEqual(ids(`user:${users[alertUsersMax]}`), [])
      assert.deepStrictEqual(ids("alertId:da2"), ["cut"])
    }))
})
