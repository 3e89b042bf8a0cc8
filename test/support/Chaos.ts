/**
 * Lets faults loose on a cluster and on replicas of the real program, and counts what came of it: nodes are killed, stopped and
 * lose their lead, replicas are killed, while each tenant gets new alerts.
 */
import { Clock, Context, type Duration, Effect, FileSystem, Layer, Random, Schedule, Schema, Scope } from "effect"
import type { IncomingMessage } from "node:http"
import { Connection } from "../../src/nats/Connection.ts"
import { graphTime, type Row } from "../../src/simulator/Row.ts"
import { text } from "./Json.ts"
import { standIn } from "./Microsoft.ts"
import { cluster } from "./NatsCluster.ts"
import { applianceId, createStream, stored, stream } from "./NatsStream.ts"
import * as Process from "./Process.ts"
import { evidenceOf } from "./RunFiles.ts"

/** How long, and how much. */
export interface ChaosOptions {
  readonly lasts: Duration.Duration
  /** Time between two faults of the cluster. */
  readonly faultEvery: Duration.Duration
  readonly instances: number
  readonly replicas: number
  /** Alerts that each tenant gets in each wave. */
  readonly alerts: number
  readonly waveEvery: Duration.Duration
  /** Rows of a page, and how long Graph takes for it: a drain lasts while the faults strike. */
  readonly pages: { readonly size: number; readonly millis: number }
  /** Called with what is done, for a person who watches. */
  readonly say: (text: string) => void
}

/** What came of it. */
export interface ChaosResult {
  readonly expected: number
  readonly messages: number
  readonly distinct: number
  readonly lost: number
  /** How often a tenant was polled by a process while another had polled it before and after. */
  readonly overlaps: number
  readonly faults: Readonly<Record<string, number>>
  readonly bucketReplicas: ReadonlyArray<number>
  /** Log lines of the replicas that tell of a loss. */
  readonly alarms: ReadonlyArray<string>
}

const tenantOf = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`

const documentOf = (n: number) =>
  text({
    enabled: true,
    integration_type: "microsoft_graph",
    poll_interval_minutes: 1,
    lookback_hours: 48,
    late_row_hours: 0,
    credentials: { tenant_id: tenantOf(n), client_id: tenantOf(n), client_secret: "secret" },
    endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
  })

const claimsOf = Schema.decodeSync(Schema.fromJsonString(Schema.Struct({ tid: Schema.String })))

/** Notes which token asked for a tenant's pages. A token belongs to one process: one that comes back tells of two at once. */
const watching = () => {
  const last = new Map<string, string>()
  const before = new Map<string, Set<string>>()
  let overlaps = 0
  return {
    overlaps: () => overlaps,
    seen: ({ headers, url = "" }: IncomingMessage) => {
      const token = headers.authorization?.split(".")[1]
      if (token === undefined || !url.includes("/security/")) return
      const { tid } = claimsOf(Buffer.from(token, "base64url").toString())
      if (last.get(tid) === token) return
      const known = before.get(tid) ?? new Set()
      if (known.has(token)) overlaps++
      before.set(tid, known.add(token))
      last.set(tid, token)
    }
  }
}

/** Runs the faults, lets everything recover, and counts. */
export const run = Effect.fn("Chaos.run")(function*(options: ChaosOptions) {
  const { alerts, faultEvery, instances, lasts, pages, replicas, say, waveEvery } = options
  const fs = yield* FileSystem.FileSystem
  const watch = watching()
  const { nodes, url } = yield* cluster
  const { env, simulator } = yield* standIn({ alerts: 0, incidents: 0, legacyAlerts: 0 }, watch.seen)
  yield* simulator.addFault({ kind: "clamp", endpoint: "alerts_v2", size: pages.size })
  yield* simulator.addFault({ kind: "slow", endpoint: "alerts_v2", ms: pages.millis })
  const directory = yield* fs.makeTempDirectoryScoped()
  yield* fs.writeFileString(`${directory}/node.json`, text({ appliance_id: applianceId }))
  const context = yield* Layer.buildWithScope(Connection.layer({ servers: url.split(",") }), yield* Scope.Scope)
  const { jsm, kvm } = Context.get(context, Connection)
  const onBroker = Effect.provideContext<Connection>(context)
  const insist = <A>(request: () => Promise<A>) =>
    Effect.orDie(Effect.retry(Effect.tryPromise(request), { times: 100, schedule: Schedule.spaced("300 millis") }))
  yield* onBroker(createStream({ num_replicas: 3, duplicate_window: 3_600_000_000_000 }))
  const bucket = yield* insist(() => kvm.create("INTEGRATIONS", { history: 5, replicas: 3 }))
  for (let n = 0; n < instances; n++) {
    yield* insist(() => bucket.put(`signal-client.azure-security.tenant-${n}`, documentOf(n)))
  }

  const faults: Record<string, number> = {}
  const did = (what: string) => {
    faults[what] = (faults[what] ?? 0) + 1
    say(what)
  }
  const lines: Array<() => string> = []
  const start = Effect.gen(function*() {
    const process = yield* Process.start(["run", "--no-listen"], {
      ...env,
      NATS_URL: url,
      WF_NODE_CONFIG_FILE: `${directory}/node.json`,
      AZURE_SECURITY_DATA_DIR: `${directory}/data`
    })
    lines.push(process.stdout)
    return process
  })
  const running = yield* Effect.forEach(Array.from({ length: replicas }), () => start)

  // Rows of this run are new ones of its own, each with its place in time.
  const template: Row = {
    "@odata.type": "#microsoft.graph.security.alert",
    title: "A sign-in",
    severity: "low",
    evidence: []
  }
  let made = 0
  const wave = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    for (let n = 0; n < instances; n++) {
      const rows = Array.from({ length: alerts }, (_, index): Row => {
        const time = graphTime(now - 60_000 + index)
        return { ...template, id: `da${made++}`, createdDateTime: time, lastUpdateDateTime: time }
      })
      yield* simulator.addRows(tenantOf(n), "alerts_v2", rows)
    }
  })

  const killNode = (index: number) =>
    Effect.gen(function*() {
      did("node killed")
      yield* nodes[index]!.kill
      yield* Effect.sleep("2 seconds")
      yield* nodes[index]!.restart
    })
  const stopNode = (index: number) =>
    Effect.gen(function*() {
      did("node stopped and continued")
      yield* nodes[index]!.pause
      yield* Effect.sleep("5 seconds")
      yield* nodes[index]!.resume
    })
  const stepDown = Effect.gen(function*() {
    did("leader stepped down")
    const { nc } = Context.get(context, Connection)
    yield* Effect.ignore(
      Effect.tryPromise(() => nc.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, "", { timeout: 2000 }))
    )
  })
  const killReplica = Effect.gen(function*() {
    const index = yield* Random.nextIntBetween(0, running.length - 1)
    did("replica killed")
    running[index]!.child.kill("SIGKILL")
    yield* running[index]!.exit
    running[index] = yield* start
  })

  const steps = [killNode, stopNode, killNode, () => stepDown]
  const breaking = Effect.gen(function*() {
    for (let turn = 0;; turn++) {
      yield* Effect.sleep(faultEvery)
      // Ended halfway, it would leave a node that is down.
      yield* Effect.uninterruptible(steps[turn % steps.length]!(turn % nodes.length))
      if (turn % 2 === 1) yield* Effect.uninterruptible(killReplica)
    }
  })
  const waves = Effect.forever(Effect.andThen(wave, Effect.sleep(waveEvery)))
  yield* Effect.timeoutOption(Effect.raceFirst(breaking, waves), lasts)

  say("no more faults: waiting for the rest")
  const rows = yield* Effect.forEach(
    Array.from({ length: instances }, (_, n) => tenantOf(n)),
    (tenant) => simulator.rows(tenant, "alerts_v2")
  )
  const expected = rows.reduce((sum, each) => sum + each.length + evidenceOf(each), 0)
  const messages = Effect.map(insist(() => jsm.streams.info(stream)), ({ state }) => state.messages)
  yield* messages.pipe(
    Effect.repeat({ until: (n) => n >= expected, schedule: Schedule.spaced("500 millis") }),
    Effect.timeoutOption("75 seconds")
  )
  const ids = (yield* onBroker(stored)).map(({ id }) => id)
  const distinct = new Set(ids).size
  if (distinct !== expected) lines.forEach((said) => say(said()))
  const bucketReplicas = yield* Effect.forEach(
    ["AZURE_SECURITY_CHECKPOINTS", "AZURE_SECURITY_LEASES"],
    (name) => Effect.map(insist(() => jsm.streams.info(`KV_${name}`)), ({ config }) => config.num_replicas)
  )
  return {
    expected,
    messages: ids.length,
    distinct,
    lost: expected - distinct,
    overlaps: watch.overlaps(),
    faults,
    bucketReplicas,
    alarms: lines.flatMap((said) => said().split("\n")).filter((line) => /broker_lost|internal_fault/.test(line))
  } satisfies ChaosResult
}, Effect.scoped)
