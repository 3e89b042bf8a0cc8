/** Makes the browser ask before a page with unsaved changes is left. */
import type { ReactiveControllerHost } from "lit"

/** Makes the browser ask while the element exists and something in it is unsaved. */
export const askBeforeLeaving = (host: ReactiveControllerHost, isUnsaved: () => boolean): void => {
  const leave = (event: Event) => {
    if (isUnsaved()) event.preventDefault()
  }
  host.addController({
    hostConnected: () => addEventListener("beforeunload", leave),
    hostDisconnected: () => removeEventListener("beforeunload", leave)
  })
}
