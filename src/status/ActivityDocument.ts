/** What the page plots: what happened in the last hour, day or week. */
import { Schema } from "effect"

/** Schema for how far back a plot reaches. */
export const ActivityRange = Schema.Literals(["hour", "day", "week"])
export type ActivityRange = typeof ActivityRange.Type

const counts = Schema.Array(Schema.NullOr(Schema.Finite))

/** Schema for the activity of a range, in steps of equal length; null where the process did not run. */
export const ActivityDocument = Schema.Struct({
  /** Since when it is known: the start of the process. */
  since: Schema.String,
  /** Begin of the first step. */
  from: Schema.String,
  step_seconds: Schema.Int,
  /** Record versions not seen before. */
  records: counts,
  /** Artifacts that the sink took. */
  artifacts: counts,
  /** Failures met. */
  errors: counts,
  /** 95 of 100 records were published within so many seconds of their last change; null where there were none. */
  freshness_p95_seconds: counts,
  /** The most requests that one tenant made in a minute. */
  requests_per_minute: counts,
  /** What live polling allows itself of Microsoft's limit for one tenant. */
  requests_per_minute_max: Schema.Int,
  marks: Schema.Array(Schema.Struct({
    /** `outage`: the endpoint, its credentials or the sink failed. */
    kind: Schema.Literals(["cooldown", "outage"]),
    instance: Schema.String,
    endpoint: Schema.String,
    from: Schema.String,
    /** Null while it lasts. */
    to: Schema.NullOr(Schema.String)
  }))
}).annotate({ identifier: "Activity" })
export type ActivityDocument = typeof ActivityDocument.Type
