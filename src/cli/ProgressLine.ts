/** The progress of a backfill: one updated line on a terminal, plain lines elsewhere. */
import { Clock, Effect } from "effect"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Progress } from "../polling/Backfill.ts"
import { isoTime } from "../status/Report.ts"
import * as Printed from "./Printed.ts"

const barWidth = 24
/** Milliseconds between two lines without a terminal. */
const plainEvery = 5000

const spoken = (millis: number): string =>
  millis < 90_000
    ? `${Math.ceil(millis / 1000)} s`
    : millis < 5_400_000
    ? `${Math.round(millis / 60_000)} min`
    : `${Math.round(millis / 3_600_000)} h`

/** Creates the progress line of one endpoint's range. */
export const make = Effect.fnUntraced(function*(name: string, from: Timestamp.Timestamp, to: Timestamp.Timestamp) {
  const { isTerminal, rewrite } = yield* Printed.screen
  const startedAt = yield* Clock.currentTimeMillis
  const [first, last] = [Timestamp.toMillis(from), Timestamp.toMillis(to)]
  let begun: number | undefined
  let saidAt = startedAt

  const text = ({ artifacts, reached, records, waitingUntil }: Progress, now: number): string => {
    const part = Math.min(1, Math.max(0, (Timestamp.toMillis(reached) - first) / (last - first)))
    begun ??= part
    const elapsed = now - startedAt
    const left = part > begun ? elapsed * (1 - part) / (part - begun) : undefined
    const filled = Math.round(part * barWidth)
    return [
      name.padEnd(9),
      `[${"#".repeat(filled)}${".".repeat(barWidth - filled)}]`,
      `${String(Math.floor(part * 100)).padStart(3)} %`,
      `${records} records`,
      `${artifacts} artifacts`,
      `${Math.round(records / Math.max(1, elapsed / 1000))}/s`,
      ...(waitingUntil !== undefined
        ? [`throttled, goes on at ${isoTime(waitingUntil)}`]
        : left === undefined || part === 1
        ? []
        : [`${spoken(left)} left`])
    ].join("  ")
  }

  return {
    tell: (progress: Progress) =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const line = text(progress, now)
        if (isTerminal) return yield* rewrite(line, false)
        if (progress.waitingUntil === undefined && now - saidAt < plainEvery) return
        saidAt = now
        yield* Printed.lines(line)
      }),
    end: (progress: Progress) =>
      Effect.gen(function*() {
        const line = text({ ...progress, reached: to }, yield* Clock.currentTimeMillis)
        yield* isTerminal ? rewrite(line, true) : Printed.lines(line)
      })
  }
})
