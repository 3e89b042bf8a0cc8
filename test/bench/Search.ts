import { Clock, Console, DateTime, Effect, FileSystem, Schedule } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { Found, FoundThings, IndexState } from "../../src/search/Search.ts"
import { freePort } from "../support/Process.ts"
import * as Measure from "./Measure.ts"

const rounds = 3
/** Milliseconds between an answer and the next search, like a person who types and pages without a stop. */
const pause = 150
/** Pages fetched of one search. */
const pages = 3

const users = ["amy", "kavya", "henrik", "fatima", "megan", "diego"]

/** Typical searches, twice as many by field as by text. */
const queries: ReadonlyArray<string> = [
  "",
  ...users.flatMap((user) => [`user:${user}@contoso.example`, `user:${user} severity:high`, `${user} mailbox`]),
  "src_ip:198.51.100.93",
  "src_ip:198.51.*",
  "dst_ip:203.0.113.52",
  "hostname:contoso.example",
  "hostname:login.c0ntoso.example",
  "severity:high",
  "severity:informational evidence:url",
  "stream:azure_security_alert severity:critical",
  "\"Invoice 88213 overdue\"",
  "phish* user:amy",
  "https://login.c0ntoso.example:8443/x",
  "malicious",
  "password spray",
  "nobody-has-this-word"
]

/** Hours before now that a search covers. */
const ranges = [720, 24, 6, 1]

const hour = 3_600_000

/** Searches without end, and records the milliseconds of each answer: of first paints, and of pages of artifacts. */
const searching = Effect.fnUntraced(
  function*(origin: string, taken: Array<number>, statuses: Map<string, number>, paints: Array<number>) {
    /** What the page asks for first: alerts and incidents, the histogram and the facets. */
    const paint = (params: Record<string, string>) =>
      Effect.gen(function*() {
        const from = performance.now()
        const response = yield* HttpClient.get(`${origin}/api/search/alerts`, {
          urlParams: params,
          headers: Measure.signedIn
        })
        yield* HttpClientResponse.schemaBodyJson(FoundThings)(response)
        paints.push(performance.now() - from)
      })
    const answer = (params: Record<string, string>) =>
      Effect.gen(function*() {
        const from = performance.now()
        const response = yield* HttpClient.get(`${origin}/api/search`, { urlParams: params, headers: Measure.signedIn })
        const found = yield* HttpClientResponse.schemaBodyJson(Found)(response)
        taken.push(performance.now() - from)
        statuses.set(found.index.state, (statuses.get(found.index.state) ?? 0) + 1)
        return found
      })
    for (let round = 0;; round++) {
      const now = yield* Clock.currentTimeMillis
      const query = queries[round % queries.length]!
      const params = {
        query,
        from: DateTime.formatIso(DateTime.makeUnsafe(now - ranges[round % ranges.length]! * hour)),
        to: DateTime.formatIso(DateTime.makeUnsafe(now + hour)),
        limit: "100"
      }
      yield* paint(params)
      yield* Effect.sleep(pause)
      let next: number | null = null
      for (let page = 0; page === 0 || page < pages && next !== null; page++) {
        const found: Found = yield* answer(next === null ? params : { ...params, before: String(next) })
        next = found.next
        yield* Effect.sleep(pause)
      }
    }
  }
)

/** Indexes what was published before; returns the time of the index alone, and its artifacts. */
const indexed = Effect.fnUntraced(function*(file: string) {
  const port = yield* freePort
  const running = yield* Measure.connector(["run", "--config", file, "--listen", `127.0.0.1:${port}`])
  const origin = `http://127.0.0.1:${port}`
  const state = Effect.flatMap(
    HttpClient.get(`${origin}/api/search/state`, { headers: Measure.signedIn }),
    HttpClientResponse.schemaBodyJson(IndexState)
  )
  const first = HttpClient.get(`${origin}/api/search`, {
    urlParams: { from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", limit: "1" },
    headers: Measure.signedIn
  }).pipe(Effect.flatMap(HttpClientResponse.schemaBodyJson(Found)))
  yield* Effect.retry(state, { schedule: Schedule.spaced("20 millis") })
  const before = Measure.usage(running.child.pid!)!
  const from = performance.now()
  yield* first
  const { rows } = yield* Effect.repeat(state, {
    until: ({ state }) => state === "following",
    schedule: Schedule.spaced("100 millis")
  })
  const seconds = (performance.now() - from) / 1000
  const after = Measure.usage(running.child.pid!)!
  yield* Effect.sync(() => running.child.kill("SIGTERM"))
  yield* running.exit
  return { rows, seconds, threads: after.rss - before.rss, cpu: after.cpu - before.cpu, idle: before.rss }
}, Effect.scoped)

/** Requests over HTTP while a connector drains. */
type Meanwhile = (origin: string) => Effect.Effect<unknown, unknown, HttpClient.HttpClient>

const quantile = (values: ReadonlyArray<number>, part: number): number =>
  [...values].sort((one, other) => one - other)[Math.floor((values.length - 1) * part)]!

/** Measures searches over HTTP during a drain, and their cost to the drain. */
export const search = Effect.fnUntraced(function*(alerts = 30_000) {
  const fs = yield* FileSystem.FileSystem
  yield* Console.log(`search: ${alerts} alerts to search in, and as many drained meanwhile; ${rounds} rounds`)
  const graph = yield* Measure.graph(alerts)
  const { file } = yield* Measure.settings(graph.origin)
  const settings = yield* fs.readFileString(file)
  let tenants = 0
  /** Drains one more tenant into the same directory. */
  const drained = Effect.fnUntraced(function*(meanwhile: Meanwhile | undefined) {
    const tenant = String(tenants++)
    yield* fs.writeFileString(
      file,
      settings.replace("tenant-0", `tenant-${tenant}`).replace("00000000-", `${tenant.padStart(8, "0")}-`)
    )
    yield* graph.asked
    const port = yield* freePort
    const running = yield* Measure.connector(["run", "--once", "--config", file, "--listen", `127.0.0.1:${port}`])
    if (meanwhile !== undefined) {
      // The searches start once the connector listens, and end in the middle of one.
      const trying = Effect.retry(meanwhile(`http://127.0.0.1:${port}`), { schedule: Schedule.spaced("20 millis") })
      yield* Effect.forkScoped(Effect.ignore(trying))
    }
    const { endedAt, peakRss } = yield* Measure.watched(running)
    const { first } = yield* graph.asked
    return { seconds: (endedAt - first) / 1000, peakRss }
  }, Effect.scoped)

  yield* drained(undefined)
  const built = yield* indexed(file)
  yield* Console.log(`  ${built.rows} artifacts indexed in ${built.seconds.toFixed(1)} s`)
  const taken: Array<number> = []
  const paints: Array<number> = []
  const states = new Map<string, number>()
  const alone: Array<{ readonly seconds: number; readonly peakRss: number }> = []
  const searched: typeof alone = []
  for (let round = 1; round <= rounds; round++) {
    alone.push(yield* drained(undefined))
    searched.push(yield* drained((origin) => searching(origin, taken, states, paints)))
    yield* Console.log(
      `  round ${round}: alone ${alone.at(-1)!.seconds.toFixed(2)} s, searched ${searched.at(-1)!.seconds.toFixed(2)} s`
    )
  }
  const of = (from: typeof alone, figure: "seconds" | "peakRss") => Measure.median(from.map((each) => each[figure]))
  yield* Measure.report("search", {
    "artifacts at first": built.rows,
    "index alone, artifacts a second": built.rows / built.seconds,
    "index alone, CPU ms an artifact": built.cpu * 1000 / built.rows,
    "connector before a search, MiB": built.idle,
    "both threads, MiB": built.threads,
    "first paints": paints.length,
    "first paint p50, ms": quantile(paints, 0.5),
    "first paint p95, ms": quantile(paints, 0.95),
    "first paint most, ms": quantile(paints, 1),
    searches: taken.length,
    "p50, ms": quantile(taken, 0.5),
    "p95, ms": quantile(taken, 0.95),
    "most, ms": quantile(taken, 1),
    "drain alone, s": of(alone, "seconds"),
    "drain searched, s": of(searched, "seconds"),
    "drain searched to alone": of(searched, "seconds") / of(alone, "seconds"),
    "drain alone, peak MiB": of(alone, "peakRss"),
    "drain searched, peak MiB": of(searched, "peakRss")
  })
}, Effect.orDie)
