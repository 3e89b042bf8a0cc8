/** Renders an element every second, for texts that are relative to the time. */
import type { ReactiveController, ReactiveControllerHost } from "lit"

/** Controller that renders its host every second while the page is visible. */
export class Ticking implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return Date.now()
  }

  hostConnected(): void {
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#host.requestUpdate()
    }, 1000)
  }

  hostDisconnected(): void {
    clearInterval(this.#timer)
  }
}
