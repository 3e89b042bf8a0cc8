/** The faults that a person or a test can request, as JSON. */
import { Schema } from "effect"
import { collectionNames } from "./Collections.ts"

const count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
const number = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000 }))
const bytes = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 268_435_456 }))
const retryAfter = Schema.optionalKey(Schema.Union([Schema.Int, Schema.String])).annotate({
  description: "Seconds, or an HTTP date."
})

/** Where a fault strikes: one endpoint, the token endpoint, all of Graph (the default), or everything. */
export const Target = Schema.Literals([...collectionNames, "token", "graph", "all"])
export type Target = typeof Target.Type

const where = {
  endpoint: Schema.optionalKey(Target),
  tenant: Schema.optionalKey(Schema.String),
  times: Schema.optionalKey(count).annotate({
    description: "How often the fault strikes; without it, until the fault is removed."
  }),
  skip: Schema.optionalKey(number).annotate({ description: "How many requests pass before the fault strikes." })
}

const fault = <const Kind extends string, const Fields extends Schema.Struct.Fields>(kind: Kind, fields: Fields) =>
  Schema.Struct({ kind: Schema.Literal(kind), ...where, ...fields })

export const Fault = Schema.Union([
  fault("status", {
    status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
    code: Schema.optionalKey(Schema.String),
    message: Schema.optionalKey(Schema.String),
    retry_after: retryAfter
  }),
  fault("throttled", { retry_after: retryAfter }),
  fault("missing_role", {}),
  fault("not_licensed", {}),
  fault("conditional_access", {}),
  fault("unauthorized", {}),
  fault("token_expired", {}),
  fault("retired", { as: Schema.optionalKey(Schema.Literals(["404", "410", "400-segment", "empty"])) }),
  fault("html", { status: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 }))) }),
  fault("truncated", {}),
  fault("reset", {}),
  fault("hang", {}),
  fault("slow", { ms: number }),
  fault("value_null", {}),
  fault("not_json", {}),
  fault("dead_next_link", { status: Schema.optionalKey(Schema.Literals([400, 410])) }),
  fault("repeating_next_link", {}),
  fault("hostile_next_link", { url: Schema.String }),
  fault("empty_page_with_next_link", {}),
  fault("ignore_orderby", {}),
  fault("ignore_filter", {}),
  fault("clamp", { size: count }),
  fault("partial", {
    warnings: Schema.optionalKey(Schema.NonEmptyArray(Schema.String)).annotate({
      description: "Vendor/Provider/Status/Milliseconds of each provider that did not answer."
    })
  }),
  fault("skip_limit", { max: number }),
  fault("aadsts", { code: number.annotate({ description: "Number of the AADSTS error." }) }),
  fault("late_row", { minutes: Schema.optionalKey(number) }),
  fault("future_row", { minutes: Schema.optionalKey(number) }),
  fault("big_body", { bytes })
])
export type Fault = typeof Fault.Type

/** Schema for the faults that people ask for by name. */
export const Preset = Schema.Struct({
  preset: Schema.Literals([
    "wrong secret",
    "expired secret",
    "missing permission",
    "not licensed",
    "throttled",
    "unreachable",
    "legacy retired"
  ]),
  endpoint: Schema.optionalKey(Target),
  tenant: Schema.optionalKey(Schema.String)
})
export type Preset = typeof Preset.Type

/** All presets, kinds and endpoints in one line, for help texts. */
export const vocabulary = `presets: ${Preset.fields.preset.literals.join(", ")}; kinds: ${
  Fault.members.map(({ fields }) => fields.kind.literal).join(", ")
}; endpoints: ${Target.literals.join(", ")}`

/** Schema for the body of `POST /simulator/faults`. */
export const Wanted = Schema.Union([Preset, Fault, Schema.Array(Fault)])
export type Wanted = typeof Wanted.Type

const presets: { readonly [Name in Preset["preset"]]: ReadonlyArray<Fault> } = {
  // Tokens already issued are refused as well: otherwise nothing would happen for an hour.
  "wrong secret": [{ kind: "aadsts", endpoint: "token", code: 7000215 }, { kind: "token_expired", endpoint: "graph" }],
  "expired secret": [{ kind: "aadsts", endpoint: "token", code: 7000222 }, {
    kind: "token_expired",
    endpoint: "graph"
  }],
  "missing permission": [{ kind: "missing_role", endpoint: "incidents" }],
  "not licensed": [{ kind: "not_licensed", endpoint: "graph" }],
  throttled: [{ kind: "throttled", endpoint: "alerts_v2", times: 1, retry_after: 30 }],
  unreachable: [{ kind: "reset", endpoint: "all" }],
  "legacy retired": [{ kind: "retired", endpoint: "alerts", as: "404" }]
}

/**
 * Resolves a request to its faults. A preset's endpoint replaces its Graph endpoints; its tenant narrows all faults.
 */
export const faultsOf = (wanted: Wanted): ReadonlyArray<Fault> => {
  if ("kind" in wanted) return [wanted]
  if (!("preset" in wanted)) return wanted
  const { endpoint, preset, tenant } = wanted
  return presets[preset].map((fault) =>
    Object.assign(
      { ...fault },
      endpoint === undefined || fault.endpoint === "token" ? {} : { endpoint },
      tenant === undefined ? {} : { tenant }
    )
  )
}
