/** Shows what is wrong with the broker's stream, in `/status` and in the log: one that is gone within minutes, all else hourly. */
import { Clock, Effect } from "effect"
import type { Connection } from "../nats/Connection.ts"
import * as StreamJudgement from "../nats/StreamJudgement.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"

/** Time between two looks whether there is a stream, while there is none, and how many of them go before one at how it is made. */
const lookEvery = { time: "5 minutes", missing: "30 seconds", allAfter: 12 } as const

const isMissing = ({ code }: Pick<Report, "code">) => code === "stream_missing"

/** Judges the stream of a subject now, and each hour. While there is none, the sink is unavailable. */
export const run = Effect.fn("StreamWatch.run")(
  function*(subject: string): Effect.fn.Return<void, never, Connection | Reporter | Status> {
    const status = yield* Status
    const reporter = yield* Reporter
    let before: ReadonlyArray<Report> = []
    /** Looks until the next one at how it is made, which comes until the broker has answered it. */
    let left = 0
    const judge = Effect.gen(function*() {
      const found = yield* StreamJudgement.findings(subject)
      // A broker that cannot be asked says nothing of the stream: what is known of it stands.
      if (found === undefined) return
      left = lookEvery.allAfter - 1
      const occurred_at = isoTime(yield* Clock.currentTimeMillis)
      const warnings = found.map((one): Report => ({ ...one, occurred_at }))
      for (const report of before) {
        if (!warnings.some(({ code }) => code === report.code)) yield* reporter.overApart(report)
      }
      for (const report of warnings) {
        yield* reporter.say(report, {
          level: isMissing(report) ? "Error" : "Warn",
          remind: isMissing(report),
          apart: true
        })
      }
      yield* status.tell({ _tag: "SinkWarned", warnings })
      if (warnings.some(isMissing)) yield* status.tell({ _tag: "OutletFailed", outlet: "stream" })
      else if (before.some(isMissing)) yield* status.tell({ _tag: "OutletRecovered", outlet: "stream" })
      before = warnings
    })
    const look = Effect.gen(function*() {
      left--
      if (left < 0 || before.some(isMissing) || (yield* StreamJudgement.isMissing(subject)) === true) yield* judge
    })
    while (true) {
      yield* look
      yield* Effect.sleep(before.some(isMissing) ? lookEvery.missing : lookEvery.time)
    }
  }
)
