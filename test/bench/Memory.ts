import { Console, Effect, FileSystem, Schedule } from "effect"
import * as Measure from "./Measure.ts"

/**
 * Measures how peak memory grows with the number of alerts: pages of a thousand, ten times as many alerts each time.
 */
export const memory = Effect.fnUntraced(function*(alerts = 1_000_000) {
  const fs = yield* FileSystem.FileSystem
  const sizes = [alerts / 100, alerts / 10, alerts].map(Math.ceil)
  yield* Console.log(`memory: ${sizes.join(", ")} alerts in pages of 1000; what is written is deleted meanwhile`)
  const peaks: Array<number> = []
  const figures: Record<string, number> = {}
  for (const size of sizes) {
    yield* Effect.scoped(Effect.gen(function*() {
      const graph = yield* Measure.graph(size, { mode: "endless" })
      const { directory, file } = yield* Measure.settings(graph.origin)
      const running = yield* Measure.connector(["run", "--once", "--no-listen", "--config", file])
      // A million alerts make ten gigabytes of files: all but the one being written are deleted.
      const cleaned = fs.readDirectory(`${directory}/artifacts`).pipe(
        Effect.flatMap((names) =>
          Effect.forEach(
            names.filter((name) => name.startsWith("artifacts")).sort().slice(0, -1),
            (name) => fs.remove(`${directory}/artifacts/${name}`),
            { discard: true }
          )
        ),
        Effect.ignore,
        Effect.repeat(Schedule.spaced("2 seconds"))
      )
      yield* Effect.forkScoped(cleaned)
      const { cpu, endedAt, peakRss } = yield* Measure.watched(running)
      const { first, requests } = yield* graph.asked
      yield* Console.log(
        `  ${size} alerts: at most ${peakRss.toFixed(0)} MiB, ${
          ((endedAt - first) / 1000).toFixed(0)
        } s, ${requests} pages`
      )
      peaks.push(peakRss)
      figures[`peak of ${size}, MiB`] = peakRss
      figures[`CPU of ${size}, s`] = cpu
    }))
  }
  yield* Measure.report("memory", {
    ...figures,
    [`growth from ${sizes[1]} to ${sizes[2]}, MiB`]: peaks[2]! - peaks[1]!
  })
})
