/** Tests a server that ignores `$orderby` but seems to honour it, because it first sends many rows of one instant. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Unavailable } from "../../src/graph/GraphError.ts"
import { publishedIds, running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const row = (id: string, minute: number) => ({ id, lastUpdateDateTime: Timestamp.fromMillis(noon + minute * 60_000) })

/** Rows with the newest first: sixty rows of one instant, then a hundred older rows. */
const newestFirst = () =>
  FakeGraph.make({
    rows: [
      ...Array.from({ length: 100 }, (_, n) => row(`old${n}`, n * 10 - 1200)),
      ...Array.from({ length: 60 }, (_, n) => row(`bulk${n}`, -10))
    ],
    order: "desc",
    pageSize: 50,
    paging: "skip"
  })

const faults: ReadonlyArray<readonly [name: string, ill: (fake: FakeGraph.FakeGraph) => void]> = [[
  "its second page fails for good",
  (fake) => {
    fake.answer = ({ count, url }) =>
      count < 30 && url.includes("skip=") ? new Unavailable({ kind: "http", detail: "HTTP 504" }) : undefined
  }
], ["the link of its first page leads elsewhere", (fake) => {
  fake.answer = ({ count }) => count === 1 ? (page) => ({ ...page, nextLink: "https://evil.example/x" }) : undefined
}], ["the link of its second page leads elsewhere", (fake) => {
  fake.answer = ({ count }) => count === 2 ? (page) => ({ ...page, nextLink: "https://evil.example/x" }) : undefined
}]]

describe("one instant proves no order", () => {
  it.effect.each(faults)("nothing is lost when %s", ([, makeIll]) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const fake = newestFirst()
      makeIll(fake)
      yield* running(fake, { late_row_hours: 0 })
      yield* Effect.repeat(TestClock.adjust("20 seconds"), { times: 14 })
      for (let n = 0; n < 600; n++) yield* TestClock.adjust("1 minute")
      const ids = yield* publishedIds
      assert.strictEqual(new Set(ids).size, 160)
      assert.strictEqual(ids.length, 160)
    }).pipe(Effect.provide(world)))
})
