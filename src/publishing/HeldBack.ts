/**
 * Holds records back that are not interesting, where the settings ask for the interesting ones only.
 *
 * A record that is held back is committed as a published one is: the ledger knows it, and the mark moves past it. A record
 * that was the first with something stays so when its page is read again, by whatever process.
 */
import type { Changed, Inventory, Walk } from "../checkpoints/Inventory.ts"
import { sightedDays } from "../checkpoints/ObjectTable.ts"
import { isProperties } from "../domain/Shape.ts"
import * as Timestamp from "../domain/Timestamp.ts"
import type { EndpointDefinition, Interest } from "../endpoints/EndpointDefinition.ts"
import type { PageChanges } from "./ObjectVersions.ts"

const daySeconds = 86_400

/** Decides about the records of one page; each attempt to publish it makes one. */
export interface Selection {
  /** Whether a record is held back. `id` is its artifact's, and `cursor` the time at which it happened. */
  readonly holds: (content: unknown, id: string, cursor: Timestamp.Timestamp) => boolean
  /** Returns what the commit of the page saves. */
  readonly changes: () => PageChanges
}

/** Selects the records of a page; undefined where all are published. */
export type Select = (() => Selection) | undefined

/**
 * Begins to decide about the pages of an endpoint. `at` is a page's time, in milliseconds since 1970, and `only` has the
 * endpoints of which only the interesting records are published.
 */
export const make = (
  { interest, name }: Pick<EndpointDefinition, "interest" | "name">,
  inventory: Pick<Inventory, "find">
) => {
  let day: Walk | undefined
  const select = (interest: Interest, at: number) => (): Selection => {
    const today = Math.floor(at / 1000 / daySeconds) * daySeconds
    if (day?.at !== today) day = { at: today, count: undefined }
    const walk = day
    const seen = new Map<string, Changed>()

    /** Notes what a record has to do with, and tells whether that is new. */
    const isNew = (id: string, record: string, at: number): boolean => {
      const key = record.slice(0, 16)
      const known = seen.get(id) ?? inventory.find(id)
      const isFirst = known === undefined || known.key === key || at - known.missedAt > sightedDays * daySeconds
      // Its time is written once a day, not with each record.
      if (known === undefined || (isFirst && known.key !== key) || at - known.missedAt > daySeconds) {
        seen.set(id, { id, key: isFirst ? key : known.key, missedAt: at, isGone: false, isSighted: true })
      }
      return isFirst
    }

    return {
      holds: (content, id, cursor) => {
        if (!isProperties(content)) return false
        // A wrong date in the future must not make it known for as long.
        const seconds = Math.floor(Math.min(Timestamp.toMillis(cursor), at) / 1000)
        const news = interest.news(content).map((one) => isNew(one, id, seconds))
        return !interest.is(content) && !news.includes(true)
      },
      changes: () => ({ walk, shown: [], unnamed: 0, changed: Array.from(seen.values()), vanished: undefined })
    }
  }
  return (at: number, only: ReadonlyArray<string> = []): Select =>
    interest === undefined || !only.includes(name) ? undefined : select(interest, at)
}
