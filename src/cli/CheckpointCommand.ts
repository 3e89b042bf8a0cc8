/**
 * `checkpoint`: shows resume positions, and changes them by hand, in files or on Conductor's broker.
 *
 * A change needs a confirmation and that nobody polls the instance, and is noted in the audit trail.
 */
import { Clock, DateTime, Effect, Option, Schema } from "effect"
import { Command, Flag, Prompt } from "effect/cli"
import { Checkpoint, type CheckpointKey, rewind, storeKey } from "../checkpoints/Checkpoint.ts"
import { Checkpoints, republish as publishAgain } from "../checkpoints/Checkpoints.ts"
import { removeAll, type StateStore } from "../checkpoints/StateStore.ts"
import { allFromSettings } from "../config/Instance.ts"
import { SettingsSource } from "../config/SettingsSource.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import { type EndpointName, names } from "../endpoints/Endpoints.ts"
import { layer as positionsLayer, Positions, sharing } from "./Positions.ts"
import * as Printed from "./Printed.ts"
import * as SettingsFlag from "./SettingsFlag.ts"
import { Refusal } from "./StartRefusal.ts"
import { oneLine } from "./TerminalText.ts"

const instanceFlag = Flag.String("instance").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("Name of the instance")
)
const endpointFlag = Flag.Literals("endpoint", names).pipe(
  Flag.withDescription("This endpoint only; all otherwise"),
  Flag.optional
)
const yesFlag = Flag.Boolean("yes").pipe(Flag.withDefault(false), Flag.withDescription("Do not ask"))

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const parseDuration = (text: string): number | undefined => {
  const parts = /^([1-9]\d{0,5})([mhd])$/.exec(text.trim())
  return parts === null ? undefined : Number(parts[1]) * units[parts[2] as keyof typeof units]
}

/** An endpoint that the command is about. */
interface Target {
  readonly instance: string
  /** All instances of its tenant, which share the position. */
  readonly sharing: ReadonlyArray<string>
  readonly endpoint: EndpointName
  readonly key: CheckpointKey
}

const targets = Effect.fnUntraced(function*(instance: Option.Option<string>, endpoint: Option.Option<EndpointName>) {
  const { initial } = yield* SettingsSource
  const all = allFromSettings(initial).map(({ identity }) => identity)
  const chosen = all.filter(({ name }) => Option.isNone(instance) || name === instance.value)
  if (chosen.length === 0 && Option.isSome(instance)) {
    return yield* new Refusal({
      faults: [
        `--instance ${instance.value}: the settings have no such instance; they have ${
          all.map(({ name }) => name).join(", ")
        }`
      ]
    })
  }
  const found = chosen.flatMap(({ cloud, name, tenantId }) =>
    names
      .filter((one) => Option.isNone(endpoint) || one === endpoint.value)
      .map((one): Target => ({
        instance: name,
        sharing: sharing(all, { cloud, tenantId }),
        endpoint: one,
        key: { cloud: cloud.name, tenant: tenantId, endpoint: one }
      }))
  )
  return found
})

const time = (millis: number) => DateTime.formatIso(DateTime.makeUnsafe(millis)).replace(".000Z", "Z")

const lines = (
  { cooldown, delivered, gaps, history, lastSuccessAt, lost, mark, position }: Checkpoint,
  now: number
) => [
  `    published up to ${mark}`,
  `    last successful pass: ${lastSuccessAt === null ? "none yet" : time(lastSuccessAt)}`,
  ...(position === null ? [] : [`    pass in progress, continues at ${position.link ?? position.bound}`]),
  ...(cooldown === null || cooldown.until <= now ? [] : [`    cooldown until ${time(cooldown.until)}`]),
  ...(delivered === undefined
    ? []
    : [`    in the stream ${delivered.stream} up to message ${delivered.entries.at(-1)?.last ?? "none"}`]),
  ...(lost === undefined ? [] : [`    reads again ${lost.artifacts} artifacts that the stream ${lost.stream} lost`]),
  ...gaps.map(({ code, from, to }) => `    gap from ${from} to ${to} (${code})`),
  ...history.map(({ at, mark }) => `    ${time(at)}  ${mark}`)
]

const Shown = Schema.fromJsonString(
  Schema.Array(Schema.Struct({
    instance: Schema.String,
    endpoint: Schema.String,
    checkpoint: Schema.NullOr(Checkpoint)
  })),
  { space: 2 }
)

const show = Command.make(
  "show",
  {
    config: SettingsFlag.config,
    instance: Flag.optional(instanceFlag),
    endpoint: endpointFlag,
    json: Flag.Boolean("json").pipe(Flag.withDefault(false), Flag.withDescription("Print it as JSON"))
  },
  Effect.fn(function*({ config, endpoint, instance, json }) {
    yield* Effect.gen(function*() {
      const { peek } = yield* Positions
      const found = yield* targets(instance, endpoint)
      if (found.length === 0 && !json) yield* Printed.lines("no instance is set up")
      const now = yield* Clock.currentTimeMillis
      const all: Array<typeof Shown.Type[number]> = []
      for (const { endpoint, instance, key } of found) {
        const checkpoint = Option.getOrNull(yield* peek(key))
        all.push({ instance, endpoint, checkpoint })
        if (json) continue
        yield* Printed.lines(`${instance} ${endpoint}`)
        yield* Printed.lines(...(checkpoint === null ? ["    no position yet"] : lines(checkpoint, now)))
      }
      if (json) yield* Printed.json(yield* Effect.orDie(Schema.encodeEffect(Shown)(all)))
    }).pipe(Effect.provide(positionsLayer(config)))
  })
).pipe(Command.withDescription("Print positions, with the last ten of each"))

const confirmed = Effect.fnUntraced(function*(yes: boolean, message: string) {
  if (yes) return true
  if (!process.stdin.isTTY) {
    return yield* new Refusal({ faults: [`${message} Without a terminal, confirm with --yes`] })
  }
  return yield* Prompt.Confirm({ message: oneLine(message) })
})

/** Changes the states of the chosen endpoints, while nobody polls the instance or another one of its tenant. */
const changing = Effect.fnUntraced(
  function*(
    instance: string,
    endpoint: Option.Option<EndpointName>,
    change: (target: Target) => Effect.Effect<void, Error, Checkpoints | StateStore | Positions | Prompt.Environment>
  ) {
    const positions = yield* Positions
    const found = yield* targets(Option.some(instance), endpoint)
    yield* Effect.forEach(found, change, { discard: true }).pipe(
      Effect.mapError((error) =>
        Schema.is(Refusal)(error) ? error : new Refusal({ faults: [`${positions.where}: ${error.message}`] })
      ),
      Effect.provide(positions.changing(found[0]?.sharing ?? [instance]))
    )
  },
  Effect.scoped
)

/** Notes a change in the audit trail, for each instance whose position it was. */
const noted = Effect.fnUntraced(
  function*(command: string, { endpoint, sharing }: Target, from: string, to: string | null) {
    const at = time(yield* Clock.currentTimeMillis)
    const positions = yield* Positions
    yield* Effect.forEach(sharing, (instance) => positions.noted({ at, command, instance, endpoint, from, to }), {
      discard: true
    })
  }
)

const rewindCommand = Command.make(
  "rewind",
  {
    config: SettingsFlag.config,
    instance: instanceFlag,
    endpoint: endpointFlag,
    by: Flag.String("by").pipe(
      Flag.withMetavar("DURATION"),
      Flag.withDescription("How far back: 30m, 6h, 2d; never behind what the ledger knows, so that nothing comes twice")
    ),
    republish: Flag.Boolean("republish").pipe(
      Flag.withDefault(false),
      Flag.withDescription(
        "Publish again what was published since then, with the same ids: for a broker that has lost it. What it still has may come twice"
      )
    ),
    yes: yesFlag
  },
  Effect.fn(function*({ by, config, endpoint, instance, republish, yes }) {
    const millis = parseDuration(by)
    if (millis === undefined) {
      return yield* new Refusal({ faults: [`--by ${by}: Expected a duration such as 30m, 6h or 2d`] })
    }
    yield* changing(instance, endpoint, (target) =>
      Effect.gen(function*() {
        const checkpoints = yield* Checkpoints
        const state = yield* checkpoints.open(target.key)
        const checkpoint = Option.getOrUndefined(state.current())
        const name = `${target.instance} ${target.endpoint}`
        if (checkpoint === undefined) return yield* Printed.lines(`${name}: no position yet`)
        const { floor, mark } = checkpoint
        const wanted = Timestamp.minusMillis(mark, millis)
        const to = republish ? wanted : Timestamp.later(wanted, Timestamp.later(floor, state.ledger.floor() ?? floor))
        const why = to === wanted ? "" : " (the ledger does not reach further back)"
        if (to >= mark) return yield* Printed.lines(`${name}: cannot be moved back from ${mark}${why}`)
        const message = `${name}: from ${mark} back to ${to}${why}; what was published since then is ${
          republish ? "published again, with the same ids" : "not published again"
        }.`
        if (!(yield* confirmed(yes, message))) return yield* Printed.lines("nothing was changed")
        const at = yield* Clock.currentTimeMillis
        yield* republish
          ? publishAgain(target.key, state, to, at)
          : state.update((checkpoint) => rewind(checkpoint, to, at))
        yield* noted(republish ? "republish" : "rewind", target, mark, to)
        yield* Printed.lines(`${message} Done.`)
      })).pipe(Effect.provide(positionsLayer(config)))
  })
).pipe(Command.withDescription("Move positions back, so that what changed since then is read again"))

const clear = Command.make(
  "clear",
  { config: SettingsFlag.config, instance: instanceFlag, endpoint: endpointFlag, yes: yesFlag },
  Effect.fn(function*({ config, endpoint, instance, yes }) {
    yield* changing(instance, endpoint, (target) =>
      Effect.gen(function*() {
        const { peek } = yield* Positions
        const mark = Option.match(yield* peek(target.key), {
          onNone: () =>
            "no position",
          onSome: ({ mark }) =>
            mark
        })
        const name = `${target.instance} ${target.endpoint}`
        const message =
          `${name}: the position (${mark}) and the ledger are forgotten; the next poll begins at the lookback and publishes again what lies in it.`
        if (!(yield* confirmed(yes, message))) return yield* Printed.lines("nothing was changed")
        yield* removeAll(`${storeKey(target.key)}.`)
        yield* noted("clear", target, mark, null)
        yield* Printed.lines(`${message} Done.`)
      })).pipe(Effect.provide(positionsLayer(config)))
  })
).pipe(Command.withDescription("Forget positions and ledgers: the next poll begins at the lookback, and repeats"))

export const command = Command.make("checkpoint").pipe(
  Command.withDescription("Look at resume positions, and move them"),
  Command.withSubcommands([show, rewindCommand, clear])
)
