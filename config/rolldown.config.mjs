import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig, rolldown } from "rolldown"
import { buildOf, buildText } from "./build.mjs"
import { noticesOf, packagesOf } from "./notices.mjs"

/** A text with one character beyond Latin-1 takes two bytes each in V8, and the bundle stays in memory. */
const ascii = {
  name: "ascii",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue
      chunk.code = chunk.code.replaceAll(
        /[^\0-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      )
    }
  }
}

/** Writes the licences of every package that is in the bundle or in the page within it. */
const notices = {
  name: "notices",
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}))
    const page = JSON.parse(readFileSync(new URL("../dist/page-packages.json", import.meta.url), "utf8"))
    const packages = [...new Set([...packagesOf(modules), ...page])].sort()
    this.emitFile({ type: "asset", fileName: "THIRD-PARTY-NOTICES.txt", source: noticesOf(packages) })
  }
}

/**
 * The threads of the search start from a text: there is one file, and each of them would read all of it. It is CommonJS,
 * as Node wants of a text.
 */
const threads = {
  name: "threads",
  async load(id) {
    if (!id.endsWith("/src/search/ThreadEntry.ts")) return
    const input = fileURLToPath(new URL("../src/search/IndexThread.ts", import.meta.url))
    const built = await rolldown({ input, platform: "node", plugins: [ascii] })
    const { output: [chunk] } = await built.generate({ format: "cjs", minify: true, codeSplitting: false })
    await built.close()
    for (const file of Object.keys(chunk.modules)) this.addWatchFile(file)
    return `export const threadEntry = ${JSON.stringify(chunk.code)}`
  }
}

export default defineConfig({
  input: "src/cli/Program.ts",
  platform: "node",
  resolve: {
    alias: {
      undici$: fileURLToPath(new URL("undici.mjs", import.meta.url)),
      // What it gives to Node by default finds its parts when it runs, and a bundle has none.
      "jsonc-parser$": fileURLToPath(new URL("../node_modules/jsonc-parser/lib/esm/main.js", import.meta.url))
    }
  },
  transform: { define: { azureSecurityBuild: JSON.stringify(buildText(buildOf())) } },
  plugins: [threads, ascii, notices],
  output: {
    file: "dist/azure-security.js",
    format: "esm",
    codeSplitting: false,
    minify: true,
    // So that the file alone is a command, too.
    banner: "#!/usr/bin/env node",
    // Each module in a function of its own: V8 parses one after another, and not all of them at once. 8 MB less.
    strictExecutionOrder: true
  }
})
