import { assert, it } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { pageHolds } from "../../src/domain/Bounds.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import * as Bodies from "../../src/graph/body/Bodies.ts"
import { readPage } from "../../src/graph/body/Body.ts"
import { BodyTooLarge, DecodeFailed } from "../../src/graph/GraphError.ts"
import type { GraphPage } from "../../src/graph/GraphPage.ts"
import { ArtifactSink, type Slice } from "../../src/sinks/ArtifactSink.ts"
import { runningOver, world } from "../support/Connector.ts"
import * as FakeGraph from "../support/FakeGraph.ts"
import { bodies } from "../support/Hostile.ts"
import * as Json from "../support/Json.ts"

const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)
const tenantOf = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`
const others = 20

/** Everything but what decides by its size alone, and the dearest to make. */
const served = Object.values(bodies).slice(0, -1)

/** The hostile tenant's answer to its nth request. */
const answer = (n: number) => {
  const rooms = Bodies.make()
  const incoming = rooms.receive(0)
  incoming.append(Buffer.from(served[n % served.length]!()))
  const body = incoming.body()
  const reading = readPage(body)
  let step = reading.next()
  while (step.done !== true) step = reading.next()
  const read = step.value
  if (Result.isFailure(read)) {
    return read.failure === "too much"
      ? new BodyTooLarge({ bytesMax: body.bytes.length, holds: pageHolds })
      : new DecodeFailed({ issue: read.failure })
  }
  return (page: GraphPage): GraphPage => ({ ...page, records: read.success.records(), release: body.release })
}

it.effect(
  "twenty tenants are polled on time while another is served hostile pages for ten minutes",
  () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(noon)
      const settings = yield* Effect.orDie(decodeSettings(
        "test",
        Json.text({
          instances: Object.fromEntries(Array.from({ length: others + 1 }, (_, n) => [`tenant-${n}`, {
            poll_interval_minutes: 1,
            lookback_hours: 48,
            credentials: { tenant_id: tenantOf(n), client_id: tenantOf(n), client_secret: "x" },
            late_row_hours: 0,
            endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
          }]))
        })
      ))
      const fakes = Array.from(
        { length: others + 1 },
        (_, n) => FakeGraph.make({ rows: [{ id: `t${n}`, lastUpdateDateTime: Timestamp.fromMillis(noon - 60_000) }] })
      )
      let asked = 0
      fakes[0]!.answer = () => answer(asked++)
      let artifacts = 0
      const sink = Layer.succeed(ArtifactSink, {
        type: "memory",
        open: Effect.succeed({
          write: ({ artifacts: { length } }: Slice) => Effect.sync(() => void (artifacts += length)),
          commit: Effect.void
        })
      })
      yield* runningOver(new Map(fakes.map((fake, n) => [tenantOf(n), fake])), settings, { sink })
      yield* TestClock.adjust("1 second").pipe(
        Effect.andThen(Effect.repeat(TestClock.adjust(0), { times: 20 })),
        Effect.repeat({ times: 600 })
      )
      assert.isAtLeast(asked, 10, "the hostile tenant is polled, too")
      assert.isAtLeast(artifacts, others + 1000)
      for (const [n, fake] of fakes.slice(1).entries()) {
        const polls = FakeGraph.polls(fake).map(({ at }) => (at - noon) / 1000)
        assert.isAtLeast(polls.length, 10, `tenant ${n + 1}`)
        for (const [index, at] of polls.slice(1).entries()) assert.isAtMost(at - polls[index]!, 62, `tenant ${n + 1}`)
      }
    }).pipe(Effect.provide(Layer.fresh(world))),
  120_000
)
