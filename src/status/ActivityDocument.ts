/** The document that the page plots: activity in the last hour, day or week. */
import { Schema } from "effect"

/** Schema for the range of a plot. */
export const ActivityRange = Schema.Literals(["hour", "day", "week"])
export type ActivityRange = typeof ActivityRange.Type

const counts = Schema.Array(Schema.NullOr(Schema.Finite))

/** Schema for the activity in a range, in steps of equal length; null for a step without data. */
export const ActivityDocument = Schema.Struct({
  /** Start of the process; nothing is known from before. */
  since: Schema.String,
  /** Begin of the first step. */
  from: Schema.String,
  step_seconds: Schema.Int,
  /** Record versions not seen before. */
  records: counts,
  artifacts: counts,
  errors: counts,
  /** 95 of 100 records were published within this many seconds of their last change; null for no records. */
  freshness_p95_seconds: counts,
  /** The most requests that one tenant made in a minute. */
  requests_per_minute: counts,
  /** Requests that live polling may make per tenant, a part of Microsoft's limit. */
  requests_per_minute_max: Schema.Int,
  marks: Schema.Array(Schema.Struct({
    /** `outage`: the endpoint, its credentials or the sink failed. */
    kind: Schema.Literals(["cooldown", "outage"]),
    instance: Schema.String,
    endpoint: Schema.String,
    from: Schema.String,
    /** End of the cooldown or outage; null while it lasts. */
    to: Schema.NullOr(Schema.String)
  }))
}).annotate({ identifier: "Activity" })
export type ActivityDocument = typeof ActivityDocument.Type

/** Schema for the activity of one instance or of a group of them, in steps as in {@link ActivityDocument}. */
export const TenantActivity = Schema.Struct({
  since: Schema.String,
  from: Schema.String,
  step_seconds: Schema.Int,
  /** How many instances it is of. */
  tenants: Schema.Int,
  /** Of how many of them anything is kept; the series of the others are not. */
  tenants_kept: Schema.Int,
  /** Record versions not seen before, of all of them together. */
  records: counts,
  /** The most requests that one of them made in a minute. */
  requests_per_minute: counts,
  requests_per_minute_max: Schema.Int
}).annotate({ identifier: "TenantActivity" })
export type TenantActivity = typeof TenantActivity.Type
