/** Bounds how many pages are in memory at once, over all endpoints and tenants of the process. */
import { Context, Layer, PartitionedSemaphore } from "effect"

/**
 * Service of permits: one is taken before each request, and given back when its page is settled or its request failed. No
 * permit is held in a cooldown. Waiting instances get permits in turn, so that one tenant's backlog cannot starve another.
 */
export class PagePermits extends Context.Service<PagePermits, PartitionedSemaphore.PartitionedSemaphore<string>>()(
  "azure-security/publishing/PagePermits"
) {
  static readonly layer = (permits: number) => Layer.effect(PagePermits, PartitionedSemaphore.make({ permits }))
}
