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
  { of: /^@effect\/platform-node/, only: ["cli", "main.ts", "graph"] },
  { of: /^(?:lit|uplot|@carbon)(?:$|\/)/, only: ["page"] },
  // The browser has none of it.
  { of: /^(?:effect|node:)/, only: order.filter((room) => room !== "page") }
]

/** Exports that do something: functions, effects, services. */
const behaviour =
  /^export (?:const \w+(?:: [^=]+)? = (?:<|\(|async|Effect\.|Layer\.)|function \w+|class \w+ extends Context)/gm

const linesMax = 300

/** Folders of which only one file is for others. */
const doors = [{ folder: "graph/body/", door: "Body.ts" }]

const importsOf = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/(?:from |import\()"(\.[^"]+)"/g), ([, target]) => target!)

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

  // Data and types are documented where there is more to say than their name.
  it.effect("every exported function, effect and service is documented", () =>
    Effect.gen(function*() {
      const bare: Array<string> = []
      for (const { file, text } of yield* sources) {
        for (const match of text.matchAll(behaviour)) {
          if (!text.slice(0, match.index).trimEnd().endsWith("*/")) bare.push(`${file}: ${match[0]}`)
        }
      }
      assert.deepStrictEqual(bare, [])
    }))

  it.effect("nothing reaches past the door of a folder", () =>
    Effect.gen(function*() {
      const path = yield* Path.Path
      const faults = (yield* sources).flatMap(({ file, text }) =>
        doors.flatMap(({ door, folder }) =>
          file.startsWith(folder) ? [] : importsOf(text)
            .map((target) => path.normalize(path.join(path.dirname(file), target)))
            .filter((target) => target.startsWith(folder) && target !== folder + door)
            .map((target) => `${file} imports ${target}, and not ${folder}${door}`)
        )
      )
      assert.deepStrictEqual(faults, [])
    }))

  it.effect("no imports go round in a circle, those of types included", () =>
    Effect.gen(function*() {
      const path = yield* Path.Path
      const targets = new Map((yield* sources).map(({ file, text }) => [
        file,
        importsOf(text).map((target) => path.normalize(path.join(path.dirname(file), target)))
      ]))
      const done = new Set<string>()
      const circles: Array<string> = []
      const visit = (file: string, way: ReadonlyArray<string>) => {
        if (way.includes(file)) {
          return void circles.push([...way.slice(way.indexOf(file)), file].join(" → "))
        }
        if (done.has(file)) {
          return
        }
        for (const target of targets.get(file) ?? []) {
          visit(target, [...way, file])
        }
        done.add(file)
      }
      for (const file of targets.keys()) {
        visit(file, [])
      }
      assert.deepStrictEqual(circles, [])
    }))

  it.effect("nobody writes a field of another module's value: what is exported is readonly", () =>
    Effect.gen(function*() {
      const faults = (yield* sources).flatMap(({ file, text }) => [
        ...Array.from(text.matchAll(/^export (?:interface|type) (\w+)[^]*?^\}?$/gm)).flatMap(([body, name]) =>
          Array.from(body.matchAll(/^ {2}(?:\| \{ )?([a-z]\w*)\??: /gm), ([, field]) => `${file}: ${name}.${field}`)
        ),
        // Elements of the page have properties that their parents set, as every element has.
        ...Array.from(file.startsWith("page/") ? [] : text.matchAll(/^export class (\w+)[^]*?^\}/gm)).flatMap((
          [body, name]
        ) => Array.from(body.matchAll(/^ {2}(\w+)(?:: [^=(]+)? = /gm), ([, field]) => `${file}: ${name}.${field}`))
      ])
      assert.deepStrictEqual(faults, [])
    }))

  it.effect("a path is not the path of a URL, in which a blank is %20", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const files = (yield* fs.readDirectory("test", { recursive: true })).filter((file) => file.endsWith(".ts"))
      const faults = yield* Effect.filter(files, (file) =>
        Effect.map(fs.readFileString(`test/${file}`), (text) => /import\.meta\.url\)\.pathname/.test(text)))
      assert.deepStrictEqual(faults, [])
    }))

  // What these write is no remote party's text, or passes the cleaner there.
  const writers: Readonly<Record<string, RegExp>> = {
    "cli/Printed.ts": /./,
    "cli/Logging.ts": /withConsole/,
    // Before any import, and while the process ends.
    "cli/NodeVersion.js": /process\.stderr/,
    "cli/Stop.ts": /process\.std/,
    // Artifacts, for programs.
    "sinks/StdoutSink.ts": /stdio\.stdout/
  }

  it.effect("everything that is printed passes the cleaner of text for terminals", () =>
    Effect.gen(function*() {
      const writing = /\b[Cc]onsole\.\w+|\bprocess\.std(?:out|err)\b|\bstdio\.std(?:out|err)\b|\bwithConsole\w*/g
      const faults = (yield* sources)
        .filter(({ file }) => !file.startsWith("page/"))
        .flatMap(({ file, text }) =>
          Array.from(text.matchAll(writing), ([use]) => use)
            .filter((use) => use !== "stdio.stdoutIsTerminal" && writers[file]?.test(use) !== true)
            .map((use) => `${file}: ${use}`)
        )
      assert.deepStrictEqual(faults, [])
    }))

  it.effect("files of the connector's own are opened by modules that follow no link", () =>
    Effect.gen(function*() {
      const byPath =
        /\bfs\.(?:open|readFile\w*|writeFile\w*|truncate|chmod|chown)\(|\b(?:open|chmod|chown|truncate)Sync\(/g
      const faults = (yield* sources)
        .filter(({ file }) =>
          /^(?:sinks|checkpoints|search)\/|^(?:cli\/Checkpoint|config\/(?:DirectoryLock|LockFile))/.test(file)
        )
        .flatMap(({ file, text }) => Array.from(text.matchAll(byPath), ([use]) => `${file}: ${use}`))
      assert.deepStrictEqual(faults, [])
    }))

  it.effect("no two files have one name", () =>
    Effect.gen(function*() {
      const byName = new Map<string, Array<string>>()
      for (const { file } of yield* sources) {
        const name = file.split("/").at(-1)!
        byName.set(name, [...byName.get(name) ?? [], file])
      }
      const twice = Array.from(byName).filter(([, files]) => files.length > 1)
      assert.deepStrictEqual(twice, [])
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
