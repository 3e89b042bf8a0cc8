/**
 * `check`: says whether each instance could be polled, and what to do where it could not.
 *
 * @since 0.1.0
 */
import { Console, Effect, Layer, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { fromSettings } from "../config/Instance.ts"
import type { Settings } from "../config/Settings.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import { GraphClient } from "../graph/GraphClient.ts"
import { version } from "../status/Version.ts"
import * as Checks from "./Checks.ts"
import { ExitCode } from "./ExitCode.ts"
import { Finding, text } from "./Finding.ts"
import * as HttpClientLayer from "./HttpClientLayer.ts"
import { Refusal } from "./Refusal.ts"
import * as SettingsFlag from "./SettingsFlag.ts"

const Findings = Schema.fromJsonString(
  Schema.Struct({ ok: Schema.Boolean, findings: Schema.Array(Finding) }),
  { space: 2 }
)

const ofProcess = Effect.fnUntraced(function*({ checkpoint, sink }: Settings, unknown: ReadonlyArray<string>) {
  const findings: Array<Finding> = unknown.map((name) => ({
    check: "settings",
    outcome: "warning",
    message: `the setting ${name} is not known and has no effect`,
    remedy: "look at its spelling"
  }))
  if (sink.type === "file") findings.push(yield* Checks.ofDirectory("sink", sink.directory))
  if (sink.type === "stdout") findings.push({ check: "sink", outcome: "passed", message: "standard output" })
  if (sink.type === "nats" && sink.dead_letters === "file") {
    findings.push(yield* Checks.ofDirectory("dead letters", sink.directory))
  }
  findings.push(yield* Checks.ofDirectory("checkpoint", checkpoint.directory))
  return findings
})

/**
 * The command `check`.
 *
 * @category commands
 * @since 0.1.0
 */
export const command = Command.make(
  "check",
  {
    config: SettingsFlag.config,
    instance: Flag.String("instance").pipe(
      Flag.withMetavar("NAME"),
      Flag.withDescription("Check this instance only; all otherwise"),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(Flag.withDefault(false), Flag.withDescription("Print the findings as JSON")),
    strict: Flag.Boolean("strict").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Exit 1 for a warning, too; a forbidden or retired endpoint is one")
    )
  },
  Effect.fn(function*({ config, instance, json, strict }) {
    yield* Effect.gen(function*() {
      const { initial, unknown = [] } = yield* SettingsSource
      const all = Object.entries(initial.instances).map(([name, settings]) => fromSettings(name, settings))
      const chosen = all.filter(({ identity }) => Option.isNone(instance) || identity.name === instance.value)
      if (Option.isSome(instance) && chosen.length === 0) {
        return yield* new Refusal({
          faults: [
            `--instance ${instance.value}: the settings have no such instance; they have ${
              all.map(({ identity }) => identity.name).join(", ")
            }`
          ]
        })
      }
      const say = (finding: Finding) => json ? Effect.void : Console.log(text(finding))
      const heading = (name: string) => json ? Effect.void : Console.log(name)
      const findings: Array<Finding> = []
      yield* heading("this process")
      const own = yield* ofProcess(initial, unknown)
      yield* Effect.forEach(own, say, { discard: true })
      findings.push(...own)
      for (const one of chosen) {
        yield* heading(`${one.identity.name}${one.identity.enabled ? "" : " (disabled)"}`)
        const found = yield* Checks.ofInstance(one)
        yield* Effect.forEach(found, say, { discard: true })
        findings.push(...found)
      }
      const failed = findings.filter(({ outcome }) => outcome === "failed").length
      const warnings = findings.filter(({ outcome }) => outcome === "warning").length
      const ok = failed === 0 && (!strict || warnings === 0)
      yield* json
        ? Effect.flatMap(
          Effect.orDie(Schema.encodeEffect(Findings)({ ok, findings })),
          (printed) => Console.log(printed)
        )
        : Console.log(
          failed + warnings === 0
            ? "all is well"
            : `${failed} failed, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`
        )
      yield* ExitCode.set(ok ? ExitCode.well : ExitCode.failed)
    }).pipe(
      Effect.provide(
        Layer.merge(
          SettingsFlag.layer(config),
          Layer.provideMerge(GraphClient.layer, HttpClientLayer.layer({ version }))
        )
      )
    )
  })
).pipe(
  Command.withDescription(
    "Test settings, network, token, permissions and endpoints, and say what to do about each fault"
  )
)
