/** Messages around the rows: none found, more to load, or a failure. */
import { html, type TemplateResult } from "lit"
import { count } from "../Format.ts"
import { sentence } from "../Text.ts"
import { counted, indexLine } from "./ArtifactFormat.ts"
import { rowsMax } from "./Results.ts"
import { icons } from "./SearchIcons.ts"
import { liveRows, type Searching } from "./SearchRequests.ts"
import type { Place } from "./TimeRange.ts"

/** The state of the index; `isLost` while the connector does not answer. */
export const state = ({ index }: Searching, isLost: boolean): TemplateResult | undefined => {
  if (index === undefined) return undefined
  const { text, tone } = indexLine(index, isLost)
  return html`<p class="index ${tone}"><span class="dot" aria-hidden="true"></span>${text}</p>`
}

/** Why the search failed, and a button to try again. */
export const notice = ({ trouble }: Searching, again: () => void): TemplateResult | undefined => {
  if (trouble === undefined) return undefined
  const isOff = trouble.body._tag === "SearchUnavailable"
  return html`<div class="notice ${isOff ? "quiet" : "bad"}" role="alert">
    ${icons.fault}
    <div>
      <strong>${isOff ? "There is nothing to search here" : "The search failed"}</strong>
      <p>${sentence(trouble.why)}</p>
    </div>
    <cds-button kind="tertiary" size="md" @click=${again}>Try again</cds-button>
  </div>`
}

/** Says that nothing was found, and what may help. */
export const nothingFound = (
  { index, isAnswered, loading, results, trouble }: Searching,
  { query, range }: Place,
  longer: () => void
): TemplateResult | undefined => {
  if (loading === "first" || !isAnswered || trouble !== undefined || results.rows.length > 0) return undefined
  const isBehind = index?.state === "catching_up"
  const isEmpty = index?.rows === 0
  const why = isEmpty
    ? "Artifacts appear here by themselves once an instance was polled. Integrations shows whether one is, and what is in the way."
    : query === ""
    ? "There is no artifact in this time range: choose a longer one, or look at Integrations whether anything is collected."
    : "No artifact in this time range matches all terms: leave one out, or choose a longer range."
  return html`<div class="nothing">
    <h2>${isEmpty && !isBehind ? "Nothing was published yet" : "Nothing found"}</h2>
    <p>${isBehind ? "The index is still catching up; new matches will appear here." : why}</p>
    ${
    range.last === "30d" || (isEmpty && !isBehind)
      ? undefined
      : html`<cds-button kind="tertiary" size="md" @click=${longer}>Search the last 30 days</cds-button>`
  }
  </div>`
}

/** The end of the rows, or a button that loads more. */
export const end = (searching: Searching): TemplateResult | undefined => {
  const { isFull, isLive, loading, results } = searching
  if (results.rows.length === 0) return undefined
  if (isLive) return html`<p class="end">Live tail shows what arrived last, at most ${count(liveRows)} rows.</p>`
  if (results.next === null) return html`<p class="end">That is all.</p>`
  if (isFull) return html`<p class="end">${counted(rowsMax, "row")} are shown: narrow the search, or export it.</p>`
  return html`<p class="end"><cds-button
    kind="tertiary" size="md" ?disabled=${loading === "more"} @click=${() => searching.more()}
  >${loading === "more" ? "Loading…" : "Load more"}</cds-button></p>`
}
