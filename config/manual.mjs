/** Writes `dist/azure-security.1`: the man page, made of what `--help` prints. */
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Option } from "effect"
import { CliOutput, Command } from "effect/cli"
import { mkdirSync, writeFileSync } from "node:fs"
import { program } from "../src/cli/Commands.ts"
import { ExitCode } from "../src/cli/ExitCode.ts"
import { version } from "../src/status/Version.ts"
import { buildOf } from "./build.mjs"

/** The parts of the help of a command, as `--help` has them. */
export const docOf = (...words) => {
  let found
  const formatter = { ...CliOutput.defaultFormatter({ colors: false }), formatHelpDoc: (doc) => ((found = doc), "") }
  const silent = { ...console, log: () => {} }
  return Command.runWith(program, { version })([...words, "--help"]).pipe(
    Effect.provide(Layer.mergeAll(NodeServices.layer, ExitCode.layer, CliOutput.layer(formatter))),
    Effect.provideService(Console.Console, silent),
    Effect.map(() => found)
  )
}

const escaped = (text) => text.replaceAll("\\", "\\\\").replaceAll("-", "\\-").replaceAll(/^[.']/gm, "\\&$&")

const listed = (flags) =>
  flags.flatMap((
    { aliases, description, name, type }
  ) => [
    ".TP",
    `.B ${escaped([`--${name}`, ...aliases].join(", "))}${type === "boolean" ? "" : ` ${escaped(type)}`}`,
    escaped(Option.getOrElse(description, () => ""))
  ])

const named = ({ subcommands = [] }) => subcommands.flatMap(({ commands }) => commands)

const section = (words) =>
  Effect.gen(function*() {
    const doc = yield* docOf(...words)
    const own = [
      ".SS",
      escaped(doc.usage.replace(/^azure-security /, "")),
      escaped(doc.description),
      ...listed(doc.flags)
    ]
    const below = yield* Effect.forEach(named(doc), ({ name }) => section([...words, name]))
    return [...own, ...below.flat()]
  })

/** The man page, in the language of man(7). */
export const manual = Effect.gen(function*() {
  const whole = yield* docOf()
  const commands = yield* Effect.forEach(named(whole), ({ name }) => section([name]))
  const { date } = buildOf()
  return [
    `.TH AZURE\\-SECURITY 1 "${date ?? ""}" "azure\\-security ${version}"`,
    ".SH NAME",
    `azure\\-security \\- ${escaped(whole.description)}`,
    ".SH SYNOPSIS",
    escaped(whole.usage),
    ".SH COMMANDS",
    ...commands.flat(),
    ".SH OPTIONS OF EVERY COMMAND",
    ...listed(whole.globalFlags ?? []),
    ".SH EXIT STATUS",
    ".TP",
    ".B 0",
    "Success.",
    ".TP",
    ".B 1",
    "A failure, or something that needs a person.",
    ".TP",
    ".B 2",
    "Nothing was started: the command line or the settings cannot be used.",
    ".TP",
    ".B 130, 143",
    "A signal stopped work that has an end, before its end.",
    ""
  ].join("\n")
})

if (import.meta.main) {
  const page = await Effect.runPromise(manual)
  mkdirSync(new URL("../dist/", import.meta.url), { recursive: true })
  writeFileSync(new URL("../dist/azure-security.1", import.meta.url), page)
}
