/** An endpoint as a value: one Graph collection that the connector polls. `.github/CONTRIBUTING.md` says how to add one. */
import type { Artifact } from "../artifacts/Artifact.ts"
import type { Mapped, MappingContext } from "../artifacts/Mapped.ts"
import type { EventMapping } from "../artifacts/ocsf/OcsfEvent.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import type { Properties } from "../domain/Shape.ts"

/** A service behind Graph, which has limits of its own. `Services` has them. */
export type ServiceName = "security" | "reports" | "identityProtection" | "intune" | "directory" | "signInActivity"

/** A cloud of Microsoft's that does not offer every endpoint. `NationalClouds` knows them by the hosts of their Graph. */
export type NationalCloud = "china" | "bleu" | "delos" | "govsg" | "usnat" | "ussec"

/** What a request has to know of the collection that it reads. */
export interface Collection {
  /** Name in settings, `/status`, logs, metrics and checkpoints, in Graph's spelling. */
  readonly name: string
  /** Path below the cloud's Graph origin, `/v1.0/security/alerts_v2`. */
  readonly path: string
  /** Permissions of which any one suffices, the least privileged first. */
  readonly permissions: ReadonlyArray<string>
  /** Permissions with which Graph sends more of each record, and without which it sends the others. */
  readonly helpful?: ReadonlyArray<string>
  readonly service: ServiceName
  /** What a tenant that is refused for its licence has to do. */
  readonly licence: string
  /** National clouds of Microsoft that do not offer it. */
  readonly absentIn?: ReadonlyArray<NationalCloud>
  /** Whether 404, 410 and 400 for the segment mean that Microsoft retired the collection. */
  readonly retires: boolean
}

/**
 * How a collection is read that has no property which grows with each change: page by page, to tell by their content which
 * objects are new or changed. `ObjectVersions` and `Inventory` do it.
 */
export interface Listing {
  /** `all`: the whole list at each poll, and each object is published once a day. `newest`: its newest page only. */
  readonly reads: "all" | "newest"
  /** Properties that are asked for; what Graph sends by itself without it. */
  readonly select?: ReadonlyArray<string>
  /** Those that national clouds lack, where asking for them would be refused. */
  readonly lacks?: Readonly<Partial<Record<NationalCloud, ReadonlyArray<string>>>>
  /** Properties whose change is no change of the object, at any depth. They are published with it. */
  readonly volatile: ReadonlyArray<string>
  /** Lists whose order tells nothing. */
  readonly unordered?: ReadonlyArray<string>
  /**
   * How Graph tells the number of objects, with which objects that vanished are told from a list that was cut short: when it is
   * asked, or by itself. Without it no object is published as removed.
   */
  readonly counts?: "asked" | "sent"
  /** What is asked for once a day only, in a pass of its own between two polls. Where it is refused, the polls go on. */
  readonly daily?: {
    readonly select: ReadonlyArray<string>
    readonly permissions: ReadonlyArray<string>
    readonly service: ServiceName
    readonly licence: string
    readonly pageSize: number
  }
}

/** Which records of a log are interesting, where the settings ask for these only. The others are read, and held back. */
export interface Interest {
  /** In words, for the settings. */
  readonly words: string
  /** Whether a record is, whatever was seen before. */
  readonly is: (record: Properties) => boolean
  /** What makes a record interesting where it was not seen within `sightedDays`. */
  readonly news: (record: Properties) => ReadonlyArray<string>
}

/** How the records of a collection are read: by a property that grows. */
export interface Reading {
  /** The property that grows with each change of a record, or with each record where none changes; a list has none. */
  readonly cursor: string
  /** The property that says when a record was created, by which `backfill` reads. */
  readonly created: string
  /**
   * Whether a record is published once and for all: what Graph fills in later, with the same cursor, is no new version.
   * Its ledger has one key a record.
   */
  readonly isFinal?: boolean
  /**
   * `asc`: `$orderby` of the cursor is kept. `unproven`: it is not, or nobody knows; then a window that is closed at both
   * ends is read to its last page, and the mark moves to its end.
   */
  readonly order: "asc" | "unproven"
  /** The comparison that a filter's upper bound takes. The bound is exclusive in either case. */
  readonly upper: "lt" | "le"
  /** Hours of one window at most, where a service has trouble with long walks; as far as there are rows otherwise. */
  readonly windowHours?: number
  /** Minutes that are read again at least, whatever the settings say, because rows of the service come that late. */
  readonly overlapMinutesMin?: number
  /**
   * How rows that came later than the overlap are found. `count`: Graph counts them each hour, and they are read when it has
   * more. `reread`: they are read again, those of some hours each hour, and those of more than a day each day.
   */
  readonly late: "count" | "reread" | "none"
  /** There for a collection that is read as a list. */
  readonly list?: Listing
}

/** What the poller, the settings and the page know of a collection. */
export interface EndpointDefinition extends Collection, Reading {
  /** Whether it is polled unless the settings say otherwise. One that needs permissions of its own is not. */
  readonly isOn: boolean
  /** Records a page at most; Graph refuses more, or sends fewer. */
  readonly pageSize: number
  /** Minutes between two polls at least, unless the endpoint has an interval of its own in the settings. */
  readonly intervalMinutesMin: number
  /** There for a log whose records are so many that the settings may ask for the interesting ones only. */
  readonly interest?: Interest
  /** What its records are called in messages, in the plural. */
  readonly noun: string
  /** How much a tenant of a thousand people brings: some records a day, some hundreds, or many thousands. */
  readonly volume: "low" | "medium" | "high"
  /** The endpoint in a few words, for forms and tables. */
  readonly label: string
  /**
   * Makes the artifacts of one record. Pure and total: whatever Graph sent is published. An `undefined` among them gives
   * others their turn.
   */
  readonly map: (context: MappingContext, record: GraphRecord) => Mapped<Iterable<Artifact | undefined>>
  /** Makes the event of OCSF of one record. Without it the settings refuse the endpoint beside the format `ocsf`. */
  readonly ocsf?: EventMapping
}
