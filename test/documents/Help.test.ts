/** Checks that the README's table of commands matches the program's `--help`. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Process from "../support/Process.ts"

/** Flags that every command has; the README's rows do not repeat them. */
const common = new Set(["--help", "--version", "--wizard", "--completions", "--log-level", "--config"])

const helpOf = Effect.fnUntraced(function*(...words: ReadonlyArray<string>) {
  const run = yield* Process.start([...words, "--help"])
  assert.strictEqual(yield* run.exit, 0, run.stderr())
  return run.stdout()
})

const flagsIn = (help: string) =>
  new Set(
    Array.from(help.matchAll(/^ {2}(--[a-z-]+)/gm), ([, flag]) => flag!).filter((flag) =>
      !common.has(flag) && !flag.startsWith("--no-no")
    )
  )
const subcommandsIn = (help: string) => {
  const list = help.split("SUBCOMMANDS\n")[1] ?? ""
  return Array.from(list.matchAll(/^ {2}([a-z]+) {2,}/gm), ([, name]) => name!)
}

it.layer(NodeServices.layer, { excludeTestServices: true })("README and --help", (it) => {
  it.effect("name the same commands and the same flags", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const readme = yield* fs.readFileString("README.md")
      const table = readme.split("| command | does |")[1]!.split("\n\n")[0]!
      const rows = table.split("\n").filter((line) => line.startsWith("| `"))
      const told = new Map(rows.map((row) => [/^\| `([a-z]+)/.exec(row)![1]!, row]))
      const names = subcommandsIn(yield* helpOf())
      assert.deepStrictEqual(Array.from(told.keys()).sort(), names.toSorted())
      for (const name of names) {
        const own = yield* helpOf(name)
        const parts = subcommandsIn(own)
        const helps = parts.length === 0 ? [own] : yield* Effect.forEach(parts, (part) => helpOf(name, part))
        const flags = new Set(helps.flatMap((help) => Array.from(flagsIn(help))))
        const row = told.get(name)!
        const inRow = new Set(
          Array.from(row.matchAll(/(--[a-z-]+)/g), ([, flag]) => flag!).filter((flag) => flag !== "--config")
        )
        assert.deepStrictEqual(Array.from(inRow).sort(), Array.from(flags).sort(), name)
        for (const part of parts) assert.include(row, `${name} ${part}`)
      }
    }), 60_000)
})
