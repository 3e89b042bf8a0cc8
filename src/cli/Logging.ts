/** The log for administrators: one line per message, found by `grep azure`. */
import { Cause, DateTime, Effect, Layer, Logger, LogLevel, MutableRef, Option, Predicate, References } from "effect"
import { GlobalFlag } from "effect/cli"
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

/** Formats a line of text with its time at the end, behind everything that people and `grep` look for. */
const timed = Logger.make((options) => {
  const line = text.log(options)
  // Fields begin behind two blanks.
  return `${line}${/ {2}\w+=/.test(line) ? "" : " "} at=${DateTime.formatIso(DateTime.fromDateUnsafe(options.date))}`
})

/** What is logged at present, and how. */
export interface Shown {
  readonly format: "text" | "json"
  readonly level: LogLevel.LogLevel
}

/** What the command line says of the log, which the settings cannot change. */
export interface Given {
  readonly format: Option.Option<Shown["format"]>
  readonly level: Option.Option<LogLevel.LogLevel>
}

/** Returns the level of `--log-level`, where the command line has it. */
export const levelGiven: Effect.Effect<Given["level"]> = Effect.map(
  Effect.serviceOption(GlobalFlag.LogLevel),
  Option.flatten
)

/** Returns what is logged by settings, where the command line says nothing else. */
export const shownOf = (log: Shown, { format, level }: Given): Shown => ({
  format: Option.getOrElse(format, () => log.format),
  level: Option.getOrElse(level, () => log.level)
})

/**
 * Layer that logs as `shown` has it at each moment: to standard output, or to standard error when standard output carries
 * artifacts.
 */
export const layerFollowing = (shown: MutableRef.MutableRef<Shown>, toStderr: boolean) => {
  const formatted = Logger.make((options) =>
    MutableRef.get(shown).format === "json" ? json.log(options) : timed.log(options)
  )
  const printed = toStderr ? Logger.withConsoleError(formatted) : Logger.withConsoleLog(formatted)
  return Layer.mergeAll(
    Logger.layer([gated(shown, printed)]),
    // The level of each moment is looked up at each message.
    Layer.succeed(References.MinimumLogLevel, "All")
  )
}

const gated = <Out>(shown: MutableRef.MutableRef<Shown>, logger: Logger.Logger<unknown, Out>) =>
  Logger.make<unknown, Out | undefined>((options) =>
    LogLevel.isLessThan(options.logLevel, MutableRef.get(shown).level) ? undefined : logger.log(options)
  )

/** Layer that gives all loggers of its surroundings, as the collector's, only what `shown` lets through. */
export const layerGated = (shown: MutableRef.MutableRef<Shown>) =>
  Layer.effect(
    Logger.CurrentLoggers,
    Effect.map(Effect.service(Logger.CurrentLoggers), (loggers) =>
      new Set(Array.from(loggers, (logger) => gated(shown, logger))))
  )

/** Layer that logs in one way: `--log-level` counts more than `level`. */
export const layer = (options: Shown & { readonly toStderr: boolean }) =>
  Layer.unwrap(
    Effect.map(levelGiven, (level) =>
      layerFollowing(MutableRef.make(shownOf(options, { level, format: Option.none() })), options.toStderr))
  )

/** Layer for commands that print: what is logged meanwhile goes to standard error. */
export const layerAside = Logger.layer([Logger.withConsoleError(text)])
