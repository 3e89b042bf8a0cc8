import { NodeServices } from "@effect/platform-node"
import { assert, expect, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import * as Incidents from "../../src/artifacts/IncidentArtifacts.ts"
import * as LegacyAlerts from "../../src/artifacts/LegacyAlertArtifacts.ts"
import type { Mapped } from "../../src/artifacts/Mapped.ts"
import { assertFitsTemplate } from "./IndexTemplate.ts"
import { context, recordOf } from "./Records.ts"

const maps = { alerts_v2: Alerts.map, alerts: LegacyAlerts.map, incidents: Incidents.map }
const directory = "test/fixtures"
const samples = "../shared/samples"

/** Returns the records of a page, a list or a single document. */
const recordsOf = (text: string): ReadonlyArray<Record<string, unknown>> => {
  const document: unknown = JSON.parse(text)
  const value = (document as { readonly value?: unknown }).value ?? document
  return (Array.isArray(value) ? value : [value]) as ReadonlyArray<Record<string, unknown>>
}
const goldenOf = (mapped: Mapped): string => `${JSON.stringify(mapped, null, 2)}\n`
const mapAny = (record: Record<string, unknown>): Mapped =>
  "vendorInformation" in record
    ? LegacyAlerts.map(context, recordOf(record))
    : "incidentWebUrl" in record && !("serviceSource" in record)
    ? Incidents.map(context, recordOf(record))
    : Alerts.map(context, recordOf(record))

it.layer(NodeServices.layer)("fixtures", (it) => {
  for (const [endpoint, map] of Object.entries(maps)) {
    it.effect(`of ${endpoint} map to the artifacts stored beside them`, () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const files = (yield* fs.readDirectory(`${directory}/${endpoint}`))
          .filter((file) => file.endsWith(".json") && !file.endsWith(".artifacts.json"))
        assert.isAbove(files.length, 1)
        for (const file of files) {
          const [record] = recordsOf(yield* fs.readFileString(`${directory}/${endpoint}/${file}`))
          const mapped = map(context, recordOf(record!))
          for (const artifact of mapped.artifacts) assertFitsTemplate(artifact)
          const golden = file.replace(".json", ".artifacts.json")
          yield* Effect.promise(() => expect(goldenOf(mapped)).toMatchFileSnapshot(`../fixtures/${endpoint}/${golden}`))
        }
      }))
  }

  it.effect("that are public samples map to one artifact each, and one for each evidence object", (test) =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      if (!(yield* fs.exists(samples))) return test.skip(`no public samples in ${samples}`)
      const files = (yield* fs.readDirectory(samples)).filter((file) => file.endsWith(".json"))
      for (const file of files.filter((file) => !file.includes("error"))) {
        for (const record of recordsOf(yield* fs.readFileString(`${samples}/${file}`))) {
          const { artifacts } = mapAny(record)
          const evidence = record["evidence"]
          assert.strictEqual(artifacts.length, 1 + (Array.isArray(evidence) ? evidence.length : 0), file)
          for (const artifact of artifacts) assertFitsTemplate(artifact)
        }
      }
    }))
})
