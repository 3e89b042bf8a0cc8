/** Sends traces, metrics and logs to an OpenTelemetry collector, when the environment names one. */
import { Config, Effect, Layer, Option } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp } from "effect/observability"
import { version } from "../status/Version.ts"

/**
 * Layer that exports over OTLP (JSON over HTTP) to `OTEL_EXPORTER_OTLP_ENDPOINT`; an empty layer without that variable.
 * The normal log is still written.
 */
export const layer: Layer.Layer<never> = Layer.unwrap(
  Effect.map(
    Effect.orElseSucceed(
      Config.option(Config.NonEmptyString("OTEL_EXPORTER_OTLP_ENDPOINT")),
      () => Option.none<string>()
    ),
    Option.match({
      onNone: () => Layer.empty,
      onSome: (baseUrl) =>
        Layer.effectDiscard(Effect.void).pipe(
          Layer.provideMerge(Otlp.layerJson({
            baseUrl,
            resource: { serviceName: "azure-security", serviceVersion: version },
            loggerMergeWithExisting: true,
            // A stop may take ten seconds in all.
            shutdownTimeout: "2 seconds"
          })),
          Layer.provide(FetchHttpClient.layer)
        )
    })
  )
)
