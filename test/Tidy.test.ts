import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"

/** The rooms of `src`, lowest first: a file may import only from its own room and those before it. */
const order = [
  "evidence",
  "domain",
  "artifacts",
  "endpoints",
  "config",
  "graph",
  "checkpoints",
  "sinks",
  "status",
  "publishing",
  "polling",
  "instances",
  "checks",
  "search",
  "nats",
  "simulator",
  "http",
  "page",
  "cli",
  "main.ts"
]

/** Packages that only some rooms may import. */
const reserved: ReadonlyArray<{ readonly of: RegExp; readonly only: ReadonlyArray<string> }> = [
  { of: /^@nats-io\//, only: ["nats"] },
  { of: /^@azure\/msal-node$/, only: ["graph"] },
  { of: /^@effect\/platform-node/, only: ["cli", "main.ts"] },
  { of: /^(?:lit|uplot|@carbon)(?:$|\/)/, only: ["page"] },
  // The browser has none of it.
  { of: /^(?:effect|node:)/, only: order.filter((room) => room !== "page") }
]

const linesMax = 300

it.layer(NodeServices.layer)("Tidy", (it) => {
  const sources = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const files = (yield* fs.readDirectory("src", { recursive: true })).filter((file) => file.endsWith(".ts"))
    return yield* Effect.forEach(
      files,
      (file) => Effect.map(fs.readFileString(`src/${file}`), (text) => ({ file, text }))
    )
  })

  it.effect("every import points down the order of the rooms", () =>
    Effect.gen(function*() {
      const path = yield* Path.Path
      const faults: Array<string> = []
      for (const { file, text } of yield* sources) {
        const from = order.indexOf(file.split("/")[0]!)
        if (from < 0) faults.push(`${file} is in no known room`)
        for (const [, target] of text.matchAll(/(?:from |import\()"([^"]+)"/g)) {
          if (!target!.startsWith(".")) {
            const rule = reserved.find(({ of }) => of.test(target!))
            if (rule !== undefined && !rule.only.includes(order[from]!)) faults.push(`${file} imports ${target}`)
            continue
          }
          const to = order.indexOf(path.normalize(path.join(path.dirname(file), target!)).split("/")[0]!)
          if (to > from || (order[to] === "page" && to !== from)) faults.push(`${file} imports ${target}`)
        }
      }
      assert.deepStrictEqual(faults, [])
    }))

  it.effect("the page has nothing of the connector but types", () =>
    Effect.gen(function*() {
      const path = yield* Path.Path
      const faults = (yield* sources)
        .filter(({ file }) => file.startsWith("page/"))
        .flatMap(({ file, text }) =>
          Array.from(text.matchAll(/^import (?!type )[^"]*"(\.[^"]+)"/gm), ([, target]) => target!)
            .filter((target) => !path.normalize(path.join(path.dirname(file), target)).startsWith("page/"))
            .map((target) => `${file} imports ${target}`)
        )
      assert.deepStrictEqual(faults, [])
    }))

  it.effect("every file is short, or says at its top why it is not", () =>
    Effect.gen(function*() {
      const long = (yield* sources)
        .filter(({ text }) => text.split("\n").length > linesMax && !/^\/\*\*[^]*?\bLong because\b[^]*?\*\//.test(text))
        .map(({ file, text }) => `${file}: ${text.split("\n").length} lines`)
      assert.deepStrictEqual(long, [])
    }))

  it.effect("every export is documented", () =>
    Effect.gen(function*() {
      const bare: Array<string> = []
      for (const { file, text } of yield* sources) {
        for (const match of text.matchAll(/^export (?:declare )?(?:const|class|interface|function) (\w+)/gm)) {
          if (!text.slice(0, match.index).trimEnd().endsWith("*/")) bare.push(`${file}: ${match[1]}`)
        }
      }
      assert.deepStrictEqual(bare, [])
    }))

  it.effect("no file is a drawer for odds and ends", () =>
    Effect.gen(function*() {
      const drawers = (yield* sources)
        .map(({ file }) => file)
        .filter((file) => /(^|\/)(index|utils?|common|helpers?|types|constants)\.ts$/i.test(file))
      assert.deepStrictEqual(drawers, [])
    }))

  it("runs on the pinned Node", () => {
    assert.isAtLeast(Number(process.versions.node.split(".")[0]), 24)
  })
})
