/** An appliance's broker with the connector's stream and settings, and the real program in Conductor's environment. */
import { Context, Duration, Effect, FileSystem, Layer, Redacted, Schedule, Scope } from "effect"
import { Connection } from "../../src/nats/Connection.ts"
import type { SimulatorOptions } from "../../src/simulator/Simulator.ts"
import { standIn } from "./Microsoft.ts"
import { start as startBroker } from "./NatsServer.ts"
import { applianceId, count, createStream, stored } from "./NatsStream.ts"
import * as Process from "./Process.ts"
import { tenantId } from "./RunFiles.ts"

export const json = (value: unknown): string => JSON.stringify(value)

/** The document of an instance, as Conductor stores it. */
export const documentOf = (more: object = {}, tenant = tenantId): string =>
  json({
    enabled: true,
    integration_type: "microsoft_graph",
    poll_interval_minutes: 5,
    credentials: {
      tenant_id: tenant,
      client_id: "22222222-2222-4222-8222-222222222222",
      client_secret: "never-to-be-seen"
    },
    ...more
  })

/** Starts a broker with the appliance's stream. Its settings bucket exists once something is put there. */
export const appliance = Effect.fnUntraced(
  function*(microsoft: Partial<SimulatorOptions>, settings: object = {}, denied?: string, sink: object = {}) {
    const fs = yield* FileSystem.FileSystem
    const limited = `{ user: limited, password: p, permissions: { publish: { deny: ["${denied}"] } } }`
    const broker = yield* startBroker(
      denied === undefined ? "" : `authorization { users: [{ user: admin, password: p }, ${limited}] }`
    )
    const { env, simulator } = yield* standIn(microsoft)
    const directory = yield* fs.makeTempDirectoryScoped()
    yield* fs.writeFileString(`${directory}/node.json`, json({ appliance_id: applianceId, org_id: "acme" }))
    const admin = denied === undefined ? {} : { user: "admin", password: Redacted.make("p") }
    const context = yield* Layer.buildWithScope(
      Connection.layer({ servers: [broker.url], ...admin }),
      yield* Scope.Scope
    )
    const { kvm, nc } = Context.get(context, Connection)
    const told: Array<{ readonly subject: string; readonly text: string }> = []
    nc.subscribe(`${applianceId}.statuses.>`, {
      callback: (_, message) => void told.push({ subject: message.subject, text: message.string() })
    })
    const onBroker = Effect.provideContext<Connection>(context)
    yield* onBroker(createStream())
    const bucket = yield* Effect.promise(() => kvm.create("INTEGRATIONS", { history: 5 }))
    const putOwn = (settings: object) =>
      Effect.promise(() =>
        bucket.put("signal-client.azure-security", json({ ...settings, sink: { type: "nats", ...sink } }))
      )
    yield* putOwn(settings)
    const inConductor = {
      ...env,
      NATS_URL: broker.url,
      ...(denied === undefined ? {} : { NATS_USER: "limited", NATS_PASSWORD: "p" }),
      WF_NODE_CONFIG_FILE: `${directory}/node.json`,
      AZURE_SECURITY_DATA_DIR: `${directory}/data`,
      AZURE_SECURITY_SECRETS_DIR: `${directory}/secrets`
    }
    return {
      broker,
      simulator,
      /** Statuses of instances so far. */
      told,
      put: (name: string, document: string) =>
        Effect.promise(() => bucket.put(`signal-client.azure-security.${name}`, document)),
      /** Writes the settings of the process. */
      putOwn,
      kvm,
      onBroker,
      inConductor,
      run: Process.start(["run", "--no-listen"], inConductor),
      command: (...words: ReadonlyArray<string>) => Process.start(words, inConductor),
      directory: `${directory}/data`,
      secrets: `${directory}/secrets`,
      runAt: (port: number) => Process.start(["run", "--listen", `127.0.0.1:${port}`], inConductor),
      check: Process.start(["check"], inConductor),
      count: onBroker(count),
      stored: onBroker(stored),
      /** Requests for pages so far. */
      pages: Effect.map(simulator.requests, (all) => all.filter(({ path }) => path.includes("/security/")).length)
    }
  }
)

/** Waits until a condition holds, and returns the milliseconds that it took. */
export const until = <R>(condition: Effect.Effect<boolean, never, R>, within: Duration.Input) =>
  condition.pipe(
    Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("20 millis") }),
    Effect.timed,
    Effect.timeout(within),
    Effect.orDie,
    Effect.map(([took]) => Duration.toMillis(took))
  )

export const quiet = { alerts: 0, incidents: 0, legacyAlerts: 0 }

export const onlyAlerts = {
  lookback_hours: 48,
  endpoints: { alerts: { enabled: false }, incidents: { enabled: false } }
}

/** Waits for words of the log, and shows the log when they do not come. */
export const says = (process: Process.Running, words: RegExp) =>
  Effect.timeoutOrElse(process.says(words), {
    duration: "30 seconds",
    orElse: () => Effect.die(new Error(`nothing of ${words}:\n${process.stdout()}${process.stderr()}`))
  })
