/** Compares `.github/MAPPING.md` with the code that it describes. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Config, Effect, FileSystem } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import { otherwise, shared, table } from "../../src/artifacts/AlertMessageTypes.ts"
import { Artifact } from "../../src/artifacts/Artifact.ts"
import { messageTypes } from "../../src/artifacts/MessageTypes.ts"
import { types } from "../../src/evidence/Evidence.ts"
import { truncatedTag } from "../../src/nats/Truncation.ts"
import { samples } from "../artifacts/EvidenceSamples.ts"
import { alert, context, evidence } from "../artifacts/Records.ts"

const document = ".github/MAPPING.md"

/** Texts of the TypeScript files in a folder of `src`, by file name. */
const sourcesIn = (folder: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const names = (yield* fs.readDirectory(folder)).filter((name) => name.endsWith(".ts")).sort()
    return new Map(
      yield* Effect.forEach(names, (name) =>
        Effect.map(fs.readFileString(`${folder}/${name}`), (text) => [name, text] as const))
    )
  })

const read = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(document))

/** The table rows below a heading, to the next heading of any level. */
const rowsUnder = (text: string, heading: string): ReadonlyArray<string> => {
  const lines = text.split("\n")
  const start = lines.findIndex((line) => line.replace(/^#+ /, "") === heading && line.startsWith("#"))
  assert.isAtLeast(start, 0, `no heading ${heading}`)
  const end = lines.findIndex((line, index) => index > start && line.startsWith("#"))
  return lines.slice(start + 1, end < 0 ? undefined : end).filter((line) => line.startsWith("| "))
}

/** Words in backticks in the first cell of table rows. */
const keysOf = (tableRows: ReadonlyArray<string>): ReadonlyArray<string> =>
  tableRows.flatMap((row) => Array.from(row.split(" | ")[0]!.matchAll(/`([^`]+)`/g), ([, key]) => key!))

const matchesIn = (
  texts: Iterable<string>,
  form: RegExp,
  group = 1
): ReadonlyArray<string> => [
  ...new Set(Array.from(texts).flatMap((text) => Array.from(text.matchAll(form), (match) => match[group]!)))
]

/** Names of the tables of details, `name=path name*=path`, in a source. */
const detailNames = (source: string): ReadonlyArray<string> =>
  matchesIn([source], /[dD]etails(?::| =|\()\s*[`"]([^`"]+)[`"]/g).flatMap((table) =>
    Array.from(table.matchAll(/(?:^|\s)(\w+)\*?(?==|\s|$)/g), ([, name]) => name!)
  ).filter((name) => name !== "deviceDetails")

/** Names and complete tags that the code writes; a name ends in a colon. */
const writtenTags = (
  sources: ReadonlyMap<string, string>
): ReadonlyArray<string> => [
  ...[
    ...matchesIn(sources.values(), /\.(?:add|addEach|tell|list)\(\s*"([^"]+)"/g),
    ...matchesIn(sources.values(), /\b(?:add|entries)\((?:to, )?"(\w+)"/g),
    ...Array.from(sources.values()).flatMap(detailNames),
    ...matchesIn([sources.get("WitFoo.ts")!], /^ {2}\["(\w+)", "\w+"\]/gm)
  ].map((name) => `${name}:`),
  ...matchesIn(sources.values(), /\.mark\(\s*"([^"]+)"/g),
  ...matchesIn([sources.get("Draft.ts")!], /\["\w+", "([^"]+)"\]/g),
  ...matchesIn([sources.get("Tags.ts")!, sources.get("Draft.ts")!], /`(\w+:)\$\{/g),
  truncatedTag
]

const updating = Config.Boolean("UPDATE").pipe(Config.withDefault(false))

/** Compares a part of the document that is made from the code, or writes it. */
const holds = (mark: string, lines: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const [text, fs] = [yield* read, yield* FileSystem.FileSystem]
    const block = new RegExp(`<!-- ${mark} -->\\n[^]*?<!-- /${mark} -->`)
    assert.match(text, block)
    const fresh = text.replace(block, () => `<!-- ${mark} -->\n${lines.join("\n")}\n<!-- /${mark} -->`)
    if (yield* updating) yield* fs.writeFileString(document, fresh)
    else assert.strictEqual(text, fresh, "UPDATE=1 npm test writes it anew")
  })

/** A text as code in a cell of a table. */
const cell = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``

it.layer(NodeServices.layer)("the mapping document", (it) => {
  it.effect("has a row for every field of an artifact, and for no other", () =>
    Effect.gen(function*() {
      const named = keysOf(rowsUnder(yield* read, "Artifact fields"))
      assert.deepStrictEqual([...named].sort(), Object.keys(Artifact.fields).sort())
    }))

  it.effect("has the rows of alerts, and what they share, as the code has them", () =>
    Effect.gen(function*() {
      const lines = Array.from(table.trim().split("\n"), (line) => /^(\d+) (.*) => (.*)$/.exec(line)!).map((
        [, row, when, type]
      ) => `| ${row} | ${cell(when!)} | ${cell(type!)} |`)
      yield* holds("rows", [
        "| row | condition | messageType |",
        "|---|---|---|",
        ...lines,
        `| ${otherwise.row} | nothing else holds | \`${otherwise.type}\` |`,
        "",
        "| name | condition |",
        "|---|---|",
        ...Object.entries(shared).map(([name, text]) => `| \`${name}\` | ${cell(text)} |`)
      ])
    }))

  it.effect("has what each evidence type gives, with the files of its schema and its reading", () =>
    Effect.gen(function*() {
      const [schemas, readers] = [yield* sourcesIn("src/evidence"), yield* sourcesIn("src/artifacts")]
      const fileWith = (sources: ReadonlyMap<string, string>, form: RegExp) =>
        [...sources].find(([name, source]) => form.test(source) && name !== "ReadLegacy.ts")?.[0]
      const artifactOf = (element: object) =>
        Alerts.map(context, alert({ category: "Malware", evidence: [element] })).artifacts[1]!
      const given = (
        { tags, ...fields }: Artifact
      ) => [...Object.keys(fields), ...tags.map((tag) => tag.replace(/^(\w+:).*$/s, "$1"))]
      const lines = types.map(({ name }) => {
        const bare = new Set(given(artifactOf(evidence(name))))
        const own = [...new Set(given(artifactOf(evidence(name, samples[name]!))))].filter((one) => !bare.has(one))
        const list = (isTag: boolean) =>
          own.filter((one) => one.endsWith(":") === isTag).map((one) => `\`${one}\``).join(", ")
        const [schema, reading] = [
          fileWith(schemas, new RegExp(`F\\.evidence\\("${name}"`)),
          fileWith(readers, new RegExp(`^  ${name}: \\{`, "m"))
        ]
        assert.isDefined(schema, name)
        assert.isDefined(reading, name)
        return `| \`${name}\` | \`${schema}\` | \`${reading}\` | ${list(false)} | ${list(true)} |`
      })
      assert.strictEqual(types.length, 48)
      yield* holds("types", [
        "| type | schema in `src/evidence` | reading in `src/artifacts` | fields | tags |",
        "|---|---|---|---|---|",
        ...lines
      ])
    }))

  it.effect("names every tag that is written, and no other", () =>
    Effect.gen(function*() {
      const text = yield* read
      const written = writtenTags(yield* sourcesIn("src/artifacts"))
      assert.isAbove(written.length, 190)
      assert.deepStrictEqual(written.filter((tag) => !text.includes(`\`${tag}\``)), [])
      const known = new Set(written)
      assert.deepStrictEqual(matchesIn([text], /`(\w+:)`/g).filter((tag) => !known.has(tag)), [])
    }))

  it.effect("names the tags of one object of each evidence type", () =>
    Effect.gen(function*() {
      const text = yield* read
      const { artifacts } = Alerts.map(
        context,
        alert({
          serviceSource: "dataLossPrevention",
          evidence: Object.entries(samples).map(([type, sample]) => evidence(type, sample))
        })
      )
      const names = artifacts.flatMap(({ tags }) => tags).map((tag) => tag.replace(/^(\w+:).*$/s, "$1"))
      assert.deepStrictEqual([...new Set(names)].filter((name) => !text.includes(`\`${name}\``)), [])
    }))

  it.effect("names every message type", () =>
    Effect.gen(function*() {
      const text = yield* read
      assert.deepStrictEqual(messageTypes.filter((type) => !text.includes(`\`${type}\``)), [])
    }))

  it.effect("names every reason of a dead letter and every kind of drift", () =>
    Effect.gen(function*() {
      const [text, fs] = [yield* read, yield* FileSystem.FileSystem]
      const reasons = matchesIn([yield* fs.readFileString("src/publishing/Records.ts")], /reason: "(\w+)", path/g)
      assert.isAtLeast(reasons.length, 3)
      assert.deepStrictEqual([...keysOf(rowsUnder(text, "Dead letters"))].sort(), [...reasons].sort())
      const sources = [...(yield* sourcesIn("src/evidence")).values(), ...(yield* sourcesIn("src/domain")).values()]
      sources.push(...(yield* sourcesIn("src/artifacts")).values())
      const kinds = matchesIn(sources, /Drift\.(?:make|phrase)\("(\w+)"/g)
      assert.isAtLeast(kinds.length, 5)
      assert.deepStrictEqual([...keysOf(rowsUnder(text, "Drift"))].sort(), [...kinds].sort())
    }))

  it.effect("has every heading that a comment cites", () =>
    Effect.gen(function*() {
      const text = yield* read
      const cited = matchesIn((yield* sourcesIn("src/artifacts")).values(), /`\.github\/MAPPING\.md`, "([^"]+)"/g)
      assert.isAtLeast(cited.length, 5)
      for (const heading of cited) rowsUnder(text, heading)
    }))
})
