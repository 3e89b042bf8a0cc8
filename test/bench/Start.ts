import { Clock, Console, Effect, Schedule } from "effect"
import * as Measure from "./Measure.ts"

const rounds = 5
const idleSeconds = 60
/** Seconds until the garbage of the start is collected (some ten seconds after it), which is no cost of waiting. */
const settleSeconds = 30

/** Measures the time from start to first request, and the cost of waiting for a poll. */
export const start = Effect.fnUntraced(function*() {
  yield* Console.log(`start: ${rounds} starts; the median counts. Then ${idleSeconds} s of three endpoints that wait`)
  const graph = yield* Measure.graph(0)
  const started = Effect.gen(function*() {
    const { file } = yield* Measure.settings(graph.origin, { instance: {} })
    yield* graph.asked
    const from = yield* Clock.currentTimeMillis
    const { child } = yield* Measure.connector(["run", "--no-listen", "--config", file])
    const { first } = yield* graph.asked.pipe(
      Effect.repeat({ until: ({ first }) => first > 0, schedule: Schedule.spaced("5 millis") })
    )
    return { millis: first - from, pid: child.pid! }
  })
  // The first start brings the files into the page cache.
  const cold = yield* Effect.scoped(started)
  const starts: Array<number> = []
  for (let round = 0; round < rounds; round++) starts.push((yield* Effect.scoped(started)).millis)
  const { pid } = yield* started
  yield* Effect.sleep(`${settleSeconds} seconds`)
  const before = Measure.usage(pid)!
  yield* Effect.sleep(`${idleSeconds} seconds`)
  const after = Measure.usage(pid)!
  yield* Measure.report("start", {
    "first start to first request, ms": cold.millis,
    "start to first request, ms": Measure.median(starts),
    "idle, MiB": after.rss,
    "idle, % of a core": (after.cpu - before.cpu) / idleSeconds * 100
  })
})
