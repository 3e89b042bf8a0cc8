import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { running, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)

it.effect("a title that no row knows is named in /status and in the metrics", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(noon)
    const row = (id: string, title: string, severity: string) => ({
      id,
      title,
      severity,
      category: "ThreatManagement",
      lastUpdateDateTime: "2026-11-20T11:00:00Z"
    })
    const rows = [
      row("a", "Unheard of", "high"),
      row("b", "Unheard of", "high"),
      row("c", "Not grave", "low"),
      row("d", "Malware seen", "high")
    ]
    const { document } = yield* running(FakeGraph.make({ rows }))
    const { drift } = yield* document
    const counted = drift.filter(({ kind }) => kind === "title" || kind === "category")
    assert.deepStrictEqual(counted.map(({ count, kind, name }) => [kind, name, count]), [["title", "Unheard of", 2], [
      "category",
      "threatmanagement",
      2
    ]])
    const lines = (yield* PrometheusMetrics.format()).split("\n").filter((line) =>
      line.includes("unknown_values_total{")
    )
    assert.match(lines.join("\n"), /\{kind="title",name="Unheard of"\} 2/)
    assert.notInclude(lines.join("\n"), "Not grave")
  }).pipe(Effect.provide(Layer.fresh(world))))
