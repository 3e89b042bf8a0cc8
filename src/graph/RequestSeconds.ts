/** The metric of requests to Microsoft. It stands here, and not with the others, because `graph` knows no status. */
import { type Effect, Metric } from "effect"

/** Buckets from a tenth of a second to five minutes, the timeout of a request. */
const boundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

/** Seconds of requests by `endpoint`, which is `token` for the sign-in. */
export const requestSeconds = Metric.histogram("signal_client_graph_request_seconds", {
  description: "Seconds from a request to the end of its answer.",
  boundaries
})

/** Counts a request that ended, with an answer or without. */
export const record = (endpoint: string, milliseconds: number): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(requestSeconds, { endpoint }), milliseconds / 1000)
