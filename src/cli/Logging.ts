/** The log for administrators: one line per message, found by `grep azure`. */
import { Cause, DateTime, Layer, Logger, Predicate, References } from "effect"
import { escapedJson, oneLine } from "./TerminalText.ts"

const levels: Record<string, string> = {
  Trace: "DEBUG",
  Debug: "DEBUG",
  Info: "INFO",
  Warn: "WARN",
  Error: "ERROR",
  Fatal: "ERROR"
}

const textOf = (value: unknown): string => (Predicate.isString(value) ? value : String(value))

const messageOf = (message: unknown, cause: Cause.Cause<unknown>): string => {
  const parts = Array.isArray(message) ? message.map(textOf) : [textOf(message)]
  if (cause.reasons.length > 0) parts.push(Cause.pretty(cause))
  return oneLine(parts.join(" "))
}

/** Report fields that are left out of text lines: the message has them in words, or only programs read them. */
const inWords = new Set([
  "remedy",
  "http_status",
  "aadsts_code",
  "client_request_id",
  "retry_after_seconds",
  "required_permissions",
  "token_roles",
  "occurred_at"
])

const field = ([key, value]: readonly [string, unknown]): string => {
  const text = oneLine(textOf(value))
  return `${key}=${/[\s"=]/.test(text) || text === "" ? `"${text.replaceAll("\"", "'")}"` : text}`
}

/** Formats a line of text: `[INFO] azure-security: fetched 3 events  instance=… endpoint=…`. */
export const text = Logger.make(({ cause, fiber, logLevel, message }) => {
  const fields = Object.entries(fiber.getRef(References.CurrentLogAnnotations))
    .filter(([key]) => !inWords.has(key))
    .map(field)
  const line = `[${levels[logLevel] ?? "INFO"}] azure-security: ${messageOf(message, cause)}`
  return fields.length === 0 ? line : `${line}  ${fields.join(" ")}`
})

/** Formats one JSON object per line: `timestamp`, `level`, `logger`, `message` and the fields. */
export const json = Logger.make(({ cause, date, fiber, logLevel, message }) =>
  escapedJson(JSON.stringify({
    timestamp: DateTime.formatIso(DateTime.fromDateUnsafe(date)),
    level: levels[logLevel] ?? "INFO",
    logger: "azure-security",
    message: messageOf(message, cause),
    ...fiber.getRef(References.CurrentLogAnnotations)
  }))
)

/**
 * Layer that logs in the configured format: to standard output, or to standard error when standard output carries
 * artifacts.
 */
export const layer = (options: {
  readonly format: "text" | "json"
  readonly level: "Debug" | "Info" | "Warn" | "Error"
  readonly toStderr: boolean
}) =>
  Layer.mergeAll(
    Logger.layer([
      (options.toStderr ? Logger.withConsoleError : Logger.withConsoleLog)(options.format === "json" ? json : text)
    ]),
    Layer.succeed(References.MinimumLogLevel, options.level)
  )

/** Layer for commands that print: what is logged meanwhile goes to standard error. */
export const layerAside = Logger.layer([Logger.withConsoleError(text)])
