import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Config, Effect, FileSystem } from "effect"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { settingsJsonSchema } from "../../src/config/SettingsJsonSchema.ts"
import { settingsRows } from "../../src/config/SettingsTable.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import { failures } from "../../src/graph/FailureTable.ts"
import { reportCodes } from "../../src/status/ReportCodes.ts"

/** Codes with one remedy or one reaction stand together, so that nothing is said many times. */
const grouped = <A>(
  rows: ReadonlyArray<A>,
  by: (row: A) => string
): ReadonlyArray<readonly [string, ReadonlyArray<A>]> => Array.from(Map.groupBy(rows, by))

const failureRows = Object.entries(failures).map(([code, row]) => ({ code, ...row }))
const coded = (codes: ReadonlyArray<{ readonly code: string }>) => codes.map(({ code }) => `\`${code}\``).join(" ")

/** The generated parts of the README; `UPDATE=1 npm test` rewrites them. What is too long for a table is a list. */
const parts: Readonly<Record<string, ReadonlyArray<string>>> = {
  settings: ["| setting | default | for |", "|---|---|---|", ...settingsRows],
  failures: [
    "Each failed request has one of these codes:",
    "",
    ...failureRows.map(({ code, failure, remedy, state }) => `- \`${code}\` (\`${state}\`): ${failure}. *${remedy}.*`),
    "",
    "What the connector does meanwhile:",
    "",
    ...grouped(failureRows, ({ happens }) => happens).map(([happens, rows]) => `- ${coded(rows)}: ${happens}.`)
  ],
  codes: Object.entries(reportCodes).map(([code, { remedy, says }]) => `- \`${code}\`: ${says}. *${remedy}.*`)
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const updating = Config.Boolean("UPDATE").pipe(Config.withDefault(false))

it.layer(NodeServices.layer)("documents", (it) => {
  it.effect("the README's generated tables are up to date", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const text = yield* fs.readFileString("README.md")
      const fresh = Object.entries(parts).reduce((whole, [name, lines]) =>
        whole.replace(new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`), (_, open: string, close: string) =>
          `${open}${lines.join("\n")}\n${close}`), text)
      if (yield* updating) {
        yield* fs.writeFileString("README.md", fresh)
      } else assert.strictEqual(text, fresh)
    }))

  it.effect("the README has at most 2,500 words without what is generated, and no wide table", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const text = yield* fs.readFileString("README.md")
      const written = text.replaceAll(/<!-- (\w+) -->[^]*?<!-- \/\1 -->/g, "")
      assert.isAtMost(written.split(/\s+/).length, 2500)
      const rows = text.split("\n").filter((line) => line.startsWith("|"))
      assert.deepStrictEqual(rows.filter((row) => row.length > 200), [])
      const cells = rows.flatMap((row) => row.split("|").map((cell) => cell.trim())).filter((cell) => cell.length > 20)
      const repeated = Array.from(Map.groupBy(cells, (cell) => cell)).filter(([, all]) => all.length >= 8)
      assert.deepStrictEqual(repeated.map(([cell]) => cell), [])
    }))

  it.effect("links between the documents lead to files and headings that are there", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const anchorOf = (heading: string) =>
        heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
      for (const document of ["README.md", ".github/REFERENCE.md", ".github/CONTRIBUTING.md"]) {
        const folder = document.replace(/[^/]*$/, "")
        for (const [, target] of (yield* fs.readFileString(document)).matchAll(/\]\(([^)\s:]+)\)/g)) {
          const [file, anchor] = target!.split("#")
          const path = file === "" ? document : `${folder}${file}`
          assert.isTrue(yield* fs.exists(path), `${document}: ${target}`)
          if (anchor === undefined) continue
          const headings = Array.from((yield* fs.readFileString(path)).matchAll(/^#+ (.*)$/gm), ([, one]) => one!)
          assert.include(headings.map(anchorOf), anchor, `${document}: ${target}`)
        }
      }
    }))

  it.effect("the README names every endpoint with its path and permission", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const text = yield* fs.readFileString("README.md")
      for (const { name, path, permissions } of Object.values(endpoints)) {
        assert.match(text, new RegExp(`\\| \`${name}\`.*\\| \`${path}\` \\| \`${permissions[0]}\` \\|`))
      }
    }))

  it.effect("config/azure-security.schema.json is what the command schema prints", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      if (yield* updating) yield* fs.writeFileString("config/azure-security.schema.json", pretty(settingsJsonSchema))
      assert.strictEqual(yield* fs.readFileString("config/azure-security.schema.json"), pretty(settingsJsonSchema))
    }))

  it.effect("the example settings decode", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const settings = yield* decodeSettings("example", yield* fs.readFileString("config/azure-security.example.json"))
      assert.deepStrictEqual(Object.keys(settings.instances), ["azure-production-tenant"])
    }))

  it("every setting has a description", () => {
    const bare: Array<string> = []
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return
      const properties = (value as { properties?: Record<string, object> }).properties ?? {}
      for (const [key, property] of Object.entries(properties)) {
        if (!("description" in property) && !("properties" in property) && !(key === "type")) {
          bare.push(`${path}.${key}`)
        }
        walk(property, `${path}.${key}`)
      }
      for (const nested of Object.values(value)) if (Array.isArray(nested)) nested.forEach((one) => walk(one, path))
      walk((value as { additionalProperties?: unknown }).additionalProperties, `${path}.*`)
    }
    walk(settingsJsonSchema, "")
    assert.deepStrictEqual(bare, [])
  })
})
