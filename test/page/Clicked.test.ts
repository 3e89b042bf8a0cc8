import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as Incidents from "../../src/artifacts/IncidentArtifacts.ts"
import * as LegacyAlerts from "../../src/artifacts/LegacyAlertArtifacts.ts"
import { facts } from "../../src/page/search/Facts.ts"
import { artifactValue } from "../../src/page/search/JsonText.ts"
import { contrary, term, withTerm } from "../../src/page/search/QueryText.ts"
import { storyOf } from "../../src/page/story/AlertStory.ts"
import { entitiesOfRows } from "../../src/page/story/StoryEntities.ts"
import * as Chronicle from "../../src/simulator/Chronicle.ts"
import { samples } from "../artifacts/EvidenceSamples.ts"
import { alert, context, evidence, recordOf } from "../artifacts/Records.ts"
import { day, directories, line, open } from "../search/Index.ts"

const noon = Date.UTC(2026, 10, 20, 12)

/** Artifacts of the simulated tenant. */
const simulated = (): ReadonlyArray<Artifact> => {
  const chronicle = Chronicle.make(context.tenantId, noon, {
    seed: "clicked",
    alerts: 20,
    incidents: 8,
    legacyAlerts: 6,
    live: false
  })
  const maps = { alerts: LegacyAlerts.map, alerts_v2: Alerts.map, incidents: Incidents.map }
  return (["alerts", "alerts_v2", "incidents"] as const).flatMap((name) =>
    chronicle[name](noon).flatMap((row) => maps[name](context, recordOf(row)).artifacts)
  )
}

/** Artifacts of every type of evidence, those of the goldens beside the fixtures, and of the simulated tenant. */
const goldens = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const all: Array<Artifact> = [...simulated()]
  for (const [type, sample] of Object.entries(samples)) {
    all.push(...Alerts.map(context, alert({ id: `da-${type}`, evidence: [evidence(type, sample)] })).artifacts)
  }
  for (const endpoint of ["alerts", "alerts_v2", "incidents"]) {
    for (const file of yield* fs.readDirectory(`test/fixtures/${endpoint}`)) {
      if (!file.endsWith(".artifacts.json")) continue
      const { artifacts }: { readonly artifacts: ReadonlyArray<Artifact> } = JSON.parse(
        yield* fs.readFileString(`test/fixtures/${endpoint}/${file}`)
      )
      all.push(...artifacts)
    }
  }
  return Array.from(new Map(all.map((one) => [one.id, one])).values())
})

it.layer(NodeServices.layer)("the details of every golden artifact", (it) => {
  const world = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const all = yield* goldens
    const places = yield* directories
    yield* fs.writeFileString(`${places.artifacts}/artifacts-${day}-1.ndjson`, all.map(line).join(""))
    const index = yield* open(places, { rowsMax: 10_000, daysMax: 4000 })
    yield* index.followed
    assert.isAbove(all.length, 300)
    const found = new Map<string, ReadonlySet<string>>()
    const finds = (query: string, id: string): boolean => {
      const ids = found.get(query) ?? new Set(index.ids(query))
      found.set(query, ids)
      return ids.has(id)
    }
    return { ...index, all, finds }
  })

  it.effect("offer only values that find their own artifact, and whose contrary does not", () =>
    Effect.gen(function*() {
      const { all, finds, reading } = yield* world
      const dead: Array<string> = []
      let offered = 0
      for (const { id } of all) {
        const detail = reading.detail(id)!
        for (const { facts: some } of facts(detail, artifactValue(detail.artifact!))) {
          for (const fact of some) {
            offered++
            if (fact.term === undefined || !finds(fact.term, id)) {
              dead.push(`${fact.label}: ${fact.value}: ${fact.term}`)
            } else if (finds(contrary(fact.term), id)) dead.push(`-${fact.term}`)
            else if (!finds(withTerm("amy OR severity:*", fact.term), id)) dead.push(`… ${fact.term}`)
          }
        }
      }
      assert.isAbove(offered, 5000)
      assert.deepStrictEqual(dead, [])
    }))

  it.effect("and the pages of alerts and incidents offer only values that find the alert or its evidence", () =>
    Effect.gen(function*() {
      const { all, finds, reading } = yield* world
      const dead: Array<string> = []
      let offered = 0
      for (const { id } of all) {
        const detail = reading.detail(id)!
        const { items, sentence } = storyOf(detail, artifactValue(detail.artifact!))
        const ids = [id, ...detail.alert.map((row) => row.id), ...detail.members.map((row) => row.id)]
        const { nodes } = entitiesOfRows(detail.members)
        const told = [
          ...sentence.filter((part) => typeof part !== "string"),
          ...items.flatMap(({ about, facts }) => [about, ...facts])
        ]
        for (const { term, value } of [...told, ...nodes]) {
          if (term === undefined || term === "") continue
          offered++
          if (!ids.some((one) => finds(term, one))) dead.push(`${value}: ${term}`)
        }
      }
      assert.isAbove(offered, 1000)
      assert.deepStrictEqual(dead, [])
    }))

  it.effect("have no field that cannot be searched by its own name", () =>
    Effect.gen(function*() {
      const { all, finds } = yield* world
      const dead: Array<string> = []
      for (const artifact of all) {
        for (const [name, value] of Object.entries(artifact)) {
          if (!finds(`_exists_:${name}`, artifact.id)) dead.push(`_exists_:${name}`)
          if (name === "message") continue
          for (const one of Array.isArray(value) ? value : [value]) {
            const query = term(name, String(one))
            if (!finds(query, artifact.id)) dead.push(query)
          }
        }
      }
      assert.deepStrictEqual(dead, [])
    }))
})
