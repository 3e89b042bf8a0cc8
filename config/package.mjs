/**
 * Packs what one installs, `azure-security-VERSION.tgz`: the files of `npm pack`, without dependencies, since the bundle
 * holds them. So it installs without a network.
 */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = new URL("../", import.meta.url)
const stage = new URL("dist/package/", root)
const { dependencies: _, devDependencies: __, imports: ___, scripts: ____, ...manifest } = JSON.parse(
  readFileSync(new URL("package.json", root), "utf8")
)

rmSync(stage, { recursive: true, force: true })
mkdirSync(stage, { recursive: true })
writeFileSync(new URL("package.json", stage), `${JSON.stringify(manifest, null, 2)}\n`)
for (const file of [...manifest.files, "README.md"]) {
  cpSync(new URL(file, root), new URL(file, stage), { recursive: true })
}
// Where npm runs this, it tells where it is itself; on Windows it is no program of its own.
const [npm, ...args] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"]
execFileSync(npm, [...args, "pack", "--pack-destination", fileURLToPath(root)], {
  cwd: fileURLToPath(stage),
  stdio: "inherit"
})
rmSync(stage, { recursive: true })
