/** Maps the records of a page slice by slice, and counts what they brought. */
import { Duration } from "effect"
import type { Artifact } from "../artifacts/Artifact.ts"
import * as ArtifactId from "../artifacts/ArtifactId.ts"
import type { Drift, MappingContext } from "../artifacts/Mapped.ts"
import type { OcsfEvent } from "../artifacts/ocsf/OcsfEvent.ts"
import { KeySet } from "../checkpoints/KeySet.ts"
import { pageDriftMax, sliceArtifacts, sliceChars, sliceRecords, stepBytes } from "../domain/Bounds.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import { futureMax } from "../graph/Limits.ts"
import type { DeadLetter, Payload, Slice } from "../sinks/ArtifactSink.ts"
import { lines } from "../sinks/Ndjson.ts"
import { isoTime } from "../status/Report.ts"
import { findingKeys, hasNewEvidence } from "./FindingKeys.ts"
import type { Select } from "./HeldBack.ts"
import { type Mapping, type Part, pause, paused, type Prepared, read } from "./Mapping.ts"
import { type Listed, make as makeVersions } from "./ObjectVersions.ts"
import { endedOn, identify, type Unidentified } from "./Records.ts"

/** Separates the records of a page. No record is mapped before its slice is requested. */
export const prepare = (options: {
  readonly instance: string
  readonly endpoint: Endpoint
  readonly context: MappingContext
  readonly page: GraphPage
  /** Whether an id was published before. */
  readonly isKnown: (id: string) => boolean
  /** From this cursor on the ids published include one of each record's content; undefined for no record. */
  readonly contents: Timestamp.Timestamp | undefined
  /** The mark: fresh records before this cursor are late. */
  readonly passed: Timestamp.Timestamp | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** Whether each record is announced before it is mapped, and written before the next one. */
  readonly isCareful?: boolean
  /** Artifact ids of records on which a process ended. */
  readonly condemned?: ReadonlySet<string>
  /** What a page of a list is compared with. */
  readonly listed?: Listed | undefined
  /** Begins to tell which records are held back; undefined where none is. */
  readonly select?: Select
}): Prepared => {
  const {
    condemned,
    contents,
    context,
    endpoint,
    instance,
    isCareful = false,
    isKnown,
    listed,
    now,
    page,
    passed,
    select
  } = options
  const { cursors: all, records, unidentified } = identify(endpoint, page)
  const horizon = Timestamp.fromMillis(page.at + Duration.toMillis(futureMax))
  const cursors = all.filter((cursor) => cursor <= horizon)
  const occurred_at = isoTime(now)

  const map = (payload: Payload = "artifact"): Mapping => {
    const keys = new KeySet()
    const versions = listed === undefined ? undefined : makeVersions(listed)
    const selection = select?.()
    const isNew = (id: string) => !isKnown(id) && keys.add(id)
    let artifacts = 0
    let repeated = 0
    let renewed = 0
    let heldBack = 0
    const drift: Array<Drift> = []
    const updatedAt: Array<number> = []
    const late: Array<number> = []
    const deadLetters: Array<Pick<DeadLetter, "reason">> = []

    const letterOf = ({ path, reason }: Unidentified, record: unknown): DeadLetter => {
      deadLetters.push({ reason })
      return { instance, endpoint: endpoint.name, reason, path, occurred_at, record }
    }

    function* deadLetterOf(one: Unidentified): Generator<Slice, ReadonlyArray<DeadLetter>> {
      const record = one.sent.exact()
      const isNamed = typeof record === "string" && record.length > stepBytes
      // What changes all the time in an object of a list must not make it another dead letter in each pass.
      const object = versions === undefined ? undefined : yield* paused(versions.unmapped(one))
      const hash = object !== undefined
        ? ArtifactId.ofUnmapped(context.tenantId, endpoint.name, one.reason, object)
        : isNamed
        ? yield* paused(ArtifactId.digest(record))
        : ArtifactId.sha256(lines([{ record }]))
      if (!isNew(hash)) {
        repeated++
        return []
      }
      return [letterOf(one, record)]
    }

    let made: Array<Artifact> = []
    let events: Array<OcsfEvent> = []
    let texts: Array<string> = []
    let size = 0
    const handOver = (): Slice => {
      const slice: Slice = {
        artifacts: made,
        deadLetters: [],
        ...(payload === "graph" ? { records: texts } : payload === "ocsf" ? { events } : {})
      }
      artifacts += made.length + events.length
      made = []
      events = []
      texts = []
      size = 0
      return slice
    }

    // What an earlier version of this program published has no key of its content; nor have its rows dated in the future.
    const hasContents = ({ cursor }: GraphRecord) => contents !== undefined && contents <= cursor && cursor <= horizon

    const isNeverMapped = (id: string) => {
      const ended = ArtifactId.ofEnded(id)
      return keys.has(ended) || isKnown(ended)
    }

    /** Counts a record that was published; `isFirst` for a version not seen before. */
    const tell = ({ cursor }: GraphRecord, isFirst: boolean): void => {
      if (!isFirst) {
        renewed++
        return
      }
      const at = Timestamp.toMillis(cursor)
      updatedAt.push(at)
      if (passed !== undefined && cursor < passed) late.push(at)
    }

    /** Whether an event of the same finding was published before; it is known from now on. */
    const isFindingKnown = ({ id }: GraphRecord): boolean => {
      const { current, last } = findingKeys(context.tenantId, endpoint.name, id, now)
      return [!isNew(current), isKnown(last)].includes(true)
    }

    function* mapEvent(record: GraphRecord, uid: string): Generator<Part, void> {
      const publication = { uid, isKnown: endpoint.isFinal !== true && isFindingKnown(record) }
      if (endpoint.ocsf === undefined) return
      const mapped = endpoint.ocsf(context, record, publication)
      for (const event of mapped.events) {
        if (event === undefined) {
          yield pause
          continue
        }
        events.push(event)
        size += event.raw_data.length
        if (size >= sliceChars) yield handOver()
      }
      for (const one of mapped.drift) if (drift.length < pageDriftMax) drift.push(one)
    }

    const idOf = (record: GraphRecord) => ArtifactId.ofRecord(context.tenantId, endpoint.name, record)

    /** Passes a record on which a process ended. */
    const passedOver = (id: string, record: GraphRecord): Slice | undefined =>
      condemned?.has(id) === true && isNew(ArtifactId.ofEnded(id))
        ? { artifacts: [], deadLetters: [letterOf(endedOn(page, record), record.sent.exact())] }
        : undefined

    /** Maps an object of a list, whose version is known once its content is. Until then it has the id of all its versions. */
    function* mapObject(sent: GraphRecord, { of, unmapped }: NonNullable<typeof versions>): Generator<Part, void> {
      const named = idOf({ ...sent, version: "object" })
      const passed = passedOver(named, sent)
      if (passed !== undefined || isNeverMapped(named)) yield* paused(unmapped(sent))
      if (passed !== undefined) return yield passed
      if (isNeverMapped(named)) return void repeated++
      if (isCareful) yield { ...pause, before: named }
      const content = sent.sent.content()
      const object = yield* paused(of(sent, content.value))
      if (object === undefined) return void repeated++
      yield* mapVersion({ ...object, sent: read(sent.sent, content) })
    }

    function* mapVersion(object: GraphRecord): Generator<Part, void> {
      const id = idOf(object)
      if (isNew(id)) yield* publish(object, id, true)
      else repeated++
    }

    function* mapRecord(record: GraphRecord): Generator<Part, void> {
      const id = idOf(record)
      const isFirst = isNew(id)
      const passed = passedOver(id, record)
      if (passed !== undefined) return yield passed
      if (!isFirst && (endpoint.isFinal === true || isNeverMapped(id))) {
        repeated++
        return
      }
      if (isCareful) yield { ...pause, before: id }
      const content = record.sent.content()
      if (isFirst && selection?.holds(content.value, id, record.cursor) === true) return void heldBack++
      const hashes = yield* paused(ArtifactId.evidenceHashes(content))
      const version = endpoint.isFinal === true
        ? undefined
        : ArtifactId.ofContent(id, yield* paused(ArtifactId.contentHash(content, hashes)))
      const isNewContent = version !== undefined && isNew(version)
      if (!isFirst && !isNewContent) {
        repeated++
        return
      }
      const own = isFirst ? id : hasContents(record) ? version : undefined
      const known = { ...record, sent: read(record.sent, { ...content, hashes }) }
      if (payload !== "ocsf") return yield* publish(known, own, isFirst)
      const uid = own ?? (hasNewEvidence(context.tenantId, record.id, hashes, isKnown) ? version : undefined)
      if (uid === undefined) repeated++
      else {
        yield* mapEvent(known, uid)
        tell(record, isFirst)
      }
    }

    /** Maps a record. Its own artifact gets the id `own`; without one, only its evidence is published. */
    function* publish(record: GraphRecord, own: string | undefined, isFirst: boolean): Generator<Part, void> {
      const mapped = endpoint.map(context, record)
      let isOwn = true
      let found = 0
      for (const artifact of mapped.artifacts) {
        if (artifact === undefined) {
          yield pause
          continue
        }
        // The first artifact is the record's own. A ledger belongs to one cloud, so that its keys need not name it.
        // A record has its evidence in it.
        if (payload === "graph" && !isOwn) break
        const given = isOwn ? own : isNew(artifact.id) ? artifact.id : undefined
        isOwn = false
        if (given === undefined) continue
        found++
        made.push(ArtifactId.published(context, given === artifact.id ? artifact : { ...artifact, id: given }))
        size += artifact.message.length
        if (payload === "graph") {
          texts.push(record.sent.raw())
        }
        if (size >= sliceChars || made.length >= sliceArtifacts) yield handOver()
      }
      if (found === 0) {
        repeated++
        return
      }
      for (const one of mapped.drift) if (drift.length < pageDriftMax) drift.push(one)
      tell(record, isFirst)
    }

    return {
      slices: {
        *[Symbol.iterator]() {
          for (const one of unidentified) {
            const letters = yield* deadLetterOf(one)
            yield { artifacts: [], deadLetters: letters }
          }
          for (const [index, record] of records.entries()) {
            yield* versions === undefined ? mapRecord(record) : mapObject(record, versions)
            if (isCareful || (index + 1) % sliceRecords === 0 || index + 1 === records.length) yield handOver()
          }
          for (const object of versions?.removed() ?? []) {
            yield* mapVersion(object)
            if (made.length >= sliceRecords) yield handOver()
          }
          if (made.length > 0) yield handOver()
        }
      },
      brought: () => ({
        keys,
        artifacts,
        deadLetters,
        fresh: updatedAt.length + renewed + heldBack + deadLetters.length,
        heldBack,
        repeated,
        drift,
        updatedAt,
        late,
        objects: (versions ?? selection)?.changes()
      })
    }
  }

  return { map, cursors, future: all.length - cursors.length, records }
}
