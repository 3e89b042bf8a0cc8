/** `validate`: judges the settings alone. It asks nobody, reads no secret and writes nothing. */
import { Effect, Option } from "effect"
import { Command } from "effect/cli"
import { SettingsSource } from "../config/SettingsSource.ts"
import * as Printed from "./Printed.ts"
import * as SettingsFlag from "./SettingsFlag.ts"

/** The command `validate`; settings that cannot be used end it with 2, as they end `run`. */
export const command = Command.make(
  "validate",
  { config: SettingsFlag.config },
  Effect.fn(function*({ config }) {
    yield* Effect.gen(function*() {
      const { initial, remarks = [] } = yield* SettingsSource
      const file = yield* SettingsFlag.fileOf(config)
      const names = Object.keys(initial.instances)
      yield* Printed.lines(
        `${Option.getOrElse(file, () => "the environment")} can be used; ${
          names.length === 0 ? "no instance is set up yet" : `instances: ${names.join(", ")}`
        }`,
        ...remarks.map(({ message, remedy }) => `? ${message}; ${remedy}`)
      )
    }).pipe(Effect.provide(SettingsFlag.layer(config)))
  })
).pipe(Command.withDescription("Judge the settings alone, offline: for a repository that keeps them"))
