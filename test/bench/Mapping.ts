import { Console, Effect } from "effect"
import { Headers } from "effect/http"
import { endpoints } from "../../src/endpoints/Endpoints.ts"
import * as PageAnswer from "../../src/graph/PageAnswer.ts"
import { prepare } from "../../src/publishing/Slices.ts"
import { alerts as corpus, page as pageOf } from "./Corpus.ts"
import * as Measure from "./Measure.ts"

const rounds = 9
const pageSize = 1000

const secondsOf = (work: () => void): number => {
  const from = performance.now()
  work()
  return (performance.now() - from) / 1000
}

/** Measures decoding and mapping alone, against `JSON.parse` of the same bytes, in one process. */
export const mapping = Effect.fnUntraced(function*(alerts = 5000) {
  yield* Console.log(`mapping: ${alerts} alerts, ${rounds} rounds of each; the median counts`)
  const now = Date.UTC(2026, 10, 20)
  const rows = corpus(alerts, now).map((row) => JSON.stringify(row))
  const texts = Array.from(
    { length: Math.ceil(rows.length / pageSize) },
    (_, index) => pageOf(rows.slice(index * pageSize, (index + 1) * pageSize), undefined)
  )
  const bodies = texts.map((text) => Buffer.from(text))
  let artifacts = 0
  const services = yield* Effect.context()
  const map = (bytes: Buffer) => {
    const page = Effect.runSyncWith(services)(
      PageAnswer.decode({ status: 200, headers: Headers.empty, body: { bytes, release: () => {} } }, now)
    )
    const { map: mapPage } = prepare({
      instance: "bench",
      endpoint: endpoints.alerts_v2,
      context: {
        tenantId: "11111111-1111-4111-8111-111111111111",
        displayName: "bench",
        senderHost: "record",
        graphHost: "graph.microsoft.com"
      },
      page,
      isKnown: () => false,
      contents: undefined,
      passed: undefined,
      now
    })
    for (const slice of mapPage().slices) artifacts += slice.artifacts.length
  }
  const [parsing, mapped]: [Array<number>, Array<number>] = [[], []]
  for (let round = 0; round < rounds; round++) {
    parsing.push(secondsOf(() => texts.forEach((text) => void JSON.parse(text))))
    artifacts = 0
    mapped.push(secondsOf(() => bodies.forEach(map)))
  }
  const [parse, both] = [Measure.median(parsing), Measure.median(mapped)]
  yield* Measure.report("mapping", {
    alerts,
    artifacts,
    "bytes an alert": bodies.reduce((sum, { length }) => sum + length, 0) / alerts,
    "JSON.parse, µs an alert": parse * 1e6 / alerts,
    "decode and map, µs an alert": both * 1e6 / alerts,
    "decode and map to JSON.parse": both / parse
  })
})
