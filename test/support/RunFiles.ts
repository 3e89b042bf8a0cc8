/** Makes a settings file for a run of the real program, and reads the run's artifacts. */
import { Effect, FileSystem } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import type { Row } from "../../src/simulator/Row.ts"

export const tenantId = "44444444-4444-4444-8444-444444444444"

export const settingsFile = Effect.fnUntraced(function*(instance: object = {}, more: object = {}) {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  const file = `${directory}/azure-security.json`
  yield* fs.writeFileString(file, documentOf(directory, instance, more), { mode: 0o600 })
  return { directory, file }
})

const documentOf = (directory: string, instance: object, more: object): string =>
  JSON.stringify({
    instances: {
      "azure-production-tenant": {
        enabled: true,
        integration_type: "microsoft_graph",
        poll_interval_minutes: 5,
        credentials: {
          tenant_id: tenantId,
          client_id: "55555555-5555-4555-8555-555555555555",
          client_secret: "never-to-be-seen"
        },
        ...instance
      }
    },
    sink: { type: "file", directory: `${directory}/artifacts` },
    checkpoint: { directory: `${directory}/checkpoints` },
    ...more
  })

export const artifactsIn = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const files = (yield* fs.readDirectory(`${directory}/artifacts`)).filter((name) => name.startsWith("artifacts-"))
  const texts = yield* Effect.forEach(files, (name) => fs.readFileString(`${directory}/artifacts/${name}`))
  return texts.join("").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Artifact)
})

export const evidenceOf = (rows: ReadonlyArray<Row>) =>
  rows.reduce((count, row) => count + (Array.isArray(row["evidence"]) ? row["evidence"].length : 0), 0)
