/** Notices of the page's frame: how the page hears of changes, and what is wrong. */
import "@carbon/web-components/es/components/button/button.js"
import "@carbon/web-components/es/components/notification/inline-notification.js"
import { html, nothing, type TemplateResult } from "lit"
import { clock } from "./Format.ts"
import { askEveryMillis, type Hearing } from "./Live.ts"
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

/** A notice of a fault, with a button if it can be tried again; nothing without a fault. */
export const failed = (
  title: string,
  fault: string | undefined,
  tryAgain?: () => unknown
): TemplateResult | typeof nothing =>
  fault === undefined ? nothing : html`
    ${said("error", title, fault)}
    ${
    tryAgain === undefined
      ? nothing
      : html`<cds-button class="notice" kind="tertiary" size="md" @click=${tryAgain}>Try again</cds-button>`
  }`

/** Warns that the connection is lost since `heardAt`, and that the page shows the state of that time. */
export const lost = (heardAt: Date | undefined): TemplateResult =>
  said(
    "warning",
    "Not up to date",
    heardAt === undefined
      ? "No connection to the connector."
      : `No connection to the connector since ${clock(heardAt.toISOString())}; what is shown is from then.`
  )

/** Says why a link did not sign in. */
export const linkUsed = "The link was used before, or it is too old; the command azure-security page prints a new one"

/** What is shown until the connector answers for the first time; the page asks again by itself. */
export const waiting = (fault: string | undefined): TemplateResult =>
  html`<div role="status"><h1>Azure Security</h1><p>${
    fault === undefined
      ? "Asking the connector…"
      : `No answer yet: ${visible(fault)}. The page asks again every ${askEveryMillis / 1000} seconds.`
  }</p></div>`
