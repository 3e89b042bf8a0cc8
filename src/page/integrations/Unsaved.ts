/** Lets a browser ask before a page is left on which something is not saved. */
import type { ReactiveControllerHost } from "lit"

/** Has the browser ask while the element is there and something in it is unsaved. */
export const askBeforeLeaving = (host: ReactiveControllerHost, isUnsaved: () => boolean): void => {
  const leave = (event: Event) => {
    if (isUnsaved()) event.preventDefault()
  }
  host.addController({
    hostConnected: () => addEventListener("beforeunload", leave),
    hostDisconnected: () => removeEventListener("beforeunload", leave)
  })
}
