/** Icons of Carbon (Apache-2.0, IBM) that only the search uses. Each stands beside a word. */
import { html, svg, type TemplateResult } from "lit"
import { clipped, visible } from "../Text.ts"

const icon = (paths: ReadonlyArray<string>, box = 32): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 ${box} ${box}" aria-hidden="true" focusable="false">${
    paths.map((path) => svg`<path d=${path}></path>`)
  }</svg>`

export const icons = {
  search: icon([
    "M29,27.5859l-7.5521-7.5521a11.0177,11.0177,0,1,0-1.4141,1.4141L27.5859,29ZM4,13a9,9,0,1,1,9,9A9.01,9.01,0,0,1,4,13Z"
  ]),
  back: icon(["M14 26 15.41 24.59 7.83 17 28 17 28 15 7.83 15 15.41 7.41 14 6 4 16 14 26z"]),
  download: icon([
    "M26,24v4H6V24H4v4H4a2,2,0,0,0,2,2H26a2,2,0,0,0,2-2h0V24Z",
    "M26 14 24.59 12.59 17 20.17 17 2 15 2 15 20.17 7.41 12.59 6 14 16 24 26 14z"
  ]),
  columns: icon([
    "M24 4H26V28H24z",
    "M18,6V26H14V6h4m0-2H14a2,2,0,0,0-2,2V26a2,2,0,0,0,2,2h4a2,2,0,0,0,2-2V6a2,2,0,0,0-2-2Z",
    "M6 4H8V28H6z"
  ]),
  order: icon([
    "M18 22 19.41 20.59 22 23.17 22 6 24 6 24 23.17 26.59 20.59 28 22 23 27 18 22zM2 6H16V8H2zM6 12H16V14H6zM10 18H16V20H10z"
  ]),
  launch: icon([
    "M26,28H6a2.0027,2.0027,0,0,1-2-2V6A2.0027,2.0027,0,0,1,6,4H16V6H6V26H26V16h2V26A2.0027,2.0027,0,0,1,26,28Z",
    "M20 2 20 4 26.586 4 18 12.586 19.414 14 28 5.414 28 12 30 12 30 2 20 2z"
  ]),
  recent: icon([
    "M20.59 22 15 16.41 15 7 17 7 17 15.58 22 20.59 20.59 22z",
    "M16,2A13.94,13.94,0,0,0,6,6.23V2H4v8h8V8H7.08A12,12,0,1,1,4,16H2A14,14,0,1,0,16,2Z"
  ]),
  exclude: icon([
    "M8 15H24V17H8z",
    "M16,2A14,14,0,1,0,30,16,14,14,0,0,0,16,2Zm0,26A12,12,0,1,1,28,16,12,12,0,0,1,16,28Z"
  ]),
  only: icon([
    "M16,10a6,6,0,1,0,6,6A6,6,0,0,0,16,10Z",
    "M16,2A14,14,0,1,0,30,16,14,14,0,0,0,16,2Zm0,26A12,12,0,1,1,28,16,12,12,0,0,1,16,28Z"
  ]),
  shield: icon([
    "M16,30,9.824,26.7070A10.9818,10.9818,0,0,1,4,17V4A2.0021,2.0021,0,0,1,6,2H26a2.0021,2.0021,0,0,1,2,2V17a10.9818,10.9818,0,0,1-5.824,9.7070ZM6,4V17a8.9852,8.9852,0,0,0,4.7656,7.9423L16,27.7333l5.2344-2.791A8.9852,8.9852,0,0,0,26,17V4Z"
  ]),
  fault: icon([
    "M16,2C8.3,2,2,8.3,2,16s6.3,14,14,14s14-6.3,14-14C30,8.3,23.7,2,16,2z M14.9,8h2.2v11h-2.2V8z M16,25c-0.8,0-1.5-0.7-1.5-1.5S15.2,22,16,22c0.8,0,1.5,0.7,1.5,1.5S16.8,25,16,25z"
  ])
}

/** Each severity has a shape of its own, so that they differ without colours. */
const shapes: ReadonlyMap<string, TemplateResult> = new Map([
  ["critical", icon(["M8,1 15,4.5V11.5L8,15 1,11.5V4.5Z"], 16)],
  ["high", icon(["M14,13,8,2,2,13Z"], 16)],
  ["medium", icon(["M8,2 14,8 8,14 2,8Z"], 16)],
  ["low", icon(["M2,3 8,14 14,3Z"], 16)],
  ["informational", icon(["M8,3a5,5,0,1,0,5,5A5,5,0,0,0,8,3Z"], 16)]
])

/** Characters of a severity; an unknown one may have any length. */
const wordMax = 60

/** A severity by shape, colour and word. */
export const severityMark = (severity: string): TemplateResult => {
  const word = visible(clipped(severity, wordMax))
  const known = shapes.get(word.toLowerCase())
  return html`<span class="severity ${
    known === undefined ? "" : word.toLowerCase()
  }">${known}<span class="word">${word}</span></span>`
}
