import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Config, Effect, FileSystem } from "effect"
import { generated } from "../support/QueryGrammar.ts"

const folder = "src/search/query"
const updating = Config.Boolean("UPDATE").pipe(Config.withDefault(false))

it.layer(NodeServices.layer)("Query.grammar", (it) => {
  it.effect("is what the parser's tables were made of", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { parser, terms } = generated(yield* fs.readFileString(`${folder}/Query.grammar`))
      for (const [name, text] of [["Grammar.ts", parser], ["GrammarTerms.ts", terms]] as const) {
        const file = `${folder}/${name}`
        if (yield* updating) yield* fs.writeFileString(file, text)
        else assert.strictEqual(yield* fs.readFileString(file), text, "UPDATE=1 npm test writes it anew")
      }
    }))
})
