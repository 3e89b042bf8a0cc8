import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Ref } from "effect"
import { TestClock } from "effect/testing"
import { Checkpoints } from "../src/checkpoints/Checkpoints.ts"
import { open as openLedger } from "../src/checkpoints/Ledger.ts"
import { StateStore, Values } from "../src/checkpoints/StateStore.ts"
import { decodeSettings } from "../src/config/SettingsDocument.ts"
import * as Bounds from "../src/domain/Bounds.ts"
import * as Timestamp from "../src/domain/Timestamp.ts"
import * as Recent from "../src/polling/Recent.ts"
import { ArtifactSink } from "../src/sinks/ArtifactSink.ts"
import * as DriftCounts from "../src/status/DriftCounts.ts"
import { running, runningOver, tenant, world } from "./support/Connector.ts"
import * as FakeGraph from "./support/FakeGraph.ts"
import { keysOf } from "./support/Keys.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const tenantOf = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `r${n}`, lastUpdateDateTime: Timestamp.fromMillis(noon - 36e6 + n) }))

/** An id as even in its bits as a hash is. */
const idOf = (n: number) =>
  [2_654_435_761, 2_246_822_519].map((odd) => (Math.imul(n + 1, odd) >>> 0).toString(16).padStart(8, "0")).join("")

/** A sink that is never done. */
const stuck = Layer.succeed(ArtifactSink, {
  type: "memory",
  open: Effect.succeed({ write: () => Effect.interruptible(Effect.never), commit: Effect.void })
})

const settings = (tenants: number) =>
  Effect.orDie(decodeSettings(
    "test",
    JSON.stringify({
      instances: Object.fromEntries(Array.from({ length: tenants }, (_, n) => [`t${n}`, {
        credentials: { tenant_id: tenantOf(n), client_id: tenantOf(n), client_secret: "x" },
        endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
      }]))
    })
  ))

/** Pages asked for by some tenants with much to read each, while nothing can be written. */
const pagesHeld = Effect.fnUntraced(function*(tenants: number) {
  yield* TestClock.setTime(noon)
  const fakes = Array.from({ length: tenants }, () => FakeGraph.make({ rows: rowsOf(200), pageSize: 10 }))
  const initial = yield* settings(tenants)
  yield* runningOver(new Map(fakes.map((fake, n) => [tenantOf(n), fake])), initial, { sink: stuck })
  yield* Effect.repeat(TestClock.adjust("1 second"), { times: 100 })
  return fakes.reduce((sum, fake) => sum + FakeGraph.polls(fake).length, 0)
}, Effect.provide(Layer.fresh(world)))

describe("Bounds", () => {
  it.effect("each is named by the test that holds it", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const files = (yield* fs.readDirectory("test", { recursive: true })).filter((file) => file.endsWith(".test.ts"))
      const tests = (yield* Effect.forEach(files, (file) => fs.readFileString(`test/${file}`))).join("\n")
      const isNamed = (name: string) => new RegExp(String.raw`\b${name}\b`).test(tests)
      assert.deepStrictEqual(Object.keys(Bounds).filter((name) => !isNamed(name)), [])
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("pages of one endpoint that are in memory", () =>
    Effect.map(pagesHeld(1), (held) => assert.strictEqual(held, Bounds.pagesAhead)))

  it.effect("pages of all endpoints that are in memory", () =>
    Effect.map(pagesHeld(19), (held) => assert.strictEqual(held, Bounds.pagePermits)))

  it.effect("keys of a ledger, and of a piece of it", () =>
    Effect.gen(function*() {
      const values = yield* Values
      const ledger = yield* openLedger("t")
      const [step, over] = [50_000, 100_000]
      for (let from = 0; from < Bounds.ledgerKeysMax + over; from += step) {
        yield* ledger.append(keysOf(Array.from({ length: step }, (_, n) => idOf(from + n))), {
          reached: Timestamp.fromMillis(from),
          floor: Timestamp.fromMillis(0),
          at: noon
        })
        assert.isAtMost(ledger.size(), Bounds.ledgerKeysMax + Bounds.pieceKeysMax)
      }
      assert.isAtLeast(ledger.size(), Bounds.ledgerKeysMax - Bounds.pieceKeysMax)
      for (const { bytes } of (yield* Ref.get(values)).values()) {
        assert.isAtMost(bytes.length - bytes.indexOf(10) - 1, Bounds.pieceKeysMax * 8)
      }
    }).pipe(Effect.provide(Layer.fresh(StateStore.layerMemory))), 20_000)

  it("ids that are remembered to compare with Graph's count", () => {
    const recent = Recent.make()
    const cursor = Timestamp.fromMillis(noon)
    const count = () => recent.within(cursor, Timestamp.fromMillis(noon + 1))
    for (let n = 1; n < Bounds.sweepIdsMax; n++) recent.remember(`r${n}`, cursor)
    assert.isTrue(recent.isWhole())
    for (let n = 0; n < 10; n++) recent.remember(`more${n}`, cursor)
    assert.isFalse(recent.isWhole())
    assert.strictEqual(count(), Bounds.sweepIdsMax)
    recent.remember("r1", Timestamp.fromMillis(noon + 1))
    assert.strictEqual(count(), Bounds.sweepIdsMax - 1)
  })

  it.effect("gaps of one endpoint; the next waits in front of what cannot be read", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const rows = rowsOf(100)
      const key = { cloud: "global", tenant, endpoint: "alerts_v2" } as const
      const from = Timestamp.fromMillis(noon - 40e6)
      const state = yield* Effect.flatMap(Checkpoints, ({ open }) => open(key)).pipe(
        Effect.provide(Layer.fresh(Checkpoints.layer).pipe(Layer.provide(StateStore.layerMemoryOpen)))
      )
      yield* state.begin(from, noon)
      yield* state.update((checkpoint) => ({
        ...checkpoint,
        gaps: Array.from({ length: Bounds.gapsMax }, (_, n) => ({
          from: Timestamp.fromMillis(noon - 50e6 + n),
          to: Timestamp.fromMillis(noon - 50e6 + n + 1),
          code: "unavailable",
          foundAt: noon,
          triedAt: noon
        }))
      }))
      const fake = FakeGraph.make({ rows, poison: ({ id }) => id === "r50" })
      const { document } = yield* running(fake)
      yield* Effect.repeat(TestClock.adjust("20 seconds"), { times: 90 })
      const endpoint = (yield* document).instances[0]!.endpoints.find(({ name }) => name === "alerts_v2")!
      assert.strictEqual(endpoint.gaps.length, Bounds.gapsMax)
      assert.strictEqual(endpoint.state, "unavailable")
      assert.isTrue(endpoint.high_water_mark! <= rows[50]!.lastUpdateDateTime)
    }).pipe(Effect.provide(world)))

  it("names that the mapping does not know", () => {
    const names = Array.from({ length: Bounds.driftNamesMax + 50 }, (_, n) => `name${n}`)
    const drift = names.map((name) => ({ kind: "property" as const, name }))
    const counts = DriftCounts.add([], drift, noon)
    assert.strictEqual(counts.length, Bounds.driftNamesMax + 1)
    assert.deepInclude(counts.at(-1), { name: "other", count: 50 })
  })
})
