/** Keeps the audit trail: who changed which settings, who signed in, and whose token was refused. */
import {
  Clock,
  Context,
  DateTime,
  Duration,
  Effect,
  Equal,
  type FileSystem,
  Layer,
  type Path,
  Semaphore,
  Struct
} from "effect"
import { auditEntriesMax, auditRefusalsMax, auditRefusalsOfAddressMax } from "../domain/Bounds.ts"
import { type AuditEntry, differing } from "./AuditEntry.ts"
import { changesFile, makeWriter, readTail, refusalsFile } from "./AuditFile.ts"
import * as DataDirectory from "./DataDirectory.ts"
import { describeFailure } from "./DurableFile.ts"
import * as Grant from "./Grant.ts"
import type { InstanceSettings } from "./InstanceSettings.ts"
import type { Settings } from "./Settings.ts"
import { decodeGranted, decodeInstance } from "./SettingsDocument.ts"
import type { SettingsChange } from "./SettingsSource.ts"
import { SettingsStore, type StoredDocument } from "./SettingsStore.ts"

/** Refused tokens are noted one by one up to a number in this time; the others in one entry at its end. */
const refusalNanos = 60_000_000_000n

/** Who did something on the page: a person with a session, or a program with the token. */
export type Actor = Pick<AuditEntry, "session" | "address">

type Event = Omit<AuditEntry, "at">

const textOf = ({ document }: StoredDocument) => JSON.stringify(document)

/** Returns the settings that a stored document means, as the settings source reads them; undefined for an unusable one. */
const meant = Effect.fnUntraced(function*(stored: StoredDocument | undefined) {
  if (stored === undefined) return undefined
  const { files } = yield* SettingsStore
  const text = textOf(stored)
  return yield* Effect.orElseSucceed(
    files === "names"
      ? decodeGranted(yield* Grant.fromEnvironment, stored.name, text)
      : decodeInstance(stored.name, text),
    (): InstanceSettings | undefined => undefined
  )
})

const said: Readonly<Record<NonNullable<AuditEntry["change"]>, string>> = {
  added: "an instance was added",
  changed: "settings were changed",
  removed: "an instance was removed",
  signed_in: "somebody signed in to the page",
  signed_out: "somebody signed out of the page",
  token_refused: "a wrong token for the page was refused"
}

const isRefusal = ({ change }: Event) => change === "token_refused"

const log = (entry: AuditEntry) => {
  const { change, command, count, fields } = entry
  const many = count === undefined ? "" : ` ${count} times`
  const which = fields === undefined ? "" : `: ${fields.join(", ")}`
  const text = change === undefined ? `the command ${command} was run` : `${said[change]}${many}${which}`
  return (isRefusal(entry) ? Effect.logWarning(text) : Effect.logInfo(text)).pipe(
    Effect.annotateLogs(
      Struct.omit(entry, [...(command === undefined ? ["at"] as const : []), "change", "count", "fields"])
    )
  )
}

/** Groups of the settings that are no process settings. */
const own = ["$schema", "instances"] as const

const changeOf = (before: unknown, after: unknown): "added" | "changed" | "removed" =>
  before === undefined ? "added" : after === undefined ? "removed" : "changed"

/** What was saved on the page, and not yet seen in the settings. */
interface Expected {
  readonly settings: InstanceSettings | undefined
  /** Revision on the broker from which on a document has the change; not a number elsewhere. */
  readonly revision: number
  /** Monotonic time of the change, in nanoseconds. */
  readonly at: bigint
}

/** Whether a change of the settings was read after what was saved on the page, and thus includes or replaces it. */
const includes = ({ readAt, revisions }: SettingsChange, instance: string, { at, revision }: Expected): boolean =>
  revisions !== undefined ? (revisions[instance] ?? -1) >= revision : readAt === undefined || readAt >= at

/**
 * Service that keeps the audit trail.
 *
 * **Details**
 *
 * Each entry goes to the log at once and, when `open` named a directory, to a file of that directory. Changes are in
 * memory too, for the history. A caller waits a second at most for the disk. A failure to write is logged, and stops
 * nothing.
 */
export class Audit extends Context.Service<Audit, {
  /**
   * Begins to write to the directory's files, and reads what is there; another process must not write there. Without a
   * directory, or in one that other users may write to, entries stay in memory and in the log. The log is the caller's
   * from then on; before, it is that of the layer.
   */
  readonly open: (directory: string | undefined) => Effect.Effect<void, never, FileSystem.FileSystem | Path.Path>
  readonly tell: (event: Event) => Effect.Effect<void>
  /** Tells that a token was refused; of many in a minute, from one address or in all, only the number. */
  readonly refused: (actor: Actor) => Effect.Effect<void>
  /** Saves or removes an instance for somebody on the page, and tells of it. */
  readonly saving: <A extends StoredDocument | void, E, R>(
    actor: Actor,
    before: StoredDocument | undefined,
    save: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R | SettingsStore>
  /** Tells what changed in the settings, without what was saved on the page. It does not wait for the disk. */
  readonly followed: (before: Settings, change: SettingsChange) => Effect.Effect<void>
  /** Tells what a command of another process changed, unless it is known. */
  readonly heard: (entry: AuditEntry) => Effect.Effect<void>
  /** Entries of an instance, newest first. */
  readonly history: (instance: string) => Effect.Effect<ReadonlyArray<AuditEntry>>
}>()("azure-security/config/Audit") {
  static readonly layer = Layer.effect(
    Audit,
    Effect.gen(function*() {
      const scope = yield* Effect.scope
      const turn = yield* Semaphore.make(1)
      const changes = yield* makeWriter(changesFile)
      const refusals = yield* makeWriter(refusalsFile)
      let context = yield* Effect.context<never>()
      let entries: ReadonlyArray<AuditEntry> = []
      const floodUntil = (endsAt: bigint) => ({
        endsAt,
        told: 0,
        rest: 0,
        toldOf: new Map<string | undefined, number>()
      })
      let flood = floodUntil(0n)
      const expected = new Map<string, Expected>()

      /** Tells, and does not wait for the disk. */
      const note = Effect.fnUntraced(function*(event: Event) {
        const at = DateTime.formatIso(DateTime.makeUnsafe(yield* Clock.currentTimeMillis))
        const entry: AuditEntry = { at, ...event }
        if (!isRefusal(entry)) entries = [...entries, entry].slice(-auditEntriesMax)
        yield* (isRefusal(entry) ? refusals : changes).add(entry)
        yield* Effect.provideContext(log(entry), context)
      })

      const tell = (event: Event) =>
        Effect.andThen(
          note(event),
          Effect.suspend(() => Effect.provideContext((isRefusal(event) ? refusals : changes).flush, context))
        )

      /** Tells how many refused tokens of a minute were not told one by one. */
      const tellRest = (of: typeof flood) =>
        Effect.suspend(() => {
          const count = of.rest
          of.rest = 0
          return count > 0 ? tell({ by: "page", change: "token_refused", count }) : Effect.void
        })

      yield* Effect.addFinalizer(() =>
        Effect.suspend(() => tellRest(flood)).pipe(Effect.andThen(changes.close), Effect.andThen(refusals.close))
      )

      const open = Effect.fnUntraced(function*(directory: string | undefined) {
        context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
        if (directory === undefined) return
        const isMade = yield* Effect.match(DataDirectory.make(directory), {
          onFailure: (error) => error._tag === "DirectoryUnsafe" ? error.message : describeFailure(error),
          onSuccess: () => undefined
        })
        if (isMade !== undefined) {
          return yield* Effect.logWarning(`changes of the settings are only in the log: ${isMade}`)
        }
        const found = yield* Effect.orElseSucceed(readTail(directory, changesFile), () => [])
        entries = [...found, ...entries].slice(-auditEntriesMax)
        yield* changes.open(directory)
        yield* refusals.open(directory)
      })

      const saved = Effect.fnUntraced(
        function*(actor: Actor, before: StoredDocument | undefined, after: StoredDocument | void) {
          const stored = after ?? before
          if (stored === undefined) return
          const [was, is] = [yield* meant(before), yield* meant(after ?? undefined)]
          const [change, fields] = [changeOf(before, after), differing(was, is)]
          if (fields.length === 0) return
          expected.set(stored.name, {
            settings: is,
            revision: after === undefined ? Number(stored.revision) + 1 : Number(stored.revision),
            at: yield* Clock.monotonicTimeNanos
          })
          yield* tell({
            by: "page",
            change,
            instance: stored.name,
            ...actor,
            ...(change === "changed" ? { fields } : {})
          })
        }
      )

      return Audit.of({
        open,
        tell,
        refused: Effect.fnUntraced(function*(actor) {
          const now = yield* Clock.monotonicTimeNanos
          if (now >= flood.endsAt) flood = floodUntil(now + refusalNanos)
          const toldOf = flood.toldOf.get(actor.address) ?? 0
          if (flood.told < auditRefusalsMax && toldOf < auditRefusalsOfAddressMax) {
            flood.told++
            flood.toldOf.set(actor.address, toldOf + 1)
            return yield* tell({ by: "page", change: "token_refused", ...actor })
          }
          if (flood.rest++ > 0) return
          yield* Effect.forkIn(Effect.delay(tellRest(flood), Duration.nanos(flood.endsAt - now)), scope)
        }),
        saving: (actor, before, save) =>
          // The change is in the trail before the settings are seen to have changed, and when the client has gone, too.
          Effect.uninterruptible(turn.withPermits(1)(Effect.tap(save, (after) => saved(actor, before, after)))),
        followed: (before, change) =>
          turn.withPermits(1)(Effect.gen(function*() {
            const { revisions, settings } = change
            const by = revisions === undefined ? "file" : "broker"
            const names = new Set([
              ...Object.keys(before.instances),
              ...Object.keys(settings.instances),
              ...expected.keys()
            ])
            for (const instance of names) {
              const [was, is] = [before.instances[instance], settings.instances[instance]]
              // What was saved on the page is in the trail already.
              const onPage = expected.get(instance)
              const isIn = onPage !== undefined &&
                (Equal.equals(onPage.settings, is) || includes(change, instance, onPage))
              const base = isIn ? onPage.settings : was
              if (isIn) expected.delete(instance)
              if (Equal.equals(base, is)) continue
              const kind = changeOf(base, is)
              const cause = change.causes?.[instance]
              const revision = revisions?.[cause ?? instance]
              yield* note({
                by,
                change: kind,
                instance,
                ...(kind === "changed" ? { fields: differing(base, is) } : {}),
                ...(revision === undefined ? {} : { revision }),
                ...(cause === undefined ? {} : { cause })
              })
            }
            const fields = differing(Struct.omit(before, own), Struct.omit(settings, own))
            if (fields.length > 0) yield* note({ by, change: "changed", fields })
          })).pipe(Effect.uninterruptible),
        heard: (entry) =>
          Effect.suspend(() => {
            const told: AuditEntry = { ...entry, by: "broker" }
            // What was noted before this process began is in its file already, or is new to it.
            if (entries.some((one) => Equal.equals(one, told))) return Effect.void
            entries = [...entries, told].slice(-auditEntriesMax)
            return Effect.andThen(changes.add(told), Effect.provideContext(log(told), context))
          }),
        history: (instance) => Effect.sync(() => entries.filter((entry) => entry.instance === instance).toReversed())
      })
    })
  )
}
