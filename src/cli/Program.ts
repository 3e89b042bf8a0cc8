/** The program: refuses an old Node in one line, then runs a command. The bundle begins here. */
// oxlint-disable import/no-unassigned-import -- these modules act on import, before anything else runs.
import "./NodeVersion.js"
import "./Heap.ts"
import "effect/schema/SchemaJITCompiler/enable"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Effect, Exit, Layer, Ref } from "effect"
import { CliError, Command } from "effect/cli"
import { build, version } from "../status/Version.ts"
import { program } from "./Commands.ts"
import { ExitCode } from "./ExitCode.ts"
import * as Logging from "./Logging.ts"
import * as Printed from "./Printed.ts"
import * as Stop from "./Stop.ts"

const main = Effect.gen(function*() {
  yield* Command.run(program, { version: `${version} (${build})` }).pipe(
    Effect.catchTag(
      ["Refusal", "ProxyMalformed"],
      (refusal) => Effect.andThen(Printed.error(refusal.message), ExitCode.set(ExitCode.refused))
    ),
    // The parser already printed what is wrong with the command line. Any other error is printed here.
    Effect.catch((error) =>
      CliError.isCliError(error)
        ? ExitCode.set(ExitCode.refused)
        : Effect.andThen(Printed.error(`azure-security: ${error.message}`), ExitCode.set(ExitCode.ofError(error)))
    ),
    Effect.tapDefect((defect) =>
      Printed.error(
        `azure-security: a fault of the program itself; please report it: ${Cause.pretty(Cause.die(defect))}`
      )
    )
  )
  return yield* Ref.get(yield* ExitCode)
}).pipe(Effect.provide(Layer.mergeAll(ExitCode.layer, NodeServices.layer, Logging.layerAside)))

Stop.watch()
NodeRuntime.runMain(main, {
  disableErrorReporting: true,
  teardown: (exit) =>
    Stop.endPrinted(
      Exit.isSuccess(exit)
        ? exit.value as number
        : Cause.hasInterruptsOnly(exit.cause)
        ? Stop.exitCode()
        : ExitCode.failed
    )
})
