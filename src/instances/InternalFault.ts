/** A fault of this program's own, which must neither end an endpoint in silence nor touch another endpoint. */
import { Cause, Clock, Effect } from "effect"
import type { EndpointName } from "../endpoints/Endpoints.ts"
import { isoTime } from "../status/Report.ts"
import type { Observer } from "./Observer.ts"

/** The kind of fault and its place. Its message may quote what Graph sent, and is left out. */
const nameOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (!(error instanceof Error)) return "of no kind"
  const at = error.stack?.split("\n").find((text) => text.startsWith("    at "))
  return `${error.name}${at === undefined ? "" : ` ${at.trim()}`}`
}

/** Shows and reports an endpoint's defect, and goes on; an interruption stays one. */
export const report =
  (instance: string, endpoint: EndpointName, { failed }: Observer) => <A, R>(polling: Effect.Effect<A, never, R>) =>
    Effect.catchCauseIf(
      polling,
      (cause) => !Cause.hasInterrupts(cause),
      Effect.fnUntraced(function*(cause) {
        const at = yield* Clock.currentTimeMillis
        yield* failed({
          code: "internal_fault",
          instance,
          endpoint,
          message: `a fault of the connector itself: ${nameOf(cause)}`,
          remedy: "report it with the log and the version; polling is tried again, and nothing was saved past it",
          occurred_at: isoTime(at)
        }, "error")
      })
    )
