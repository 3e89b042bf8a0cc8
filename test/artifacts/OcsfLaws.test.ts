/** Laws of events over many records: of a simulated tenant, and of any JSON. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { EventMapping } from "../../src/artifacts/ocsf/OcsfEvent.ts"
import { normalize } from "../../src/domain/Timestamp.ts"
import { endpoints, names as endpointNames } from "../../src/endpoints/Endpoints.ts"
import { ofValue } from "../../src/graph/body/SentRecord.ts"
import * as Chronicle from "../../src/simulator/Chronicle.ts"
import { samples } from "./EvidenceSamples.ts"
import { assertLawful, eventOf, written } from "./OcsfEvents.ts"
import { recordOf } from "./Records.ts"

const alerts = endpoints.alerts_v2.ocsf
/** The endpoints whose records are events; those of lists are none. */
const all = endpointNames.map((name) => endpoints[name]).filter(({ ocsf }) => ocsf !== undefined)

it("every record of a simulated tenant becomes one valid event, whatever endpoint it is of", () => {
  const now = Date.UTC(2026, 10, 20, 12)
  const chronicle = Chronicle.make("contoso.example", now, { seed: "1", legacyAlerts: 20, live: true })
  assert.strictEqual(all.length, 7)
  for (const { cursor, name, ocsf } of all) {
    const rows = chronicle[name](now + 3_600_000).slice(0, 60)
    assert.isAbove(rows.length, 10, name)
    for (const row of rows) {
      const { [cursor]: changed, id } = row as Record<string, string>
      eventOf(ocsf, { id: id!, cursor: normalize(changed!)!, sent: ofValue(row) })
    }
  }
})

describe("any JSON", () => {
  const names = [...new Set(Object.values(samples).flatMap(Object.keys)), "verdict", "roles", "tags", "__proto__"]
  const own = ["title", "status", "severity", "classification", "mitreTechniques", "createdDateTime", "userStates"]
  const more = ["displayName", "assignedTo", "alerts", "comments", "initiatedBy", "targetResources", "deviceDetail"]
  const Entries = (of: ReadonlyArray<string>) => Schema.Array(Schema.Tuple([Schema.Literals(of), Schema.Json]))
  const objectOf = (entries: ReadonlyArray<readonly [string, unknown]>): object =>
    JSON.parse(
      `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`
    ) as object

  const arrives = (map: EventMapping | undefined, value: object) => {
    const record = { id: "da1", cursor: normalize("2026-11-20T12:00:00Z")!, sent: ofValue(value) }
    const one = eventOf(map, record)
    assert.deepStrictEqual(eventOf(map, record), one)
    const { evidence: sent } = value as { readonly evidence?: unknown }
    if (map === alerts) {
      assert.strictEqual(written(one)["evidences"]?.length ?? 0, Array.isArray(sent) ? sent.length : 0)
    }
  }

  it.effect.prop("of any endpoint becomes one valid event, the same each time", [
    Entries([...own, ...more, "userPrincipalName", "status", "additionalInfo", "__proto__"])
  ], ([entries]) => Effect.sync(() => all.forEach(({ ocsf }) => arrives(ocsf, objectOf([...entries, ["id", "da1"]])))))

  it.effect.prop("in place of evidence becomes one item of `evidences` each", [
    Schema.Array(Schema.Struct({ type: Schema.Literals(Object.keys(samples)), entries: Entries(names) }))
  ], ([elements]) =>
    Effect.sync(() =>
      arrives(alerts, {
        id: "da1",
        evidence: elements.map(({ entries, type }) =>
          objectOf([["@odata.type", `#microsoft.graph.security.${type}Evidence`], ...entries])
        )
      })
    ))

  it("with a property `__proto__` changes no prototype, and keeps it", () => {
    const event = eventOf(alerts, recordOf(JSON.parse(`{"id":"da1","x":{"__proto__":{"hers":1}}}`) as object))
    assertLawful(event)
    assert.notProperty({}, "hers")
    assert.include(JSON.stringify(event["unmapped"]), `"__proto__":{"hers":1}`)
  })
})
