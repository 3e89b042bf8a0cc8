/** Limits how many pages are in memory at once, over all endpoints and tenants of the process. */
import { Context, Layer, PartitionedSemaphore } from "effect"

/**
 * Service of permits. A permit is taken before each request and given back when its page has ended or its request failed.
 * No permit is held in a cooldown. Waiting instances get permits in turn, so that no tenant's backlog starves another.
 */
export class PagePermits
  extends Context.Service<PagePermits, PartitionedSemaphore.PartitionedSemaphore<string>>()(
    "azure-security/publishing/PagePermits"
  )
{
  static readonly layer = (permits: number) => Layer.effect(PagePermits, PartitionedSemaphore.make({ permits }))
}
