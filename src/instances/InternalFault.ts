/** Reports defects of this program, so that none ends an endpoint silently or affects another endpoint. */
import { Cause, Clock, Effect } from "effect"
import { isoTime } from "../status/Report.ts"
import { failed, type Observer } from "./Observer.ts"

/** Names a defect's kind and place. Its message may quote Graph's data and is left out. */
const nameOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (!(error instanceof Error)) return "unknown kind"
  const at = error.stack?.split("\n").find((text) => text.startsWith("    at "))
  return `${error.name}${at === undefined ? "" : ` ${at.trim()}`}`
}

/** Reports an endpoint's defect and then succeeds, so that polling is tried again. Interruptions pass through. */
export const report = (observer: Observer) => <A, R>(polling: Effect.Effect<A, never, R>) =>
  Effect.catchCauseIf(
    polling,
    (cause) => !Cause.hasInterrupts(cause),
    (cause) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) =>
        failed(observer, {
          code: "internal_fault",
          instance: observer.instance,
          endpoint: observer.endpoint,
          message: `a fault of the connector itself: ${nameOf(cause)}`,
          remedy: "report it with the log and the version; polling is tried again, and nothing was saved past it",
          occurred_at: isoTime(at)
        }, "error"))
  )
