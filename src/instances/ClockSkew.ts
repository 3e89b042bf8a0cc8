/** Warns when this machine's clock is wrong, by the dates of Microsoft's answers, before tokens are refused for it. */
import { Clock, Duration, Effect, Option } from "effect"
import type { Graph } from "../graph/GraphClient.ts"
import { clockWarnedFrom } from "../graph/Limits.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

const code = "clock_off"

const reportOf = (ahead: number, now: number): Report => ({
  code,
  message: `this machine's clock is ${Math.round(Math.abs(ahead) / 60_000)} minutes ${
    ahead > 0 ? "ahead of" : "behind"
  } Microsoft's`,
  remedy:
    "Set the machine's clock (chronyd, ntpd or the host's): a token is refused by a clock that is off by five minutes",
  occurred_at: isoTime(now)
})

/** Compares the clock with Microsoft's once, as any tenant's requests heard it: the nearest of them counts. */
export const look = Effect.fnUntraced(function*(graphs: Iterable<Graph>) {
  const status = yield* Status
  const reporter = yield* Reporter
  const heard = (yield* Effect.forEach(graphs, ({ ahead }) => ahead)).flatMap(Option.toArray)
  const ahead = heard.toSorted((one, other) => Math.abs(one) - Math.abs(other))[0]
  if (ahead === undefined || Math.abs(ahead) < Duration.toMillis(clockWarnedFrom)) {
    yield* status.tell({ _tag: "ProcessWarningEnded", key: code })
    return yield* reporter.overAll(code)
  }
  const report = reportOf(ahead, yield* Clock.currentTimeMillis)
  yield* status.tell({ _tag: "ProcessWarned", key: code, report })
  yield* reporter.say(report, { level: "Warn", remind: true })
})
