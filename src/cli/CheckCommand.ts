/** `check`: tests whether each instance can be polled. */
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import * as Ocsf from "../artifacts/ocsf/OcsfEvent.ts"
import * as Checks from "../checks/Checks.ts"
import * as DirectoryChecks from "../checks/DirectoryChecks.ts"
import { digest, Finding, teller } from "../checks/Finding.ts"
import { allFromSettings, type Instance } from "../config/Instance.ts"
import type { Settings } from "../config/Settings.ts"
import type { Remark } from "../config/SettingsDocument.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import * as Surroundings from "../config/Surroundings.ts"
import { GraphClient } from "../graph/GraphClient.ts"
import { waitingOf, waitingRemark } from "../instances/Holders.ts"
import * as Bootstrap from "../nats/Bootstrap.ts"
import * as BrokerCheck from "../nats/BrokerCheck.ts"
import type * as StreamJudgement from "../nats/StreamJudgement.ts"
import { version } from "../status/Version.ts"
import { ExitCode } from "./ExitCode.ts"
import * as HttpClientLayer from "./HttpClientLayer.ts"
import * as Logging from "./Logging.ts"
import * as PageToken from "./PageToken.ts"
import * as Printed from "./Printed.ts"
import * as SearchLayer from "./SearchLayer.ts"
import * as SettingsFlag from "./SettingsFlag.ts"
import { Refusal } from "./StartRefusal.ts"
import * as TlsVerification from "./TlsVerification.ts"

const Findings = Schema.fromJsonString(Schema.Struct({ ok: Schema.Boolean, findings: Schema.Array(Finding) }), {
  space: 2
})

const formatFindings = ({ search, sink }: Settings): ReadonlyArray<Finding> =>
  sink.format !== "ocsf" ?
    [] :
    [
      { check: "format", outcome: "passed", message: `events of OCSF ${Ocsf.version}` },
      ...search.enabled !== true ? [] : [{
        check: "search",
        outcome: "warning" as const,
        message: "search.enabled is true, and sink.format is ocsf, which the search cannot read",
        remedy: "remove search.enabled, and search where the events are loaded; or set sink.format to witfoo"
      }]
    ]

const ofProcess = Effect.fnUntraced(function*(settings: Settings, remarks: ReadonlyArray<Remark>) {
  const { checkpoint, sink } = settings
  const findings: Array<Finding> = remarks.map((remark) => ({ check: "settings", outcome: "warning", ...remark }))
  if (sink.type === "file") findings.push(yield* DirectoryChecks.ofDirectory("sink", sink.directory))
  if (sink.type === "stdout") findings.push({ check: "sink", outcome: "passed", message: "standard output" })
  findings.push(...formatFindings(settings))
  if (sink.type === "nats") {
    findings.push(
      yield* Effect.match(Bootstrap.read(), {
        onFailure: ({ message }): Finding => ({
          check: "sink",
          outcome: "failed",
          message,
          remedy: "see the README, In Conductor"
        }),
        onSuccess: ({ connection }): Finding => ({
          check: "sink",
          outcome: "passed",
          message: connection.servers.join(", ")
        })
      })
    )
    if (sink.dead_letters === "file") findings.push(yield* DirectoryChecks.ofDirectory("dead letters", sink.directory))
  }
  findings.push(
    yield* DirectoryChecks.ofDirectory("checkpoint", checkpoint.directory),
    yield* PageToken.check(settings, false)
  )
  for (const directory of yield* SearchLayer.directories(settings)) {
    findings.push(yield* DirectoryChecks.ofDirectory("search", directory))
  }
  return findings
})

const inFile = (config: Option.Option<string>) =>
  Effect.gen(function*() {
    const { initial, order, remarks = [] } = yield* SettingsSource
    const open = yield* SettingsFlag.openToOthers(config)
    const file = Option.toArray(yield* SettingsFlag.fileOf(config))
    const replaceable = (yield* Surroundings.faults({ directories: [], files: file })).map((
      { fault, remedy }
    ): Finding => ({ check: "settings", outcome: "warning", message: fault, remedy }))
    const findings = [...replaceable, ...(yield* ofProcess(initial, remarks))]
    return {
      settings: initial,
      order,
      findings: open === undefined
        ? findings
        : [{ check: "settings", outcome: "warning" as const, ...open }, ...findings]
    }
  }).pipe(Effect.provide(SettingsFlag.layer(config)))

const stream = (check: string, subject: string, kept: BrokerCheck.Kept): Finding =>
  "missing" in kept
    ? {
      check,
      outcome: "failed",
      message: kept.missing,
      remedy: kept.remedy
    }
    : {
      check,
      outcome: "passed",
      message: `the stream ${kept.stream} keeps ${subject}, ${kept.messages} messages`
    }

/** Part of what was published that must have gone to the unknown artifacts for the parser to be at fault. */
const unparsedPart = 0.5

/** Says what to publish when Conductor's parser does not take what is published. */
const payloadFinding = (
  payload: "artifact" | "graph",
  unparsed: StreamJudgement.Unparsed | undefined
): ReadonlyArray<Finding> =>
  unparsed === undefined || unparsed.published === 0 || unparsed.unknown < unparsed.published * unparsedPart ? [] : [{
    check: "payload",
    outcome: "warning",
    message:
      `about ${unparsed.unknown} of ${unparsed.published} messages published within a day came to the unknown artifacts: Conductor's parser does not know ${
        payload === "graph" ? "Graph's own records" : "finished artifacts"
      }`,
    remedy: payload === "graph"
      ? `set "payload": "artifact" and "stage": "parsed" of the sink: finished artifacts go behind the parser`
      : `set "payload": "graph" of the sink: WitFoo's parsers of 2026 read Graph's own JSON; if they do not know that either, "stage": "parsed"`
  }]

/** Checks the broker in Conductor, and the settings on it. */
const onBroker = Effect.gen(function*() {
  const bootstrap = yield* Effect.mapError(Bootstrap.read(), ({ faults }) => new Refusal({ faults }))
  const { artifacts, faults, findings: ofStream, hasBucket, isExposed, lacks, order, settings, unknown, unparsed } =
    yield* Effect
      .mapError(BrokerCheck.look(bootstrap), ({ _tag, message }) =>
        new Refusal({
          faults: [_tag === "NoBroker"
            ? `${message}; check NATS_URL, the network, and the broker's credentials and TLS files`
            : message]
        }))
  const findings: Array<Finding> = [
    isExposed
      ? {
        check: "broker",
        outcome: "warning",
        message: `${
          bootstrap.connection.servers.join(", ")
        } answers without TLS: the connection to it is not encrypted`,
        remedy: "turn TLS on there, and write tls:// to insist on it"
      }
      : { check: "broker", outcome: "passed", message: `${bootstrap.connection.servers.join(", ")} answers` },
    hasBucket
      ? {
        check: "settings",
        outcome: "passed",
        message: `instances: ${Object.keys(settings.instances).join(", ") || "none"}`
      }
      : {
        check: "settings",
        outcome: "warning",
        message: "there is no bucket INTEGRATIONS yet",
        remedy: "save an instance on Conductor's Integrations page"
      },
    ...lacks.map(({ message, remedy }): Finding => ({ check: "rights", outcome: "failed", message, remedy })),
    ...faults.map((fault): Finding => ({
      check: "settings",
      outcome: "failed",
      message: `${fault.source} cannot be used: ${fault.faults.join("; ")}`,
      remedy: "correct it; it acts within seconds"
    }))
  ]
  if (settings.sink.type === "nats") {
    findings.push(stream("sink", "the published artifacts", artifacts))
    findings.push(
      ...payloadFinding(settings.sink.payload, unparsed),
      ...ofStream.map(({ message, remedy }): Finding => ({ check: "stream", outcome: "warning", message, remedy }))
    )
    if (settings.sink.dead_letters === "subject" || settings.sink.stage === "parsed") {
      findings.push(stream("unknown", "the artifacts that no parser knows", unknown))
    }
    if (settings.sink.dead_letters === "file") {
      findings.push(yield* DirectoryChecks.ofDirectory("dead letters", settings.sink.directory))
    }
  }
  findings.push(yield* PageToken.check(settings, true))
  return { settings, order, findings }
}).pipe(Effect.provide(Logging.layer({ format: "text", level: "Warn", toStderr: true })))

/** Instances that are checked at once: each asks Microsoft a dozen questions, most of which wait for the network. */
const atOnce = 8

/** What `check` is asked. */
export interface Asked {
  readonly config: Option.Option<string>
  readonly instance: Option.Option<string>
  readonly json: boolean
  readonly strict: boolean
}

/** Checks as the command does, prints the findings, and sets the exit code. */
export const check = Effect.fn("CheckCommand.check")(function*({ config, instance, json, strict }: Asked) {
  yield* Effect.gen(function*() {
    const tls: ReadonlyArray<Finding> = (yield* TlsVerification.isOff)
      ? [{
        check: "TLS",
        outcome: "failed",
        message: TlsVerification.unverified.fault,
        remedy: TlsVerification.unverified.remedy
      }]
      : []
    const { findings: others, order, settings: initial } = Option.isNone(config) && (yield* Bootstrap.isInConductor)
      ? yield* onBroker
      : yield* inFile(config)
    const all = allFromSettings(initial, order)
    // A disabled instance is checked when it is asked for.
    const chosen = all.filter(({ identity }) =>
      Option.match(instance, { onNone: () => identity.enabled, onSome: (name) => name === identity.name })
    )
    const skipped = Option.isSome(instance) ? [] : all.filter(({ identity }) => !identity.enabled)
    if (Option.isSome(instance) && chosen.length === 0) {
      return yield* new Refusal({
        faults: [
          `--instance ${instance.value}: the settings have no such instance; they have ${
            all.map(({ identity }) => identity.name).join(", ")
          }`
        ]
      })
    }
    const tell = teller()
    const say = (finding: Finding) => json ? Effect.void : Printed.text(tell(finding))
    const heading = (name: string) => json ? Effect.void : Printed.lines(name)
    const findings: Array<Finding> = []
    const own = [...tls, ...others]
    yield* heading("this process")
    yield* Effect.forEach(own, say, { discard: true })
    findings.push(...own)
    const waiting = waitingOf(all)
    const findingsOf = (one: Instance) => {
      const { name } = one.identity
      const holder = waiting.get(name)
      const remarks: ReadonlyArray<Finding> = holder === undefined ? [] : [{
        instance: name,
        check: "settings",
        outcome: "warning",
        code: "duplicate_tenant",
        ...waitingRemark(name, holder)
      }]
      return Stream.concat(Stream.fromIterable(remarks), Checks.ofInstance(one))
    }
    const found = (finding: Finding) => Effect.andThen(Effect.sync(() => void findings.push(finding)), say(finding))
    const titleOf = ({ identity: { enabled, name } }: Instance) => `${name}${enabled ? "" : " (disabled)"}`
    // The findings of a single instance are told as they come, those of several in the order of the settings.
    yield* chosen.length === 1
      ? Effect.andThen(heading(titleOf(chosen[0]!)), Stream.runForEach(findingsOf(chosen[0]!), found))
      : Stream.fromIterable(chosen).pipe(
        Stream.mapEffect((one) => Effect.map(Stream.runCollect(findingsOf(one)), (all) => ({ one, all })), {
          concurrency: atOnce
        }),
        Stream.runForEach(({ all, one }) =>
          Effect.andThen(heading(titleOf(one)), Effect.forEach(all, found, { discard: true }))
        )
      )
    for (const one of skipped) yield* heading(`${titleOf(one)}: not checked; --instance NAME checks it all the same`)
    const failed = findings.filter(({ outcome }) => outcome === "failed").length
    const warnings = findings.filter(({ outcome }) => outcome === "warning").length
    const ok = failed === 0 && (!strict || warnings === 0)
    yield* json
      ? Effect.flatMap(Effect.orDie(Schema.encodeEffect(Findings)({ ok, findings })), Printed.json)
      : Printed.lines(
        failed + warnings === 0
          ? "all is well"
          : `${failed} failed, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`,
        ...(chosen.length > 1 ? digest(findings) : [])
      )
    yield* ExitCode.set(ok ? ExitCode.well : ExitCode.failed)
  }).pipe(Effect.provide(Layer.provideMerge(GraphClient.layer, HttpClientLayer.layer({ version }))))
})

/** The command `check`; exits 1 for a failure, with `--strict` also for a warning. */
export const command = Command.make("check", {
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
}, check).pipe(
  Command.withDescription(
    "Test settings, network, token, permissions and endpoints, and say what to do about each fault"
  )
)
