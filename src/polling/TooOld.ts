/** Finds the oldest instant that a filter may name, where Graph keeps less than is asked for, and leaves out what is older. */
import { Duration } from "effect"
import type { Position } from "../checkpoints/Checkpoint.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { surelyKept, windowFloor } from "../graph/Limits.ts"
import type { PartRefused } from "../graph/QueryShape.ts"
import { endEarly, readOn } from "./Ending.ts"
import { filterTooOld, leaveOut } from "./Narrowing.ts"
import type { Poll, Search } from "./Poll.ts"
import { after, type Decision, type Facts, type PollerConfig, type PollerState } from "./PollerState.ts"

const dayMillis = 86_400_000

const isWithin = (millis: number, one: Timestamp.Timestamp, other: Timestamp.Timestamp): boolean =>
  Timestamp.toMillis(other) - Timestamp.toMillis(one) <= millis

/** The instant from which on a filter is taken, as Graph says. */
const toldBy = (
  { limit, notBefore }: PartRefused,
  { bound }: Position,
  { graphStartedAt }: Poll
): Timestamp.Timestamp | undefined =>
  [
    notBefore === undefined ? undefined : Timestamp.normalize(notBefore),
    // A minute more than the days, for the time that the next requests take.
    limit === undefined ? undefined : Timestamp.fromMillis(graphStartedAt - limit * dayMillis + 60_000)
  ].find((instant) => instant !== undefined && instant > bound)

/** Leaves out what is older than `to`, and reads from there. */
const leave = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  position: Position,
  to: Timestamp.Timestamp,
  facts: Facts
): Decision | undefined => {
  const left = leaveOut(config, poll, position, to, filterTooOld, facts)
  return left === undefined
    ? undefined
    : after(left, readOn(config, state, { ...poll, search: undefined }, left.position, facts))
}

/** Asks from the middle between what was refused and what is taken, which is Graph's present at first. */
const seek = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  position: Position,
  search: Search,
  facts: Facts
): Decision => {
  const [from, to] = [Timestamp.toMillis(search.refused), Timestamp.toMillis(search.taken ?? presentOf(poll))]
  const bound = Timestamp.fromMillis(Math.ceil((from + to) / 2))
  return readOn(config, state, { ...poll, search }, { ...position, bound, until: null, link: null }, facts)
}

const presentOf = ({ graphStartedAt }: Poll) => Timestamp.fromMillis(graphStartedAt)

/**
 * Goes on after a filter was refused for its age. Undefined where less cannot be asked for: Graph refuses what it surely
 * keeps, or an aside was refused, whose rows are older every time.
 */
export const onTooOld = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  position: Position,
  refused: PartRefused,
  facts: Facts
): Decision | undefined => {
  const present = presentOf(poll)
  if (poll.task._tag !== "Live") return undefined
  const { from, taken } = poll.search ?? { from: position.bound, taken: undefined }
  if (taken === undefined && isWithin(Duration.toMillis(surelyKept), position.bound, present)) return undefined
  if (taken !== undefined && isWithin(windowFloor, position.bound, taken)) {
    return leave(config, state, poll, { ...position, bound: from }, taken, facts)
  }
  const told = toldBy(refused, position, poll)
  return told === undefined || told > present || poll.search !== undefined
    ? seek(config, state, poll, position, { from, refused: position.bound, taken }, facts)
    : leave(config, state, poll, position, told, facts)
}

/** Goes on after a filter was taken that is sought: asks from further back, until at most a minute that Graph has is left out. */
export const onTaken = (
  config: PollerConfig,
  state: PollerState,
  poll: Poll,
  position: Position,
  { from, refused }: Search,
  facts: Facts
): Decision => {
  const { bound: taken } = position
  if (!isWithin(windowFloor, refused, taken)) {
    return seek(config, state, poll, position, { from, refused, taken }, facts)
  }
  // Without room for another gap the pass ends here, and the next poll begins where this one did.
  return leave(config, state, poll, { ...position, bound: from }, taken, facts) ?? endEarly(state, poll)
}
