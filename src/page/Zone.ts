/** The time zone in which the page shows times: the reader's own or UTC, as this browser keeps it. */
import type { ReactiveControllerHost } from "lit"

/** A zone that the page has. */
export type Zone = "local" | "utc"

const key = "azure-security-zone"
/** Event of `window` after a change. */
const changedName = "zone-changed"

/** Returns the stored choice. Storage may be forbidden; then a choice lasts as long as the page. */
const stored = (): Zone => {
  try {
    return localStorage.getItem(key) === "utc" ? "utc" : "local"
  } catch {
    return "local"
  }
}

let chosen: Zone | undefined

/** The zone of all times on the page. */
export const zone = (): Zone => chosen ??= stored()

/** Switches to the other zone, stores the choice, and tells all views. */
export const changeZone = (): void => {
  chosen = zone() === "utc" ? "local" : "utc"
  try {
    localStorage.setItem(key, chosen)
  } catch {
    // The choice lasts as long as the page.
  }
  dispatchEvent(new Event(changedName))
}

const minute = 60_000
const two = (value: number) => String(value).padStart(2, "0")

/** Name of the zone: `UTC`, or the reader's, such as `Europe/Berlin`. */
export const zoneName = (): string =>
  zone() === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone ?? "local time"

/** The zone's distance from UTC at a time: `UTC`, `+01:00`. */
export const offsetOf = (at: number): string => {
  if (zone() === "utc") return "UTC"
  const minutes = -new Date(at).getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** A time whose parts in UTC (`getUTCHours`, …) are those of the zone's clock. */
export const zoned = (at: number): Date =>
  new Date(zone() === "utc" ? at : at - new Date(at).getTimezoneOffset() * minute)

/** Reads a time of the zone's clock, `2026-11-25T16:18:47`, in milliseconds since 1970; NaN for none. */
export const unzoned = (clock: string): number => Date.parse(zone() === "utc" ? `${clock}Z` : clock)

/** Calls `told`, which renders the host by default, when the zone changes while the host is in the page. */
export const followZone = (host: ReactiveControllerHost, told: () => void = () => host.requestUpdate()): void =>
  host.addController({
    hostConnected: () => addEventListener(changedName, told),
    hostDisconnected: () => removeEventListener(changedName, told)
  })
