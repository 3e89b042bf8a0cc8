/** Shows what is wrong with the broker's stream, in `/status` and in the log, and looks again each hour. */
import { Clock, Effect, Schedule } from "effect"
import type { Connection } from "../nats/Connection.ts"
import * as StreamJudgement from "../nats/StreamJudgement.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** Judges the stream of a subject now, and each hour. */
export const run = Effect.fn("StreamWatch.run")(
  function*(subject: string): Effect.fn.Return<void, never, Connection | Reporter | Status> {
    const status = yield* Status
    const reporter = yield* Reporter
    let before: ReadonlyArray<Report> = []
    const look = Effect.gen(function*() {
      const occurred_at = isoTime(yield* Clock.currentTimeMillis)
      const warnings = (yield* StreamJudgement.findings(subject)).map((one): Report => ({ ...one, occurred_at }))
      for (const report of before) {
        if (!warnings.some(({ code }) => code === report.code)) yield* reporter.overApart(report)
      }
      for (const report of warnings) yield* reporter.say(report, { level: "Warn", remind: false, apart: true })
      yield* status.tell({ _tag: "SinkWarned", warnings })
      before = warnings
    })
    yield* Effect.repeat(look, Schedule.spaced("1 hour"))
  }
)
