/** The program: refuses an old Node in one line, then runs a command. The bundle begins here. */
// oxlint-disable import/no-unassigned-import -- these modules act on import, before anything else runs.
import "./NodeVersion.js"
import "./Heap.ts"
import "effect/schema/SchemaJITCompiler/enable"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Effect, Exit, Layer, Ref } from "effect"
import { CliError, Command } from "effect/cli"
import { version } from "../status/Version.ts"
import * as BackfillCommand from "./BackfillCommand.ts"
import * as CheckCommand from "./CheckCommand.ts"
import * as CheckpointCommand from "./CheckpointCommand.ts"
import * as DemoCommand from "./DemoCommand.ts"
import { ExitCode } from "./ExitCode.ts"
import * as ExplainCommand from "./ExplainCommand.ts"
import * as InitCommand from "./InitCommand.ts"
import * as Logging from "./Logging.ts"
import * as PageCommand from "./PageCommand.ts"
import * as Printed from "./Printed.ts"
import * as RunCommand from "./RunCommand.ts"
import * as SchemaCommand from "./SchemaCommand.ts"
import * as SimulateCommand from "./SimulateCommand.ts"
import * as StatusCommand from "./StatusCommand.ts"
import * as Stop from "./Stop.ts"
import * as ValidateCommand from "./ValidateCommand.ts"

const program = Command.make("azure-security").pipe(
  Command.withDescription("Collects Microsoft Graph security alerts, evidence and incidents as WitFoo artifacts"),
  Command.withSubcommands([
    InitCommand.command,
    RunCommand.command,
    CheckCommand.command,
    ValidateCommand.command,
    StatusCommand.command,
    PageCommand.command,
    ExplainCommand.command,
    CheckpointCommand.command,
    BackfillCommand.command,
    DemoCommand.command,
    SimulateCommand.command,
    SchemaCommand.command
  ])
)

const main = Effect.gen(function*() {
  yield* Command.run(program, { version }).pipe(
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
  teardown: (exit, onExit) =>
    Stop.end(
      Exit.isSuccess(exit)
        ? exit.value as number
        : Cause.hasInterruptsOnly(exit.cause)
        ? Stop.exitCode()
        : ExitCode.failed,
      onExit
    )
})
