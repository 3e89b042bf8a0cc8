/** Compares the notices of the build with what is really in the bundle. */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { type OutputOptions, rolldown, type RolldownOptions } from "rolldown"
import { loadConfig } from "rolldown/config"

/** The package of a module's path. */
const packageOf = (path: string): ReadonlyArray<string> => {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
  return name === undefined ? [] : [name]
}

const built = async () => {
  const { output: into, ...config } = await loadConfig("config/rolldown.config.mjs") as RolldownOptions
  const bundle = await rolldown({ ...config, logLevel: "silent" })
  const { output } = await bundle.generate({ ...into as OutputOptions, sourcemap: true })
  await bundle.close()
  const notices = output.find(({ fileName }) => fileName === "THIRD-PARTY-NOTICES.txt")
  const sources = output.flatMap((file) => file.type === "chunk" ? file.map?.sources ?? [] : [])
  return {
    named: notices?.type === "asset" ? String(notices.source) : "",
    bundled: new Set(sources.flatMap(packageOf))
  }
}

describe("THIRD-PARTY-NOTICES.txt", () => {
  it("names every package of the bundle and of the page, and no other", async () => {
    const { bundled, named } = await built()
    const names = new Set(Array.from(named.matchAll(/^={80}\n(\S+) \S+ \(\S+\)\n={80}$/gm), ([, name]) => name!))
    assert.isAbove(bundled.size, 15)
    for (const name of bundled) assert.isTrue(names.has(name), name)
    const page = new Set(
      globSync("src/page/**/*.ts").flatMap((file) =>
        Array.from(
          readFileSync(file, "utf8").matchAll(
            /from "((?:@[^/"]+\/)?[^./#"][^/"]*)|import "((?:@[^/"]+\/)?[^./#"][^/"]*)/g
          ),
          ([, one, other]) => one ?? other!
        )
      )
    )
    assert.isAbove(page.size, 2)
    const parts = /^(?:@carbon\/|@lit\/|lit$|lit-)/
    for (const name of page) assert.isTrue(names.has(name), name)
    for (const name of names) assert.isTrue(bundled.has(name) || page.has(name) || parts.test(name), name)
    assert.notInclude(named, "has no licence file")
    assert.notInclude(named, process.cwd())
  })
})
