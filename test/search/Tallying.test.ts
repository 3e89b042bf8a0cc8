import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import { facetValuesMax, histogramStepsMax, talliedMax } from "../../src/domain/Bounds.ts"
import { artifact, day, directories, line, open, tenant } from "./Index.ts"

const other = "22222222-2222-4222-8222-222222222222"
const of = (id: string, tags: ReadonlyArray<string>, fields: Partial<Artifact> = {}, in_ = tenant): Artifact =>
  artifact(id, { ...fields, tags: [`tenantId:${in_}`, ...tags] })
const at = (time: string) => ({ endTimeUTC: `${day}T${time}Z` })

it.layer(NodeServices.layer)("an overview", (it) => {
  const world = Effect.fnUntraced(function*(...artifacts: ReadonlyArray<Artifact>) {
    const fs = yield* FileSystem.FileSystem
    const places = yield* directories
    yield* fs.writeFileString(`${places.artifacts}/artifacts-${day}-1.ndjson`, artifacts.map(line).join(""))
    const index = yield* open(places, { rowsMax: 10_000 })
    yield* index.followed
    return index
  })

  const campaign = [
    of("alert, first", ["alertId:da1", "incidentId:1"], { ...at("10:00:00"), action: "new", userName: "amy" }),
    of("url", ["alertId:da1", "evidence:url"], { ...at("10:00:00"), uri: "https://x.example" }),
    of("mailbox 1", ["alertId:da1", "evidence:mailbox"], { ...at("10:00:00"), userName: "amy" }),
    of("mailbox 2", ["alertId:da1", "evidence:mailbox"], { ...at("10:00:00"), userName: "bert" }),
    // Its last activity is earlier, but this version was published later.
    of("alert, later", ["alertId:da1", "incidentId:1"], {
      ...at("09:00:00"),
      action: "resolved",
      severityLabel: "low"
    }),
    of("incident", ["incidentId:1"], {
      ...at("11:00:00"),
      streamName: "azure_security_incident",
      severityLabel: "critical"
    }),
    of("theirs", ["alertId:da1"], { ...at("12:00:00"), severityLabel: "medium" }, other),
    of("alone", ["evidence:ip", "alertId:da9"], { ...at("13:00:00"), severityLabel: "odd" }),
    of("of nothing", [], at("08:00:00"))
  ]

  it.effect("puts what was indexed last first where the order of arrival is asked for", () =>
    Effect.gen(function*() {
      const { asked, things } = yield* world(...campaign)
      const rows = (query: string, limit: number) => {
        const page = asked(query, { isByArrival: true, limit })
        if ("refused" in page) throw new Error(page.refused.fault)
        return [page.rows.map(({ id }) => id), page.hasMore, page.total]
      }
      assert.deepStrictEqual(rows("", 3), [["of nothing", "alone", "theirs"], false, 9])
      assert.deepStrictEqual(rows("alertId:da1", 2), [["theirs", "alert, later"], false, 6])
      assert.deepStrictEqual(things("", { sort: "arrival" }).things.map(({ row }) => row.id), [
        "of nothing",
        "alone",
        "theirs",
        "incident",
        "alert, later"
      ])
    }))

  it.effect("has alerts and incidents in their latest state, with all of their evidence", () =>
    Effect.gen(function*() {
      const { things } = yield* world(...campaign)
      const all = things("")
      assert.deepStrictEqual(all.things.map(({ row }) => row.id), [
        "alone",
        "theirs",
        "incident",
        "alert, later",
        "of nothing"
      ])
      assert.deepStrictEqual([all.total, all.total_things, all.next, all.is_partial], [9, 5, null, false])
      const { evidence, latest, matches, row, versions } = all.things[3]!
      assert.deepStrictEqual([row.action, latest, matches, versions], ["resolved", `${day}T10:00:00Z`, 5, 2])
      assert.deepStrictEqual(evidence, [{ type: "mailbox", count: 2 }, { type: "url", count: 1 }])
      // What matches is evidence; what is shown is its alert.
      const url = things("uri:*")
      assert.deepStrictEqual(url.things.map(({ matches, row, versions }) => [row.id, matches, versions]), [[
        "alert, later",
        1,
        2
      ]])
      assert.deepStrictEqual(url.things[0]!.evidence.length, 2)
      assert.strictEqual(things("alertId:da9").things[0]!.versions, 0)
      assert.deepStrictEqual(things("nobody").things, [])
    }))

  it.effect("is ordered by severity, grouped by a field, and in pages", () =>
    Effect.gen(function*() {
      const { things } = yield* world(...campaign)
      const ids = (more: object) => things("", more).things.map(({ row }) => row.id)
      assert.deepStrictEqual(ids({ sort: "severity" }), ["incident", "alert, later", "of nothing", "theirs", "alone"])
      const grouped = things("", { group: "tenant" }).things
      assert.deepStrictEqual(grouped.map(({ group, row }) => [group, row.id]), [
        [tenant, "alone"],
        [tenant, "incident"],
        [tenant, "alert, later"],
        [tenant, "of nothing"],
        [other, "theirs"]
      ])
      // A user of any of its artifacts counts, and those without one come last.
      assert.deepStrictEqual(things("", { group: "user" }).things.map(({ group }) => group)[0], "bert")
      const first = things("", { limit: 2 })
      assert.strictEqual(first.next, 2)
      assert.deepStrictEqual(ids({ limit: 2, offset: 2 }), ["incident", "alert, later"])
      assert.strictEqual(things("", { limit: 2, offset: 4 }).next, null)
    }))

  it.effect("counts over time by severity, and the values of facets", () =>
    Effect.gen(function*() {
      const { things } = yield* world(...campaign)
      const { facets, histogram } = things("")
      assert.strictEqual(histogram.from, Date.parse(`${day}T08:00:00Z`))
      assert.strictEqual(histogram.counts.flat().reduce((sum, one) => sum + one, 0), 9)
      assert.isAtMost(histogram.counts.length, histogramStepsMax)
      const index = (Date.parse(`${day}T13:00:00Z`) - histogram.from) / histogram.step
      assert.deepStrictEqual(histogram.counts[Math.floor(index)], [0, 0, 0, 0, 0, 1])
      const of = (name: string) =>
        facets.find((facet) => facet.name === name)!.values.map(({ count, value }) => `${value} ${count}`)
      assert.deepStrictEqual(of("severity"), ["critical 1", "high 5", "medium 1", "low 1", "odd 1"])
      assert.deepStrictEqual(of("tenant"), [`${tenant} 8`, `${other} 1`])
      assert.deepStrictEqual(of("evidence"), ["mailbox 2", "ip 1", "url 1"])
      assert.deepStrictEqual(of("user"), ["amy 2", "bert 1"])
      assert.deepStrictEqual(things("user:bert severity:high").facets[5]!.values, [])
    }))

  it.effect("goes on counting while artifacts are added, replaced under another time, and removed", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const places = yield* directories
      const file = `${places.artifacts}/artifacts-${day}-1.ndjson`
      const { followed, things } = yield* open(places, { rowsMax: 6 })
      const write = (all: ReadonlyArray<Artifact>) =>
        Effect.andThen(fs.writeFileString(file, all.map(line).join("")), followed)
      const users = () => {
        const { facets, things: found, total } = things("")
        const { values } = facets.find(({ name }) => name === "user")!
        return [total, found.length, values.map(({ count, value }) => `${value} ${count}`).sort().join(", ")]
      }
      const one = (id: string, time: string, userName: string) => artifact(id, { ...at(time), userName })
      const first = [one("a", "10:00:00", "amy"), one("b", "11:00:00", "bert")]
      yield* write(first)
      assert.deepStrictEqual(users(), [2, 2, "amy 1, bert 1"])
      // Added before, between and behind those that are known.
      const second = [...first, one("c", "09:00:00", "amy"), one("d", "10:30:00", "amy"), one("e", "12:00:00", "carol")]
      yield* write(second)
      assert.deepStrictEqual(users(), [5, 5, "amy 3, bert 1, carol 1"])
      // The same artifact again, under another time and with another user.
      const third = [...second, one("b", "11:45:00", "dana")]
      yield* write(third)
      assert.deepStrictEqual(users(), [5, 5, "amy 3, carol 1, dana 1"])
      // The oldest make room.
      yield* write([...third, one("f", "12:30:00", "erin"), one("g", "12:40:00", "erin"), one("h", "12:50:00", "erin")])
      assert.deepStrictEqual(users(), [6, 6, "amy 1, carol 1, dana 1, erin 3"])
      assert.deepStrictEqual(things("userName:erin").total, 3)
    }))

  it.effect("shows facetValuesMax values, and forgets what is replaced", () =>
    Effect.gen(function*() {
      const { followed, things } = yield* world(
        ...Array.from({ length: facetValuesMax + 3 }, (_, n) => artifact(`a${n}`, { userName: `user${n}` })),
        artifact("a0", { userName: "other" })
      )
      yield* followed
      const { facets, total } = things("")
      const users = facets.find(({ name }) => name === "user")!
      assert.deepStrictEqual([users.values.length, users.others, total], [facetValuesMax, 3, facetValuesMax + 3])
      assert.isAbove(talliedMax, 100_000)
    }))
})
