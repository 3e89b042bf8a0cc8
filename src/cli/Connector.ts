/** Runs the connector over its services: settings in, artifacts out. */
import { Clock, Duration, Effect, Equal, Fiber, FiberHandle, Option, Queue, Stream, Struct } from "effect"
import type { Settings } from "../config/Settings.ts"
import type { BadSettings } from "../config/SettingsDocument.ts"
import { type SettingsChange, SettingsSource } from "../config/SettingsSource.ts"
import { make, type Running } from "../instances/Instances.ts"
import { consume } from "../publishing/Consumer.ts"
import type { Page } from "../publishing/Page.ts"
import { oncePatience } from "../publishing/Writing.ts"
import { isReaderGone } from "../sinks/ArtifactSink.ts"
import { isoTime, type Report } from "../status/Report.ts"
import { Reporter } from "../status/Reporter.ts"
import { Status } from "../status/Status.ts"
import { settingsInvalid } from "../status/StatusSelector.ts"
import * as Heap from "./Heap.ts"

/** Seconds for which a process that polls once waits for the broker's settings. */
const firstSettingsSeconds = 30

/** Settings whose change acts at once. */
const atOnce = ["$schema", "instances", "log"] as const

/** What is told of each change of the settings: the ones before, and the change. Nothing waits for it. */
type Told = (before: Settings, change: SettingsChange) => Effect.Effect<void>

/** What is done with the settings after each change of theirs, beside the instances. */
type Changed = (settings: Settings) => Effect.Effect<void>

/** Applies each change of the settings, and reports those that cannot be used. */
const follow = Effect.fnUntraced(
  function*(changes: Stream.Stream<SettingsChange>, apply: Running["apply"], told: Told, changed: Changed) {
    const { initial } = yield* SettingsSource
    const status = yield* Status
    const reporter = yield* Reporter
    const scope = yield* Effect.scope
    /** Current reports of invalid settings, by instance; empty for the whole document. */
    let wrong = new Map<string, Report>()
    /** Current warnings of instances whose name others have but for case and punctuation. */
    let shared = new Map<string, Report>()
    let before = initial
    let isFirst = true

    const say = (report: Report) => reporter.say(report, { level: "Error", remind: true, apart: true })
    const reminding = yield* FiberHandle.make()
    const again = Effect.suspend(() => Effect.forEach(wrong.values(), say, { discard: true }))
    const remind = Effect.forever(Effect.andThen(Effect.sleep("1 hour"), again))

    const tell = Effect.fnUntraced(function*(faults: ReadonlyArray<BadSettings>, { instances }: Settings) {
      const now = new Map<string, Report>()
      const at = yield* Clock.currentTimeMillis
      const sharedBefore = shared
      shared = sharedReports(faults, at)
      // The status subject of a shared name is that of the instance with this warning, so it begins first and ends last.
      for (const [instance, report] of shared) {
        yield* status.tellInstance(instance, { _tag: "Warned", report })
        yield* reporter.say(report, { level: "Warn", remind: false, apart: true })
      }
      for (const fault of faults) {
        const isPolled = fault.instance === undefined || Object.hasOwn(instances, fault.instance)
        now.set(fault.instance ?? "", settingsReport(fault, isPolled, at))
      }
      for (const [instance, report] of wrong) {
        if (now.has(instance)) continue
        yield* instance === ""
          ? status.tell({ _tag: "ProcessWarningEnded", key: report.code })
          : Object.hasOwn(instances, instance)
          ? status.tellInstance(instance, { _tag: "WarningEnded", code: report.code })
          : status.tell({ _tag: "InstanceForgotten", instance })
        yield* reporter.overApart(report)
      }
      for (const [instance, report] of now) {
        yield* instance === ""
          ? status.tell({ _tag: "ProcessWarned", key: report.code, report })
          : status.tellInstance(instance, { _tag: "SettingsRefused", report })
        yield* say(report)
      }
      wrong = now
      yield* wrong.size === 0 ? FiberHandle.clear(reminding) : FiberHandle.run(reminding, remind)
      for (const [instance, report] of sharedBefore) {
        if (shared.has(instance)) continue
        yield* status.tellInstance(instance, { _tag: "WarningEnded", code: report.code })
        yield* reporter.overApart(report)
      }
    })

    yield* Stream.runForEach(
      changes,
      Effect.fnUntraced(function*(change) {
        const { faults, revisions, settings } = change
        // What the broker has at the start is no change of it.
        if (!isFirst || revisions === undefined) {
          yield* Effect.forkIn(told(before, change), scope, { startImmediately: true })
        }
        before = settings
        isFirst = false
        if (faults.length === 0) yield* Effect.logInfo("the settings were read again")
        if (!Equal.equals(Struct.omit(settings, atOnce), Struct.omit(initial, atOnce))) {
          yield* Effect.logWarning(
            "sink, checkpoint, search, page and limits of the settings take effect at the next start"
          )
        }
        yield* changed(settings)
        yield* apply(settings, change.order)
        yield* tell(faults, settings)
      })
    )
  }
)

const settingsReport = ({ faults, instance, source }: BadSettings, isPolled: boolean, now: number): Report => ({
  code: settingsInvalid,
  ...(instance === undefined ? {} : { instance }),
  message: `${source} cannot be used, and ${isPolled ? "the last good settings stay" : "nothing is polled for it"}: ${
    faults.join("; ")
  }`,
  remedy: "correct the settings; a correction takes effect within seconds",
  occurred_at: isoTime(now)
})

/** Returns the warning of each instance that keeps its name, while others that would share it are refused. */
const sharedReports = (faults: ReadonlyArray<BadSettings>, now: number): Map<string, Report> => {
  const others = new Map<string, ReadonlyArray<string>>()
  for (const { holder, instance } of faults) {
    if (holder !== undefined && instance !== undefined) others.set(holder, [...others.get(holder) ?? [], instance])
  }
  return new Map(Array.from(others, ([instance, refused]) => [instance, {
    code: "duplicate_name",
    instance,
    message: `${
      refused.map((name) => `"${name}"`).join(", ")
    } would be the same name but for case and punctuation, and ${
      refused.length === 1 ? "is" : "are"
    } not polled, because ${instance} was there first`,
    remedy: `delete ${refused.length === 1 ? "it, or create it" : "them, or create them"} again under another name`,
    occurred_at: isoTime(now)
  }]))
}

/** The first settings from the broker. They come within seconds of the connection, unless their bucket is missing. */
const firstOf = (changes: Stream.Stream<SettingsChange>) =>
  Stream.runHead(changes).pipe(Effect.timeoutOption(Duration.seconds(firstSettingsSeconds)), Effect.map(Option.flatten))

/**
 * Polls until interrupted or, with `once`, each endpoint once. `told` gets each change of the settings. Returns whether
 * the settings could be used and every poll succeeded; forbidden (403) and retired endpoints count as success.
 */
export const run = Effect.fnUntraced(
  function*(once: boolean, told: Told = () => Effect.void, changed: Changed = () => Effect.void) {
    const { hasInstancesLater, changes, initial, order } = yield* SettingsSource
    const status = yield* Status
    const queue = yield* Queue.bounded<Page>(initial.limits.page_permits)
    const instances = yield* make(queue, once)
    const heap = yield* Effect.acquireRelease(Effect.sync(Heap.follow), ({ stop }) => Effect.sync(stop))
    const apply = Effect.fnUntraced(function*(settings: Settings, order?: ReadonlyArray<string>) {
      const polled = Object.values(settings.instances).filter(({ enabled }) => enabled).length
      heap.tell(polled)
      yield* instances.apply(settings, order)
    })
    // A consumer that is stopped before it starts would not give up the pages in the queue.
    const consumer = yield* Effect.forkScoped(consume(queue, once ? oncePatience : undefined), {
      startImmediately: true
    })
    if (!once) {
      yield* apply(initial, order)
      yield* Effect.forkScoped(follow(changes, apply, told, changed))
      return yield* Fiber.join(consumer)
    }
    let isUsable = true
    if (hasInstancesLater) {
      const first = yield* firstOf(changes)
      if (Option.isNone(first)) {
        yield* Effect.logError(
          `no settings came from the broker within ${firstSettingsSeconds} seconds, so that nothing is polled: look whether it has the bucket INTEGRATIONS`
        )
        return false
      }
      isUsable = first.value.faults.length === 0
      yield* follow(Stream.succeed(first.value), apply, told, changed)
    } else yield* apply(initial, order)
    const failed = yield* Effect.raceFirst(
      Effect.as(instances.ended, false),
      Effect.catch(Fiber.join(consumer), (error) => isReaderGone(error) ? Effect.fail(error) : Effect.succeed(true))
    )
    const document = yield* status.document
    return !failed && isUsable &&
      document.instances.every(({ endpoints, waits_for }) =>
        waits_for !== undefined ||
        endpoints.every(({ state }) => ["disabled", "ok", "forbidden", "retired"].includes(state))
      )
  },
  Effect.scoped
)
