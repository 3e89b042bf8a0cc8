/** The commands, in the order of `--help`. */
import { Command } from "effect/cli"
import * as BackfillCommand from "./BackfillCommand.ts"
import * as CheckCommand from "./CheckCommand.ts"
import * as CheckpointCommand from "./CheckpointCommand.ts"
import * as DemoCommand from "./DemoCommand.ts"
import * as ExplainCommand from "./ExplainCommand.ts"
import * as InitCommand from "./InitCommand.ts"
import * as PageCommand from "./PageCommand.ts"
import * as RunCommand from "./RunCommand.ts"
import * as SchemaCommand from "./SchemaCommand.ts"
import * as SimulateCommand from "./SimulateCommand.ts"
import * as StatusCommand from "./StatusCommand.ts"
import * as ValidateCommand from "./ValidateCommand.ts"

/** The program with all of its commands. */
export const program = Command.make("azure-security").pipe(
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
