/** Every fault that Graph can show, against the whole connector over real HTTP; each test is named for its recovery. */
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, Layer, Logger, Ref } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { Checkpoints } from "../../src/checkpoints/Checkpoints.ts"
import { StateStore, Values } from "../../src/checkpoints/StateStore.ts"
import * as Assembly from "../../src/cli/Assembly.ts"
import * as Connector from "../../src/cli/Connector.ts"
import type { Settings } from "../../src/config/Settings.ts"
import { SettingsSource } from "../../src/config/SettingsSource.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import type { Fault } from "../../src/simulator/Fault.ts"
import type { Row } from "../../src/simulator/Row.ts"
import { Simulator } from "../../src/simulator/Simulator.ts"
import * as Routes from "../../src/simulator/SimulatorRoutes.ts"
import { ArtifactSink, Published } from "../../src/sinks/ArtifactSink.ts"
import { Status } from "../../src/status/Status.ts"
import { settings, tenant } from "../support/Connector.ts"

const rowCount = 300
const pageSize = 60

/** The simulated Microsoft on a port of its own. */
const microsoft = Effect.gen(function*() {
  const context = yield* Layer.build(
    HttpRouter.serve(Routes.layer, { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provideMerge(Simulator.layer({ alerts: 0, incidents: 0, legacyAlerts: 0 })),
      Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
    )
  )
  return yield* Effect.gen(function*() {
    const { address } = yield* HttpServer.HttpServer
    return {
      simulator: yield* Simulator,
      origin: "port" in address ? `http://127.0.0.1:${address.port}` : ""
    }
  }).pipe(Effect.provideContext(context))
})

/** One run of the connector, from its start to the end of its one poll. */
const life = (initial: Settings) =>
  Connector.run(true).pipe(
    Effect.provide(
      Assembly.layer({
        settings: initial,
        stores: Layer.merge(Layer.provide(Checkpoints.layer, StateStore.layerMemoryOpen), ArtifactSink.layerMemoryOpen)
      }).pipe(Layer.provideMerge(Layer.merge(Status.layer("test"), SettingsSource.layerConstant(initial)))),
      { local: true }
    ),
    Effect.provide(Logger.layer([]))
  )

/** Rows of the last hour, one a second. */
const rowsOf = (cursor: string, count: number, now: number): ReadonlyArray<Row> =>
  Array.from({ length: count }, (_, n) => {
    const at = Timestamp.fromMillis(now - 3_600_000 + n * 1000)
    return { id: `da${n}`, createdDateTime: at, [cursor]: at, title: `Alert ${n}`, severity: "low", status: "new" }
  })

interface Case {
  readonly faults: ReadonlyArray<Fault>
  /** Runs until everything is published; a run that a fault ends exits 1. */
  readonly lives?: number
  readonly endpoint?: "alerts" | "alerts_v2" | "incidents"
  /** Rows that can be published, when a fault hides some. */
  readonly rows?: number
}

const endpoint = "alerts_v2"
const origin = "https://evil.example/v1.0/security/alerts_v2?$skiptoken=x"
const once = (fault: Fault, lives = 1): Case => ({
  faults: [{ ...fault, endpoint, skip: 1, times: 1 } as Fault],
  lives
})

const cases: Record<string, Case> = {
  truncated_body: once({ kind: "truncated" }),
  connection_reset: once({ kind: "reset" }),
  html_in_place_of_json: once({ kind: "html" }),
  not_json: once({ kind: "not_json" }),
  value_null: once({ kind: "value_null" }),
  server_error_recovery: once({ kind: "status", status: 500 }),
  bad_gateway_recovery: once({ kind: "status", status: 502 }),
  retry_after_of_503_honoured: once({ kind: "status", status: 503, retry_after: 1 }),
  gateway_timeout_recovery: once({ kind: "status", status: 504 }),
  request_timeout_recovery: once({ kind: "status", status: 408 }),
  slow_answer: once({ kind: "slow", ms: 300 }),
  token_expired_mid_page: once({ kind: "token_expired" }),
  unauthorized_mid_page: once({ kind: "unauthorized" }),
  permission_lost_mid_pass: once({ kind: "missing_role" }, 2),
  rejected_mid_pass: once({ kind: "status", status: 400 }, 2),
  next_link_dies: { faults: [{ kind: "ignore_orderby", endpoint }, { kind: "dead_next_link", endpoint, times: 1 }] },
  next_link_gone: { faults: [{ kind: "dead_next_link", status: 410, endpoint, times: 1 }] },
  next_link_repeats: { faults: [{ kind: "repeating_next_link", endpoint, times: 1, skip: 1 }] },
  next_link_to_another_host: once({ kind: "hostile_next_link", url: origin }),
  next_link_to_another_port: once({ kind: "hostile_next_link", url: "http://127.0.0.1:1/v1.0/security/alerts_v2" }),
  next_link_with_credentials: once({
    kind: "hostile_next_link",
    url: "http://user:pass@127.0.0.1/v1.0/security/alerts_v2"
  }),
  next_link_to_a_file: once({ kind: "hostile_next_link", url: "file:///etc/passwd" }),
  next_link_without_a_host: once({ kind: "hostile_next_link", url: "//evil.example/v1.0/security/alerts_v2" }),
  empty_page_with_next_link: { faults: [{ kind: "empty_page_with_next_link", endpoint, times: 2 }] },
  orderby_ignored: { faults: [{ kind: "ignore_orderby", endpoint }] },
  filter_ignored: { faults: [{ kind: "ignore_filter", endpoint }] },
  page_size_clamped: { faults: [{ kind: "clamp", size: 12, endpoint }] },
  skip_grows_past_its_limit: { faults: [{ kind: "skip_limit", max: 0, endpoint }] },
  // The simulated row has four evidence objects.
  future_row: { faults: [{ kind: "future_row", endpoint }], rows: rowCount + 5 },
  token_endpoint_down: { faults: [{ kind: "status", status: 503, endpoint: "token", times: 2 }] },
  token_endpoint_html: { faults: [{ kind: "html", endpoint: "token", times: 1 }] },
  token_endpoint_reset: { faults: [{ kind: "reset", endpoint: "token", times: 1 }] },
  provider_missing: {
    endpoint: "alerts",
    faults: [{ kind: "partial", warnings: ["Contoso/Sensor/504/10000"], endpoint: "alerts", times: 2 }]
  },
  legacy_retired_while_paging: {
    endpoint: "alerts",
    faults: [{ kind: "retired", endpoint: "alerts", skip: 1, times: 1 }],
    lives: 2
  },
  incidents_throttled_with_a_500: {
    endpoint: "incidents",
    faults: [{ kind: "status", status: 500, endpoint: "incidents", skip: 2, times: 2 }]
  }
}

const drained = Effect.fnUntraced(
  function*(
    { endpoint = "alerts_v2", faults, lives = 1, rows: expected = rowCount }: Case,
    count = rowCount,
    size = pageSize
  ) {
    const { origin, simulator } = yield* microsoft
    const others = { alerts: { enabled: false }, alerts_v2: { enabled: false }, incidents: { enabled: false } }
    const initial = yield* settings({
      cloud: { login: origin, graph: origin },
      endpoints: { ...others, [endpoint]: { enabled: true } }
    })
    const cursor = endpoint === "alerts" ? "lastModifiedDateTime" : "lastUpdateDateTime"
    yield* simulator.setRows(tenant, endpoint, rowsOf(cursor, count, yield* Clock.currentTimeMillis))
    if (endpoint !== "incidents") yield* simulator.addFault({ kind: "clamp", endpoint, size })
    for (const fault of faults) yield* simulator.addFault(fault)
    let well = false
    for (let n = 0; n < lives; n++) well = yield* life(initial)
    const batches = yield* Ref.get(yield* Published)
    const ids = batches.flatMap(({ artifacts }) => artifacts.map(({ id }) => id))
    assert.strictEqual(new Set(ids).size, ids.length, "no artifact twice")
    assert.strictEqual(ids.length, expected, "no artifact lost")
    assert.isTrue(well, "the last run succeeded")
    // The token went only to the simulator: no foreign nextLink was followed.
    const requests = yield* simulator.requests
    assert.isTrue(requests.every(({ path }) => path.includes(`/security/${endpoint}`) || path.includes("/token")))
    return (yield* simulator.state).faults.filter(({ fault }) => fault.times !== undefined)
  },
  Effect.provide(Layer.merge(Values.layer, Published.layer), { local: true }),
  Effect.scoped
)

/** The faults of one drain; each strikes a later request than the one before. */
const tenFaults: ReadonlyArray<Fault> = [
  { kind: "truncated" },
  { kind: "reset" },
  { kind: "html" },
  { kind: "status", status: 500 },
  { kind: "status", status: 503, retry_after: 1 },
  { kind: "unauthorized" },
  { kind: "status", status: 504 },
  // The poller follows a nextLink only when a page is out of order.
  { kind: "ignore_orderby" },
  { kind: "dead_next_link" },
  { kind: "value_null" },
  { kind: "slow", ms: 500 }
]

it.layer(NodeServices.layer, { excludeTestServices: true })("fault matrix", (it) => {
  for (const [name, row] of Object.entries(cases)) it.effect(name, () => drained(row))

  it.effect("ten faults in one drain of 3,000", () =>
    Effect.gen(function*() {
      const faults = tenFaults.map((fault, n) =>
        ({ ...fault, endpoint: "alerts_v2", skip: fault.kind === "dead_next_link" ? 0 : n + 1, times: 1 }) as Fault
      )
      const left = yield* drained({ faults, rows: 3000 }, 3000, 200)
      assert.deepStrictEqual(left, [], "each fault has struck")
    }))
})
