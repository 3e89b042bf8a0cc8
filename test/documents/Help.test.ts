/** Checks that the documents name the commands and flags that `--help` has. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Config, Effect, FileSystem } from "effect"
import type { HelpDoc } from "effect/cli"
import { docOf } from "../../config/manual.mjs"

const block = /<!-- commands -->\n[^]*?<!-- \/commands -->/
const updating = Config.Boolean("UPDATE").pipe(Config.withDefault(false))

const commandsOf = ({ subcommands = [] }: HelpDoc.HelpDoc) => subcommands.flatMap(({ commands }) => commands)

/** Flags of a command and of those below it. */
const flagsOf = Effect.fnUntraced(function*(...words: ReadonlyArray<string>) {
  const doc = yield* docOf(...words)
  const below = yield* Effect.forEach(commandsOf(doc), ({ name }) => docOf(...words, name))
  return new Set([doc, ...below].flatMap(({ flags }) => flags.map(({ name }) => `--${name}`)))
})

it.layer(NodeServices.layer)("README and --help", (it) => {
  it.effect("name the same commands", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const text = yield* fs.readFileString("README.md")
      const rows = yield* Effect.forEach(commandsOf(yield* docOf()), ({ description, name }) =>
        Effect.map(docOf(name), (doc) => {
          const parts = commandsOf(doc).map((part) =>
            part.name
          ).join("|")
          return `| \`${name}${parts === "" ? "" : ` ${parts.replaceAll("|", "\\|")}`}\` | ${description} |`
        }))
      const lines = ["<!-- commands -->", "| command | does |", "|---|---|", ...rows, "<!-- /commands -->"]
      const fresh = text.replace(block, () => lines.join("\n"))
      if (yield* updating) yield* fs.writeFileString("README.md", fresh)
      else assert.strictEqual(text, fresh, "UPDATE=1 npm test writes it anew")
    }))

  it.effect("agree on each flag of each command line in the documents", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const names = new Set(commandsOf(yield* docOf()).map(({ name }) => name))
      const common = new Set(["--help", "--version", "--completions", "--log-level"])
      let found = 0
      for (const file of ["README.md", ".github/REFERENCE.md", "config/azure-security.service"]) {
        const text = (yield* fs.readFileString(file)).replaceAll("\\\n", " ")
        for (const [line, command] of text.matchAll(/azure-security ([a-z]+)(?: [^`|\n]*)?/g)) {
          if (!names.has(command!)) continue
          found++
          const known = yield* flagsOf(command!)
          const used = Array.from(line.matchAll(/ (--[a-z-]+)/g), ([, flag]) => flag!)
          assert.deepStrictEqual(used.filter((flag) => !known.has(flag) && !common.has(flag)), [], line)
        }
      }
      assert.isAbove(found, 15)
    }))
})
