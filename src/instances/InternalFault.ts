/** A fault of this program's own, which must not end an endpoint in silence, nor touch another. */
import { Cause, Clock, Effect } from "effect"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import { isoTime } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** What kind of fault it was, and where; its message may quote what Graph sent. */
const nameOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (!(error instanceof Error)) return "of no kind"
  const at = error.stack?.split("\n").find((text) => text.startsWith("    at "))
  return `${error.name}${at === undefined ? "" : ` ${at.trim()}`}`
}

/** Shows and reports an endpoint's defect, and goes on; an interruption stays one. */
export const told = (instance: string, endpoint: EndpointName) => <A, R>(polling: Effect.Effect<A, never, R>) =>
  Effect.catchCauseIf(
    polling,
    (cause) => !Cause.hasInterrupts(cause),
    Effect.fnUntraced(function*(cause) {
      const here = (yield* Status).endpoint(instance, endpoint)
      here.state = "error"
      here.lastPollWell = false
      here.error = {
        code: "internal_fault",
        instance,
        endpoint,
        message: `a fault of the connector itself: ${nameOf(cause)}`,
        remedy: "report it with the log and the version; polling is tried again, and nothing was saved past it",
        occurred_at: isoTime(yield* Clock.currentTimeMillis)
      }
      yield* (yield* Reporter).say(here.error, { level: "Error", remind: true })
    })
  )
