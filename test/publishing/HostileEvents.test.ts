/** Hostile pages for a sink that takes OCSF: one event a record, in short turns. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Headers } from "effect/http"
import type { OcsfEvent } from "../../src/artifacts/ocsf/OcsfEvent.ts"
import { evidenceMappedMax } from "../../src/domain/Bounds.ts"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import { Bodies } from "../../src/graph/body/Body.ts"
import * as PageAnswer from "../../src/graph/PageAnswer.ts"
import { prepare } from "../../src/publishing/Slices.ts"
import { assertLawful, type Read } from "../artifacts/OcsfEvents.ts"
import { bodies } from "../support/Hostile.ts"

/** Milliseconds of processor time that a page may keep the event loop in one go. */
const turnMax = 50
const triesMax = 4

const published = Effect.fnUntraced(function*(text: string, endpoint: "alerts" | "alerts_v2" = "alerts_v2") {
  const incoming = (yield* Bodies).receive(0)
  incoming.append(Buffer.from(text))
  const page = yield* PageAnswer.decode({ status: 200, headers: Headers.empty, body: incoming.body() }, 0)
  const { slices } = prepare({
    instance: "one",
    endpoint: endpoints[endpoint],
    context: { tenantId: "tenant", displayName: "One", senderHost: "record", graphHost: "graph.microsoft.com" },
    page,
    isKnown: () => false,
    contents: undefined,
    passed: undefined,
    now: 0
  }).map("ocsf")
  const events: Array<OcsfEvent> = []
  let longest = 0
  let before = process.threadCpuUsage()
  for (const slice of slices) {
    const { system, user } = process.threadCpuUsage(before)
    longest = Math.max(longest, (system + user) / 1000)
    events.push(...slice.events ?? [])
    before = process.threadCpuUsage()
  }
  page.release()
  return { events, longest }
})

describe("a hostile page becomes events in short turns", () => {
  for (
    const [name, endpoint] of [
      ["900,000 small evidence objects", "alerts_v2"],
      ["one string of 15 MB", "alerts_v2"],
      ["a million properties in one evidence object", "alerts_v2"],
      ["a million properties in one alert", "alerts_v2"],
      ["900,000 logged-on users in one device", "alerts_v2"],
      ["800,000 comments", "alerts_v2"],
      ["1,000,000 techniques", "alerts_v2"],
      ["8,000,000 numbers", "alerts_v2"],
      ["1,000 evidence objects of 16 KB", "alerts_v2"],
      ["800,000 user states of a legacy alert", "alerts"]
    ] as const
  ) {
    it.effect(`of ${name}`, () =>
      Effect.gen(function*() {
        const { events, longest } = yield* Effect.repeat(published(bodies[name](), endpoint), {
          until: ({ longest }) => longest < turnMax,
          times: triesMax - 1
        })
        assert.strictEqual(events.length, 1)
        assert.isBelow(longest, turnMax)
        assertLawful(events[0]!)
      }))
  }

  it.effect("and keeps all of its evidence: over evidenceMappedMax it follows in raw_data", () =>
    Effect.gen(function*() {
      const all = Array.from({ length: evidenceMappedMax + 3 }, (_, n) => `{"n":${n}}`)
      const { events: [event] } = yield* published(
        `{"value":[{"id":"da1","lastUpdateDateTime":"2026-11-20T11:00:00Z","evidence":[${all.join(",")}]}]}`
      )
      const [record, rest] = event!.raw_data.split("\n")
      assert.lengthOf((event as Read)["evidences"], evidenceMappedMax)
      assert.strictEqual((event as Read)["unmapped"].evidenceBeyond, 3)
      assert.isTrue(record!.endsWith(`${all.slice(0, evidenceMappedMax).join(",")}]}`))
      assert.strictEqual(rest, `[${all.slice(evidenceMappedMax).join(",")}]`)
    }))
})
