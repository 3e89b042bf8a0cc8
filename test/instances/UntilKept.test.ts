/** Tests work that is done again until the stream has what it published. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { EndpointState } from "../../src/checkpoints/Checkpoints.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { untilKept } from "../../src/instances/Recovery.ts"
import type { Keeper } from "../../src/sinks/Keeper.ts"
import { Reporter } from "../../src/status/Reporter.ts"
import { Status } from "../../src/status/Status.ts"

const page = { first: 1, last: 9, id: "i", count: 9, from: Timestamp.fromMillis(0), since: 0, at: 0, place: [1, 0] }
const checkpoint = { delivered: { stream: "S", created: "c", largest: 1, entries: [page] } }

/** Work over a stream that has lost its page at some of the looks, and is seen to lose it during the first work. */
const worked = Effect.fnUntraced(function*(looks: ReadonlyArray<boolean>, losesMeanwhile = false) {
  const left = looks.slice()
  let [works, truncations, watches] = [0, 0, 0]
  const state = {
    current: () => Option.some(checkpoint),
    ledger: { truncate: () => Effect.sync(() => void truncations++), floor: () => undefined },
    inventory: { forget: Effect.void },
    update: () => Effect.void
  } as unknown as EndpointState
  const keeper: Keeper = {
    judge: () => Effect.sync(() => ({ lost: left.shift() === true ? [0] : [], stream: "S", created: "c", last: 0 })),
    watch: Effect.sync(() => () => losesMeanwhile && watches++ === 0 ? Effect.void : Effect.never),
    hold: () => Effect.void
  }
  const work = Effect.suspend(() => ++works === 1 && losesMeanwhile ? Effect.never : Effect.succeed(works))
  const result = yield* untilKept({ instance: "i", endpoint: "alerts_v2" }, state, keeper, work)
  return { result, truncations, left: left.length }
}, Effect.provide([Reporter.layer, Status.layer("test")]))

describe("work that publishes", () => {
  it.effect("is done once where nothing is lost", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* worked([false, false]), { result: 1, truncations: 0, left: 0 })
    }))

  it.effect("begins with what was lost before", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* worked([true, false]), { result: 1, truncations: 1, left: 0 })
    }))

  it.effect("is done again for what is lost meanwhile", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* worked([false, true, false], true), { result: 2, truncations: 1, left: 0 })
    }))

  it.effect("is done again for what is lost at its end", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* worked([false, true, true, false]), { result: 2, truncations: 1, left: 0 })
    }))
})
