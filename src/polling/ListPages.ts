/** What polling adds to a list: what each page is compared with, and what is said of objects that vanished. */
import { Option } from "effect"
import type { Position } from "../checkpoints/Checkpoint.ts"
import type { EndpointState } from "../checkpoints/Checkpoints.ts"
import type { Walk } from "../checkpoints/Inventory.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { Reading } from "../endpoints/EndpointDefinition.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import type { Listed, PageChanges } from "../publishing/ObjectVersions.ts"
import type { Note, PollerConfig } from "./PollerState.ts"
import * as Reports from "./Reports.ts"

/** Returns what a page of a list is compared with; undefined for other endpoints. */
export const listedOf = (
  { list }: Pick<Reading, "list">,
  { current, inventory }: Pick<EndpointState, "current" | "inventory">,
  { answer, position, walk }: {
    readonly answer: Pick<GraphPage, "at" | "nextLink">
    readonly position: Position
    readonly walk: Walk | undefined
  }
): Listed | undefined => {
  if (list === undefined) return undefined
  const mark = Option.match(current(), { onNone: () => position.from, onSome: (checkpoint) => checkpoint.mark })
  return {
    list,
    inventory,
    walk,
    mark,
    from: position.from,
    isLast: (answer.nextLink ?? "").trim() === "",
    at: Timestamp.fromMillis(answer.at)
  }
}

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
