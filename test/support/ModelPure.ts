/** Runs a story against `Poller.decide` alone: a small interpreter carries its actions out, without an effect. */
import { Duration } from "effect"
import { type Checkpoint, initial as firstCheckpoint, type Position } from "../../src/checkpoints/Checkpoint.ts"
import { clouds } from "../../src/config/Cloud.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import * as FailureTable from "../../src/graph/FailureTable.ts"
import { GraphError } from "../../src/graph/GraphError.ts"
import * as Limits from "../../src/graph/Limits.ts"
import { nothing } from "../../src/polling/Poll.ts"
import { decide, wakeAt } from "../../src/polling/Poller.ts"
import {
  type Action,
  type Decision,
  type Event,
  type Facts,
  initial,
  pageEnded,
  type PagePlan,
  type PollerConfig
} from "../../src/polling/PollerState.ts"
import { afterPage } from "../../src/polling/Progress.ts"
import type { Command, Story } from "./ModelCommands.ts"
import * as ModelGraph from "./ModelGraph.ts"
import * as ModelLedger from "./ModelLedger.ts"
import * as ModelPromise from "./ModelPromise.ts"
import { answerMillis, endpointOf, minutesFrom, noon, paceOf, performOnGraph } from "./ModelWorld.ts"

interface Page {
  readonly plan: PagePlan
  readonly rows: ReadonlyArray<ModelGraph.Row>
}

const isError = (answer: ModelGraph.Answer | GraphError["reason"]): answer is GraphError["reason"] => "_tag" in answer

export const run = ({ commands, world }: Story): ReadonlyArray<string> => {
  const endpoint = endpointOf(world)
  const home = `${clouds.global.graph}${endpoint.path}`
  const graph = ModelGraph.make(world, home)
  const promise = ModelPromise.make(world)
  let config: PollerConfig = {
    endpoint,
    identity: { name: "tenant", clientId: "one", cloud: clouds.global },
    mode: { _tag: "forever" }
  }
  let pace = paceOf(world)
  let now = noon
  /** Milliseconds by which the machine's clock was set back. */
  let back = 0
  let checkpoint: Checkpoint | undefined
  let decision: Pick<Decision, "save" | "state"> = { state: initial(config), save: undefined }
  let pages: Array<Page> = []
  const ledger = ModelLedger.make(world.ledgerMax)
  let sinkUntil = 0
  /** No request before it, by Graph's clock; with the application that was throttled. */
  let cooling: { readonly until: number; readonly client: string } | undefined
  /** When a wait ends, by Graph's clock: it was decided when the wait began. */
  let wakes: number | undefined
  /** A poll has asked for the time, and its first request comes. */
  let isBeginning = false
  let polls = 0

  const graphNow = () => now + back
  const facts = (): Facts => ({ now, checkpoint, pace, ledgerFloor: ledger.floor(), siblingBrings: false })
  const save = (next: Checkpoint) => {
    if (next === checkpoint) return
    checkpoint = next
    promise.saves(next)
  }

  const append = ({ plan }: Page, seqs: ReadonlyArray<number>) =>
    ledger.append(seqs, plan.reached, checkpoint!.floor, (forgotten, floor) => {
      // A ledger that is full forgets rows of its floor's own instant, rows of the future, and rows that a pass which
      // has begun comes upon again.
      const { from } = plan.position
      promise.mayRepeat(forgotten, from < floor ? from : floor)
      promise.forgets(floor)
    })

  /** Publishes the first page, and commits it unless the process dies before (`steps` of publish, ledger, checkpoint). */
  const publish = (steps = 3) => {
    const page = pages.shift()
    if (page === undefined || steps === 0) return
    const fresh = page.rows.filter(({ seq }) => !ledger.has(seq))
    for (const { seq } of fresh) promise.published(seq)
    if (steps === 1) return promise.mayRepeat(fresh.map(({ seq }) => seq))
    append(page, fresh.map(({ seq }) => seq))
    if (steps === 2) return
    save(afterPage(checkpoint!, page.plan, fresh.length, now))
    const { state } = decision
    decision = { ...decision, state: pageEnded(state, "committed", { ...nothing, records: fresh.length }) }
  }

  /** Publishes all pages; false while the sink cannot be written. */
  const settle = (): boolean => {
    if (pages.length > 0 && now < sinkUntil) return false
    while (pages.length > 0) publish()
    return true
  }

  const send = (asked: ModelGraph.Asked) => {
    if (cooling !== undefined && cooling.client === config.identity.clientId && graphNow() < cooling.until) {
      promise.broken.push(`a request ${(cooling.until - graphNow()) / 1000} s before the end of a cooldown`)
    }
    now += answerMillis
    const answer = ModelGraph.answer(graph, asked)
    if (isError(answer)) {
      if (answer._tag === "Throttled") {
        const length = answer.retryAfter === undefined ? 600_000 : Duration.toMillis(answer.retryAfter)
        cooling = { until: graphNow() + Math.max(600_000, length), client: config.identity.clientId }
      }
      return answer
    }
    const horizon = graphNow() + Duration.toMillis(Limits.futureMax)
    promise.shows(asked, answer, Timestamp.fromMillis(graphNow()), Timestamp.fromMillis(horizon))
    return answer
  }

  const failed = (reason: GraphError["reason"], failures: number): Event => ({
    _tag: "Failed",
    error: new GraphError({ endpoint: endpoint.name, operation: "page", reason }),
    failures
  })

  /** Asks for a page, with its tries. */
  const fetch = ({ poll, position }: Extract<Action, { readonly _tag: "Fetch" }>): Event => {
    if (isBeginning) {
      isBeginning = false
      polls++
      if (checkpoint!.position === null) promise.begins(Duration.toMillis(pace.overlap), ledger.floor())
    }
    const asked = ModelGraph.ask(position, poll.pageSize)
    for (let failures = 0;;) {
      const answer = send(asked)
      if (!isError(answer)) {
        const horizon = Timestamp.fromMillis(graphNow() + Duration.toMillis(Limits.futureMax))
        const cursors = answer.rows.flatMap(({ cursor }) => cursor > horizon ? [] : [cursor])
        const { nextLink, providerWarnings, rows } = answer
        const seen = {
          cursors,
          future: rows.length - cursors.length,
          rows: rows.length,
          unseen: rows.length,
          nextLink,
          at: graphNow(),
          providerWarnings
        }
        decided({ _tag: "Answered", seen, failures }, rows)
        return { _tag: "Settled" }
      }
      failures++
      const { then } = FailureTable.onFailure(answer)
      const isLast = failures >= Limits.tries.page ||
        poll.failedRequests + failures >= Limits.tries.failuresInPoll
      if (then !== "retry_page" || isLast) return failed(answer, failures)
      now += 1000 * 2 ** failures
    }
  }

  const probe = (position: Position): Event => {
    const before = {
      bound: Timestamp.minusMillis(position.from, Limits.windowFloor),
      until: position.from,
      link: null
    }
    const any = { ...ModelGraph.ask(before, 1), ge: undefined, lt: undefined }
    for (const [failures, asked] of [any, ModelGraph.ask(before, 1)].entries()) {
      const answer = send(asked)
      if (!isError(answer)) return { _tag: "Probed", answers: true, failures }
      if (FailureTable.onFailure(answer).then === "cooldown") return failed(answer, failures + 1)
    }
    return { _tag: "Probed", answers: false, failures: 2 }
  }

  const count = ({ end, from }: Extract<Action, { readonly _tag: "Count" }>): Event => {
    const answer = send({ ...ModelGraph.ask({ bound: from, until: end, link: null }, 1) })
    if (isError(answer)) return failed(answer, 1)
    const rows = graph.rows.filter(({ cursor, seq }) => ledger.has(seq) && from <= cursor && cursor < end)
    return { _tag: "Counted", count: answer.count, known: rows.length, isWhole: true }
  }

  const decided = (event: Event, rows: ReadonlyArray<ModelGraph.Row> = []) => {
    const next = decide(config, decision.state, event, facts())
    if (next.plan !== undefined) pages.push({ plan: next.plan, rows })
    decision = next
  }

  /** Carries out the next action; or returns when it can be, in milliseconds since 1970. */
  const step = (): number | undefined => {
    if (decision.save !== undefined) {
      if (!settle()) return sinkUntil
      const { save: change, state } = decision
      decision = { state, save: undefined }
      if (checkpoint !== undefined) save(change!(checkpoint))
    }
    const { state } = decision
    const { next } = state
    switch (next._tag) {
      case "Wait":
      case "Cool": {
        wakes ??= wakeAt(config, state, next, facts()).at + back
        if (wakes > graphNow()) return wakes - back
        wakes = undefined
        return void decided({ _tag: "Woke" })
      }
      case "AskTime":
        isBeginning = true
        return void decided({ _tag: "Told", graphNow: graphNow(), failures: 0 })
      case "Begin":
        if (checkpoint === undefined) {
          save(firstCheckpoint({ cloud: "global", tenant: "t", endpoint: endpoint.name }, next.mark, now))
        }
        return void decided({ _tag: "Begun", outcome: "committed" })
      case "Fetch": {
        // One page is published and one is fetched.
        if (pages.length >= 2 && !settle()) return sinkUntil
        const event = fetch(next)
        if (event._tag === "Failed") decided(event)
        return
      }
      case "Probe":
        return void decided(probe(next.position))
      case "Count":
        return void decided(count(next))
      case "Settle":
        if (!settle()) return sinkUntil
        return void decided({ _tag: "Settled" })
      case "End":
        promise.broken.push("the poller ended")
        return Infinity
    }
  }

  /** Runs until an instant of the machine's clock. */
  const runUntil = (until: number) => {
    for (let steps = 0; now < until; steps++) {
      if (steps > 5000) return void promise.broken.push("the poller never waits")
      if (now >= sinkUntil) settle()
      const at = step()
      if (at !== undefined) now = Math.max(now, Math.min(at, until))
    }
  }

  /** The process dies and starts again: what was not saved is forgotten. */
  const restart = () => {
    pages = []
    wakes = undefined
    decision = { state: initial(config), save: undefined }
    isBeginning = false
    if (checkpoint === undefined || checkpoint.cooldown === null) cooling = undefined
  }

  const perform = (command: Command) => {
    performOnGraph(graph, command, graphNow(), promise.appears)
    switch (command._tag) {
      case "SinkFails":
        sinkUntil = now + command.times * 5000
        return
      // Each gives up the pages in hand.
      case "Conflict":
      case "Defect":
      case "Stop":
        return restart()
      case "Lease":
      case "Crash":
        publish(command.after % 3)
        return restart()
      case "Advance":
        return runUntil(now + command.seconds * 1000)
      case "SetBack":
        now -= command.minutes * 60_000
        back += command.minutes * 60_000
        sinkUntil = Math.min(sinkUntil, now + 30_000)
        return
      case "Pace":
        pace = paceOf({ ...world, ...command })
        if (wakes !== undefined) wakes = graphNow()
        return promise.paced()
      case "Identity":
        if (command.client) config = { ...config, identity: { ...config.identity, clientId: `client ${now}` } }
        return restart()
    }
  }

  for (const behind of world.rows) promise.appears(ModelGraph.add(graph, minutesFrom(graphNow(), -behind)))
  for (const command of commands) {
    perform(command)
    if (promise.broken.length > 0) return promise.broken
  }
  perform({ _tag: "Mended" })
  graph.isMissing = false
  sinkUntil = 0
  const since = polls
  const isSettled = () =>
    polls >= since + 3 && checkpoint?.position === null && checkpoint.cooldown === null && checkpoint.gaps.length === 0
  for (let hours = 0; hours < 30 && !isSettled() && promise.broken.length === 0; hours++) runUntil(now + 3_700_000)
  if (promise.broken.length > 0) return promise.broken
  if (!isSettled()) promise.broken.push(`does not come to rest: ${decision.state.next._tag}`)
  promise.ends()
  return promise.broken
}
