/** Reads of an answer what the poller decides on. */
import type { Endpoint } from "../endpoints/Endpoints.ts"
import type { GraphPage } from "../graph/GraphPage.ts"
import { createdCursors } from "../publishing/Records.ts"
import type { PageSeen } from "./PollerState.ts"

/** Returns what a page says of the way on. A range, without `cursors`, goes by the time of creation. */
export const seenOf = (
  endpoint: Pick<Endpoint, "created">,
  page: GraphPage,
  cursors: Pick<PageSeen, "cursors" | "future"> | undefined,
  unseen: number
): PageSeen => ({
  ...(cursors ?? { cursors: createdCursors(endpoint, page), future: 0 }),
  rows: page.records.length,
  unseen,
  nextLink: page.nextLink,
  at: page.at,
  providerWarnings: page.providerWarnings
})
