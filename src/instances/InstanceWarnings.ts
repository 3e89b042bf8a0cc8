/** Warns of instances whose settings are probably a mistake. */
import { Clock, Effect } from "effect"
import type { Instance } from "../config/Instance.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** Warns of a foreign `integration_type` and of two instances of one tenant. Ends warnings whose cause is corrected. */
export const warn = Effect.fnUntraced(function*(instances: ReadonlyArray<Instance>) {
  const status = yield* Status
  const reporter = yield* Reporter
  const occurred_at = isoTime(yield* Clock.currentTimeMillis)
  const say = (instance: string, what: Pick<Report, "code" | "message" | "remedy">) => {
    const report: Report = { ...what, instance, occurred_at }
    return Effect.andThen(
      status.tellInstance(instance, { _tag: "Warned", report }),
      reporter.say(report, { level: "Warn", remind: false })
    )
  }
  const tenants = new Map<string, string>()
  for (const { identity, integrationType } of instances) {
    const { cloud, enabled, name, tenantId } = identity
    if (integrationType === "microsoft_graph") {
      yield* status.tellInstance(name, { _tag: "WarningEnded", code: "integration_type" })
    } else {
      yield* say(name, {
        code: "integration_type",
        message: "integration_type is not microsoft_graph",
        remedy: "set integration_type to microsoft_graph; the instance is polled all the same"
      })
    }
    if (!enabled) continue
    const tenant = `${cloud.name} ${tenantId}`
    const other = tenants.get(tenant)
    if (other === undefined) {
      tenants.set(tenant, name)
      yield* status.tellInstance(name, { _tag: "WarningEnded", code: "duplicate_tenant" })
    } else {
      yield* say(name, {
        code: "duplicate_tenant",
        message: `${name} has the same tenant as ${other}, which is polled already`,
        remedy: `delete or disable one of the two; ${name} waits, so that nothing is published twice`
      })
    }
  }
})
