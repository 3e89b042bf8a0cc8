import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventSince, following, isNews, type LiveState } from "../../src/http/LiveChanges.ts"
import { withChanges } from "../../src/page/Live.ts"
import { indexOff } from "../../src/search/Search.ts"
import { Status } from "../../src/status/Status.ts"
import { identity, pace } from "../support/RegisteredInstance.ts"

it.effect("tells a listener of what changed, from which the page has the whole again", () =>
  Effect.gen(function*() {
    const status = yield* Status
    const index = indexOff("a test")
    const register = (name: string) =>
      status.tellInstance(name, {
        _tag: "Registered",
        identity: { ...identity, name, displayName: name },
        pace,
        secretExpiresAt: undefined,
        waitsFor: undefined
      })
    for (let at = 0; at < 100; at++) yield* register(`t${at}`)
    const states = [following(undefined, { index, status: yield* status.document })]
    const look = Effect.gen(function*() {
      const next = following(states.at(-1), { index, status: yield* status.document })
      states.push(next)
      return next
    })
    let shown = withChanges(undefined, eventSince(undefined, states[0]!))
    const told = (now: LiveState) => {
      const event = eventSince(states.at(-2), now)
      assert.isFalse(event.whole)
      shown = withChanges(shown, event)
      assert.deepStrictEqual(shown, now.status)
      return { news: isNews(states.at(-2)!, now, event), names: event.status.instances.map(({ name }) => name), event }
    }
    const quiet = told(yield* look)
    assert.deepInclude(quiet, { news: false, names: [] })
    yield* status.tellEndpoint("t7", "alerts_v2", { _tag: "PollBegan", at: 0 })
    assert.deepInclude(told(yield* look), { news: true, names: ["t7"] })
    yield* status.tell({ _tag: "InstanceForgotten", instance: "t8" })
    yield* register("new")
    const { event, names } = told(yield* look)
    assert.deepStrictEqual([names, event.gone], [["new"], ["t8"]])
    // A slow listener is told of several changes at once.
    assert.deepStrictEqual(eventSince(states[0], states.at(-1)!).status.instances.map(({ name }) => name), [
      "t7",
      "new"
    ])
    assert.deepStrictEqual(withChanges(states[0]!.status, eventSince(states[0], states.at(-1)!)), shown)
    yield* status.tell({
      _tag: "ProcessWarned",
      key: "x",
      report: { code: "x", message: "", remedy: "", occurred_at: "" }
    })
    assert.deepInclude(told(yield* look), { news: true, names: [] })
  }).pipe(Effect.provide(Status.layer("test"))))
