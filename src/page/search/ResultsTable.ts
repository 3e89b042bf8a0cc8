/** The table of results. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit"
import { guard } from "lit/directives/guard.js"
import { repeat } from "lit/directives/repeat.js"
import { icon } from "../Icons.ts"
import { clipped, harmless, visible } from "../Text.ts"
import { followZone, zone, zoneName } from "../Zone.ts"
import { columnEdge } from "./ColumnEdge.ts"
import { about, type Column, columns, type Row, storage } from "./Columns.ts"
import { type Fitted, fitted, keepWidth, keptWidths, type Widths } from "./ColumnWidths.ts"
import { first, type Results } from "./Results.ts"
import { severityMark } from "./SearchIcons.ts"
import { controls } from "./SharedStyles.ts"
import { tableStyles } from "./TableStyles.ts"
import { followTenants, tenantName } from "./TenantNames.ts"
import { groupOf, type Thing } from "./Things.ts"

const shownWhileLoading = 8
/** Pixels of the column of the buttons that unfold, and of a scroll bar. */
const besides = { fold: 40, scrollBar: 16 } as const
/** Up to this width, in pixels, rows are cards with all columns. */
const cardsMax = 672

/** A cell. The title of an evidence is its alert's, so that beneath the alert it says what the evidence is about. */
const cell = (column: Column, row: Row, isChild: boolean): TemplateResult => {
  const text = isChild && column.name === "title" ? about(row) : column.text(row)
  const isEmpty = text === ""
  return html`<td role="gridcell" class="of-${column.name} ${isEmpty ? "empty" : ""}" data-label=${column.label}><span
    class="value" title=${column.name === "time" ? visible(row.time) : text}>${
    isEmpty ? "–" : column.name === "severity" ? severityMark(row.severity) : text
  }</span></td>`
}

/** `<azure-security-results>`: arrow keys, Home and End move between rows, and Enter fires `open` with the row, the arrows `fold`. */
export class ResultsTable extends LitElement {
  static override properties = {
    results: { attribute: false },
    columns: { attribute: false },
    opened: { attribute: false },
    things: { attribute: false },
    isGrouped: { type: Boolean },
    unfolded: { attribute: false },
    loading: { type: Boolean },
    active: { state: true },
    width: { state: true },
    kept: { state: true }
  }

  static override styles = [controls, tableStyles]

  declare results: Results
  declare columns: ReadonlyArray<Column>
  /** The artifact whose details are open. */
  declare opened: string | undefined
  /** The alerts and incidents that rows stand for, by the row's key. */
  declare things: ReadonlyMap<number, Thing>
  declare isGrouped: boolean
  /** The evidence of the alerts that are unfolded, by the key of their row. */
  declare unfolded: ReadonlyMap<number, ReadonlyArray<Row>>
  declare loading: boolean
  /** Key of the row that the Tab key reaches. */
  declare active: number | undefined
  /** Width of the table in pixels, and the widths of columns that a person chose. */
  declare width: number
  declare kept: Widths

  /** What {@link fit} was computed of. */
  private basis: ReadonlyArray<unknown> = []
  private fit: Fitted = { columns: [], widths: {}, left: [] }
  private readonly size = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? this.width)
  })

  constructor() {
    super()
    followTenants(this)
    followZone(this)
    this.results = first({ rows: [], next: null, index: undefined! })
    this.columns = columns
    this.opened = undefined
    this.things = new Map()
    this.isGrouped = false
    this.unfolded = new Map()
    this.loading = false
    this.active = undefined
    this.width = 0
    this.kept = keptWidths(storage)
  }

  override connectedCallback() {
    super.connectedCallback()
    this.size.observe(this)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.size.disconnect()
  }

  override willUpdate(changed: PropertyValues<this>) {
    this.refit()
    if (!changed.has("results")) return
    const { rows } = this
    if (!rows.some(({ key }) => key === this.active)) this.active = rows[0]?.key
  }

  /** Fits the columns anew when they, or the width for them, are others than before. */
  private refit() {
    const { columns, kept, things, width } = this
    const basis = [width, kept, things, ...columns.map(({ name }) => name)]
    if (basis.length === this.basis.length && basis.every((one, place) => one === this.basis[place])) return
    this.basis = basis
    const left = this.fit.left.map(({ label }) => label).join(", ")
    const room = width - besides.scrollBar - (things.size === 0 ? 0 : besides.fold)
    this.fit = width <= cardsMax ? { columns, widths: {}, left: [] } : fitted(columns, room, kept)
    const labels = this.fit.left.map(({ label }) => label)
    if (labels.join(", ") !== left) this.dispatchEvent(new CustomEvent("fitted", { detail: labels }))
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
    const rows = this.rows
    const at = rows.findIndex(({ key }) => key === this.active)
    const row = rows[at]
    if (row === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + 10, PageUp: at - 10 }
    if (event.key === "Enter" || event.key === " ") this.open(row)
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.fold(row, event.key === "ArrowRight")
    else if (event.key in to) {
      const next = rows[Math.max(0, Math.min(rows.length - 1, to[event.key as keyof typeof to]))]!
      this.active = next.key
      this.rowOf(next.key)?.focus()
    } else return
    event.preventDefault()
  }

  /** The rows with those that are unfolded beneath them. */
  private get rows(): ReadonlyArray<Row> {
    return this.results.rows.flatMap((row) => [row, ...(this.unfolded.get(row.key) ?? [])])
  }

  private hasEvidence({ key }: Row): boolean {
    return (this.things.get(key)?.evidence.length ?? 0) > 0
  }

  private fold(row: Row, isOpen: boolean) {
    if (this.hasEvidence(row) && this.unfolded.has(row.key) !== isOpen) {
      this.dispatchEvent(new CustomEvent("fold", { detail: row }))
    }
  }

  /** The button that shows the evidence of an alert, or a gap of its size. */
  private folder(row: Row, isChild: boolean) {
    if (this.things.size === 0) return undefined
    const isOpen = this.unfolded.has(row.key)
    return html`<td role="gridcell" class="of-fold">${
      isChild ? html`<span aria-hidden="true">└</span>` : this.hasEvidence(row)
        ? html`<button
          class="ghost icon-only" type="button" tabindex="-1" aria-expanded=${isOpen}
          aria-label=${isOpen ? "Hide the evidence" : "Show the evidence"}
          @click=${(event: Event) => {
          event.stopPropagation()
          this.fold(row, !isOpen)
        }}
        >${icon("chevron")}</button>`
        : undefined
    }</td>`
  }

  /** The heading of a group before its first row. */
  private heading(row: Row, place: number) {
    if (!this.isGrouped) return undefined
    const { rows } = this.results
    const group = groupOf(this.things.get(row.key))
    const before = rows[place - 1]
    if (before !== undefined && groupOf(this.things.get(before.key)) === group) return undefined
    const many = rows.filter(({ key }) => groupOf(this.things.get(key)) === group).length
    return html`<tr role="row" class="group"><td role="gridcell" colspan=${this.fit.columns.length + 1}><bdi>${
      harmless(clipped(tenantName(group), 120))
    }</bdi> <span class="zone">${many}</span></td></tr>`
  }

  private row(row: Row, isChild = false) {
    const isOpened = row.id === this.opened
    const isActive = row.key === this.active
    const isFresh = this.results.fresh.has(row.key)
    return guard(
      [row, this.fit, isOpened, isActive, isFresh, zone(), this.unfolded.has(row.key), this.things],
      () =>
        html`<tr
        role="row" data-key=${row.key} tabindex=${isActive ? 0 : -1} aria-selected=${isOpened}
        class="${isFresh ? "fresh" : ""} ${isChild ? "child" : ""}"
        @click=${() => {
          // A person who selects text wants to copy it.
          if (getSelection()?.type !== "Range") this.open(row)
        }}
        @focus=${() => {
          this.active = row.key
        }}
      >${this.folder(row, isChild)}${this.fit.columns.map((column) => cell(column, row, isChild))}</tr>`
    )
  }

  private get skeleton() {
    return Array.from(
      { length: shownWhileLoading },
      () => html`<tr>${this.fit.columns.map(() => html`<td><span class="skeleton"></span></td>`)}</tr>`
    )
  }

  override render() {
    const { rows } = this.results
    const isEmpty = rows.length === 0
    const { columns, widths } = this.fit
    const head = html`<colgroup>${this.things.size === 0 ? undefined : html`<col width=${besides.fold}>`}${
      columns.map(({ name }) => html`<col width=${widths[name] ?? nothing}>`)
    }</colgroup><thead role="rowgroup"><tr role="row">${
      this.things.size === 0
        ? undefined
        : html`<th role="columnheader" class="of-fold"><span class="unseen">Evidence</span></th>`
    }${
      columns.map(({ label, name }) =>
        html`<th role="columnheader" scope="col" class="of-${name}" aria-sort=${
          name === "time" ? "descending" : "none"
        }>${label}${name === "time" ? html` <span class="zone">${zoneName()}</span>` : undefined}${
          widths[name] === undefined ? undefined : columnEdge(label, widths[name], (width) => {
            this.kept = keepWidth(storage, this.kept, name, width)
          })
        }</th>`
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
        <table role="grid" aria-label=${
      this.things.size === 0 ? "Artifacts, newest first" : "Alerts and incidents"
    } aria-describedby="keys" aria-busy=${this.loading}>
          ${head}
          <tbody role="rowgroup" @keydown=${this.walk}>${
      repeat(rows, ({ key }) =>
        key, (row, place) =>
        html`${this.heading(row, place)}${this.row(row)}${
          (this.unfolded.get(row.key) ?? []).map((child) =>
            this.row(child, true)
          )
        }`)
    }</tbody>
        </table>
      </div>
    `
  }
}

customElements.define("azure-security-results", ResultsTable)
