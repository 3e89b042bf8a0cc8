/** Shared by the benchmarks: starts and measures processes from outside, and prints and saves figures. */
import { Clock, Console, DateTime, Effect, FileSystem, Schedule, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { launch, type Running } from "../support/Process.ts"

const here = fileURLToPath(new URL(".", import.meta.url))
const root = fileURLToPath(new URL("../../", import.meta.url))

/** The bundle that `npm run build` makes. */
const bundle = `${root}dist/azure-security.js`
/** Directory of the figures and of the files written during a benchmark. */
const results = `${root}dist/bench`

/** Milliseconds between two samples of a process. */
const lookEvery = 20
/** The kernel's unit of processor time: `getconf CLK_TCK` is 100 wherever Node runs. */
const ticksPerSecond = 100

export interface Usage {
  /** MiB. */
  readonly rss: number
  readonly peakRss: number
  /** Seconds of processor time. */
  readonly cpu: number
}

const none: Usage = { rss: 0, peakRss: 0, cpu: 0 }

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** Undefined for a process that has ended. */
export const usage = (pid: number): Usage | undefined => {
  const status = read(`/proc/${pid}/status`)
  const mebibytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? NaN) / 1024
  const [rss, peakRss] = [mebibytes("VmRSS"), mebibytes("VmHWM")]
  if (!(rss > 0)) return undefined
  // The fields after the program's name, which may contain anything.
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ")
  return { rss, peakRss, cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond }
}

/** Waits for the end of a process, and returns the last usage that was sampled. */
export const watched = Effect.fnUntraced(function*({ child, exit, stderr }: Running) {
  let last = none
  yield* Effect.sync(() => {
    last = usage(child.pid!) ?? last
  }).pipe(Effect.repeat(Schedule.spaced(lookEvery)), Effect.raceFirst(exit))
  const code = yield* exit
  if (code !== 0) return yield* Effect.die(new Error(`a measured process ended with ${code}: ${stderr()}`))
  return { ...last, endedAt: yield* Clock.currentTimeMillis }
})

/** Starts one of the programs in this directory. */
export const program = (name: string, args: ReadonlyArray<string | number>, env: Record<string, string> = {}) =>
  launch([process.execPath, `${here}${name}.ts`, ...args.map(String)], env)

/** Starts the bundled connector as its image does, without a compile cache of an earlier start. */
export const connector = (args: ReadonlyArray<string>, env: Record<string, string> = {}) =>
  launch([process.execPath, bundle, ...args], {
    AZURE_SECURITY_ADMIN_TOKEN: token,
    MALLOC_ARENA_MAX: "1",
    NODE_COMPILE_CACHE: "",
    ...env
  })

const token = "a token of many characters"

/** Headers that sign in to a connector that {@link connector} started. */
export const signedIn = { authorization: `Bearer ${token}` }

const Asked = Schema.Struct({
  /** Time of the first request for a page, in milliseconds since 1970; 0 for never. */
  first: Schema.Finite,
  /** Requests for pages. */
  requests: Schema.Int,
  /** Bytes of all pages made, before compression. */
  bytes: Schema.Int,
  /** Times of the requests for first pages, by tenant and endpoint. */
  polls: Schema.Record(Schema.String, Schema.Array(Schema.Finite))
})

const Started = Schema.fromJsonString(
  Schema.Struct({ control: Schema.String, origin: Schema.String, certificate: Schema.String })
)

/** What a Graph of a benchmark serves, and how. */
export interface Served {
  readonly mode?: "built" | "endless"
  readonly pageSize?: number
  readonly corpus?: "alerts" | "kinds"
  readonly transport?: "gzip" | "tls" | "plain"
}

/**
 * Starts a Graph with `alerts` alerts in a process of its own; `asked` returns the requests since its last call, and `env` is
 * the environment in which a program trusts it.
 */
export const graph = Effect.fnUntraced(
  function*(alerts: number, { corpus = "alerts", mode = "built", pageSize = 1000, transport = "gzip" }: Served = {}) {
    const { says } = yield* program("GraphServer", [alerts, pageSize, mode, corpus, transport])
    const { certificate, control, origin } = yield* Effect.flatMap(says(/^\{.*\}$/m), Schema.decodeEffect(Started))
    const asked = HttpClient.get(`${control}/bench`).pipe(
      Effect.flatMap(HttpClientResponse.schemaBodyJson(Asked)),
      Effect.orDie
    )
    return { origin, asked, env: certificate === "" ? {} : { NODE_EXTRA_CA_CERTS: certificate } }
  }
)

const documentOf = (origin: string, directory: string, instances: number, instance: object): string =>
  JSON.stringify({
    instances: Object.fromEntries(Array.from({ length: instances }, (_, n) => [`tenant-${n}`, {
      lookback_hours: 48,
      credentials: {
        tenant_id: `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`,
        client_id: "22222222-2222-4222-8222-222222222222",
        client_secret: "bench"
      },
      cloud: { login: origin, graph: origin },
      ...instance
    }])),
    sink: { type: "file", directory: `${directory}/artifacts` },
    checkpoint: { directory: `${directory}/checkpoints` }
  })

/** Settings that poll only `alerts_v2`. */
export const alertsAlone = { endpoints: { alerts: { enabled: false }, incidents: { enabled: false } } }

/** Makes a directory with settings for `instances` tenants of the Graph at `origin`, on disk and not in memory. */
export const settings = Effect.fnUntraced(
  function*(
    origin: string,
    { instances = 1, instance = alertsAlone }: { readonly instances?: number; readonly instance?: object } = {}
  ) {
    const fs = yield* FileSystem.FileSystem
    yield* fs.makeDirectory(results, { recursive: true })
    const directory = yield* fs.makeTempDirectoryScoped({ directory: results })
    const file = `${directory}/azure-security.json`
    yield* fs.writeFileString(file, documentOf(origin, directory, instances, instance), { mode: 0o600 })
    return { directory, file }
  }
)

const Report = Schema.fromJsonString(Schema.Struct({
  bench: Schema.String,
  at: Schema.String,
  node: Schema.String,
  cores: Schema.Int,
  figures: Schema.Record(Schema.String, Schema.Finite)
}))

/** Prints figures, and writes them as JSON to `dist/bench`. */
export const report = Effect.fnUntraced(function*(bench: string, figures: Record<string, number>) {
  const fs = yield* FileSystem.FileSystem
  const width = Math.max(...Object.keys(figures).map((name) => name.length))
  for (const [name, value] of Object.entries(figures)) {
    yield* Console.log(`  ${name.padEnd(width)}  ${rounded(value).toLocaleString("en")}`)
  }
  const text = yield* Schema.encodeEffect(Report)({
    bench,
    at: DateTime.formatIso(yield* DateTime.now),
    node: process.version,
    cores: availableParallelism(),
    figures
  })
  yield* fs.makeDirectory(results, { recursive: true })
  yield* fs.writeFileString(`${results}/${bench}.json`, `${text}\n`)
})

/** Rounds to three digits, or to an integer from 1,000 on. */
const rounded = (value: number) => Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3))

/** The middle one of an odd number of values. */
export const median = (values: ReadonlyArray<number>): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!
