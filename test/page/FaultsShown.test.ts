/** Tests that the page has of each fault what the log and `status` have, and in the same words. */
import { assert, it } from "@effect/vitest"
import { Clock, Effect, Layer, Logger, Random } from "effect"
import { TestClock } from "effect/testing"
import * as Connector from "../../src/cli/Connector.ts"
import * as StatusCommand from "../../src/cli/StatusCommand.ts"
import { faults, withoutShared } from "../../src/page/integrations/Tiles.ts"
import { noticesOf } from "../../src/page/ProcessReports.ts"
import { Status } from "../../src/status/Status.ts"
import type { StatusDocument } from "../../src/status/StatusDocument.ts"
import { calm } from "../support/SimulatedWorld.ts"
import { all, others, world, type Wrong } from "../support/Wrong.ts"

/** What the page says: above every view, and on the tile. */
const pageOf = (
  document: StatusDocument
) => [
  ...noticesOf(document).map(({ text, title }) => ({ message: text, remedy: title })),
  ...withoutShared(document).flatMap(faults).map(({ report }) => report)
]

const flat = (text: string) => text.toLowerCase().replaceAll(/\s+/g, " ")

const shows = (wrong: Wrong) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(Date.UTC(2026, 10, 20, 12))
    const context = yield* Layer.build(yield* world(wrong))
    yield* Effect.forkScoped(
      Connector.run(false).pipe(Effect.provideContext(context), Effect.provide(Logger.layer([])))
    )
    for (let seconds = 0; seconds < 660; seconds += 5) {
      yield* calm
      yield* TestClock.adjust("5 seconds")
    }
    const document = yield* Effect.provideContext(Effect.flatMap(Status, ({ document }) => document), context)
    const lines = StatusCommand.linesOf(document, yield* Clock.currentTimeMillis).filter((line) =>
      line.startsWith("  ! ")
    ).map(flat)
    // The page asks once for all permissions that endpoints lack, each of which has its line in `status`.
    const told = pageOf(document).flatMap((report) => {
      const lacking = "required_permissions" in report ? report.required_permissions ?? [] : []
      return lacking.length > 1 && report.message.includes("lacks")
        ? lacking.map((permission) => flat(`grant ${permission}`))
        : [flat(`${report.message}; ${report.remedy}`)]
    })
    for (const words of told) assert.isTrue(lines.some((line) => line.includes(words)), `only on the page: ${words}`)
    for (const line of lines) assert.isTrue(told.some((words) => line.includes(words)), `not on the page: ${line}`)
    assert.strictEqual(new Set(told).size, told.length, "each once")
    return lines.length
  }).pipe(Effect.scoped, Random.withSeed("faults"))

for (const [name, fault] of all) {
  it.effect(`the page shows the fault ${name} as status does`, () => shows({ fault }))
}

for (const [name, wrong] of others) {
  it.effect(`the page shows ${name.replaceAll("_", " ")} as status does`, () =>
    Effect.map(shows(wrong), (lines) => assert.isAbove(lines, 0)))
}
