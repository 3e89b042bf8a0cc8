/** Loads the module of a view when it is first opened, and again until it comes. */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { askEveryMillis } from "./Live.ts"
import type { View } from "./Views.ts"

const fetched: Partial<Record<View, () => Promise<unknown>>> = {
  search: () => import("./search/SearchView.ts"),
  activity: () => import("./activity/ActivityView.ts")
}

const key = "azure-security-reloaded"
/** A view that does not come after a reload would otherwise reload the page for ever. */
const onceInMillis = 60_000

/** Takes the one reload of a minute; false when it was taken, or where the browser stores nothing. */
export const takesReload = (storage: () => Pick<Storage, "getItem" | "setItem">, now: number): boolean => {
  try {
    if (now - Number(storage().getItem(key)) < onceInMillis) return false
    storage().setItem(key, String(now))
    return true
  } catch {
    return false
  }
}

/** Keeps the modules of a page's views. `isLost` says whether the connector does not answer. */
export class ViewLoading implements ReactiveController {
  /** Why the view is not there. */
  fault: string | undefined
  readonly #host: ReactiveControllerHost
  readonly #isLost: () => boolean
  #view: View | undefined
  #again: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost, isLost: () => boolean) {
    this.#host = host
    this.#isLost = isLost
    host.addController(this)
  }

  hostDisconnected(): void {
    clearTimeout(this.#again)
  }

  /** Loads a view; tells whether it is there. */
  async load(view: View): Promise<boolean> {
    this.#view = view
    clearTimeout(this.#again)
    const isThere = await fetched[view]?.().then(() => true, () => false) ?? true
    if (view !== this.#view) return isThere
    this.fault = isThere
      ? undefined
      : `the connector was changed or stopped; the page tries again every ${askEveryMillis / 1000} seconds`
    if (!isThere) {
      this.#again = setTimeout(
        () => void this.tryAgain(() => takesReload(() => sessionStorage, Date.now())),
        askEveryMillis
      )
    }
    this.#host.requestUpdate()
    return isThere
  }

  /**
   * Loads the view again, or the whole page: a browser may remember a failed module, and a new connector has other
   * modules.
   */
  async tryAgain(reloads: () => boolean = () => true): Promise<void> {
    if (this.fault === undefined || this.#view === undefined || await this.load(this.#view)) return
    if (!this.#isLost() && reloads()) location.reload()
  }
}
