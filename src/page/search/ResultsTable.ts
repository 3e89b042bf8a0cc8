/** The table of results. */
import { html, LitElement, type PropertyValues, type TemplateResult } from "lit"
import { guard } from "lit/directives/guard.js"
import { repeat } from "lit/directives/repeat.js"
import { visible } from "../Text.ts"
import { followZone, zone, zoneName } from "../Zone.ts"
import { type Column, columns, type Row } from "./Columns.ts"
import { first, type Results } from "./Results.ts"
import { severityMark } from "./SearchIcons.ts"
import { controls } from "./SharedStyles.ts"
import { tableStyles } from "./TableStyles.ts"

const shownWhileLoading = 8

const cell = (column: Column, row: Row): TemplateResult => {
  const text = column.text(row)
  const isEmpty = text === ""
  return html`<td role="gridcell" class="of-${column.name} ${isEmpty ? "empty" : ""}" data-label=${column.label}><span
    class="value" title=${column.name === "time" ? visible(row.time) : text}>${
    isEmpty ? "–" : column.name === "severity" ? severityMark(row.severity) : text
  }</span></td>`
}

/** `<azure-security-results>`: arrow keys, Home and End move between rows, and Enter fires `open` with the row. */
export class ResultsTable extends LitElement {
  static override properties = {
    results: { attribute: false },
    columns: { attribute: false },
    opened: { attribute: false },
    loading: { type: Boolean },
    active: { state: true }
  }

  static override styles = [controls, tableStyles]

  declare results: Results
  declare columns: ReadonlyArray<Column>
  /** The artifact whose details are open. */
  declare opened: string | undefined
  declare loading: boolean
  /** Key of the row that the Tab key reaches. */
  declare active: number | undefined

  constructor() {
    super()
    followZone(this)
    this.results = first({ rows: [], next: null, index: undefined! })
    this.columns = columns
    this.opened = undefined
    this.loading = false
    this.active = undefined
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has("results")) return
    const { rows } = this.results
    if (!rows.some(({ key }) => key === this.active)) this.active = rows[0]?.key
  }

  /** Focuses the row that last had the focus or was opened. */
  focusRow(): void {
    this.rowOf(this.active)?.focus()
  }

  private rowOf(key: number | undefined) {
    return this.renderRoot.querySelector<HTMLElement>(`tr[data-key="${key}"]`)
  }

  private open(row: Row) {
    this.active = row.key
    this.dispatchEvent(new CustomEvent("open", { detail: row }))
  }

  private readonly walk = (event: KeyboardEvent) => {
    const { rows } = this.results
    const at = rows.findIndex(({ key }) => key === this.active)
    const row = rows[at]
    if (row === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + 10, PageUp: at - 10 }
    if (event.key === "Enter" || event.key === " ") this.open(row)
    else if (event.key in to) {
      const next = rows[Math.max(0, Math.min(rows.length - 1, to[event.key as keyof typeof to]))]!
      this.active = next.key
      this.rowOf(next.key)?.focus()
    } else return
    event.preventDefault()
  }

  private row(row: Row) {
    const isOpened = row.id === this.opened
    const isActive = row.key === this.active
    const isFresh = this.results.fresh.has(row.key)
    return guard([row, this.columns, isOpened, isActive, isFresh, zone()], () =>
      html`<tr
        role="row" data-key=${row.key} tabindex=${isActive ? 0 : -1} aria-selected=${isOpened}
        class=${isFresh ? "fresh" : ""}
        @click=${() => {
        // A person who selects text wants to copy it.
        if (getSelection()?.type !== "Range") this.open(row)
      }}
        @focus=${() => {
        this.active = row.key
      }}
      >${this.columns.map((column) => cell(column, row))}</tr>`)
  }

  private get skeleton() {
    return Array.from(
      { length: shownWhileLoading },
      () => html`<tr>${this.columns.map(() => html`<td><span class="skeleton"></span></td>`)}</tr>`
    )
  }

  override render() {
    const { rows } = this.results
    const isEmpty = rows.length === 0
    const head = html`<thead role="rowgroup"><tr role="row">${
      this.columns.map(({ label, name }) =>
        html`<th role="columnheader" scope="col" class="of-${name}" aria-sort=${
          name === "time" ? "descending" : "none"
        }>${label}${name === "time" ? html` <span class="zone">${zoneName()}</span>` : undefined}</th>`
      )
    }</tr></thead>`
    if (isEmpty) {
      // The placeholder means nothing to a screen reader.
      return this.loading
        ? html`<div class="scroll"><table class="loading" aria-hidden="true">${head}<tbody>${this.skeleton}</tbody></table></div>`
        : undefined
    }
    return html`
      <p id="keys" class="unseen">Arrow keys go from row to row, Enter opens its details.</p>
      <div class="scroll">
        <table role="grid" aria-label="Artifacts, newest first" aria-describedby="keys" aria-busy=${this.loading}>
          ${head}
          <tbody role="rowgroup" @keydown=${this.walk}>${repeat(rows, ({ key }) => key, (row) => this.row(row))}</tbody>
        </table>
      </div>
    `
  }
}

customElements.define("azure-security-results", ResultsTable)
