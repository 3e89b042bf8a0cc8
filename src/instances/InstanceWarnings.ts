/** Warns of instances whose settings are probably a mistake. */
import { Clock, Effect } from "effect"
import type { Instance } from "../config/Instance.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { type Waiting, waitingRemark } from "./Holders.ts"

/** Warns of a foreign `integration_type` and of two instances of one tenant. Ends warnings whose cause is corrected. */
export const warn = Effect.fnUntraced(function*(instances: ReadonlyArray<Instance>, waiting: Waiting) {
  const status = yield* Status
  const reporter = yield* Reporter
  const occurred_at = isoTime(yield* Clock.currentTimeMillis)
  const say = (instance: string, what: Pick<Report, "code" | "message" | "remedy">) => {
    const report: Report = { ...what, instance, occurred_at }
    return Effect.andThen(
      status.tellInstance(instance, { _tag: "Warned", report }),
      reporter.say(report, { level: "Warn", remind: false, apart: true })
    )
  }
  const over = (instance: string, code: string) =>
    Effect.andThen(
      status.tellInstance(instance, { _tag: "WarningEnded", code }),
      reporter.overApart({ instance, code })
    )
  for (const { identity: { name }, integrationType } of instances) {
    yield* integrationType === "microsoft_graph" ? over(name, "integration_type") : say(name, {
      code: "integration_type",
      message: "integration_type is not microsoft_graph",
      remedy: "set integration_type to microsoft_graph; the instance is polled all the same"
    })
    const holder = waiting.get(name)
    yield* holder === undefined ? over(name, "duplicate_tenant") : say(name, {
      code: "duplicate_tenant",
      ...waitingRemark(name, holder)
    })
  }
})
