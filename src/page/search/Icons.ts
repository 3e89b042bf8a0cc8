/**
 * Icons of Carbon's set (Apache-2.0, IBM), as few as are shown. They say nothing that no word says.
 *
 * @since 0.1.0
 */
import { html, svg, type TemplateResult } from "lit"
import { clipped, visible } from "../Text.ts"

const icon = (paths: ReadonlyArray<string>, box = 32): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 ${box} ${box}" aria-hidden="true" focusable="false">${
    paths.map((path) => svg`<path d=${path}></path>`)
  }</svg>`

/**
 * What the controls show.
 *
 * @category constants
 * @since 0.1.0
 */
export const icons = {
  search: icon([
    "M29,27.5859l-7.5521-7.5521a11.0177,11.0177,0,1,0-1.4141,1.4141L27.5859,29ZM4,13a9,9,0,1,1,9,9A9.01,9.01,0,0,1,4,13Z"
  ]),
  close: icon([
    "M17.4141 16 24 9.4141 22.5859 8 16 14.5859 9.4143 8 8 9.4141 14.5859 16 8 22.5859 9.4143 24 16 17.4141 22.5859 24 24 22.5859 17.4141 16z"
  ]),
  copy: icon([
    "M28,10V28H10V10H28m0-2H10a2,2,0,0,0-2,2V28a2,2,0,0,0,2,2H28a2,2,0,0,0,2-2V10a2,2,0,0,0-2-2Z",
    "M4,18H2V4A2,2,0,0,1,4,2H18V4H4Z"
  ]),
  done: icon(["M13 24 4 15 5.414 13.586 13 21.171 26.586 7.586 28 9 13 24z"]),
  down: icon(["M16 22 6 12 7.4 10.6 16 19.2 24.6 10.6 26 12z"]),
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
  help: icon([
    "M16,2A14,14,0,1,0,30,16,14,14,0,0,0,16,2Zm0,26A12,12,0,1,1,28,16,12,12,0,0,1,16,28Z",
    "M16,22a1.5,1.5,0,1,0,1.5,1.5A1.5,1.5,0,0,0,16,22Z",
    "M17,8H15.5A4.49,4.49,0,0,0,11,12.5V13h2v-.5A2.5,2.5,0,0,1,15.5,10H17a2.5,2.5,0,0,1,0,5H15v4.5h2V17a4.5,4.5,0,0,0,0-9Z"
  ]),
  fault: icon([
    "M16,2C8.3,2,2,8.3,2,16s6.3,14,14,14s14-6.3,14-14C30,8.3,23.7,2,16,2z M14.9,8h2.2v11h-2.2V8z M16,25c-0.8,0-1.5-0.7-1.5-1.5S15.2,22,16,22c0.8,0,1.5,0.7,1.5,1.5S16.8,25,16,25z"
  ])
}

/** A shape for each, so that they are told apart without colours too. */
const shapes: ReadonlyMap<string, TemplateResult> = new Map([
  ["critical", icon(["M8,1 15,4.5V11.5L8,15 1,11.5V4.5Z"], 16)],
  ["high", icon(["M14,13,8,2,2,13Z"], 16)],
  ["medium", icon(["M8,2 14,8 8,14 2,8Z"], 16)],
  ["low", icon(["M2,3 8,14 14,3Z"], 16)],
  ["informational", icon(["M8,3a5,5,0,1,0,5,5A5,5,0,0,0,8,3Z"], 16)]
])

/** One that is no word of ours may be of any length. */
const wordMax = 60

/**
 * A severity, by shape, colour and word.
 *
 * @category templates
 * @since 0.1.0
 */
export const severityMark = (severity: string): TemplateResult => {
  const word = visible(clipped(severity, wordMax))
  const known = shapes.get(word.toLowerCase())
  return html`<span class="severity ${
    known === undefined ? "" : word.toLowerCase()
  }">${known}<span class="word">${word}</span></span>`
}
