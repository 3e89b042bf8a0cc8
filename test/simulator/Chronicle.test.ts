import { assert, describe, it } from "@effect/vitest"
import * as Chronicle from "../../src/simulator/Chronicle.ts"
import type { Row } from "../../src/simulator/Row.ts"

const start = Date.UTC(2026, 10, 23, 12)
const minute = 60_000
const options = { seed: "contoso", legacyAlerts: 12, live: true }
const make = (more: Partial<Chronicle.TenantOptions> = {}) =>
  Chronicle.make("contoso.example", start, { ...options, ...more })

const evidence = (row: Row) => row["evidence"] as ReadonlyArray<Row>
const byId = (rows: ReadonlyArray<Row>) => new Map(rows.map((row) => [row["id"], row]))

describe("Chronicle", () => {
  it("raises a new alert every 20 to 40 seconds", () => {
    const chronicle = make()
    const before = byId(chronicle.alerts_v2(start))
    const created = chronicle.alerts_v2(start + 10 * minute)
      .filter(({ id }) => !before.has(id))
      .map((row) => Date.parse(String(row["createdDateTime"])))
    assert.isTrue(created.length >= 18 && created.length <= 20)
    for (const [index, at] of created.entries()) {
      const gap = at - (created[index - 1] ?? start)
      assert.isTrue(gap >= 18_000 && gap <= 42_000, `${gap}`)
    }
  })

  it("moves an alert from new to in progress, with a comment and remediated evidence, to resolved; its cursor grows each time", () => {
    const chronicle = make()
    const [first, last] = [byId(chronicle.alerts_v2(start + 10 * minute)), chronicle.alerts_v2(start + 60 * minute)]
    const moved = last.filter((row) => {
      const before = first.get(row["id"])?.["status"]
      return row["status"] === "resolved" && before !== undefined && before !== "resolved"
    })
    assert.isAtLeast(moved.length, 3)
    for (const row of moved) {
      const before = first.get(row["id"])!
      assert.isTrue(String(row["lastUpdateDateTime"]) > String(before["lastUpdateDateTime"]))
      assert.strictEqual(row["createdDateTime"], before["createdDateTime"])
      assert.strictEqual((row["comments"] as ReadonlyArray<Row>).length, 2)
      assert.isTrue(evidence(row).every((item) => item["remediationStatus"] !== "active"))
    }
  })

  it("shows no cursor ahead of the clock", () => {
    const chronicle = make()
    for (let now = start; now < start + 30 * minute; now += 7777) {
      for (const name of ["alerts_v2", "incidents", "alerts"] as const) {
        for (const row of chronicle[name](now)) {
          const at = Date.parse(String(row["lastUpdateDateTime"] ?? row["lastModifiedDateTime"]))
          assert.isAtMost(at, now)
        }
      }
    }
  })

  it("opens an incident for each attack, and changes it with its alerts", () => {
    const chronicle = make()
    for (const now of [start, start + 20 * minute, start + 90 * minute]) {
      const incidents = byId(chronicle.incidents(now))
      for (const alert of chronicle.alerts_v2(now)) {
        const incident = incidents.get(alert["incidentId"])
        assert.isDefined(incident)
        const [moved, changed] = [incident, alert].map((row) => Date.parse(String(row?.["lastUpdateDateTime"])))
        assert.isAtLeast(moved! + 1000, changed!)
      }
    }
  })

  it("makes a bulk tenant of the requested size, with some 3.5 evidence objects an alert", () => {
    const chronicle = make({ alerts: 2100, incidents: 130, legacyAlerts: 300, live: false })
    const later = start + 60 * minute
    const alerts = chronicle.alerts_v2(later)
    assert.deepStrictEqual([alerts, chronicle.incidents(later), chronicle.alerts(later)].map(({ length }) => length), [
      2100,
      130,
      300
    ])
    assert.strictEqual(new Set(alerts.map(({ id }) => id)).size, 2100)
    assert.deepStrictEqual(
      new Set(chronicle.incidents(later).map(({ id }) => id)),
      new Set(alerts.map(({ incidentId }) => incidentId))
    )
    const objects = alerts.flatMap(evidence)
    assert.closeTo(objects.length / alerts.length, 3.5, 0.3)
    for (
      const type of ["mailbox", "analyzedMessage", "url", "mailCluster", "user", "device", "file", "process", "ip"]
    ) {
      assert.isTrue(objects.some((row) => row["@odata.type"] === `#microsoft.graph.security.${type}Evidence`), type)
    }
  })

  it("makes incidents without alerts, and alerts without incidents", () => {
    assert.strictEqual(make({ alerts: 0, incidents: 40, live: false }).incidents(start).length, 40)
    const alone = make({ alerts: 5, incidents: 0, live: false })
    assert.deepStrictEqual(alone.alerts_v2(start).map(({ incidentId }) => incidentId), Array(5).fill(null))
    assert.strictEqual(alone.incidents(start).length, 0)
  })

  it("keeps working when the clock jumps by years", () => {
    const rows = make().alerts_v2(start + 50 * 365 * 86_400_000)
    assert.isTrue(rows.length > 19_000 && rows.length < 21_000)
  })
})
