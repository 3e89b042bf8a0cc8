/** Notices of the page's frame: how the page hears of changes, and what is wrong. */
import "@carbon/web-components/es/components/notification/inline-notification.js"
import { html, nothing, type TemplateResult } from "lit"
import type { Hearing } from "./Live.ts"
import { visible } from "./Text.ts"

/** `before` and `after` are hidden on narrow screens. */
const words: Record<Hearing, { readonly before?: string; readonly short: string; readonly after?: string }> = {
  live: { short: "Live" },
  asking: { before: "Refreshed ", short: "every 5 s" },
  lost: { short: "Lost", after: ", no connection" }
}

const longer = (text = "") => text === "" ? nothing : html`<span class="longer">${text}</span>`

/** The mark in the header that shows how the page hears of changes. */
export const hearingMark = (hearing: Hearing): TemplateResult => {
  const { after, before, short } = words[hearing]
  return html`<span class="hearing ${hearing}" role="status"><span class="dot"></span><span>${longer(before)}${short}${
    longer(after)
  }</span></span>`
}

/** A notice above the view. */
export const said = (kind: "error" | "info" | "warning", title: string, text: string): TemplateResult =>
  html`<cds-inline-notification class="notice" kind=${kind} role=${kind === "error" ? "alert" : "status"} low-contrast
    hide-close-button .title=${title} .subtitle=${visible(text)}></cds-inline-notification>`

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" })

/** Warns that the connection is lost since `heardAt`, and that the page shows the state of that time. */
export const lost = (heardAt: Date | undefined): TemplateResult =>
  said(
    "warning",
    "Not up to date",
    heardAt === undefined
      ? "No connection to the connector."
      : `No connection to the connector since ${time.format(heardAt)}; what is shown is from then.`
  )
