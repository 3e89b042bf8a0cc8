/** Sends traces, metrics and logs to an OpenTelemetry collector, when the environment names one. */
import { Config, Effect, Layer, Option, Ref, References } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { Otlp } from "effect/observability"
import { version } from "../status/Version.ts"

/** Failed requests in a row after which the collector counts as away: one export is tried four times. */
const failuresTold = 4

const read = (name: string) =>
  Effect.orElseSucceed(Config.option(Config.NonEmptyString(name)), () => Option.none<string>())

/** Reads `OTEL_EXPORTER_OTLP_HEADERS`: pairs such as `api-key=…,tenant=a%20b`; none where one is no pair. */
const headersOf = (text: string): Option.Option<Readonly<Record<string, string>>> => {
  const pairs = text.split(",").map((pair) => /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair))
  return pairs.every((pair) => pair !== null && !/%(?![0-9a-f]{2})/i.test(pair[2]!))
    ? Option.some(Object.fromEntries(pairs.map((pair) => [pair![1]!, decodeURIComponent(pair![2]!)])))
    : Option.none()
}

/** What the environment asks for; a fault of it is told, and nothing is sent. */
const wanted = Effect.gen(function*() {
  const [endpoint, headers, protocol, disabled] = yield* Effect.all([
    read("OTEL_EXPORTER_OTLP_ENDPOINT"),
    read("OTEL_EXPORTER_OTLP_HEADERS"),
    read("OTEL_EXPORTER_OTLP_PROTOCOL"),
    read("OTEL_SDK_DISABLED")
  ])
  if (Option.isNone(endpoint) || Option.contains(disabled, "true")) return Option.none()
  const baseUrl = endpoint.value.replace(/\/+$/, "")
  const pairs = Option.match(headers, { onNone: () => Option.some({}), onSome: headersOf })
  const fault = !/^https?:\/\/[^\s/]/.test(baseUrl) || !URL.canParse(baseUrl)
    ? "OTEL_EXPORTER_OTLP_ENDPOINT is no URL such as http://HOST:4318"
    : Option.isSome(protocol) && protocol.value !== "http/json"
    ? `OTEL_EXPORTER_OTLP_PROTOCOL is not http/json, which is all that is sent: unset it, and name the collector's port for HTTP, 4318 by default`
    : Option.isNone(pairs)
    ? "OTEL_EXPORTER_OTLP_HEADERS is no list of NAME=VALUE with commas between"
    : undefined
  if (fault === undefined) return Option.some({ baseUrl, headers: Option.getOrElse(pairs, () => ({})) })
  yield* Effect.logWarning(`no telemetry is sent: ${fault}`)
  return Option.none()
})

/** Tells once that the collector takes nothing, and once that it does again. */
const telling = (host: string) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.gen(function*() {
      const failures = yield* Ref.make(0)
      const failed = (why: string) =>
        Effect.flatMap(Ref.updateAndGet(failures, (count) => count + 1), (count) =>
          count === failuresTold
            ? Effect.logWarning(
              `telemetry cannot be delivered to ${host}: ${why}; check OTEL_EXPORTER_OTLP_ENDPOINT and the collector; polling goes on, and what is not delivered is dropped`
            )
            : Effect.void)
      const taken = Effect.flatMap(Ref.getAndSet(failures, 0), (count) =>
        count >= failuresTold ? Effect.logInfo(`telemetry is delivered to ${host} again`) : Effect.void)
      return (yield* HttpClient.HttpClient).pipe(
        HttpClient.tapError(() => failed("no answer")),
        HttpClient.tap(({ status }) =>
          status < 300 ? taken : failed(`HTTP ${status}`)
        )
      )
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))

/**
 * Layer that exports over OTLP (JSON over HTTP) to `OTEL_EXPORTER_OTLP_ENDPOINT`; without that variable no spans are made.
 * The normal log is still written, and tells where nothing can be sent.
 */
export const layer: Layer.Layer<never> = Layer.unwrap(Effect.map(
  wanted,
  Option.match({
    // Spans would be made for each request, and nobody would read them.
    onNone: () =>
      Layer.merge(
        Layer.succeed(References.TracerEnabled, false),
        Layer.succeed(HttpClient.TracerDisabledWhen, () => true)
      ),
    onSome: ({ baseUrl, headers }) =>
      Layer.effectDiscard(Effect.void).pipe(
        Layer.provideMerge(Otlp.layerJson({
          baseUrl,
          headers,
          resource: { serviceName: "azure-security", serviceVersion: version },
          loggerMergeWithExisting: true,
          // A stop may take ten seconds in all.
          shutdownTimeout: "2 seconds"
        })),
        Layer.provide(telling(new URL(baseUrl).host))
      )
  })
))
