/** Explains failed requests, and says what to do. */
import "@carbon/web-components/es/components/notification/inline-notification.js"
import { html, type TemplateResult } from "lit"
import { Refused } from "../Client.ts"
import { visible } from "../Text.ts"

/** Title and text of a notification. */
export interface Failure {
  readonly title: string
  readonly text: string
}

const advice: Readonly<Record<string, string>> = {
  Unreachable: "Start it again, or wait; then try again. What you typed is kept.",
  SignInNeeded: "Then try again; what you typed is kept.",
  NotAllowed: "Reload the page. If that does not help, a proxy in between removes headers.",
  TooManyRequests: "Then try again.",
  NotSaved: "Nothing was changed."
}

const titles: Readonly<Record<string, string>> = {
  Unreachable: "No answer",
  SignInNeeded: "Your session has ended",
  NotAllowed: "Not allowed",
  TooManyRequests: "Too fast",
  NotSaved: "Not saved",
  Starting: "Not ready"
}

const sentence = (text: string) => {
  const whole = text.trim()
  return `${whole.slice(0, 1).toUpperCase()}${whole.slice(1)}${/[.!?]$/.test(whole) ? "" : "."}`
}

/** Says what happened and what to do. */
export const failureOf = (cause: unknown): Failure => {
  if (!(cause instanceof Refused)) {
    return { title: "A fault of the page", text: "Reload the page, and report the fault if it comes back." }
  }
  const { _tag } = cause.body
  return {
    title: titles[_tag] ?? "This did not work",
    text: [sentence(cause.why), advice[_tag] ?? ""].join(" ").trim()
  }
}

/** Says that the stored settings cannot be read: nobody has saved anything. */
export const unreadOf = (cause: unknown): Failure =>
  cause instanceof Refused && cause.body._tag === "NotSaved"
    ? { title: "The stored settings cannot be read", text: sentence(cause.why) }
    : failureOf(cause)

/** A notification in the flow of the page. */
export const notice = (kind: "error" | "warning" | "info" | "success", { text, title }: Failure): TemplateResult =>
  html`<cds-inline-notification class="notice" kind=${kind} role=${kind === "error" ? "alert" : "status"} low-contrast
    hide-close-button .title=${visible(title)} .subtitle=${visible(text)}></cds-inline-notification>`
