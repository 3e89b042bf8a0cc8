import { readdirSync, readFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"

/** The package that a module belongs to, by its directory; undefined for the project's own modules. */
const packageOf = (id) => {
  const inside = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replace(/^\0/, "").replaceAll("\\", "/"))
  return inside === null ? undefined : inside[1]
}

/** The directories of the packages whose modules are among these, sorted; both are relative to the working directory. */
export const packagesOf = (ids) =>
  [...new Set(ids.flatMap((id) => packageOf(resolve(id)) ?? []))].map((path) => relative(".", path)).sort()

const licenceFile = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i

const licenceOf = (directory) => {
  const texts = readdirSync(directory).filter((name) => licenceFile.test(name)).sort()
    .map((name) => readFileSync(join(directory, name), "utf8").trim())
  if (texts.length > 0) return texts.join("\n\n")
  const { author, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"))
  return `The package has no licence file. Its package.json says: ${license}, ${author?.name ?? author ?? "no author"}`
}

/** The page names the tactics and techniques of ATT&CK, whose terms of use ask for this. */
const attack =
  `Names of MITRE ATT&CK tactics and techniques: (c) 2025 The MITRE Corporation. This work is reproduced and
distributed with the permission of The MITRE Corporation. https://attack.mitre.org/resources/legal-and-branding/terms-of-use/
`

/** The notices of the packages in these directories: name, version, licence and its text. */
export const noticesOf = (directories) =>
  [
    "This program contains the following packages, each under its own licence.\n",
    attack,
    ...directories.map((directory) => {
      const { license, name, version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"))
      return `${"=".repeat(80)}\n${name} ${version} (${license})\n${"=".repeat(80)}\n\n${licenceOf(directory)}\n`
    })
  ].join("\n")
