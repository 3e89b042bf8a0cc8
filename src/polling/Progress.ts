/** Computes the checkpoint that the commit of a page saves. */
import { addGap, advance, type Checkpoint, heard, recovered, withoutGap } from "../checkpoints/Checkpoint.ts"
import type { Appended } from "../checkpoints/Ledger.ts"
import { gapsMax } from "../domain/Bounds.ts"
import type { Delivery, Receipt } from "../domain/Delivery.ts"
import type { Timestamp } from "../domain/Timestamp.ts"
import * as Limits from "../graph/Limits.ts"
import { providerMissing } from "./Narrowing.ts"
import type { Note, PagePlan, Save } from "./PollerState.ts"

const live = (checkpoint: Checkpoint, plan: PagePlan, now: number): Checkpoint => {
  const { ended, following, incomplete, isOwed, mark, position: { from } } = plan
  const given = isOwed && ended && mark !== undefined && mark > from &&
      incomplete + 1 >= Limits.missingProviderPolls
    ? addGap(checkpoint, { from, to: mark, code: providerMissing, foundAt: now, triedAt: now }, true)
    : undefined
  // With `gapsMax` gaps there cannot be another one, and the mark keeps waiting.
  const isGivenUp = given !== undefined && given.gaps.length <= gapsMax
  const whole = isGivenUp ? given : checkpoint
  const moved = mark === undefined || (isOwed && !isGivenUp) ? whole : advance(whole, mark, now)
  if (ended) return recovered({ ...moved, position: null, throttles: 0, lastSuccessAt: now }, true)
  return recovered(following === null ? moved : { ...moved, position: following }, false)
}

/**
 * Returns the checkpoint after the commit of a page. `fresh` is the number of its new records; `now` is in
 * milliseconds since 1970. The mark moves only past records that were published or lie in a gap.
 */
export const afterPage = (checkpoint: Checkpoint, plan: PagePlan, fresh: number, now: number): Checkpoint => {
  const { ended, following, isOwed, task } = plan
  switch (task._tag) {
    case "Live":
      return live(fresh > 0 ? heard(checkpoint, fresh, now) : checkpoint, plan, now)
    case "Gap":
      return ended && !isOwed ? withoutGap(checkpoint, task.gap, now) : checkpoint
    case "Sweep":
      return ended
        ? { ...checkpoint, sweep: { countedAt: now, readAt: task.isWhole ? now : checkpoint.sweep.readAt } }
        : checkpoint
    case "Range":
      return ended
        ? recovered({ ...advance(checkpoint, task.end, now), position: null, throttles: 0, lastSuccessAt: now }, true)
        : following === null
        ? checkpoint
        : { ...checkpoint, position: following }
  }
}

/** Returns where a stream has a page; undefined without a receipt. `place` is where the ledger ended before it. */
export const deliveryOf = (
  receipt: Receipt | undefined,
  cursors: ReadonlyArray<Timestamp>,
  { position }: PagePlan,
  place: Delivery["place"],
  at: number
): Appended | undefined => {
  if (receipt === undefined) return undefined
  const { count, created, first, id, largest, last, stream } = receipt
  const from = cursors.reduce<Timestamp | undefined>(
    (from, cursor) => from === undefined || cursor < from ? cursor : from,
    undefined
  )
  return {
    stream,
    created,
    largest,
    page: { first, last, id, count, from: from ?? position.bound, since: at, at, place }
  }
}

/** Saves only the cooldown, which a restart must wait out even when an earlier page was given up. */
export const cooldownOnly = (save: Save): Save => (checkpoint) => {
  const { cooldown, throttles } = save(checkpoint)
  return { ...checkpoint, cooldown, throttles }
}

/** Shows a checkpoint. */
export const savedNote = (saved: Checkpoint | undefined): Note => ({
  _tag: "Status",
  event: {
    _tag: "CheckpointSaved",
    highWaterMark: saved?.mark,
    gaps: (saved?.gaps ?? []).map(({ code, from, to }) => ({ code, from, to })),
    rhythm: saved?.rhythm,
    isLost: saved?.lost !== undefined
  }
})
