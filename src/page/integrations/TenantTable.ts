/** The table of all tenants, and the matrix of tenants and endpoints. Only the rows in sight are drawn. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { clock, count, length, relative, upcoming } from "../Format.ts"
import { icon } from "../Icons.ts"
import { text } from "../Styles.ts"
import { visible } from "../Text.ts"
import { Ticking } from "../Ticking.ts"
import { endpointFacts } from "./EndpointFacts.ts"
import { type RowWindow, rowWindow } from "./RowWindow.ts"
import { ailments, type Tenant } from "./TenantRows.ts"
import { conditions, endpointStates } from "./Tiles.ts"

const rowHeight = 40
/** Widths of the columns that stay whole, in pixels. */
const [stateWidth, nameWidth, endpointWidth] = [124, 200, 148]

interface Column {
  readonly label: string
  readonly cell: (tenant: Tenant, now: number) => unknown
  readonly isNumber?: boolean
  /** Pixels, or a part of the width. */
  readonly width?: string
  readonly hint?: string
}

const timed = (time: string | null, now: number) =>
  time === null ? "never" : html`<time datetime=${time} title=${clock(time)}>${relative(time, now)}</time>`

const stateOf = ({ tile }: Tenant) => {
  const { icon: drawing, word } = conditions.find(({ condition }) => condition === tile.condition)!
  return html`<span class="state ${tile.condition}">${icon(drawing)}<span>${word}</span></span>`
}

const tenantColumns: ReadonlyArray<Column> = [
  { label: "State", cell: stateOf, width: `${stateWidth}` },
  { label: "Tenant", cell: ({ tile }) => visible(tile.displayName), width: "19%" },
  {
    label: "Group",
    cell: ({ group }) =>
      group === "" ? "–" : visible(group)
  },
  {
    label: "Lag",
    cell: ({ lag }) => lag === undefined ? "–" : length(Math.max(0, lag)),
    isNumber: true,
    hint: "Time since the last success of the endpoint that waits longest for one"
  },
  { label: "Last success", cell: ({ lastSuccess }, now) => timed(lastSuccess, now), width: "12%" },
  {
    label: "Next poll",
    cell: ({ isPolling, nextPoll }, now) => nextPoll === null && isPolling ? "now" : upcoming(nextPoll, now)
  },
  {
    label: "Today",
    cell: ({ today }) => count(today),
    isNumber: true,
    hint: "Records of polls that began today, in UTC"
  },
  { label: "Requests", cell: ({ requests }) => count(requests), isNumber: true, hint: "Requests in the last minute" },
  {
    label: "Warnings",
    width: "16%",
    cell: ({ ailments: found }) =>
      found.size === 0 ? "–" : ailments.filter(({ name }) => found.has(name)).map(({ word }) => word).join(", ")
  }
]

/** The columns of endpoints that some tenant has turned on; most have three of the twelve. */
const matrixColumns = (
  facts: typeof endpointFacts
): ReadonlyArray<Column> => [
  { label: "State", cell: stateOf, width: `${stateWidth}` },
  { label: "Tenant", cell: ({ tile }) => visible(tile.displayName), width: `${nameWidth}` },
  ...facts.map(({ label, name }): Column => ({
    label: name,
    hint: label,
    cell: ({ tile }) => {
      const found = tile.running?.endpoints.find((one) =>
        one.name === name
      )
      if (found === undefined) return "–"
      const { icon: drawing, word } = endpointStates[found.state]
      const why = found.error === null ? word : `${word}: ${visible(found.error.remedy)}`
      return html`<span class="state ${found.state}" title=${why}>${icon(drawing)}<span>${word}</span></span>`
    }
  }))
]

/** `<azure-security-tenants>`: fires `open` with the name of a tenant that is chosen. */
export class TenantTable extends LitElement {
  static override properties = {
    tenants: { attribute: false },
    isMatrix: { attribute: false },
    shown: { state: true },
    active: { state: true }
  }

  static override styles = [
    text,
    css`
      :host { display: block; min-width: 0; }
      .scroll { max-height: max(20rem, calc(100dvh - 19rem)); overflow: auto; border-bottom: 1px solid var(--cds-border-subtle-01); contain: layout paint; }
      .scroll:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 0; }
      table { width: 100%; min-width: 62rem; border-collapse: separate; border-spacing: 0; table-layout: fixed; }
      th, tr:not(.gap) td { height: 40px; padding: 0 0.75rem; overflow: hidden; text-align: left; text-overflow: ellipsis; white-space: nowrap; }
      th { position: sticky; top: 0; z-index: 1; background: var(--cds-layer-accent-01); font-weight: 600; }
      tr:not(.gap) td { box-sizing: border-box; border-bottom: 1px solid var(--cds-border-subtle-01); background: var(--cds-layer-01); }
      tr:not(.gap) .number { text-align: right; font-variant-numeric: tabular-nums; }
      tbody tr { cursor: pointer; }
      tbody tr:hover td { background: var(--cds-layer-hover-01); }
      tbody tr:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
      .gap td { padding: 0; border: 0; }
      .state { display: flex; align-items: center; gap: 0.375rem; }
      .state span { overflow: hidden; text-overflow: ellipsis; }
    `
  ]

  declare tenants: ReadonlyArray<Tenant>
  declare isMatrix: boolean
  declare shown: RowWindow
  /** Name of the tenant whose row the Tab key reaches. */
  declare active: string | undefined
  readonly #time = new Ticking(this)
  #height = 600
  /** Endpoints that some tenant has turned on. */
  #facts = endpointFacts

  constructor() {
    super()
    this.tenants = []
    this.isMatrix = false
    this.shown = { from: 0, to: 40 }
    this.active = undefined
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("tenants")) {
      this.#look()
      const on = new Set(
        this.tenants.flatMap(({ tile }) =>
          tile.running?.endpoints.flatMap(({ name, state }) => state === "disabled" ? [] : name) ?? []
        )
      )
      this.#facts = endpointFacts.filter(({ name }) => on.has(name))
    }
    if (!this.tenants.some(({ tile }) => tile.name === this.active)) this.active = this.tenants[0]?.tile.name
  }

  get #scroller() {
    return this.renderRoot?.querySelector<HTMLElement>(".scroll") ?? undefined
  }

  /** Finds the rows in sight, and draws only when they are others. */
  readonly #look = () => {
    const scroller = this.#scroller
    if (scroller !== undefined && scroller.clientHeight > 0) this.#height = scroller.clientHeight
    const shown = rowWindow(scroller?.scrollTop ?? 0, this.#height, rowHeight, this.tenants.length)
    if (shown.from !== this.shown.from || shown.to !== this.shown.to) this.shown = shown
  }

  #open({ tile }: Tenant) {
    this.dispatchEvent(new CustomEvent("open", { detail: tile.name }))
  }

  readonly #walk = (event: KeyboardEvent) => {
    const at = this.tenants.findIndex(({ tile }) => tile.name === this.active)
    const last = this.tenants.length - 1
    const page = Math.max(1, Math.floor(this.#height / rowHeight) - 2)
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: last,
      PageDown: at + page,
      PageUp: at - page
    }[event.key]
    if (event.key === "Enter" && this.tenants[at] !== undefined) this.#open(this.tenants[at])
    else if (to === undefined) return
    else this.#focus(Math.max(0, Math.min(last, to)))
    event.preventDefault()
  }

  #focus(place: number) {
    const scroller = this.#scroller
    if (scroller === undefined) return
    this.active = this.tenants[place]!.tile.name
    const [top, bottom] = [place * rowHeight, (place + 2) * rowHeight]
    if (top < scroller.scrollTop) scroller.scrollTop = top
    else if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight
    this.#look()
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>("tr[tabindex=\"0\"]")?.focus({ preventScroll: true })
    )
  }

  #gap(rows: number, columns: number): TemplateResult | typeof nothing {
    return rows === 0
      ? nothing
      : html`<tr class="gap" aria-hidden="true"><td colspan=${columns} height=${rows * rowHeight}></td></tr>`
  }

  override firstUpdated() {
    this.#look()
  }

  override updated(changed: PropertyValues<this>) {
    // A row in sight is drawn at each frame of a scroll.
    if (!changed.has("tenants") && !changed.has("isMatrix")) return
    // The page's policy allows no style attribute.
    const table = this.renderRoot.querySelector("table")!
    table.style.minWidth = this.isMatrix ? `${stateWidth + nameWidth + endpointWidth * this.#facts.length}px` : ""
  }

  override render() {
    const { from, to } = this.shown
    const columns = this.isMatrix ? matrixColumns(this.#facts) : tenantColumns
    const { now } = this.#time
    return html`<div class="scroll" @scroll=${this.#look}>
      <table role="grid" aria-label=${this.isMatrix ? "Tenants and their endpoints" : "Tenants, worst first"}
        aria-rowcount=${this.tenants.length + 1}>
        <colgroup>${columns.map(({ width }) => html`<col width=${width ?? nothing}>`)}</colgroup>
        <thead><tr role="row" aria-rowindex="1">${
      columns.map(({ hint, isNumber, label }) =>
        html`<th role="columnheader" scope="col" class=${isNumber === true ? "number" : ""} title=${
          hint ?? nothing
        }>${label}</th>`
      )
    }</tr></thead>
        <tbody @keydown=${this.#walk}>${this.#gap(from, columns.length)}${
      repeat(this.tenants.slice(from, to), ({ tile }) =>
        tile.name, (tenant, place) =>
        html`<tr role="row" aria-rowindex=${from + place + 2} tabindex=${tenant.tile.name === this.active ? 0 : -1}
          @click=${() =>
          this.#open(tenant)}>${
          columns.map(({ cell, isNumber }) =>
            html`<td role="gridcell" class=${isNumber === true ? "number" : ""}>${cell(tenant, now)}</td>`
          )
        }</tr>`)
    }${this.#gap(this.tenants.length - to, columns.length)}</tbody>
      </table>
    </div>`
  }
}

customElements.define("azure-security-tenants", TenantTable)
