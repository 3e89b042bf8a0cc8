/** Verdicts, remediations and states as words with a colour and an icon of their own. */
import { css, html, svg, type TemplateResult } from "lit"
import type { Said, Tone } from "./StoryWords.ts"

const icon = (path: string) =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${svg`<path d=${path}></path>`}</svg>`

/** Each tone has a shape of its own, so that tones differ without colours. */
const shapes: Readonly<Record<Tone, TemplateResult>> = {
  bad: icon("M8,1 15,4.5V11.5L8,15 1,11.5V4.5ZM7.3,4V9H8.7V4ZM7.2,10.5V12H8.8V10.5Z"),
  warning: icon("M8,1.5 15.3,14.5H.7ZM7.3,6V10.5H8.7V6ZM7.2,11.5V13H8.8V11.5Z"),
  good: icon("M8,1a7,7,0,1,0,7,7A7,7,0,0,0,8,1ZM7,11L4.3,8.3l.9-.8L7,9.3l4-3.9.9.8Z"),
  busy: icon("M8,1a7,7,0,1,0,7,7A7,7,0,0,0,8,1ZM8,13.6V2.4a5.6,5.6,0,0,1,0,11.2Z"),
  plain: icon("M8,2.5a5.5,5.5,0,1,0,5.5,5.5A5.5,5.5,0,0,0,8,2.5Zm0,9.6A4.1,4.1,0,1,1,12.1,8,4.1,4.1,0,0,1,8,12.1Z")
}

/** A word with the icon of its tone; `of` says what the word is about, for screen readers. */
export const mark = (said: Said | undefined, of: string): TemplateResult | undefined =>
  said === undefined
    ? undefined
    : html`<span class="mark ${said.tone}">${shapes[said.tone]}<span class="unseen">${of}: </span>${said.word}</span>`

/** Styles of the marks. The icons reach 3:1 on the page's grounds in both themes. */
export const markStyles = css`
  .mark { display: inline-flex; align-items: center; gap: 0.25rem; white-space: nowrap; font-size: 0.75rem; }
  .mark.bad .icon { fill: var(--cds-support-error); }
  .mark.warning .icon { fill: var(--page-warning-icon, var(--cds-support-warning)); }
  .mark.good .icon { fill: var(--page-good-icon, var(--cds-support-success)); }
  .mark.busy .icon { fill: var(--cds-support-info); }
  .mark.plain .icon { fill: var(--cds-icon-secondary); }
  .mark .icon { forced-color-adjust: auto; }
`
