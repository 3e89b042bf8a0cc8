/** Limits how many pages are in memory at once, over all endpoints and tenants of the process. */
import { Context, Layer, PartitionedSemaphore, Semaphore } from "effect"
import { requestsMax } from "../domain/Bounds.ts"

/** Slots of requests that wait for their answer. Tenants get them in turn. */
export const RequestSlots = Context.Reference<PartitionedSemaphore.PartitionedSemaphore<string>>(
  "azure-security/publishing/RequestSlots",
  { defaultValue: () => PartitionedSemaphore.makeUnsafe({ permits: requestsMax }) }
)

/** Held while a page that is read with care is parsed or mapped, so that no other one counts as in hand with it. */
export const CarefulTurn = Context.Reference<Semaphore.Semaphore>("azure-security/publishing/CarefulTurn", {
  defaultValue: () => Semaphore.makeUnsafe(1)
})

/**
 * Service of permits. A permit is taken when the body of an answer comes, and given back when its page has ended or its
 * request failed. None is held by a request that waits, or in a cooldown. Waiting instances get permits in turn, so that
 * no tenant's backlog starves another.
 */
export class PagePermits
  extends Context.Service<PagePermits, PartitionedSemaphore.PartitionedSemaphore<string>>()(
    "azure-security/publishing/PagePermits"
  )
{
  static readonly layer = (permits: number) => Layer.effect(PagePermits, PartitionedSemaphore.make({ permits }))
}
