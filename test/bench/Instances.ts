import { Console, Effect } from "effect"
import * as Measure from "./Measure.ts"

/** The shortest interval allowed: polling every minute costs five times as much as every five minutes. */
const intervalMinutes = 1
const intervals = 3

/** Measures the cost of 1, 100 and 1,000 instances in one process, and whether each is polled on time. */
export const instances = Effect.fnUntraced(function*(most = 1000) {
  const counts = Array.from(new Set([1, Math.ceil(most / 10), most]))
  yield* Console.log(`instances: ${counts.join(", ")} with three endpoints each, for ${intervals} minutes each`)
  const figures: Record<string, number> = {}
  const graph = yield* Measure.graph(1)
  for (const count of counts) {
    yield* Effect.scoped(Effect.gen(function*() {
      const { file } = yield* Measure.settings(graph.origin, {
        instances: count,
        instance: {
          poll_interval_minutes: intervalMinutes,
          endpoints: { incidents: { poll_interval_minutes: intervalMinutes } }
        }
      })
      yield* graph.asked
      const { child } = yield* Measure.connector(["run", "--no-listen", "--config", file])
      // The last instance starts after half an interval.
      yield* Effect.sleep(`${(intervals + 0.6) * intervalMinutes} minutes`)
      const { cpu, peakRss, rss } = Measure.usage(child.pid!)!
      const { polls } = yield* graph.asked
      const times = Object.values(polls)
      const apart = times.map((at) => Math.max(...at.slice(1).map((time, index) => time - at[index]!)) / 1000)
      figures[`${count}: polled endpoints`] = times.length
      figures[`${count}: polled ${intervals} times`] = times.filter((at) => at.length >= intervals).length
      figures[`${count}: longest time between two polls, s`] = Math.max(...apart)
      figures[`${count}: MiB`] = rss
      figures[`${count}: peak MiB`] = peakRss
      figures[`${count}: % of a core`] = cpu / ((intervals + 0.6) * intervalMinutes * 60) * 100
    }))
  }
  yield* Measure.report("instances", figures)
})
