/** What polling adds to a list: what each page is compared with, and what is said of objects that vanished. */
import { Option } from "effect"
import type { Position } from "../checkpoints/Checkpoint.ts"
import type { EndpointState } from "../checkpoints/Checkpoints.ts"
import type { Walk } from "../checkpoints/Inventory.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { EndpointDefinition, Listing, Reading } from "../endpoints/EndpointDefinition.ts"
import type { GraphError } from "../graph/GraphError.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import type { Listed, PageChanges } from "../publishing/ObjectVersions.ts"
import type { Poll } from "./Poll.ts"
import type { Note, PollerConfig } from "./PollerState.ts"
import * as Reports from "./Reports.ts"

/** The daily pass is late or refused when it is older. */
const dailyMillisMax = 26 * 3_600_000

/** Whether a task reads a list with what is asked for once a day only. */
const isDaily = ({ list }: Pick<Reading, "list">, { _tag }: Pick<Poll["task"], "_tag">): boolean =>
  _tag === "Sweep" && list?.daily !== undefined

/** Returns the collection as a task asks for it. */
export const askedOf = <E extends EndpointDefinition>(endpoint: E, task: Pick<Poll["task"], "_tag">): E => {
  const { list } = endpoint
  if (list?.daily === undefined || !isDaily(endpoint, task)) return endpoint
  const { counts: _, daily: { licence, permissions, select, service }, ...others } = list
  return { ...endpoint, licence, permissions, service, list: { ...others, select: [...list.select ?? [], ...select] } }
}

/**
 * Returns the properties of a list that a page was not asked for. A link has those that its first page asked for, which may
 * have been another process.
 */
export const leftOutOf = (
  { select = [] }: Pick<Listing, "select">,
  { link }: Pick<Position, "link">,
  dropped: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const asked = (link === null ? undefined : URL.parse(link)?.searchParams.get("$select"))?.toLowerCase().split(
    /[,\s]+/
  )
  return asked?.includes("id") === true
    ? select.filter((name) => !asked.includes(name.toLowerCase()))
    : select.filter((name) => dropped.includes(name))
}

/** Returns what a page of a list is compared with; undefined for other endpoints. */
export const listedOf = (
  { list }: Pick<Reading, "list">,
  { current, inventory }: Pick<EndpointState, "current" | "inventory">,
  { answer, poll: { shape, task }, position, walk }: {
    readonly answer: Pick<GraphPage, "at" | "nextLink">
    readonly position: Position
    readonly poll: Pick<Poll, "shape" | "task">
    readonly walk: Walk | undefined
  }
): Listed | undefined => {
  if (list === undefined) return undefined
  const saved = Option.getOrUndefined(current())
  const daily = isDaily({ list }, task)
  // What is read with more once a day is not published again without it, unless that is refused.
  const readAt = Timestamp.fromMillis(saved?.sweep.readAt ?? 0)
  const isCovered = list.daily !== undefined && readAt > Timestamp.minusMillis(position.from, dailyMillisMax)
  return {
    list,
    leftOut: leftOutOf(list, position, shape.dropped),
    inventory,
    walk: daily ? undefined : walk,
    mark: saved?.mark ?? position.from,
    again: daily ? "all" : isCovered ? "none" : "due",
    from: position.from,
    isLast: (answer.nextLink ?? "").trim() === "",
    at: Timestamp.fromMillis(answer.at)
  }
}

/** Returns what tells the rows of a page apart. The time of an object of a list is its page's, and tells nothing. */
export const rowsOf = (
  listed: Listed | undefined,
  records: ReadonlyArray<GraphRecord>
): ReadonlyArray<Pick<GraphRecord, "cursor" | "id">> =>
  listed === undefined ? records : records.map(({ id }) => ({ id, cursor: listed.from }))

/** Says that what is asked for once a day is refused, and that the polls go on without it. */
export const dailyRefused = (config: PollerConfig, error: GraphError, now: number): ReadonlyArray<Note> => {
  const { list } = config.endpoint
  if (list?.daily === undefined) return []
  const report = Reports.dailyRefused(config, list.daily.select, error, now)
  return [{ _tag: "Warned", report }, {
    _tag: "Said",
    report,
    saying: { level: "Warn", remind: false, apart: true }
  }]
}

/** What is asked for once a day has been read. */
export const dailyRead = ({ endpoint }: PollerConfig, records: number): ReadonlyArray<Note> =>
  endpoint.list?.daily === undefined ? [] : [
    {
      _tag: "Log",
      level: "Info",
      message: `read ${endpoint.list.daily.select.join(", ")} of ${records} ${endpoint.noun}`
    },
    { _tag: "WarningEnded", code: "daily_refused" },
    { _tag: "SayingEnded", code: "daily_refused" }
  ]

/** Says that so many objects vanished at once that none is taken for removed, and takes it back. */
export const vanishedNotes = (
  config: PollerConfig,
  objects: PageChanges | undefined,
  now: number
): ReadonlyArray<Note> => {
  const code = "list_cut"
  if (objects?.vanished === undefined) return []
  if (objects.vanished === 0) return [{ _tag: "WarningEnded", code }, { _tag: "SayingEnded", code }]
  const report = Reports.listCut(config, objects.vanished, now)
  return [{ _tag: "Warned", report }, {
    _tag: "Said",
    report,
    saying: { level: "Warn", remind: true, apart: true }
  }]
}
