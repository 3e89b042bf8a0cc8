/** `init`: makes the settings of a first tenant, says which permissions it needs, and checks it. */
import { Effect, FileSystem, Option, Path, Ref, Schema, type Terminal } from "effect"
import { Command, Flag, Prompt } from "effect/cli"
import { presets } from "../config/Collect.ts"
import { describeFailure, openOwn, setMode, syncDirectory } from "../config/DurableFile.ts"
import { allFromSettings } from "../config/Instance.ts"
import { ownerOnly } from "../config/OwnFiles.ts"
import { decodeSettings } from "../config/SettingsDocument.ts"
import { type Endpoint, endpoints } from "../endpoints/Endpoints.ts"
import * as Bootstrap from "../nats/Bootstrap.ts"
import * as CheckCommand from "./CheckCommand.ts"
import { ExitCode } from "./ExitCode.ts"
import { type Answers, answers, flags } from "./InitAnswers.ts"
import * as Printed from "./Printed.ts"
import * as SettingsFlag from "./SettingsFlag.ts"
import { Refusal } from "./StartRefusal.ts"

const documentOf = ({ cloud, collect, credentials, name }: Answers) => ({
  instances: {
    [name]: { credentials, collect, ...cloud === undefined ? {} : { cloud } }
  },
  sink: { type: "file", directory: "data/artifacts" },
  checkpoint: { directory: "data/checkpoints" }
})

const Written = Schema.fromJsonString(Schema.Unknown, { space: 2 })

/** Writes a file that was not there, for this user only. */
const write = Effect.fnUntraced(
  function*(file: string, text: string) {
    const path = yield* Path.Path
    yield* Effect.scoped(Effect.gen(function*() {
      const handle = yield* openOwn(file, "wx")
      yield* setMode(handle, ownerOnly.file)
      yield* handle.writeAll(new TextEncoder().encode(text))
      yield* handle.sync
    }))
    yield* syncDirectory(path.dirname(path.resolve(file)))
  },
  (writing, file) =>
    Effect.mapError(writing, (error) => new Refusal({ faults: [`${file} was not written: ${describeFailure(error)}`] }))
)

/** Permissions to grant, each with the endpoints that it is for. */
const permissionsOf = (collect: Answers["collect"]): ReadonlyArray<string> => {
  const chosen = presets[collect].map((name) => endpoints[name as Endpoint["name"]])
  const names = [...new Set(chosen.map(({ permissions }) => permissions[0]!))]
  const width = Math.max(...names.map((name) => name.length))
  return names.map((name) =>
    `  ${name.padEnd(width)}  for ${
      chosen.filter(({ permissions }) => permissions[0] === name).map((one) => one.name).join(", ")
    }`
  )
}

const refuseFile = Effect.fnUntraced(function*(file: string, isDefault: boolean) {
  if (isDefault && (yield* Bootstrap.isInConductor)) {
    return yield* new Refusal({
      faults: ["NATS_URL is set: in Conductor a tenant is added on its Integrations page; --config FILE writes a file"]
    })
  }
  const fs = yield* FileSystem.FileSystem
  // A link that leads nowhere is a file in the way, too.
  const isThere = (yield* Effect.option(fs.readLink(file)))._tag === "Some" ||
    (yield* Effect.orElseSucceed(fs.exists(file), () => false))
  if (isThere) {
    return yield* new Refusal({
      faults: [
        `${file} is there, and init overwrites nothing: change it by hand or on the page, move it away, or name another with --config FILE`
      ]
    })
  }
})

const isQuit = (error: unknown): error is Terminal.QuitError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "QuitError"

/** The command `init`; its exit code is that of the check, and 2 where it wrote nothing. */
export const command = Command.make(
  "init",
  {
    config: Flag.String("config").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription(`Settings file to write, which must not be there; ${SettingsFlag.defaultFile} by default`),
      Flag.optional
    ),
    ...flags,
    noCheck: Flag.Boolean("no-check").pipe(Flag.withDefault(false), Flag.withDescription("Write the file only"))
  },
  Effect.fn(function*({ config, noCheck, ...given }) {
    const file = Option.getOrElse(config, () => SettingsFlag.defaultFile)
    yield* refuseFile(file, Option.isNone(config))
    const { answers: found, isAsking } = yield* Effect.mapError(
      answers(given),
      (error) =>
        isQuit(error) ? new Refusal({ faults: ["it was ended before the last answer; nothing was written"] }) : error
    )
    const text = `${yield* Effect.orDie(Schema.encodeEffect(Written)(documentOf(found)))}\n`
    const settings = yield* Effect.mapError(
      decodeSettings("What was given", text),
      ({ message }) => new Refusal({ faults: [`${message}\nnothing was written`] })
    )
    yield* write(file, text)
    const [{ identity: { cloud } }] = allFromSettings(settings) as [ReturnType<typeof allFromSettings>[number]]
    const { client_id, tenant_id } = found.credentials
    yield* Printed.lines(
      `${file} is written, and only this user can read it.`,
      "",
      "Application permissions of Microsoft Graph to add to the app registration, under API permissions:",
      ...permissionsOf(found.collect),
      "Grant admin consent for them there, or as an administrator at",
      `  ${cloud.login}/${tenant_id}/adminconsent?client_id=${client_id}`,
      "An endpoint without its permission is left out, and the others work.",
      ""
    )
    const option = Option.isSome(config) ? ` --config ${file}` : ""
    const isChecking = !noCheck &&
      (!isAsking ||
        (yield* Effect.orElseSucceed(
          Prompt.Confirm({ message: "Are they granted? Check the tenant now", initial: true }),
          () => false
        )))
    if (isChecking) {
      yield* CheckCommand.check({ config: Option.some(file), instance: Option.none(), json: false, strict: false })
    }
    const isWell = isChecking && (yield* Ref.get(yield* ExitCode)) === ExitCode.well
    yield* Printed.lines(
      "",
      ...isWell ? [] : [`Next: azure-security check${option}, which says what does not work yet, and what to do`],
      `${
        isWell ? "Next" : "Then"
      }: azure-security run${option}, which collects the last 24 hours and goes on; it prints a link to its page`
    )
  })
).pipe(Command.withDescription("Make the settings of a first tenant: ask, write the file, name the permissions, check"))
