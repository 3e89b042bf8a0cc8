/** The document of `/status`, the status of a running connector. */
import { Schema } from "effect"
import { names } from "../endpoints/Endpoints.ts"
import { Report } from "./Report.ts"

const Time = Schema.NullOr(Schema.String).annotate({ description: "ISO 8601, UTC; null for never." })

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

/** Schema for the state of an endpoint; the states are in order of precedence. */
export const EndpointState = Schema.Literals([
  "disabled",
  "unauthorized",
  "forbidden",
  "retired",
  "cooldown",
  "unavailable",
  "error",
  "broker_lost",
  "starting",
  "ok"
])
export type EndpointState = typeof EndpointState.Type

/** Schema for the status of one endpoint. */
export const EndpointDocument = Schema.Struct({
  name: Schema.Literals(names),
  state: EndpointState,
  off_because: Schema.optionalKey(
    described(Schema.String, "Why it is off although the settings turn it on: the tenant's cloud does not offer it.")
  ),
  poll_interval_minutes: described(Schema.Finite, "Minutes between the starts of two polls."),
  last_poll_at: Time,
  last_success_at: Time,
  next_poll_at: Time,
  cooldown_until: Time,
  records_fetched: described(Schema.Int, "Record versions not seen before, since the process began."),
  records_today: Schema.optionalKey(
    described(Schema.Int, "Record versions of polls that began today, in UTC, since the process began.")
  ),
  artifacts_published: Schema.Int,
  held_back: Schema.optionalKey(
    described(
      Schema.Int,
      "Records that were read and not published, because the settings ask for interesting ones only."
    )
  ),
  dead_letters: Schema.Int,
  high_water_mark: Schema.NullOr(Schema.String),
  gaps: described(
    Schema.Array(Schema.Struct({ from: Schema.String, to: Schema.String, code: Schema.String })),
    "Ranges of cursors that could not be read yet, and are tried again."
  ),
  negotiated: Schema.optionalKey(
    described(
      Schema.Array(Schema.String),
      "What Graph does not take of the queries at present, and what is asked for instead."
    )
  ),
  providers: Schema.optionalKey(
    described(
      Schema.Array(Schema.Struct({ provider: Schema.String, status: Schema.Int, meaning: Schema.String })),
      "Providers of legacy alerts that refused their part, with the status of each."
    )
  ),
  error: Schema.NullOr(Report)
})
export type EndpointDocument = typeof EndpointDocument.Type

/** Schema for the status of one instance. */
export const InstanceDocument = Schema.Struct({
  name: Schema.String,
  display_name: Schema.String,
  group: Schema.optionalKey(described(Schema.String, "Group of tenants, as the settings say.")),
  enabled: Schema.Boolean,
  state: Schema.Literals(["disabled", "attention", "ok", "starting"]),
  connection_status: Schema.Literals(["connected", "warning", "failed", "waiting", "disabled"]),
  waits_for: Schema.optionalKey(
    described(Schema.String, "The instance that polls this one's tenant, because it stands first in the settings.")
  ),
  warnings: Schema.Array(Report),
  backfills: Schema.optionalKey(described(
    Schema.Array(Schema.Struct({
      endpoint: Schema.Literals(names),
      from: Schema.String,
      to: Schema.NullOr(Schema.String),
      reached: described(Schema.String, "Everything created before it was collected."),
      done: Schema.Boolean,
      moved_at: described(Schema.String, "When this process last saw it move.")
    })),
    "Past ranges that the command backfill collects, or has collected, while it moved within a day."
  )),
  requests_last_minute: described(
    Schema.Int,
    "Requests to Graph, of the 150 a minute that Microsoft allows an application in a tenant."
  ),
  requests_per_minute_max: described(Schema.Int, "What live polling allows itself of them."),
  endpoints: Schema.Array(EndpointDocument)
})
export type InstanceDocument = typeof InstanceDocument.Type

export const StatusDocument = Schema.Struct({
  connector: Schema.String,
  version: Schema.String,
  started_at: Schema.String,
  sink: Schema.Struct({
    type: Schema.String,
    state: Schema.Literals(["ok", "unavailable"]),
    published: Schema.Int,
    lost: Schema.optionalKey(
      described(Schema.Int, "Artifacts that the broker had acknowledged and lost; they are published again.")
    ),
    warnings: Schema.optionalKey(
      described(Schema.Array(Report), "What is wrong with the broker's stream, with the commands that mend it.")
    )
  }),
  reports: Schema.optionalKey(
    described(
      Schema.Array(Report),
      "What concerns no single instance: settings that cannot be used, an outage of the host. Absent while there is none."
    )
  ),
  instances: Schema.Array(InstanceDocument),
  drift: described(
    Schema.Array(Schema.Struct({
      kind: Schema.String,
      name: Schema.String,
      count: Schema.Int,
      first_seen_at: Schema.String
    })),
    "What Graph sent that this connector does not know: types, enum values, properties, and titles and categories of grave alerts, with how often they came."
  )
}).annotate({ identifier: "Status" })
export type StatusDocument = typeof StatusDocument.Type
