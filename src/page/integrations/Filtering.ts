/** The filter of the tenants, which is kept in the address. */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { viewAt } from "../Views.ts"
import { addressOf, exactly, type Filter, filterOf, noFilter } from "./TenantRows.ts"

/** Controller with the filter and the page of tiles. */
export class Filtering implements ReactiveController {
  filter: Filter = noFilter
  page = 0
  /** Name of the tenant that was opened last from the table or the matrix, which begin there again. */
  opened: string | undefined
  readonly #host: ReactiveControllerHost

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    addEventListener("popstate", this.#read)
    this.#read()
  }

  hostDisconnected(): void {
    removeEventListener("popstate", this.#read)
  }

  readonly #read = () => {
    if (viewAt(location.pathname).view !== "integrations") return
    this.filter = filterOf(location.search)
    this.page = 0
    this.#host.requestUpdate()
  }

  /** Changes the filter: a further step of the history for another shape, and none for each letter that is typed. */
  set(change: Partial<Filter>): void {
    const filter = { ...this.filter, ...change }
    const isStep = filter.shape !== this.filter.shape
    this.filter = filter
    this.page = 0
    history[isStep ? "pushState" : "replaceState"](null, "", `${location.pathname}${addressOf(filter)}`)
    this.#host.requestUpdate()
  }

  /** Shows one tenant. */
  open(name: string): void {
    this.opened = name
    this.set({ shape: "tiles", words: exactly(name) })
  }

  turn(page: number): void {
    this.page = page
    this.#host.requestUpdate()
  }

  /** Shows all tenants, in the same shape. */
  clear(): void {
    this.set({ ...noFilter, shape: this.filter.shape })
  }
}
