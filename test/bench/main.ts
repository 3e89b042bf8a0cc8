/** Benchmarks of the bundle. Only ratios within one run count: no two machines are alike. */
// oxlint-disable-next-line import/no-unassigned-import -- as the program does
import "effect/schema/SchemaJITCompiler/enable"
import { NodeHttpClient, NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Logger, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { drain, kinds } from "./Drain.ts"
import { instances } from "./Instances.ts"
import { jetStream } from "./JetStream.ts"
import { mapping } from "./Mapping.ts"
import { memory } from "./Memory.ts"
import { search } from "./Search.ts"
import { start } from "./Start.ts"

const benches = { start, mapping, drain, kinds, jetstream: jetStream, instances, memory, search }
const names = Object.keys(benches) as ReadonlyArray<keyof typeof benches>

const command = Command.make(
  "bench",
  {
    names: Argument.Literals("name", names).pipe(Argument.variadic()),
    size: Flag.Int("size").pipe(
      Flag.withDescription("alerts, artifacts or instances, in place of those that the named benchmark takes"),
      Flag.optional
    )
  },
  (flags) =>
    Effect.forEach(
      flags.names.length === 0 ? names : flags.names,
      (name) => Effect.scoped(benches[name](Option.getOrUndefined(flags.size))),
      { discard: true }
    ).pipe(Effect.andThen(Console.log("figures are in dist/bench")))
)

Command.run(command, { version: "0" }).pipe(
  Effect.provide([NodeServices.layer, NodeHttpClient.layerUndici, Logger.layer([])]),
  NodeRuntime.runMain
)
