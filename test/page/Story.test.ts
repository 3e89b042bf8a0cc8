import { assert, describe, it } from "@effect/vitest"
import { types } from "../../src/evidence/Evidence.ts"
import * as Words from "../../src/evidence/EvidenceWords.ts"
import type { Row } from "../../src/page/search/Columns.ts"
import { stepsOf, storyOf } from "../../src/page/story/AlertStory.ts"
import { tacticsOf, techniqueName } from "../../src/page/story/Attack.ts"
import { formNames } from "../../src/page/story/EvidenceForms.ts"
import { byKind, itemsOf } from "../../src/page/story/EvidenceStory.ts"
import { layoutOf, lineOf, stepOf } from "../../src/page/story/GraphLayout.ts"
import { aroundEntity, aroundRow } from "../../src/page/story/GraphWalk.ts"
import { collected, membersOf } from "../../src/page/story/IncidentStory.ts"
import { ownRecipients, recipientsOf, recipientsQuery } from "../../src/page/story/Recipients.ts"
import { commonsOf, hashesOf } from "../../src/page/story/Related.ts"
import { entitiesOf, entitiesOfRows } from "../../src/page/story/StoryEntities.ts"
import { remediationOf, spaced, verdictOf } from "../../src/page/story/StoryWords.ts"
import { samples } from "../artifacts/EvidenceSamples.ts"
import { evidence } from "../artifacts/Records.ts"
import { hostile, rows } from "./Artifacts.ts"

const row: Row = {
  ...rows(1)[0]!,
  title: "A potentially malicious URL click was detected",
  severity: "high",
  evidence: undefined!,
  incident_id: "42",
  alert_id: "da1"
}
delete (row as { evidence?: string }).evidence

const mail = evidence("analyzedMessage", {
  subject: "Invoice 7",
  p2Sender: { emailAddress: "it@c0ntoso.example" },
  recipientEmailAddress: "amy@contoso.example",
  senderIp: "203.0.113.9",
  urls: ["https://c0ntoso.example/x"],
  createdDateTime: "2026-11-25T15:05:00Z"
})
const device = evidence("device", {
  mdeDeviceId: "d1",
  deviceDnsName: "ws-25.contoso.example",
  loggedOnUsers: [{ accountName: "amy" }]
})
const process = evidence("process", {
  mdeDeviceId: "d1",
  processCommandLine: "powershell -enc AAAA",
  imageFile: { fileName: "powershell.exe", sha256: "ab".repeat(32) },
  userAccount: { userPrincipalName: "amy@contoso.example" }
})
const alert = {
  status: "inProgress",
  description: "Somebody clicked.",
  recommendedActions: "1. Find out who.\n2. Reset what was taken.\n\n- Look elsewhere.",
  categories: ["InitialAccess"],
  mitreTechniques: ["T1566.002", "T1204.001", "T9999"],
  createdDateTime: "2026-11-25T15:10:00Z",
  firstActivityDateTime: "2026-11-25T15:00:00Z",
  lastActivityDateTime: "2026-11-25T15:02:00Z",
  lastUpdateDateTime: "2026-11-25T15:30:00Z",
  resolvedDateTime: null,
  comments: [{
    comment: "See https://evil.example/",
    createdByDisplayName: "Bert",
    createdDateTime: "2026-11-25T15:20:00Z"
  }],
  evidence: [mail, device, process]
}
const told = (record: object, of: Row = row, members: ReadonlyArray<Row> = []) =>
  storyOf({ row: of, members }, { sourceInfo: "Contoso", message: record })
const said = (story: ReturnType<typeof told>) =>
  story.sentence.map((part) => typeof part === "string" ? part : part.text).join("")

describe("the story of an alert", () => {
  it("says in one sentence what happened, to whom, where and when", () => {
    assert.match(
      said(told(alert)),
      /^“A potentially malicious URL click was detected” is an in-progress alert of high severity in Contoso, about amy@contoso\.example, on ws-25\.contoso\.example, from 198\.51\.100\.93, active from \d{4}-\d\d-\d\d \d\d:00:00 to \d\d:02:00 \S+\.$/
    )
    const many = Array.from(
      { length: 5 },
      (_, n) => evidence("user", { userAccount: { userPrincipalName: `u${n}@contoso.example` } })
    )
    assert.include(
      said(told({ ...alert, evidence: many })),
      "u0@contoso.example, u1@contoso.example, u2@contoso.example and 3 others"
    )
    assert.match(said(told({}, { ...row, evidence: "url" })), /^This url is evidence of “A potentially/)
  })

  it("tells the steps one by one, and addresses in texts disarmed", () => {
    const { comments, description, steps } = told(alert)
    assert.deepStrictEqual(steps, ["Find out who.", "Reset what was taken.", "Look elsewhere."])
    assert.deepStrictEqual(stepsOf(["Ask", "  "]), ["Ask"])
    assert.deepStrictEqual(stepsOf(null), [])
    assert.strictEqual(description, "Somebody clicked.")
    assert.deepStrictEqual(comments, [{ by: "Bert", at: "2026-11-25T15:20:00Z", text: "See hxxps://evil[.]example/" }])
  })

  it("orders what happened by time", () => {
    assert.deepStrictEqual(told(alert).moments.map(({ what }) => what), [
      "Evidence: device, process",
      "First activity",
      "Last activity",
      "Evidence: analyzed message",
      "Microsoft created the record",
      "Comment of Bert",
      "Last change"
    ])
    const times = told(alert).moments.map(({ at }) => Date.parse(at))
    assert.deepStrictEqual(times, times.toSorted((one, other) => one - other))
    assert.isAtLeast(times.length, 6)
  })

  it("names tactics and techniques, one that ATT&CK does not have by its id", () => {
    assert.deepStrictEqual(told(alert).tactics, [
      { id: "TA0001", name: "Initial Access", techniques: [{ id: "T1566.002", name: "Phishing: Spearphishing Link" }] },
      { id: "TA0002", name: "Execution", techniques: [{ id: "T1204.001", name: "User Execution: Malicious Link" }] },
      { id: "", name: "Other techniques", techniques: [{ id: "T9999", name: "T9999" }] }
    ])
    assert.deepStrictEqual(tacticsOf(["T1078"], ["Persistence"]).map(({ name }) => name), ["Persistence"])
    assert.strictEqual(techniqueName("T1003.001"), "OS Credential Dumping: LSASS Memory")
  })

  it("survives records of any form", () => {
    for (const record of [null, "text", [], 7, { evidence: "x", comments: [1, "said"], recommendedActions: {} }]) {
      assert.isNotEmpty(said(told(record as object)))
    }
    assert.deepStrictEqual(told({ comments: ["said"] }).comments, [{ by: "", at: "", text: "said" }])
    for (const one of hostile) assert.notInclude(said(told({}, one)), "\u202E")
    assert.isNotEmpty(said(storyOf({ row, members: [] }, undefined)))
  })

  it("tells an incident by its alerts", () => {
    const incident = { ...row, stream: "azure_security_incident" } as Row
    delete (incident as { alert_id?: string }).alert_id
    delete (incident as { user?: string }).user
    const members = [{
      ...row,
      user: "bert@contoso.example",
      hostname: "dc01",
      category: "InitialAccess",
      techniques: "T1566.002 T1078"
    }]
    const story = told({ status: "resolved", resolvingComment: "Done.", lastModifiedBy: "Bert" }, incident, members)
    assert.match(said(story), /is a resolved incident .* about bert@contoso\.example, on dc01/)
    assert.deepStrictEqual(story.comments.map(({ text }) => text), ["Done."])
    assert.deepStrictEqual(story.moments.map(({ what }) => what), [`Alert: ${row.title}`])
    assert.deepStrictEqual(story.tactics.map(({ name, techniques }) => [name, techniques.map(({ id }) => id)]), [[
      "Initial Access",
      ["T1566.002", "T1078"]
    ]])
    // An alert has its own techniques, and not those of the others.
    assert.deepStrictEqual(told({}, row, members).tactics, [])
  })
})

describe("evidence", () => {
  it("is told in a way of its own for every type of Graph", () => {
    assert.sameMembers([...formNames], types.map(({ name }) => name))
    for (const [type, sample] of Object.entries(samples)) {
      const [item] = itemsOf([evidence(type, sample)])
      assert.isNotEmpty(item!.about.text, type)
      assert.notStrictEqual(item!.about.text.toLowerCase(), type.toLowerCase(), type)
      assert.isNotEmpty(item!.type, type)
    }
  })

  it("says what it is about: the mail, the cluster, the file, the command line with its host", () => {
    const cluster = evidence("mailCluster", {
      clusterBy: "Subject",
      clusterByValue: "Invoice",
      emailCount: 7,
      query: "Q:1"
    })
    const file = evidence("file", { fileDetails: { fileName: "a.exe", sha256: "cd".repeat(32) }, mdeDeviceId: "d1" })
    const [ofMail, , ofProcess, ofCluster, ofFile] = itemsOf([mail, device, process, cluster, file])
    assert.strictEqual(ofMail!.about.text, "Invoice 7")
    assert.strictEqual(ofMail!.besides, "from it@c0ntoso.example to amy@contoso.example")
    assert.strictEqual(ofMail!.facts.find(({ label }) => label === "URL")!.text, "hxxps://c0ntoso[.]example/x")
    assert.strictEqual(ofProcess!.about.text, "powershell -enc AAAA")
    assert.deepInclude(ofProcess!.facts.map(({ label, text }) => [label, text]), ["Host", "ws-25.contoso.example"])
    assert.strictEqual(ofCluster!.besides, "7 mails alike in Subject")
    assert.deepInclude(ofCluster!.facts.map(({ label, text }) => [label, text]), ["Query", "Q:1"])
    assert.deepInclude(ofFile!.facts.map(({ label, text }) => [label, text]), ["SHA-256", "cd".repeat(32)])
    assert.deepStrictEqual(byKind([ofFile!, ofMail!, ofProcess!]).map(({ kind }) => kind), [
      "Mail",
      "Processes",
      "Files"
    ])
  })

  it("of a type that is not known shows its properties", () => {
    const [item] = itemsOf([evidence("quantumDevice", { serialNumber: "7", nested: {} })])
    assert.deepInclude([item!.about, ...item!.facts].map(({ label, text }) => [label, text]), ["Serial number", "7"])
    assert.strictEqual(item!.kind, "Other evidence")
  })

  it("has a word with a tone for each verdict and remediation of Graph", () => {
    const toneless = (words: ReadonlySet<string>, of: typeof verdictOf) =>
      Array.from(words).filter((word) => word !== "unknownFutureValue" && of(word)!.word === spaced(word))
    assert.deepStrictEqual(toneless(Words.evidenceVerdict, verdictOf), [])
    assert.deepStrictEqual(toneless(Words.evidenceRemediationStatus, remediationOf), [])
    assert.deepStrictEqual(verdictOf("brandNew"), { word: "Brand new", tone: "plain" })
    assert.deepStrictEqual(verdictOf("constructor"), { word: "Constructor", tone: "plain" })
    assert.strictEqual(verdictOf(undefined), undefined)
  })
})

describe("the graph", () => {
  it("has one node for an account's long and short name, and lines between what belongs together", () => {
    const { edges, nodes } = entitiesOf([mail, device, process])
    assert.deepStrictEqual(nodes.filter(({ kind }) => kind === "user").map(({ value }) => value), [
      "it@c0ntoso.example",
      "amy@contoso.example"
    ])
    const has = (one: string, other: string) => edges.some((edge) => edge.includes(one) && edge.includes(other))
    assert.isTrue(has("host ws-25.contoso.example", "user amy@contoso.example"))
    assert.isTrue(has("mail invoice 7", "URL https://c0ntoso.example/x"))
    assert.isTrue(has("file powershell.exe", "host ws-25.contoso.example"))
  })

  it("leads from an alert to what it names, and from there to other alerts", () => {
    const entities = entitiesOf([mail, device, process])
    assert.strictEqual(aroundRow(row, entities).neighbours.length, entities.nodes.length)
    const amy = entities.nodes.find(({ value }) => value === "amy@contoso.example")!
    const around = aroundEntity(amy, entities, [{ ...row, alert_id: "da9" }], 12)
    assert.deepStrictEqual(around.neighbours.map(({ id }) => id).slice(0, 1), ["row da9"])
    assert.includeMembers(around.neighbours.map(({ id }) => id), ["host ws-25.contoso.example", "mail invoice 7"])
    assert.strictEqual(around.others, 12)
  })

  it("puts no box over another at any width, and reaches each by the arrow keys", () => {
    for (const width of [280, 459, 460, 900]) {
      for (const count of [0, 1, 2, 7, 14]) {
        const { around, centre, height } = layoutOf(count, width)
        const boxes = [centre, ...around]
        for (const [place, one] of boxes.entries()) {
          assert.isAtMost(one.x + one.width, width + 0.01)
          assert.isAtMost(one.y + one.height, height)
          for (const other of boxes.slice(place + 1)) {
            const isApart = one.x + one.width <= other.x || other.x + other.width <= one.x ||
              one.y + one.height <= other.y || other.y + other.height <= one.y
            assert.isTrue(isApart, `${count} at ${width}`)
          }
          assert.notMatch(lineOf(centre, one), /NaN/)
        }
        const reached = new Set([-1])
        const open = [-1]
        while (open.length > 0) {
          const at = open.pop()!
          for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]) {
            const to = stepOf(key, at, count, width)
            if (to !== undefined && !reached.has(to)) open.push(to)
            if (to !== undefined) reached.add(to)
          }
        }
        assert.strictEqual(reached.size, count + 1, `${count} at ${width}`)
        assert.strictEqual(stepOf("Enter", 0, count, width), undefined)
      }
    }
  })
})

describe("what is related", () => {
  it("is asked for by each value, without the alert itself", () => {
    const commons = commonsOf(row, entitiesOf([mail, process]), hashesOf({ evidence: [process] }, []))
    assert.deepInclude(commons.map(({ kind, query }) => ({ kind, query })), {
      kind: "user",
      query: "user:amy@contoso.example -alertId:da1"
    })
    assert.includeMembers(commons.map(({ kind }) => kind), ["user", "file", "URL", "mail", "hash"])
    assert.isAtMost(commonsOf(row, entitiesOfRows(rows(100)), []).length, 16)
  })

  it("are the recipients of mails of the same sender and subject, or with the same address", () => {
    const items = itemsOf([mail])
    assert.strictEqual(
      recipientsQuery(items),
      "(emailFrom:it@c0ntoso.example emailSubject:\"Invoice 7\") OR \"https://c0ntoso.example/x\""
    )
    assert.strictEqual(recipientsQuery(itemsOf([device])), "")
    const to = (email_to: string): Row => ({ ...row, email_to })
    const found = recipientsOf([to("bert@x"), to("AMY@contoso.example"), to("Bert@x"), row], ownRecipients(items))
    assert.deepStrictEqual(found.map(({ count, mail }) => [mail, count]), [["bert@x", 2]])
  })

  it("are the alerts of an incident, with users, hosts and addresses collected", () => {
    const all: ReadonlyArray<Row> = [{ ...row, alert_id: "1" }, { ...row, alert_id: "1", evidence: "url" }, {
      ...row,
      alert_id: "2",
      user: "bert@contoso.example"
    }, { ...row, alert_id: "3", evidence: "ip" }]
    assert.deepStrictEqual(membersOf(all).map(({ evidence, row }) => [row.alert_id, evidence.length]), [["1", 1], [
      "2",
      0
    ], ["3", 1]])
    const users = collected(all).find(({ kind }) => kind === "user")!
    assert.deepStrictEqual(users.entities.map(({ alerts, entity }) => [entity.value, alerts]).slice(0, 1), [[
      "amy@contoso.example",
      3
    ]])
    assert.deepStrictEqual(collected([]), [])
  })
})
