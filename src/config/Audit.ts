/** Keeps the audit trail: who changed which settings, who signed in, and whose token was refused. */
import {
  Clock,
  Context,
  DateTime,
  Effect,
  Equal,
  FileSystem,
  Layer,
  Option,
  Path,
  type PlatformError,
  Result,
  Schema,
  Semaphore,
  Struct
} from "effect"
import { auditBytesMax, auditEntriesMax, auditRefusalsMax } from "../domain/Bounds.ts"
import { AuditEntry, differing } from "./AuditEntry.ts"
import { describeFailure } from "./DurableFile.ts"
import type { InstanceSettings } from "./InstanceSettings.ts"
import type { Settings } from "./Settings.ts"
import { decodeInstance } from "./SettingsDocument.ts"
import type { SettingsChange } from "./SettingsSource.ts"
import type { StoredDocument } from "./SettingsStore.ts"

/** Name of the file in the directory of the page's token. */
export const auditFile = "changes.ndjson"

/** The file before this one. */
const olderFile = "changes.old.ndjson"

/** Bytes at the end of the file that are read at the start. */
const readBack = 262_144

/** Refused tokens are noted one by one up to a number in this time; the others in one entry at its end. */
const refusalMillis = 60_000

/** A person at the page. */
export type Person = Pick<AuditEntry, "session" | "address">

type Event = Omit<AuditEntry, "at">

const Line = Schema.fromJsonString(AuditEntry)
const decodeLine = Schema.decodeUnknownResult(Line)
const encodeLine = Schema.encodeEffect(Line)

const decoded = (stored: StoredDocument | undefined) =>
  stored === undefined
    ? Effect.succeed<InstanceSettings | undefined>(undefined)
    : Effect.orElseSucceed(
      decodeInstance(stored.name, JSON.stringify(stored.document)),
      (): InstanceSettings | undefined => undefined
    )

const said: Readonly<Record<NonNullable<AuditEntry["change"]>, string>> = {
  added: "an instance was added",
  changed: "settings were changed",
  removed: "an instance was removed",
  signed_in: "somebody signed in to the page",
  signed_out: "somebody signed out of the page",
  token_refused: "a wrong token for the page was refused"
}

/** Groups of the settings that are no process settings. */
const own = ["$schema", "instances"] as const

const changeOf = (before: unknown, after: unknown): "added" | "changed" | "removed" =>
  before === undefined ? "added" : after === undefined ? "removed" : "changed"

/** Reads the newest entries of a file; lines that are none are left out. */
const readTail = Effect.fnUntraced(function*(file: string) {
  const handle = yield* openAudit(file, "r")
  const { size } = yield* handle.stat
  yield* handle.seek(size > readBack ? size - BigInt(readBack) : 0n, "start")
  const bytes = Option.getOrElse(yield* handle.readAlloc(readBack), () => new Uint8Array(0))
  return new TextDecoder().decode(bytes).split("\n").flatMap((line) => {
    const entry = decodeLine(line)
    return Result.isSuccess(entry) ? [entry.success] : []
  })
}, Effect.scoped)

/** Opens a file for this user alone. Windows has no flag against links. */
const openAudit = Effect.fnUntraced(function*(file: string, flag: "r" | "a") {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.open(file, { flag, mode: 0o600, ...(process.platform === "win32" ? {} : { noFollow: true }) })
})

const append = Effect.fnUntraced(function*(directory: string, line: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(directory, auditFile)
  const isFull = yield* Effect.scoped(Effect.gen(function*() {
    const handle = yield* openAudit(file, "a")
    yield* handle.writeAll(new TextEncoder().encode(`${line}\n`))
    yield* handle.sync
    return (yield* handle.stat).size >= auditBytesMax
  }))
  if (isFull) yield* fs.rename(file, path.join(directory, olderFile))
}, Effect.uninterruptible)

/**
 * Service that keeps the audit trail.
 *
 * **Details**
 *
 * Each entry goes to the log, to memory and, once `open` named a directory, to a file of that directory that is never
 * opened through a link. A failure to write is logged, and stops nothing.
 */
export class Audit extends Context.Service<Audit, {
  /** Begins to write to the directory's file, and reads what is there. Without a directory, entries stay in memory. */
  readonly open: (directory: string | undefined) => Effect.Effect<void, never, FileSystem.FileSystem | Path.Path>
  readonly tell: (event: Event) => Effect.Effect<void>
  /** Tells that a token was refused; of many in a minute only the number. */
  readonly refused: (person: Person) => Effect.Effect<void>
  /** Saves or removes an instance for a person on the page, and tells of it. */
  readonly saving: <A extends StoredDocument | void, E, R>(
    person: Person,
    before: StoredDocument | undefined,
    save: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
  /** Tells what changed in the settings, without what was saved on the page. */
  readonly followed: (before: Settings, change: SettingsChange) => Effect.Effect<void>
  /** Entries of an instance, newest first. */
  readonly history: (instance: string) => Effect.Effect<ReadonlyArray<AuditEntry>>
}>()("azure-security/config/Audit") {
  static readonly layer = Layer.effect(
    Audit,
    Effect.gen(function*() {
      const scope = yield* Effect.scope
      const one = yield* Semaphore.make(1)
      const turn = yield* Semaphore.make(1)
      let entries: Array<AuditEntry> = []
      let write: (entry: AuditEntry) => Effect.Effect<void> = () => Effect.void
      let refusals = { endsAt: 0, count: 0 }
      /** What was saved on the page, and not yet seen in the settings. */
      const expected = new Map<string, InstanceSettings | undefined>()

      const keep = (more: ReadonlyArray<AuditEntry>) => {
        entries = [...entries, ...more].slice(-auditEntriesMax)
      }

      const tell = Effect.fnUntraced(function*(event: Event) {
        const at = DateTime.formatIso(DateTime.makeUnsafe(yield* Clock.currentTimeMillis))
        const entry: AuditEntry = { at, ...event }
        yield* one.withPermits(1)(Effect.andThen(Effect.sync(() => keep([entry])), write(entry)))
      })

      const open = Effect.fnUntraced(function*(directory: string | undefined) {
        const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
        const path = yield* Path.Path
        const told = [...entries]
        if (directory !== undefined) {
          const found = yield* Effect.orElseSucceed(readTail(path.join(directory, auditFile)), () => [])
          entries = [...found, ...entries].slice(-auditEntriesMax)
        }
        write = (entry) =>
          Effect.gen(function*() {
            if (directory !== undefined) {
              const line = yield* Effect.orDie(encodeLine(entry))
              yield* Effect.catch(append(directory, line), (error: PlatformError.PlatformError) =>
                Effect.logWarning(
                  `${path.join(directory, auditFile)} cannot be written: ${
                    describeFailure(error)
                  }; this change is only in the log`
                ))
            }
            const { change, count, fields } = entry
            const many = count === undefined ? "" : ` ${count} times`
            const which = fields === undefined ? "" : `: ${fields.join(", ")}`
            const text = `${said[change!]}${many}${which}`
            yield* (change === "token_refused" ? Effect.logWarning(text) : Effect.logInfo(text)).pipe(
              Effect.annotateLogs(Struct.omit(entry, ["at", "change", "count", "fields"]))
            )
          }).pipe(Effect.provideContext(context))
        yield* Effect.forEach(told, (entry) => one.withPermits(1)(write(entry)))
      })

      const saved = Effect.fnUntraced(
        function*(person: Person, before: StoredDocument | undefined, after: StoredDocument | void) {
          const stored = after ?? before
          if (stored === undefined) return
          const [was, is] = [yield* decoded(before), yield* decoded(after ?? undefined)]
          const [change, fields] = [changeOf(before, after), differing(was, is)]
          if (fields.length === 0) return
          expected.set(stored.name, is)
          yield* tell({
            by: "page",
            change,
            instance: stored.name,
            ...person,
            ...(change === "changed" ? { fields } : {})
          })
        }
      )

      return Audit.of({
        open,
        tell,
        refused: Effect.fnUntraced(function*(person) {
          const now = yield* Clock.currentTimeMillis
          if (now >= refusals.endsAt) refusals = { endsAt: now + refusalMillis, count: 0 }
          refusals.count++
          if (refusals.count <= auditRefusalsMax) {
            return yield* tell({ by: "page", change: "token_refused", ...person })
          }
          if (refusals.count > auditRefusalsMax + 1) return
          const flood = refusals
          yield* Effect.forkIn(
            Effect.andThen(
              Effect.sleep(flood.endsAt - now),
              Effect.suspend(() => tell({ by: "page", change: "token_refused", count: flood.count - auditRefusalsMax }))
            ),
            scope
          )
        }),
        saving: (person, before, save) =>
          // The change is in the trail before the settings are seen to have changed, and when the client has gone, too.
          Effect.uninterruptible(turn.withPermits(1)(Effect.tap(save, (after) => saved(person, before, after)))),
        followed: (before, { revisions, settings }) =>
          turn.withPermits(1)(Effect.gen(function*() {
            const by = revisions === undefined ? "file" : "broker"
            const names = new Set([...Object.keys(before.instances), ...Object.keys(settings.instances)])
            for (const instance of names) {
              const [was, is] = [before.instances[instance], settings.instances[instance]]
              if (Equal.equals(was, is)) continue
              // What a person saved on the page is in the trail already.
              const base = expected.has(instance) ? expected.get(instance) : was
              expected.delete(instance)
              if (Equal.equals(base, is)) continue
              const change = changeOf(base, is)
              const revision = revisions?.[instance]
              yield* tell({
                by,
                change,
                instance,
                ...(change === "changed" ? { fields: differing(base, is) } : {}),
                ...(revision === undefined ? {} : { revision })
              })
            }
            const fields = differing(Struct.omit(before, own), Struct.omit(settings, own))
            if (fields.length > 0) yield* tell({ by, change: "changed", fields })
          })),
        history: (instance) => Effect.sync(() => entries.filter((entry) => entry.instance === instance).toReversed())
      })
    })
  )
}
