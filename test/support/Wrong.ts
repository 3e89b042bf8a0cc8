/** Everything that can be wrong around the connector: each fault of the simulated Microsoft, what stands between, and the sink. */
import { Effect, Layer } from "effect"
import { decodeSettings } from "../../src/config/SettingsDocument.ts"
import { Fault, type Wanted } from "../../src/simulator/Fault.ts"
import { ArtifactSink, ArtifactSinkError, SinkUnavailable } from "../../src/sinks/ArtifactSink.ts"
import type * as ForgetfulSink from "./ForgetfulSink.ts"
import * as Json from "./Json.ts"
import * as SimulatedWorld from "./SimulatedWorld.ts"

type Kind = Fault["kind"]

/** Each fault as it is asked for, where its kind alone is not enough. */
const wanted: { readonly [K in Kind]?: ReadonlyArray<Wanted> } = {
  status: [
    { kind: "status", status: 503, retry_after: 1800 },
    { kind: "status", status: 504, endpoint: "token", retry_after: 1800 },
    { kind: "status", status: 500 },
    { kind: "status", status: 400, message: "Invalid filter clause" }
  ],
  throttled: [{ kind: "throttled", retry_after: 30 }, { kind: "throttled", endpoint: "token", retry_after: 30 }],
  missing_role: [{ kind: "missing_role" }, { kind: "missing_role", endpoint: "incidents" }],
  retired: [{ kind: "retired", endpoint: "alerts", as: "404" }],
  hang: [{ kind: "hang" }, { kind: "hang", endpoint: "token" }],
  slow: [{ kind: "slow", ms: 90_000 }],
  hostile_next_link: [{ kind: "hostile_next_link", url: "https://evil.example/" }],
  clamp: [{ kind: "clamp", size: 2 }],
  skip_limit: [{ kind: "skip_limit", max: 1 }],
  aadsts: [{ kind: "aadsts", code: 7_000_215 }, { kind: "aadsts", code: 90_033 }, { kind: "aadsts", code: 53_003 }, {
    kind: "aadsts",
    code: 987_654
  }],
  big_body: [{ kind: "big_body", bytes: 1_000_000 }]
}

/** Each fault with the name of its file. */
export const all: ReadonlyArray<readonly [string, Wanted]> = Fault.members.flatMap(({ fields }) => {
  const kind = fields.kind.literal
  const ways = wanted[kind] ?? [{ kind } as Wanted]
  return ways.map((way, index) => [ways.length === 1 ? kind : `${kind}-${index + 1}`, way] as const)
})

/** What stands between the connector and Microsoft, as the errors that Node has for it; each with the name of its file. */
const between: Readonly<Record<string, (url: URL) => Error>> = {
  no_name_server: ({ hostname }) => Object.assign(new Error("dns"), { code: "ENOTFOUND", hostname }),
  no_route: () => Object.assign(new Error("route"), { code: "EHOSTUNREACH" }),
  untrusted_certificate: () => Object.assign(new Error("tls"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }),
  certificate_of_another_host: ({ hostname }) =>
    Object.assign(new Error("tls"), {
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
      host: hostname,
      cert: { subjectaltname: "DNS:portal.example" }
    }),
  proxy_without_password: () => new Error("Proxy response (407) !== 200 when HTTP Tunneling")
}

/** A sink on a disk without room. */
const full: SimulatedWorld.Sink = Layer.succeed(ArtifactSink, {
  type: "file",
  payload: "artifact",
  open: Effect.fail(
    new ArtifactSinkError({
      sink: "file",
      reason: new SinkUnavailable({
        detail: "/d/artifacts cannot be written (ENOSPC in write): the disk is full",
        remedy: "free space; nothing is lost: the page is kept, and polling resumes once it is written"
      })
    })
  )
})

export const settings = Effect.orDie(decodeSettings(
  "test",
  Json.text({
    limits: { page_bytes_max: 524_288 },
    instances: {
      contoso: {
        credentials: {
          tenant_id: "11111111-1111-4111-8111-111111111111",
          client_id: "22222222-2222-4222-8222-222222222222",
          client_secret: "a-secret"
        }
      }
    }
  })
))

/** What is wrong. */
export interface Wrong {
  readonly fault?: Wanted
  readonly unreachable?: ((url: URL) => Error) | undefined
  readonly sink?: SimulatedWorld.Sink
  /** The stream of the broker, which loses something. */
  readonly stream?: ReturnType<typeof ForgetfulSink.make>
}

/** The connector over a simulated Microsoft, where something is wrong. */
export const world = Effect.fnUntraced(function*({ fault, sink, stream, unreachable }: Wrong) {
  const into = stream?.layer ?? sink
  const { layer } = yield* SimulatedWorld.world(yield* settings, {
    unreachable,
    ...(fault === undefined ? {} : { faults: [fault] }),
    ...(into === undefined ? {} : { sink: into })
  })
  return layer
})

/** Faults that are none of Microsoft's answers, each with the name of its file. */
export const others: ReadonlyArray<readonly [string, Wrong]> = [
  ...Object.entries(between).map(([name, unreachable]) => [name, { unreachable }] as const),
  ["full_disk", { sink: full }]
]
