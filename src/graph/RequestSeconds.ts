/** The metric of requests to Microsoft. It stands here, and not with the others, because `graph` knows no status. */
import { type Effect, Metric } from "effect"

/** Buckets from a tenth of a second to five minutes, the timeout of a request. */
const boundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

/** Seconds of requests by `endpoint`, which is `token` for the sign-in. */
export const requestSeconds = Metric.histogram("signal_client_graph_request_seconds", {
  description: "Seconds from a request to the end of its answer.",
  boundaries
})

/** The metric of each endpoint: one with labels keeps the key of its series. */
const ofEndpoint = new Map<string, Metric.Metric<number, unknown>>()

/** Counts a request that ended, with an answer or without. */
export const record = (endpoint: string, milliseconds: number): Effect.Effect<void> => {
  const metric = ofEndpoint.get(endpoint) ?? Metric.withAttributes(requestSeconds, { endpoint })
  ofEndpoint.set(endpoint, metric)
  return Metric.update(metric, milliseconds / 1000)
}
