/** Bounds how many pages are in memory at once, over all endpoints and tenants of the process. */
import { Context, Layer, Semaphore } from "effect"

/**
 * Service of permits: one is taken before each request and given back when its page is committed or has failed. None is
 * held in a cooldown.
 */
export class PagePermits extends Context.Service<PagePermits, Semaphore.Semaphore>()(
  "azure-security/publishing/PagePermits"
) {
  static readonly layer = (permits: number) => Layer.sync(PagePermits, () => Semaphore.makeUnsafe(permits))
}
