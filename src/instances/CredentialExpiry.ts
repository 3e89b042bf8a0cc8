/** Warns before a client secret expires, by the day that the settings name. */
import { Clock, DateTime, Effect, Option } from "effect"
import type { Instance } from "../config/Instance.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** Days before the expiry at which the administrator is warned again. */
const warnedDays = [1, 7, 14, 30] as const

const dayMillis = 86_400_000
const code = "credential_expiring"

const reportOf = (instance: string, day: string, days: number, now: number): Report => ({
  code,
  instance,
  message: days <= 0
    ? `the client secret expired on ${day}, by the settings`
    : `the client secret expires on ${day}, in ${days} ${days === 1 ? "day" : "days"} or less`,
  remedy:
    "create a new client secret under Certificates & secrets, paste its Value into the settings, and set client_secret_expires",
  occurred_at: isoTime(now)
})

/** Checks the secrets of instances once. Warns of each secret that expires soon, once for each threshold of days. */
export const look = Effect.fnUntraced(function*(instances: Iterable<Instance>) {
  const status = yield* Status
  const reporter = yield* Reporter
  const now = yield* Clock.currentTimeMillis
  for (const { identity, secretExpires } of instances) {
    const end = secretExpires === undefined ? undefined : Option.getOrUndefined(DateTime.make(secretExpires))
    if (secretExpires === undefined || end === undefined || !identity.enabled) {
      yield* status.tellInstance(identity.name, { _tag: "WarningEnded", code })
      continue
    }
    const left = DateTime.toEpochMillis(end) - now
    const threshold = left <= 0 ? 0 : warnedDays.find((days) => left <= days * dayMillis)
    if (threshold === undefined) {
      yield* status.tellInstance(identity.name, { _tag: "WarningEnded", code })
      continue
    }
    const report = reportOf(identity.name, secretExpires.slice(0, 10), threshold, now)
    yield* status.tellInstance(identity.name, { _tag: "Warned", report })
    yield* reporter.say(report, { level: "Warn", remind: false })
  }
})
