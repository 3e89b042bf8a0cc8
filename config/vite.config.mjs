import { createHash } from "node:crypto"
import { rmSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { brotliCompressSync } from "node:zlib"
import { defineConfig } from "vite"
import endpoints from "./endpoints.mjs"
import { packagesOf } from "./notices.mjs"

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

const types = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml"
}

/** Writes the script that tries again into the page, in front of all its files, and returns the script's hash as well. */
function withRetry(html, bundle) {
  const { code, fileName } = Object.values(bundle).find(({ name, type }) => type === "chunk" && name === "retry")
  delete bundle[fileName]
  const script = code.trim()
  return {
    html: html.replace(/(?=<(?:link|script)\b)/, () => `<script>${script}</script>\n    `),
    script: `sha256-${createHash("sha256").update(script).digest("base64")}`
  }
}

function pack(_, bundle) {
  const index = bundle["index.html"]
  const { html, script } = withRetry(String(index.source), bundle)
  index.source = html
  const files = {}
  const modules = Object.values(bundle).flatMap((file) => file.type === "chunk" ? Object.keys(file.modules) : [])
  for (const [name, file] of Object.entries(bundle)) {
    const bytes = Buffer.from(file.type === "chunk" ? file.code : file.source)
    const type = types[name.split(".").at(-1)]
    if (type === undefined) this.error(`${name} has no type: add it to config/vite.config.mjs`)
    files[name] = { type, brotli: brotliCompressSync(bytes).toString("base64"), ...(file === index ? { script } : {}) }
    delete bundle[name]
  }
  // The bundle's notices name the page's packages as well.
  const packages = JSON.stringify(packagesOf(modules))
  this.emitFile({ type: "asset", fileName: "page-packages.json", source: `${packages}\n` })
  this.emitFile({ type: "asset", fileName: "page.mjs", source: `export default ${JSON.stringify(files)}\n` })
}

/**
 * Packs the page into one module, `dist/page.mjs`: its files by path, compressed with Brotli, in Base64. The program
 * loads it when somebody opens the page, and the bundle has it within.
 */
const packed = {
  name: "packed",
  generateBundle: {
    // After Vite itself has put the names of files in place.
    order: "post",
    handler: pack
  }
}

// The checks of a page that was built are made of `dist/page.mjs`, so an old one must not outlive a failed build.
rmSync(at("../dist/page.mjs"), { force: true })

export default defineConfig({
  root: at("../src/page"),
  base: "/page/",
  logLevel: "warn",
  define: endpoints,
  plugins: [packed],
  build: {
    outDir: at("../dist"),
    // The bundle is there as well.
    emptyOutDir: false,
    target: "es2023",
    // What is inlined would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: { index: at("../src/page/index.html"), retry: at("../src/page/Retry.ts") } }
  }
})
