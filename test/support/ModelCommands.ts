/**
 * What the model throws at the poller: a world to begin with, and commands in any order. Both are Schemas, so that a
 * failure shrinks to the few commands that cause it.
 */
import { Config, Effect, Schema } from "effect"
import type { Arbitrary } from "effect"

const int = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Kinds of answers that are not a plain page; most hit the next request, whatever asks it. */
export const Faults = Schema.Literals([
  "unavailable",
  "throttled",
  "throttled_long",
  "too_large",
  "rejected",
  "unauthorized",
  "forbidden",
  "dead_link",
  "malformed_link",
  "elsewhere_link",
  "repeated_link"
])

/** How Graph and the settings are at the beginning. */
export const World = Schema.Struct({
  order: Schema.Literals(["asc", "desc", "none"]),
  paging: Schema.Literals(["skip", "skiptoken"]),
  /** Largest page in rows, whatever is asked for. */
  pageSize: int(2, 9),
  overlapMinutes: Schema.Literals([0, 15]),
  lateRowHours: Schema.Literals([0, 6]),
  legacy: Schema.Boolean,
  /** Keys that the ledger of the pure model holds at most. */
  ledgerMax: Schema.Literals([10_000, 12]),
  /** Minutes before the start at which rows changed. */
  rows: Schema.Array(int(0, 50)).check(Schema.isMaxLength(20))
})
export type World = typeof World.Type

const command = <const Tag extends string, const Fields extends Schema.Struct.Fields>(tag: Tag, fields: Fields) =>
  Schema.Struct({ _tag: Schema.Literal(tag), ...fields })

/** One thing that happens. */
export const Command = Schema.Union([
  /** New rows, changed some minutes ago, `apart` seconds from one another; 0 makes ties. */
  command("Rows", { count: int(1, 6), behind: Schema.Literals([0, 0, 1, 5, 14, 40]), apart: Schema.Literals([0, 1]) }),
  command("Future", { minutes: Schema.Literals([1, 4, 9, 300]) }),
  /** An old row changes now. */
  command("Update", { of: int(0, 40) }),
  /** After so many good answers. */
  command("Fault", {
    fault: Faults,
    after: Schema.Literals([0, 0, 1, 2]),
    times: Schema.Literals([1, 1, 2, 5, 8, 14, 30])
  }),
  /** A fault of the program's own in mapping a row, for a while. */
  command("Defect", { of: int(0, 40), times: int(1, 2) }),
  /** Every page with the row fails until Graph is mended. */
  command("Poison", { of: int(0, 40) }),
  command("Mended", {}),
  /** A provider of legacy alerts answers for its rows no more, or again. */
  command("Provider", {}),
  command("SinkFails", { times: int(1, 6) }),
  command("StoreFails", { times: int(1, 6) }),
  /** Another writer replaces the checkpoint. */
  command("Conflict", {}),
  /** The process dies at a later write, before or after the write is done. */
  command("Crash", { after: int(0, 5), done: Schema.Boolean }),
  /** The process is stopped, the consumer first, and started again. */
  command("Stop", {}),
  /** The lease goes to another process that runs over the same stores, once so many writes are done. */
  command("Lease", { after: int(0, 4) }),
  // Three times, so that often all that happens is that time passes.
  command("Advance", { seconds: Schema.Literals([1, 2, 5]) }),
  command("Advance", { seconds: Schema.Literals([30, 300]) }),
  command("Advance", { seconds: Schema.Literals([1200, 4000]) }),
  command("SetBack", { minutes: Schema.Literals([1, 30, 2880]) }),
  command("Pace", { overlapMinutes: Schema.Literals([0, 15]) }),
  /** The application or the display name is another one. */
  command("Identity", { client: Schema.Boolean })
])
export type Command = typeof Command.Type

/** What a run of the model is made of. */
export const Story = Schema.Struct({ world: World, commands: Schema.Array(Command).check(Schema.isMaxLength(30)) })
export type Story = typeof Story.Type

/**
 * Options of a check: the seed of `MODEL_SEED` and as many runs as `MODEL_RUNS`, which default to a fixed seed, so that
 * the suite gives the same answer twice, and to `runs`.
 */
export const checkOptions = (runs: number): Arbitrary.CheckOptions =>
  Effect.runSync(Effect.orDie(Effect.gen(function*() {
    return {
      seed: yield* Config.String("MODEL_SEED").pipe(Config.withDefault("poller")),
      runs: yield* Config.Int("MODEL_RUNS").pipe(Config.withDefault(runs)),
      size: 30,
      maxShrinks: 3000
    }
  })))
