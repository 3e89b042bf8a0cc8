/** The buttons of the header that change how the page looks: its time zone and its theme. */
import { html, type TemplateResult } from "lit"
import { icon } from "./Icons.ts"
import { changeTheme, theme } from "./Theme.ts"
import { changeZone, zone, zoneName } from "./Zone.ts"

/** Switches between the reader's time zone and UTC. */
export const zoneButton = (): TemplateResult => {
  const isUtc = zone() === "utc"
  const label = isUtc ? "UTC: show local time" : `Local time, ${zoneName()}: show UTC`
  return html`<button class="action zone" type="button" title=${label} aria-label=${label} @click=${changeZone}>${
    isUtc ? "UTC" : "Local"
  }</button>`
}

/** Switches between the light and the dark theme. */
export const themeButton = (changed: () => void): TemplateResult => {
  const isDark = theme() === "g100"
  const label = isDark ? "Use the light theme" : "Use the dark theme"
  return html`<button class="action" type="button" aria-label=${label} title=${label} @click=${() => {
    changeTheme()
    changed()
  }}>${icon(isDark ? "sun" : "moon", { size: 20 })}</button>`
}
