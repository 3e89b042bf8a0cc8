/**
 * Makes `dist/azure-security`, one file that needs no Node: the program as CommonJS, the only kind that Node 24 takes for
 * this, injected into a copy of the Node that runs this. An argument names another place for it.
 *
 * Node itself can only make what is injected; `postject` is the tool for the rest that Node's documentation names.
 */
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { inject } from "postject"
import { rolldown } from "rolldown"
import options from "./rolldown.config.mjs"

/** Node's mark in a binary that can take a program, up to the digit that says whether it has one. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"

const root = fileURLToPath(new URL("..", import.meta.url))
const file = resolve(process.argv[2] ?? join(root, "dist", "azure-security"))

/** Why this Node cannot become an executable; undefined when it can. */
const obstacle = () => {
  if (Number(process.versions.node.split(".")[0]) < 24) return `it takes Node 24, and this is ${process.version}`
  if (process.platform !== "linux") return `executables are made on Linux only, and this is ${process.platform}`
  if (!readFileSync(process.execPath).includes(`${fuse}:0`)) {
    return `${process.execPath} takes no program: it is built without support for single executables`
  }
  return undefined
}

const why = obstacle()
if (why !== undefined) {
  process.stderr.write(`no executable: ${why}\n`)
  process.exit(1)
}

process.chdir(root)
const work = mkdtempSync(join(tmpdir(), "azure-security-executable-"))
try {
  const main = join(work, "main.cjs")
  const { output, plugins, transform, ...input } = options
  const built = await rolldown({
    ...input,
    // Its notices are those of the bundle.
    plugins: plugins.filter(({ name }) => name !== "notices"),
    transform: { ...transform, define: { ...transform.define, "import.meta.env": "{}" } }
  })
  const { banner: _, ...form } = output
  await built.write({ ...form, file: main, format: "cjs" })
  await built.close()

  const blob = join(work, "blob")
  const description = join(work, "description.json")
  writeFileSync(
    description,
    JSON.stringify({
      main,
      output: blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      // As `src/azure-security.js` and the image do: nobody opens a debugger in a starting process.
      execArgv: ["--disable-sigusr1"]
    })
  )
  execFileSync(process.execPath, ["--experimental-sea-config", description], { stdio: ["ignore", "pipe", "pipe"] })

  mkdirSync(dirname(file), { recursive: true })
  const unfinished = `${file}.new`
  copyFileSync(process.execPath, unfinished)
  // It warns of each section of Node's binary whose name it does not find.
  console.warn = () => {}
  await inject(unfinished, "NODE_SEA_BLOB", readFileSync(blob), { sentinelFuse: fuse })
  renameSync(unfinished, file)
} finally {
  rmSync(work, { recursive: true, force: true })
}
