/**
 * Collects a large tenant with the bundle, started as its image starts it, from a Graph in another process, and prints how
 * much memory and how many requests that takes: `node test/bench/Volume.ts lists [USERS] [DEVICES]`, three passes, and `node
 * test/bench/Volume.ts sign-ins [COUNT]`, the day before now at the real pace, 33 minutes for 300,000. `npm run build`
 * comes first. It ends with 1 when something is missing, came twice, or a budget or the memory was exceeded.
 */
import { NodeHttpClient, NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Schedule, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import * as Measure from "./Measure.ts"

const [what = "lists", ...sizes] = process.argv.slice(2)

/** MiB that the lists may take. */
const memoryMax = 250

const Asked = Schema.Struct({
  asked: Schema.Record(Schema.String, Schema.Array(Schema.Finite)),
  visible: Schema.Int
})

/** The most times within a span of milliseconds. */
const mostWithin = (times: ReadonlyArray<number>, span: number) =>
  times.reduce(
    (most, time, index) => Math.max(most, times.slice(index).filter((other) => other < time + span).length),
    0
  )

/** Ids of all artifacts written, in order. */
const idsIn = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const names = (yield* fs.readDirectory(`${directory}/artifacts`)).filter((name) => name.startsWith("artifacts"))
  const texts = yield* Effect.forEach(names, (name) => fs.readFile(`${directory}/artifacts/${name}`))
  return texts.flatMap((bytes) => {
    const ids: Array<string> = []
    const text = Buffer.from(bytes)
    for (let at = 0; at < text.length;) {
      const end = text.indexOf(10, at)
      const id = /"id":"([0-9a-f]+)"/.exec(text.subarray(at, at + 400).toString("latin1"))?.[1]
      if (id !== undefined) ids.push(id)
      at = end < 0 ? text.length : end + 1
    }
    return ids
  })
})

const world = Effect.fnUntraced(function*(counts: ReadonlyArray<string | number>, endpoints: object) {
  const { says } = yield* Measure.program("VolumeServer", counts)
  const origin = yield* says(/^http:.*$/m)
  const off = { enabled: false }
  const made = yield* Measure.settings(origin, {
    instance: { lookback_hours: 24, endpoints: { alerts: off, alerts_v2: off, incidents: off, ...endpoints } }
  })
  const asked = Effect.orDie(
    Effect.flatMap(HttpClient.get(`${origin}/bench`), HttpClientResponse.schemaBodyJson(Asked))
  )
  return { ...made, asked }
})

const lists = Effect.gen(function*() {
  const [users = "100000", devices = "50000"] = sizes
  const on = { enabled: true, poll_interval_minutes: 3 }
  const { asked, directory, file } = yield* world([1, users, devices], { users: on, devices: on })
  const running = yield* Measure.connector(["run", "--no-listen", "--config", file])
  const all = Number(users) + Number(devices)
  const pages = Math.ceil(Number(users) / 999) + Math.ceil(Number(devices) / 999)
  const figures: Record<string, number> = {}
  const passes = (count: number) =>
    asked.pipe(
      Effect.map(({ asked }) => (asked["users"]?.length ?? 0) + (asked["devices"]?.length ?? 0)),
      Effect.repeat({ until: (requests) => requests >= count * pages, schedule: Schedule.spaced("1 second") }),
      Effect.andThen(Effect.sleep("5 seconds"))
    )
  let before: ReadonlyArray<string> = []
  for (let pass = 1; pass <= 3; pass++) {
    yield* passes(pass)
    const { peakRss, rss } = Measure.usage(running.child.pid!)!
    const ids = yield* idsIn(directory)
    figures[`pass ${pass}: MiB`] = rss
    figures[`pass ${pass}: peak MiB`] = peakRss
    figures[`pass ${pass}: artifacts`] = ids.length - before.length
    yield* Console.log(`pass ${pass}: ${ids.length - before.length} artifacts, ${rss} MiB, at most ${peakRss} MiB`)
    before = ids
  }
  const { asked: times } = yield* asked
  const most = mostWithin([...times["users"]!, ...times["devices"]!].sort((one, other) => one - other), 10_000)
  figures["requests of the directory in 10 s at most"] = most
  yield* Measure.report("volume-lists", figures)
  const refreshed = figures["pass 2: artifacts"]! + figures["pass 3: artifacts"]!
  return figures["pass 1: artifacts"] === all && new Set(before).size === before.length && refreshed <= all / 8 &&
    figures["pass 3: peak MiB"]! < memoryMax && most <= 25
})

const signIns = Effect.gen(function*() {
  const [count = "300000"] = sizes
  const { asked, directory, file } = yield* world([count, 0, 0], { signIns: { enabled: true } })
  const running = yield* Measure.connector(["run", "--once", "--no-listen", "--config", file])
  const samples: Array<number> = []
  yield* Effect.forkScoped(
    Effect.sync(() => samples.push(Measure.usage(running.child.pid!)?.rss ?? 0)).pipe(
      Effect.repeat(Schedule.spaced("10 seconds"))
    )
  )
  const { visible: first } = yield* asked
  const { cpu, peakRss } = yield* Measure.watched(running)
  const ids = yield* idsIn(directory)
  const { asked: times } = yield* asked
  const most = mostWithin(times["signIns"]!, 10_000)
  const used = samples.filter((rss) => rss > 0)
  const middle = (part: ReadonlyArray<number>) => Measure.median(part.length % 2 === 0 ? part.slice(1) : part)
  const figures = {
    "sign-ins visible at the beginning": first,
    "artifacts": ids.length,
    "requests": times["signIns"]!.length,
    "requests in 10 s at most": most,
    "CPU, s": cpu,
    "peak MiB": peakRss,
    "MiB of the first quarter": middle(used.slice(3, Math.floor(used.length / 4))),
    "MiB of the last quarter": middle(used.slice(Math.floor(used.length * 3 / 4)))
  }
  yield* Measure.report("volume-sign-ins", figures)
  // What becomes visible meanwhile behind the page that was read comes with the next poll.
  return ids.length >= first * 0.999 && new Set(ids).size === ids.length && most <= 5 &&
    figures["MiB of the last quarter"] < figures["MiB of the first quarter"] + 40
})

const main = Effect.scoped(what === "lists" ? lists : signIns).pipe(
  Effect.tap((isWell) => Effect.sync(() => void (process.exitCode = isWell ? 0 : 1)))
)

NodeRuntime.runMain(Effect.provide(main, [NodeServices.layer, NodeHttpClient.layerUndici]))
