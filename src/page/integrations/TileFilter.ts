/** Finds a tile among many: a filter, and pages. */
import "@carbon/web-components/es/components/button/button.js"
import "@carbon/web-components/es/components/search/search.js"
import { html, nothing, type TemplateResult } from "lit"
import { count } from "../Format.ts"
import { icon } from "../Icons.ts"
import { type Condition, conditions, type Tile } from "./Tiles.ts"

/** Tiles on one page; more would make a browser slow. */
export const pageSize = 24

/** A field for words of the name, and a button for each condition, worst first. */
export const filterBar = (
  all: ReadonlyArray<Tile>,
  words: string,
  chosen: Condition | undefined,
  choose: (words: string, condition: Condition | undefined) => void
): TemplateResult => {
  const chips = conditions.flatMap((one) => {
    const found = all.filter(({ condition }) => condition === one.condition).length
    return found === 0 && chosen !== one.condition ? [] : [{ ...one, found }]
  })
  return html`
    <div class="filter">
      <cds-search size="md" label-text="Filter by name" placeholder="Filter by name" close-button-label-text="Clear the filter"
        .value=${words} @cds-search-input=${({ detail }: CustomEvent<{ value: string }>) =>
    choose(detail.value, chosen)}></cds-search>
      <div class="chips" role="group" aria-label="Filter by status">${
    chips.map(({ condition, found, icon: drawing, word }) =>
      html`<button class="chip" type="button" aria-pressed=${chosen === condition}
          @click=${() => choose(words, chosen === condition ? undefined : condition)}>${icon(drawing)}${
        count(found)
      } ${word}</button>`
    )
  }</div>
    </div>
  `
}

/** Buttons that turn pages, when there are several. */
export const pageTurner = (
  found: number,
  page: number,
  turn: (page: number) => void
): TemplateResult | typeof nothing => {
  const pages = Math.ceil(found / pageSize)
  if (pages <= 1) return nothing
  return html`
    <nav class="pages" aria-label="Pages of instances">
      <cds-button kind="ghost" size="md" ?disabled=${page === 0} @click=${() => turn(page - 1)}>Previous</cds-button>
      <span role="status">${count(page * pageSize + 1)}–${count(Math.min(found, (page + 1) * pageSize))} of ${
    count(found)
  }</span>
      <cds-button kind="ghost" size="md" ?disabled=${page === pages - 1} @click=${() =>
    turn(page + 1)}>Next</cds-button>
    </nav>
  `
}
