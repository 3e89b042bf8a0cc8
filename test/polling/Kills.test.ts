/**
 * Kills the connector before, in the middle of and after every file operation of a whole drain, and once more in the
 * recovery: no line is torn.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import * as FileSink from "../../src/sinks/FileSink.ts"
import { commands, lives, type Outlet, pairsOf } from "../support/Kills.ts"
import { deathsIn } from "../support/Mortal.ts"

const Line = Schema.fromJsonString(Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  reason: Schema.optionalKey(Schema.String)
}))

const files: Outlet = {
  layer: ({ directory }) => FileSink.layer(`${directory}/artifacts`),
  read: Effect.fnUntraced(function*({ directory }) {
    const fs = yield* FileSystem.FileSystem
    const names = yield* fs.readDirectory(`${directory}/artifacts`)
    const texts = yield* Effect.forEach(names, (name) => fs.readFileString(`${directory}/artifacts/${name}`))
    for (const text of texts) assert.match(text, /^$|\n$/, "no torn line")
    const lines = yield* Effect.forEach(
      texts.join("").split("\n").slice(0, -1),
      (line) => Schema.decodeEffect(Line)(line)
    )
    return {
      ids: lines.flatMap(({ id }) => id ?? []),
      letters: lines.filter(({ reason }) => reason !== undefined).length
    }
  }),
  isDeduplicating: false
}

/** They wait for the disk most of the time. */
const concurrency = 8

it.layer(NodeServices.layer)("a kill at every file operation", (it) => {
  it.effect.each(commands)(
    "$name: loses nothing, repeats only the page in hand, and tears no line",
    ({ command }) =>
      Effect.gen(function*() {
        const deaths = deathsIn(yield* lives(command, files, []))
        assert.isAbove(deaths.length, 60)
        yield* Effect.forEach(deaths, (death) => lives(command, files, [death]), { concurrency })
      })
  )

  it.effect.each(commands)("$name: so does a second kill in the recovery", ({ command }) =>
    Effect.gen(function*() {
      const deaths = deathsIn(yield* lives(command, files, []))
      yield* Effect.forEach(pairsOf(deaths), (pair) => lives(command, files, pair), { concurrency })
    }))
})
