/** The tenants as tiles, as a table, or as a matrix with their endpoints. */
import { html, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { count } from "../Format.ts"
import { icon } from "../Icons.ts"
import { saveFile } from "../SaveFile.ts"
import { endpointFacts } from "./EndpointFacts.ts"
import type { Filtering } from "./Filtering.ts"
import "./TenantTable.ts"
import { matching, matrixCsv, type Shape, tableFrom, type Tenant } from "./TenantRows.ts"
import { filterBar, pageSize, pageTurner } from "./TileFilter.ts"
import type { Tile } from "./Tiles.ts"

/** Saves the matrix as a file. */
const exported = (tenants: ReadonlyArray<Tenant>) =>
  saveFile([matrixCsv(tenants, endpointFacts.map(({ name }) => name))], "text/csv;charset=utf-8", "endpoints.csv")

/** The tenants as the filter wants them; `tileOf` draws a tile, and `turned` is called when a page was turned. */
export const tenantViews = (
  all: ReadonlyArray<Tenant>,
  filtering: Filtering,
  tileOf: (tile: Tile) => TemplateResult,
  turned: () => void
): TemplateResult => {
  const found = matching(all, filtering.filter)
  const shape: Shape = filtering.filter.shape ?? (all.length >= tableFrom ? "table" : "tiles")
  const page = Math.min(filtering.page, Math.max(0, Math.ceil(found.length / pageSize) - 1))
  const none =
    html`<p class="quiet none" role="status">No instance matches. <button class="plain" type="button" @click=${() =>
      filtering.clear()}>Show all ${count(all.length)}</button></p>`
  return html`
    ${all.length > 1 || filtering.filter.shape !== undefined ? filterBar(all, filtering, shape) : nothing}
    ${found.length === 0 ? none : nothing}
    ${
    shape === "tiles"
      ? html`<ul class="grid" aria-label="Instances">${
        // The tiles keep their order by name, whatever their state.
        repeat(
          found.map(({ tile }) => tile).toSorted((one, other) => one.place - other.place)
            .slice(page * pageSize, (page + 1) * pageSize),
          ({ name }) => name,
          (tile) => html`<li>${tileOf(tile)}</li>`
        )}</ul>${
        pageTurner(found.length, page, (to) => {
          filtering.turn(to)
          turned()
        })
      }`
      : found.length === 0
      ? nothing
      : html`${
        shape === "matrix"
          ? html`<p class="export"><cds-button kind="ghost" size="md" @click=${() => exported(found)}>Export as CSV${
            icon("copy", { slot: "icon" })
          }</cds-button></p>`
          : nothing
      }<azure-security-tenants .tenants=${found} .isMatrix=${shape === "matrix"} .begin=${filtering.opened}
        @open=${({ detail }: CustomEvent<string>) => filtering.open(detail)}></azure-security-tenants>`
  }
  `
}
