/** Reads of an answer what the poller decides on. */
import * as Timestamp from "../domain/Timestamp.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import type { PageSeen } from "./PollerState.ts"

const createdCursors = ({ records }: GraphPage): ReadonlyArray<Timestamp.Timestamp> =>
  records.flatMap((record) => {
    const created = record.property("createdDateTime")
    const normal = typeof created === "string" ? Timestamp.normalize(created) : undefined
    return normal === undefined ? [] : [normal]
  })

/** Returns what a page says of the way on. A range, without `cursors`, goes by the time of creation. */
export const seenOf = (
  page: GraphPage,
  cursors: Pick<PageSeen, "cursors" | "future"> | undefined,
  unseen: number
): PageSeen => ({
  ...(cursors ?? { cursors: createdCursors(page), future: 0 }),
  rows: page.records.length,
  unseen,
  nextLink: page.nextLink,
  at: page.at,
  providerWarnings: page.providerWarnings
})
