/** Finds a tile among many: a filter, and pages. */
import "@carbon/web-components/es/components/button/button.js"
import "@carbon/web-components/es/components/search/search.js"
import { html, nothing, type TemplateResult } from "lit"
import { count } from "../Format.ts"
import { icon, type IconName } from "../Icons.ts"
import { visible } from "../Text.ts"
import type { Filtering } from "./Filtering.ts"
import { ailments, type Filter, groupsOf, type Shape, shapes, type Tenant } from "./TenantRows.ts"
import { conditions } from "./Tiles.ts"

/** Tiles on one page; more would make a browser slow. */
export const pageSize = 24

const chip = (isChosen: boolean, drawing: IconName, found: number, word: string, choose: () => void) =>
  html`<button class="chip" type="button" aria-pressed=${isChosen} @click=${choose}>${icon(drawing)}${
    count(found)
  } ${word}</button>`

const stateChips = (all: ReadonlyArray<Tenant>, { filter }: Filtering, set: (change: Partial<Filter>) => void) =>
  conditions.flatMap(({ condition, icon: drawing, word }) => {
    const found = all.filter(({ tile }) => tile.condition === condition).length
    const isChosen = filter.condition === condition
    return found === 0 && !isChosen
      ? []
      : [chip(isChosen, drawing, found, word, () => set({ condition: isChosen ? undefined : condition }))]
  })

const ailmentChips = (all: ReadonlyArray<Tenant>, { filter }: Filtering, set: (change: Partial<Filter>) => void) =>
  ailments.flatMap(({ icon: drawing, name, word }) => {
    const found = all.filter(({ ailments }) => ailments.has(name)).length
    const isChosen = filter.ailment === name
    return found === 0 && !isChosen
      ? []
      : [chip(isChosen, drawing, found, word, () => set({ ailment: isChosen ? undefined : name }))]
  })

/** A field for words, chips for states and kinds of warnings, the groups, and how the tenants are shown. */
export const filterBar = (all: ReadonlyArray<Tenant>, filtering: Filtering, shape: Shape): TemplateResult => {
  const { filter } = filtering
  const set = (change: Partial<Filter>) => filtering.set(change)
  const groups = groupsOf(all)
  const warnings = ailmentChips(all, filtering, set)
  return html`
    <div class="filter">
      <cds-search size="md" label-text="Filter by name or group" placeholder="Filter by name or group"
        close-button-label-text="Clear the filter" .value=${filter.words}
        @cds-search-input=${({ detail }: CustomEvent<{ value: string }>) => set({ words: detail.value })}></cds-search>
      ${
    groups.length < 2 && filter.group === undefined ? nothing : html`<label class="choice"><span class="vh">Group</span>
        <select @change=${({ target }: Event) => {
      const { value } = target as HTMLSelectElement
      set({ group: value === "" ? undefined : value.slice(1) })
    }}><option value="" .selected=${filter.group === undefined}>All groups</option>${
      groups.map((group) =>
        html`<option value=${`=${group}`} .selected=${filter.group === group}>${
          group === "" ? "Without a group" : visible(group)
        }</option>`
      )
    }</select></label>`
  }
      <div class="shapes" role="group" aria-label="Show as">${
    shapes.map(({ label, name }) =>
      html`<button class="chip" type="button" aria-pressed=${shape === name} @click=${() =>
        set({ shape: name })}>${label}</button>`
    )
  }</div>
      <div class="chips" role="group" aria-label="Filter by status">${stateChips(all, filtering, set)}</div>
      ${
    warnings.length === 0
      ? nothing
      : html`<div class="chips" role="group" aria-label="Filter by warning">${warnings}</div>`
  }
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
