/**
 * Kills the real program at its operations (see `Preload.ts`), and once more in the recovery: a drain of a few pages from
 * the simulated Microsoft into files or into a real broker, by live polling and by `backfill`.
 */
import { assert } from "@effect/vitest"
import { Clock, Context, Effect, FileSystem, Layer, Schema, Scope } from "effect"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { Connection } from "../../src/nats/Connection.ts"
import { bucket as leases } from "../../src/nats/Membership.ts"
import * as Json from "../support/Json.ts"
import { standIn } from "../support/Microsoft.ts"
import { type Death, deathsIn, type Operation } from "../support/Mortal.ts"
import { start as startBroker } from "../support/NatsServer.ts"
import { applianceId, createStream, stored } from "../support/NatsStream.ts"
import * as Process from "../support/Process.ts"
import { settingsFile, tenantId } from "../support/RunFiles.ts"

const pageSize = 5
const rowCount = 14
const preload = new URL("./Preload.ts", import.meta.url).href

/** What is tried: `run` into files, `backfill` into files, and `run` in Conductor, with all state on the broker. */
export const drains = ["run", "backfill", "conductor"] as const

/** The letters in which the preload counts. */
const operations: Readonly<Record<string, Operation>> = { w: "write", c: "change", m: "message" }

const Line = Schema.fromJsonString(Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  reason: Schema.optionalKey(Schema.String)
}))

const alertsAt = (now: number) =>
  Array.from({ length: rowCount }, (_, n) => {
    // Two rows of one instant stand across two pages.
    const at = Timestamp.fromMillis(now - 3_600_000 + (n === pageSize ? n - 1 : n) * 60_000)
    return { id: `da${n}`, createdDateTime: at, lastUpdateDateTime: at, title: `Alert ${n}`, severity: "low" }
  })

/** A place for one drain after the other, each from nothing. */
const place = Effect.fnUntraced(function*(drain: typeof drains[number]) {
  const fs = yield* FileSystem.FileSystem
  const { env, simulator } = yield* standIn({ alerts: 0, incidents: 0, legacyAlerts: 0 })
  const now = yield* Clock.currentTimeMillis
  yield* simulator.setRows(tenantId, "alerts_v2", alertsAt(now))
  yield* simulator.addFault({ kind: "clamp", endpoint: "alerts_v2", size: pageSize })
  const endpoints = { alerts: { enabled: false }, incidents: { enabled: false } }
  const { directory, file } = yield* settingsFile({ endpoints })
  const clear = (name: string) => Effect.ignore(fs.remove(`${directory}/${name}`, { recursive: true }))

  /** What stands in files, in whole lines. */
  const inFiles = Effect.gen(function*() {
    const names = (yield* fs.readDirectory(`${directory}/artifacts`)).filter((name) => name !== ".lock")
    const texts = yield* Effect.forEach(names, (name) => fs.readFileString(`${directory}/artifacts/${name}`))
    for (const text of texts) assert.match(text, /^$|\n$/, "no torn line")
    const lines = texts.join("").split("\n").slice(0, -1)
    return yield* Effect.forEach(lines, (line) => Schema.decodeEffect(Line)(line))
  })

  if (drain !== "conductor") {
    const range = [now - 7_200_000, now].map(Timestamp.fromMillis)
    const words = drain === "run"
      ? ["run", "--once", "--no-listen", "--config", file]
      : ["backfill", "--config", file, "--instance", "azure-production-tenant", "--from", range[0]!, "--to", range[1]!]
    return {
      words,
      env: { ...env, KILLS_DIRECTORY: directory, KILLS_COUNT: `${directory}.count` },
      clear: Effect.andThen(clear("artifacts"), clear("checkpoints")),
      lapse: Effect.void,
      lines: inFiles,
      isDeduplicating: false
    }
  }

  const broker = yield* startBroker()
  const context = yield* Layer.buildWithScope(Connection.layer({ servers: [broker.url] }), yield* Scope.Scope)
  const { jsm, kvm } = Context.get(context, Connection)
  const onBroker = Effect.provideContext<Connection>(context)
  yield* fs.writeFileString(`${directory}/node.json`, Json.text({ appliance_id: applianceId, org_id: "acme" }))
  const document = {
    enabled: true,
    integration_type: "microsoft_graph",
    credentials: { tenant_id: tenantId, client_id: tenantId, client_secret: "never-to-be-seen" },
    endpoints
  }
  return {
    words: ["run", "--once", "--no-listen"],
    env: {
      ...env,
      NATS_URL: broker.url,
      WF_NODE_CONFIG_FILE: `${directory}/node.json`,
      AZURE_SECURITY_DATA_DIR: `${directory}/data`,
      AZURE_SECURITY_SECRETS_DIR: `${directory}/secrets`,
      KILLS_DIRECTORY: directory,
      KILLS_PORT: String(broker.port),
      KILLS_COUNT: `${directory}.count`
    },
    clear: Effect.gen(function*() {
      yield* Effect.promise(async () => {
        for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name)
        const bucket = await kvm.create("INTEGRATIONS")
        await bucket.put("signal-client.azure-security", Json.text({ sink: { type: "nats" } }))
        await bucket.put("signal-client.azure-security.acme", Json.text(document))
      })
      yield* onBroker(createStream())
      yield* clear("data")
      yield* clear("secrets")
    }),
    /** Lets what a dead process held on the broker lapse now; it would within ten seconds. */
    lapse: Effect.ignore(Effect.tryPromise(() => jsm.streams.purge(`KV_${leases}`))),
    lines: Effect.map(
      onBroker(stored),
      (all) => all.map(({ id, subject }) => subject.endsWith(".raw") ? { id } : { reason: subject })
    ),
    isDeduplicating: true
  }
})

/** Tries deaths of one drain, chosen by `choose` from all, and tells of each with `tell`. Returns how many were tried. */
export const tryDeaths = Effect.fn(
  function*(
    drain: typeof drains[number],
    choose: (deaths: ReadonlyArray<Death>) => ReadonlyArray<readonly [Death, Death]>,
    tell: (line: string) => void
  ) {
    const fs = yield* FileSystem.FileSystem
    const { clear, env, isDeduplicating, lapse, lines, words } = yield* place(drain)

    /** Runs the program once, until its end or its death. */
    const live = (death?: Death) =>
      Effect.scoped(Effect.gen(function*() {
        yield* lapse
        const fatal = death === undefined ? {} : { KILLS_AT: String(death.after), KILLS_MOMENT: death.moment }
        const process = yield* Process.start(words, { ...env, ...fatal, NODE_OPTIONS: `--import ${preload}` })
        const exit = yield* process.exit
        if (death === undefined) assert.strictEqual(exit, 0, process.stdout() + process.stderr())
        return exit
      }))

    /** Looks at what is there after deaths and a life. */
    const look = Effect.fnUntraced(function*(deaths: ReadonlyArray<Death>, killed: number) {
      const each = deaths.map(({ after, moment }) => `a kill ${moment} operation ${after}`)
      const told = `${drain}: ${each.length === 0 ? "a run" : each.join(" and ")}`
      const all = yield* lines
      const ids = all.flatMap((line) => "id" in line && line.id !== undefined ? [line.id] : [])
      const letters = all.length - ids.length
      const repeated = ids.length - new Set(ids).size
      tell(`${told}: ${killed} killed, ${repeated} repeated, ${letters} dead letters`)
      assert.isAtLeast(new Set(ids).size + letters, rowCount, `nothing lost after ${told}`)
      assert.isAtMost(repeated, isDeduplicating ? 0 : killed * pageSize, `only the page in hand repeated after ${told}`)
      assert.isAtMost(letters, Math.max(0, killed - 1), `dead letters after ${told}`)
    })

    yield* clear
    yield* live()
    yield* look([], 0)
    const pairs = choose(
      deathsIn(Array.from(yield* fs.readFileString(env.KILLS_COUNT), (letter) => operations[letter]!))
    )
    for (const [first, second] of pairs) {
      yield* clear
      const exits = [yield* live(first), yield* live(second)]
      yield* live()
      yield* look([first, second], exits.filter((exit) => exit === "SIGKILL").length)
    }
    return pairs.length
  },
  Effect.scoped
)
