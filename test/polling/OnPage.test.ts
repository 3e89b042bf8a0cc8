import { assert, describe, it } from "@effect/vitest"
import { HashSet } from "effect"
import { minusMillis } from "../../src/domain/Timestamp.ts"
import { pagesBeforeGrowth } from "../../src/graph/Limits.ts"
import { onPage } from "../../src/polling/OnPage.ts"
import type { Poll } from "../../src/polling/Poll.ts"
import type { PageSeen, PollerConfig, PollerState } from "../../src/polling/PollerState.ts"
import { at, config, facts, gapTask, minute, noon, poll, position, rangeTask, state, tally, told } from "./Decisions.ts"

const home = "https://graph.microsoft.com/v1.0/security/alerts_v2"
const skip = `${home}?$skip=1000`
const token = `${home}?$skiptoken=a`
const once = config("alerts_v2", { _tag: "once" })

const seen = (more: Partial<PageSeen> = {}): PageSeen => ({
  cursors: [at(-74), at(-70)],
  future: 0,
  rows: 1000,
  unseen: 1000,
  nextLink: skip,
  at: noon,
  providerWarnings: [],
  ...more
})
const page = (of: Partial<PageSeen> = {}, more: {
  readonly poll?: Partial<Poll>
  readonly position?: Parameters<typeof position>[0]
  readonly state?: Partial<PollerState>
  readonly config?: PollerConfig
} = {}) => {
  const fetch = { _tag: "Fetch", poll: poll(more.poll), position: position(more.position) } as const
  return onPage(more.config ?? config(), state({ next: fetch, ...more.state }), fetch, seen(of), facts({ now: noon }))
}
const going = (decision: ReturnType<typeof page>) => {
  const { next } = decision.state
  return next._tag === "Fetch" ? next : assert.fail(next._tag)
}
const goal = (decision: ReturnType<typeof page>) => {
  const { next } = decision.state
  return next._tag === "Settle" ? next.goal._tag : next._tag
}

describe("a page with more behind it", () => {
  it("is handed over with its plan, and the next is asked for where the plan says", () => {
    const decision = page()
    const on = position({ bound: at(-70), reached: at(-70), proven: true })
    assert.deepStrictEqual(decision.plan, {
      task: { _tag: "Live" },
      position: position(),
      mark: at(-70),
      isOwed: false,
      incomplete: 0,
      following: on,
      ended: false,
      reached: at(-70)
    })
    assert.deepStrictEqual(going(decision).position, on)
    assert.strictEqual(decision.state.inFlight, 1)
    assert.deepStrictEqual(told(decision), [])
  })

  it("has reached its greatest cursor, or where it was asked from", () => {
    assert.strictEqual(page({ cursors: [at(-70), at(-74)] }).plan?.reached, at(-70))
    assert.strictEqual(page({ cursors: [] }).plan?.reached, at(-75))
  })

  it("counts rows of the future, and remembers the link that it follows", () => {
    const { poll: next } = going(page({ future: 2, nextLink: token }, { poll: { future: 3 } }))
    assert.strictEqual(next.future, 5)
    assert.deepStrictEqual(Array.from(next.links), [new URL(token).href])
  })

  it("lets a halved page size grow while polling live, and in nothing else", () => {
    const small = { poll: { pageSize: 100 }, state: { pageSize: 100, pagesAtSize: pagesBeforeGrowth - 1 } }
    assert.strictEqual(going(page({}, small)).poll.pageSize, 200)
    const aside = { ...small, poll: { ...small.poll, task: gapTask() }, position: { until: at(-60) } }
    assert.strictEqual(going(page({}, aside)).poll.pageSize, 100)
  })

  it("widens a narrowed window behind it", () => {
    const narrowed = { position: { until: at(-70) }, state: { span: minute } }
    const decision = page({ cursors: [at(-74)], nextLink: undefined }, narrowed)
    assert.strictEqual(going(decision).position.until, at(-68))
    assert.strictEqual(decision.state.span, 2 * minute)
    const aside = page({ cursors: [at(-74)], nextLink: undefined }, { ...narrowed, poll: { task: rangeTask } })
    assert.deepStrictEqual([going(aside).position.until, aside.state.span], [at(0), minute])
  })
})

describe("the last page", () => {
  it("ends the pass once its pages are settled", () => {
    const decision = page({ nextLink: undefined })
    assert.strictEqual(goal(decision), "EndPass")
    assert.deepInclude(decision.plan, { ended: true, following: null, mark: at(-70) })
  })

  it("of a range is the one that reaches its end", () => {
    const range = { poll: { task: rangeTask }, position: { until: at(0) } }
    assert.strictEqual(goal(page({ nextLink: undefined }, range)), "EndPass")
    assert.strictEqual(goal(page({}, range)), "Fetch")
  })

  it("of a poll that is made once is the first that reaches past its beginning", () => {
    const past = { cursors: [at(-74), minusMillis(at(0), -1)] }
    const ended = page(past, { config: once })
    assert.strictEqual(goal(ended), "EndPass")
    assert.deepInclude(ended.plan, { ended: true, following: null })
    assert.strictEqual(goal(page({ cursors: [at(-74), at(0)] }, { config: once })), "Fetch")
    assert.strictEqual(goal(page({ cursors: [] }, { config: once })), "Fetch")
    assert.strictEqual(goal(page(past)), "Fetch", "who polls for ever reads on")
    // Graph's clock counts, not the machine's.
    assert.strictEqual(goal(page(past, { config: once, poll: { graphStartedAt: noon + minute } })), "Fetch")
  })
})

describe("a provider that did not answer for its part", () => {
  it("is owed where it may answer later, once each", () => {
    const provider = "Contoso/Sensor"
    const owing = page({ providerWarnings: [{ provider, status: 504 }, { provider, status: 429 }] })
    assert.isTrue(owing.plan?.isOwed)
    assert.deepStrictEqual([owing.plan?.following?.owed, going(owing).poll.missing], [[provider], [provider]])
    const still = page({}, { poll: { missing: [provider] }, state: { incomplete: 2 } })
    assert.deepInclude(still.plan, { isOwed: true, incomplete: 2 })
    assert.isFalse(page({ providerWarnings: [{ provider, status: 404 }] }).plan?.isOwed)
  })
})

describe("a nextLink that cannot be followed", () => {
  const proven = { position: { proven: true, reached: at(-74) } }

  it("leads elsewhere: it is refused and said, and the filter is moved", () => {
    const decision = page({ nextLink: "https://example.com/next" }, proven)
    assert.deepStrictEqual(told(decision), ["Said Error remind next_link_refused"])
    assert.deepStrictEqual([going(decision).position.link, going(decision).position.bound], [null, at(-70)])
    assert.isUndefined(decision.plan?.mark)
    assert.strictEqual(HashSet.size(going(decision).poll.links), 0)
  })

  it("comes again: it is not followed a second time", () => {
    const decision = page({ nextLink: token }, { ...proven, poll: { links: HashSet.make(new URL(token).href) } })
    assert.deepStrictEqual(told(decision), [])
    assert.strictEqual(going(decision).position.link, null)
    const other = page({ nextLink: `${home}?$skiptoken=b` }, { poll: { links: HashSet.make(token) } })
    assert.strictEqual(HashSet.size(going(other).poll.links), 2)
  })

  it("in a pass whose rows are in no order begins the pass again, and moves no mark", () => {
    const decision = page({ cursors: [at(-70), at(-74)], nextLink: "https://example.com/next" })
    assert.deepInclude(decision.plan, { mark: undefined, following: null, ended: false })
    assert.deepInclude(going(decision), { position: position() })
    assert.strictEqual(going(decision).poll.deadEnds, 1)
  })

  it("in a poll that is made once is no end of it", () => {
    const past = { cursors: [at(-70), at(-74), at(1)], nextLink: "https://example.com/next" }
    assert.strictEqual(goal(page(past, { config: once })), "Fetch")
  })
})

describe("a page of a pass that is longer than its interval", () => {
  it("is the last of this poll", () => {
    const long = { poll: { startedAt: noon - 5 * minute, tally: tally(1) } }
    assert.strictEqual(goal(page({}, long)), "Split")
  })
})
