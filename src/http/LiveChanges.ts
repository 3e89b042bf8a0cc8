/**
 * What live events say: first the whole status, then the instances that changed. With a thousand instances the whole has
 * several MB, of which a second changes few.
 */
import { Equal } from "effect"
import type { IndexState } from "../search/Search.ts"
import type { InstanceDocument, StatusDocument } from "../status/StatusDocument.ts"
import type { LiveEvent } from "./LiveApi.ts"

/** A state of the connector; instances that did not change are the same objects as in the state before. */
export interface LiveState {
  readonly status: StatusDocument
  readonly index: IndexState
  readonly byName: ReadonlyMap<string, InstanceDocument>
}

/** Makes the state that follows another. */
export const following = (
  before: LiveState | undefined,
  { index, status }: Pick<LiveState, "index" | "status">
): LiveState => {
  const instances = status.instances.map((now) => {
    const known = before?.byName.get(now.name)
    return known !== undefined && Equal.equals(known, now) ? known : now
  })
  return { index, status: { ...status, instances }, byName: new Map(instances.map((one) => [one.name, one])) }
}

/** Makes the event for a listener that was told of a state; the whole for one that was told of none. */
export const eventSince = (told: LiveState | undefined, { byName, index, status }: LiveState): LiveEvent =>
  told === undefined ? { whole: true, status, gone: [], index } : {
    whole: false,
    status: { ...status, instances: status.instances.filter((one) => told.byName.get(one.name) !== one) },
    gone: Array.from(told.byName.keys()).filter((name) => !byName.has(name)),
    index
  }

/** Whether an event tells anything new to a listener that was told of a state. */
export const isNews = (told: LiveState, now: LiveState, { gone, status }: LiveEvent): boolean =>
  status.instances.length > 0 || gone.length > 0 || !Equal.equals(told.index, now.index) ||
  !Equal.equals({ ...told.status, instances: [] }, { ...now.status, instances: [] })
