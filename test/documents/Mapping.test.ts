/** Compares `.github/MAPPING.md` with the code that it describes. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Alerts from "../../src/artifacts/AlertArtifacts.ts"
import { rows } from "../../src/artifacts/AlertMessageTypes.ts"
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

/** Names and complete tags that the code writes; a name ends in a colon. */
const writtenTags = (
  sources: ReadonlyMap<string, string>
): ReadonlyArray<string> => [
  ...matchesIn(sources.values(), /\.(?:add|addEach|addBulk|tag|tagEach)\(\s*"([^"]+)"/g).map((name) => `${name}:`),
  ...matchesIn(sources.values(), /\.mark\(\s*"([^"]+)"/g),
  ...matchesIn([sources.get("Draft.ts")!], /\["\w+", "([^"]+)"\]/g),
  ...matchesIn([sources.get("Tags.ts")!], /`(\w+:)\$\{/g),
  truncatedTag
]

it.layer(NodeServices.layer)("the mapping document", (it) => {
  it.effect("has a row for every field of an artifact, and for no other", () =>
    Effect.gen(function*() {
      const named = keysOf(rowsUnder(yield* read, "Artifact fields"))
      assert.deepStrictEqual([...named].sort(), Object.keys(Artifact.fields).sort())
    }))

  it.effect("has a row for every evidence type, with the files of its schema and its reader", () =>
    Effect.gen(function*() {
      const [schemas, readers] = [yield* sourcesIn("src/evidence"), yield* sourcesIn("src/artifacts")]
      const fileWith = (sources: ReadonlyMap<string, string>, text: string) =>
        [...sources].find(([, source]) => source.includes(text))?.[0]
      const expected = types.map(({ name }) =>
        `| \`${name}\` | \`${fileWith(schemas, `F.evidence("${name}"`)}\` | \`${
          fileWith(readers, `const ${name}: Reader`)
        }\``
      )
      const named = rowsUnder(yield* read, "Evidence types")
        .filter((row) => row.includes("Facts.ts"))
        .map((row) => row.split(" | ").slice(0, 3).join(" | "))
      assert.strictEqual(types.length, 48)
      assert.deepStrictEqual([...named].sort(), [...expected].sort())
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

  it.effect("names every message type, and every row that decides one", () =>
    Effect.gen(function*() {
      const text = yield* read
      assert.deepStrictEqual(messageTypes.filter((type) => !text.includes(`\`${type}\``)), [])
      const spans = rowsUnder(text, "Message types of alerts").flatMap((row) => {
        const [, first, last] = /^\| (\d+)(?:–(\d+))? \|/.exec(row) ?? []
        return first === undefined ? [] : [{ first: Number(first), last: Number(last ?? first), row }]
      })
      const covered = spans.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, index) => first + index)
      )
      assert.deepStrictEqual(covered, Array.from({ length: rows.length + 1 }, (_, index) => index + 1))
      const missing = rows.filter(({ row, type }) => {
        const span = spans.find(({ first, last }) => row >= first && row <= last)!
        return typeof type === "string" && !span.row.includes(`\`${type}\``)
      })
      assert.deepStrictEqual(missing, [])
    }))

  it.effect("names every reason of a dead letter and every kind of drift", () =>
    Effect.gen(function*() {
      const [text, fs] = [yield* read, yield* FileSystem.FileSystem]
      const reasons = matchesIn([yield* fs.readFileString("src/publishing/Records.ts")], /reason: "(\w+)", path/g)
      assert.isAtLeast(reasons.length, 3)
      assert.deepStrictEqual([...keysOf(rowsUnder(text, "Dead letters"))].sort(), [...reasons].sort())
      const sources = [...(yield* sourcesIn("src/evidence")).values(), ...(yield* sourcesIn("src/domain")).values()]
      const kinds = matchesIn(sources, /Drift\.make\("(\w+)"/g)
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
