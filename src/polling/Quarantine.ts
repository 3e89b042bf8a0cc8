/** Passes what ended one process after the other: a record as a dead letter, a row that cannot even be read as a gap. */
import { Duration } from "effect"
import type { InHand } from "../checkpoints/InHand.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import * as Limits from "../graph/Limits.ts"
import { whole } from "../graph/QueryShape.ts"
import { leaveOut } from "./Narrowing.ts"
import { start } from "./Poll.ts"
import type { Facts, Note, PollerConfig, Save } from "./PollerState.ts"
import { resume } from "./Walk.ts"

/** Code of the gap that is left where reading a row ended the process. */
export const endedTheProcess = "ended_the_process"

const told = ({ endpoint }: PollerConfig, doing: string): Note => ({
  _tag: "Log",
  level: "Warn",
  message: `a process ended while it had a page of ${endpoint.name} in hand: ${doing}`
})

/** A gap twice as long as the one before it, if that one did not reach far enough. */
const endOf = (bound: Timestamp.Timestamp, { checkpoint }: Facts): Timestamp.Timestamp => {
  const last = checkpoint?.gaps.find(({ code, to }) => code === endedTheProcess && to === bound)
  const before = last === undefined ? 0 : Timestamp.toMillis(last.to) - Timestamp.toMillis(last.from)
  return Timestamp.minusMillis(bound, -Math.max(Limits.windowFloor, 2 * before))
}

/** Decides, when a run begins, what follows from how its predecessors ended. */
export const begin = (
  config: PollerConfig,
  inHand: InHand,
  facts: Facts
): { readonly notes: ReadonlyArray<Note>; readonly save?: Save } => {
  const { checkpoint, ledgerFloor, now, pace } = facts
  switch (inHand.care()) {
    case "none":
      return { notes: [] }
    case "record": {
      const doing = "each of its records is saved before it is mapped, and one that ends the process again is passed"
      return { notes: [told(config, doing)] }
    }
    case "row":
      return { notes: [told(config, "it is read row by row")] }
    case "gap": {
      if (checkpoint === undefined) return { notes: [] }
      const position = resume(checkpoint, Duration.toMillis(pace.overlap), ledgerFloor)
      const poll = { ...start(now, now, { pageSize: 1, shape: whole }, { _tag: "Live" }), missing: position.owed }
      const to = endOf(position.bound, facts)
      const left = leaveOut(config, poll, { ...position, link: null }, to, endedTheProcess, facts)
      return left ?? { notes: [] }
    }
  }
}

/** Returns the link to the page behind a single row with the usual number of rows. */
export const widened = (link: string | undefined, pageSize: number): string | undefined =>
  link?.replace(/([?&](?:\$|%24)top=)1(?=&|$)/i, (_, name: string) => `${name}${pageSize}`)
