import { Console, Effect, FileSystem } from "effect"
import { requestBudget } from "../../src/graph/Limits.ts"
import * as Measure from "./Measure.ts"

const rounds = 3
/**
 * Alerts in as many pages as the request budget allows at once: later pages would wait for the budget, not for work.
 */
const alertsAtOnce = requestBudget.limit * 1000

const drained = Effect.fnUntraced(function*(name: string, alerts: number, served: Measure.Served) {
  const fs = yield* FileSystem.FileSystem
  yield* Console.log(`${name}: ${alerts} alerts, ${rounds} rounds of each; the median counts`)
  const graph = yield* Measure.graph(alerts, served)
  yield* graph.asked
  const taken: Record<
    "floor" | "pageIterator" | "connector",
    Array<{ seconds: number; peakRss: number; cpu: number }>
  > = { floor: [], pageIterator: [], connector: [] }
  let artifacts = 0
  for (let round = 1; round <= rounds; round++) {
    yield* Effect.scoped(Effect.gen(function*() {
      const { directory, file } = yield* Measure.settings(graph.origin)
      const programs = {
        floor: Measure.program("Floor", [graph.origin, `${directory}/floor.ndjson`], graph.env),
        pageIterator: Measure.program("PageIterator", [graph.origin, `${directory}/iterator.ndjson`], graph.env),
        connector: Measure.connector(["run", "--once", "--no-listen", "--config", file], graph.env)
      }
      for (const name of ["floor", "pageIterator", "connector"] as const) {
        const { cpu, endedAt, peakRss } = yield* Effect.flatMap(programs[name], Measure.watched)
        const { first } = yield* graph.asked
        const seconds = (endedAt - first) / 1000
        taken[name].push({ seconds, peakRss, cpu })
        yield* Console.log(`  round ${round}: ${name} ${seconds.toFixed(2)} s, at most ${peakRss.toFixed(0)} MiB`)
      }
      const files = (yield* fs.readDirectory(`${directory}/artifacts`)).filter((name) => name.startsWith("artifacts"))
      for (const name of files) {
        const bytes = yield* fs.readFile(`${directory}/artifacts/${name}`)
        if (round === 1) { for (const byte of bytes) if (byte === 10) artifacts++ }
      }
      const raw = [`${directory}/floor.ndjson`, `${directory}/iterator.ndjson`]
      const [floor, iterator] = yield* Effect.forEach(raw, (path) => Effect.map(fs.stat(path), ({ size }) => size))
      if (floor !== iterator) {
        return yield* Effect.die(new Error("the floor and the page iterator wrote different files"))
      }
    }))
  }
  const of = (name: keyof typeof taken, figure: "seconds" | "peakRss" | "cpu") =>
    Measure.median(taken[name].map((each) => each[figure]))
  const { bytes } = yield* graph.asked
  yield* Measure.report(name, {
    "connector, CPU ms an alert": of("connector", "cpu") * 1000 / alerts,
    "floor, CPU ms an alert": of("floor", "cpu") * 1000 / alerts,
    alerts,
    artifacts,
    "bytes an alert": bytes / alerts,
    "floor, s": of("floor", "seconds"),
    "page iterator, s": of("pageIterator", "seconds"),
    "connector, s": of("connector", "seconds"),
    "connector to floor": of("connector", "seconds") / of("floor", "seconds"),
    "connector to page iterator": of("connector", "seconds") / of("pageIterator", "seconds"),
    "connector, ms an artifact": of("connector", "seconds") * 1000 / artifacts,
    "connector, ms an alert": of("connector", "seconds") * 1000 / alerts,
    "floor, peak MiB": of("floor", "peakRss"),
    "page iterator, peak MiB": of("pageIterator", "peakRss"),
    "connector, peak MiB": of("connector", "peakRss")
  })
})

/** Measures alerts from prebuilt pages to the file sink, against the floor and against Microsoft's own client. */
export const drain = (alerts = alertsAtOnce) => drained("drain", alerts, {})

/** Measures alerts of all evidence types over TLS with gzip, as Microsoft serves them, and plain. */
export const kinds = Effect.fnUntraced(function*(alerts = alertsAtOnce) {
  for (const transport of ["tls", "plain"] as const) {
    yield* drained(`kinds-${transport}`, alerts, { corpus: "kinds", transport })
  }
}, Effect.scoped)
