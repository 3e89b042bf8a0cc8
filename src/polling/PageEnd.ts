/** Tells a poller how a page ended. */
import { Cause, Exit, Option } from "effect"
import type { Brought } from "../publishing/Mapping.ts"
import { PageLost } from "../publishing/Page.ts"
import { nothing, type Tally } from "./Poll.ts"
import type { Outcome } from "./PollerState.ts"

/** The end of a page. `fault` is a defect in mapping or publishing it, which ends the run of its endpoint. */
export interface PageEnd {
  readonly outcome: Outcome
  readonly tally: Tally
  readonly fault: Cause.Cause<never> | undefined
}

/** Reads the result from the exit with which the page's scope was closed. A success holds a `Brought`. */
export const endOf = (exit: Exit.Exit<unknown, unknown>): PageEnd => {
  if (Exit.isSuccess(exit) && Option.isOption(exit.value) && Option.isSome(exit.value)) {
    const { artifacts, deadLetters, fresh, heldBack, repeated } = exit.value.value as Brought
    const tally = { records: fresh, artifacts, repeated, heldBack, deadLetters: deadLetters.length }
    return { outcome: "committed", tally, fault: undefined }
  }
  const isLost = Exit.isFailure(exit) &&
    exit.cause.reasons.some((reason) => Cause.isFailReason(reason) && reason.error instanceof PageLost)
  const fault = Exit.isFailure(exit) && Cause.hasDies(exit.cause) ? Cause.die(Cause.squash(exit.cause)) : undefined
  return { outcome: isLost ? "lost" : "dropped", tally: nothing, fault }
}
