/** Adds an endpoint to a copy of the program, by its own file and its place in the list, and looks at every list of endpoints. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Path, Schema, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { names } from "../../src/endpoints/Endpoints.ts"

const definition = `import type { EndpointDefinition } from "./EndpointDefinition.ts"

/** Issues of domain controllers and sensors. */
export const healthIssues = {
  name: "healthIssues",
  path: "/v1.0/security/identities/healthIssues",
  permissions: ["SecurityIdentitiesHealth.Read.All"],
  service: "security",
  licence: "Set up Microsoft Defender for Identity, or turn this endpoint off",
  cursor: "lastModifiedDateTime",
  created: "createdDateTime",
  order: "asc",
  upper: "lt",
  late: "none",
  isOn: true,
  pageSize: 100,
  intervalMinutesMin: 60,
  retires: false,
  noun: "health issues",
  volume: "low",
  label: "health of sensors",
  map: () => ({ artifacts: [], drift: [] })
} as const satisfies EndpointDefinition
`

/** Prints every list of endpoints that the program derives. */
const lists = `
import { fromSettings } from "./src/config/Instance.ts"
import { decodeInstance } from "./src/config/SettingsDocument.ts"
import { settingsJsonSchema } from "./src/config/SettingsJsonSchema.ts"
import { EndpointDocument } from "./src/status/StatusDocument.ts"
import { freshInstance } from "./src/status/Snapshot.ts"
import page from "./config/endpoints.mjs"
import { Effect, Schema } from "effect"
const id = "11111111-1111-4111-8111-111111111111"
const credentials = { tenant_id: id, client_id: id, client_secret: "x" }
const settings = Effect.runSync(decodeInstance("test", JSON.stringify({ credentials })))
const { identity, pace } = fromSettings("one", settings)
console.log(JSON.stringify({
  polled: identity.endpoints,
  intervals: Object.keys(pace.intervals),
  status: Object.keys(freshInstance.endpoints),
  accepted: Schema.is(EndpointDocument.fields.name)("healthIssues"),
  schema: JSON.stringify(settingsJsonSchema).includes("healthIssues"),
  page: page.__ENDPOINTS__.includes("health of sensors")
}))
`

const Lists = Schema.fromJsonString(Schema.Struct({
  polled: Schema.Array(Schema.String),
  intervals: Schema.Array(Schema.String),
  status: Schema.Array(Schema.String),
  accepted: Schema.Boolean,
  schema: Schema.Boolean,
  page: Schema.Boolean
}))

it.layer(NodeServices.layer)("adding an endpoint", (it) => {
  it.effect(
    "takes its file and its place in the list: every list follows, and the program compiles",
    () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const path = yield* Path.Path
        const directory = yield* fs.makeTempDirectoryScoped({ prefix: "azure-security-endpoint-" })
        const inside = (...parts: ReadonlyArray<string>) => path.join(directory, ...parts)
        for (const name of ["src", "config", "package.json", "tsconfig.json"]) {
          yield* fs.copy(name, inside(name))
        }
        yield* fs.symlink(path.resolve("node_modules"), inside("node_modules"))
        yield* fs.writeFileString(inside("src/endpoints/HealthIssues.ts"), definition)
        const list = yield* fs.readFileString(inside("src/endpoints/Endpoints.ts"))
        yield* fs.writeFileString(
          inside("src/endpoints/Endpoints.ts"),
          `import { healthIssues } from "./HealthIssues.ts"\n${list.replace("] as const", ", healthIssues] as const")}`
        )
        yield* fs.writeFileString(inside("lists.mjs"), lists)

        const run = (program: string, ...args: ReadonlyArray<string>) =>
          Effect.scoped(Effect.gen(function*() {
            const child = yield* ChildProcess.make(program, args, { cwd: directory })
            const output = yield* Stream.mkString(Stream.decodeText(child.all))
            return { code: yield* child.exitCode, output }
          }))
        const compiled = yield* run(process.execPath, "node_modules/typescript/bin/tsc", "-p", ".")
        assert.strictEqual(Number(compiled.code), 0, compiled.output)
        const { output } = yield* run(process.execPath, "lists.mjs")
        const found = yield* Schema.decodeEffect(Lists)(output)
        const all = [...names, "healthIssues"]
        assert.deepStrictEqual(found, {
          // The others are polled where they are asked for.
          polled: ["alerts", "alerts_v2", "incidents", "healthIssues"],
          intervals: all,
          status: all,
          accepted: true,
          schema: true,
          page: true
        })
      }),
    60_000
  )
})
