/** The table of all tenants, and the matrix of tenants and endpoints. Only the rows in sight are drawn. */
import { html, LitElement, nothing, type PropertyValues } from "lit"
import { classMap } from "lit/directives/class-map.js"
import { repeat } from "lit/directives/repeat.js"
import { clock, count, length, relative, upcoming } from "../Format.ts"
import { icon } from "../Icons.ts"
import { text } from "../Styles.ts"
import { visible } from "../Text.ts"
import { Ticking } from "../Ticking.ts"
import { endpointFacts } from "./EndpointFacts.ts"
import { matrixCells, matrixHint } from "./MatrixCells.ts"
import { columnWindow, type RowWindow, rowWindow } from "./RowWindow.ts"
import { ailments, type Tenant } from "./TenantRows.ts"
import { endpointWidth, nameWidth, rowHeight, stateWidth, tenantStyles } from "./TenantTableStyles.ts"
import { conditions } from "./Tiles.ts"

interface Column {
  readonly label: string
  /** Pixels, or what `grid-template-columns` takes. */
  readonly width: string
  readonly isNumber?: boolean
  readonly hint?: string
}

const stateOf = ({ tile }: Tenant) => {
  const { icon: drawing, word } = conditions.find(({ condition }) => condition === tile.condition)!
  return html`<span class="state ${tile.condition}">${icon(drawing)}<span>${word}</span></span>`
}

/** The columns of the table; {@link tenantCells} has their cells in the same order. */
const tenantColumns: ReadonlyArray<Column> = [
  { label: "State", width: `${stateWidth}px` },
  { label: "Tenant", width: "minmax(9rem, 2fr)" },
  { label: "Group", width: "minmax(7rem, 1fr)" },
  {
    label: "Lag",
    width: "84px",
    isNumber: true,
    hint: "Time since the last success of the endpoint that waits longest for one"
  },
  { label: "Last success", width: "136px" },
  { label: "Next poll", width: "108px" },
  { label: "Today", width: "88px", isNumber: true, hint: "Records of polls that began today, in UTC" },
  { label: "Requests", width: "108px", isNumber: true, hint: "Requests in the last minute" },
  { label: "Warnings", width: "minmax(12.5rem, 1fr)" }
]

const warningsOf = ({ ailments: found }: Tenant) =>
  found.size === 0 ? "–" : ailments.filter(({ name }) => found.has(name)).map(({ word }) => word).join(", ")

const nextOf = ({ isPolling, nextPoll }: Tenant, now: number) =>
  nextPoll === null ? isPolling ? "now" : "–" : upcoming(nextPoll, now)

/** The cells of a tenant as one template: a scroll makes many rows, and a template for each cell took a third of a frame. */
const tenantCells = (tenant: Tenant, now: number) =>
  html`<td role="gridcell">${stateOf(tenant)}</td><td role="gridcell">${visible(tenant.tile.displayName)}</td>
    <td role="gridcell">${tenant.group === "" ? "–" : visible(tenant.group)}</td>
    <td role="gridcell" class="number">${tenant.lag === undefined ? "–" : length(Math.max(0, tenant.lag))}</td>
    <td role="gridcell"><time datetime=${tenant.lastSuccess ?? nothing}>${relative(tenant.lastSuccess, now)}</time></td>
    <td role="gridcell">${nextOf(tenant, now)}</td>
    <td role="gridcell" class="number">${count(tenant.today)}</td>
    <td role="gridcell" class="number">${count(tenant.requests)}</td>
    <td role="gridcell">${warningsOf(tenant)}</td>`

const isSame = (one: RowWindow, other: RowWindow) => one.from === other.from && one.to === other.to

type Facts = typeof endpointFacts

/** The columns of endpoints that some tenant has turned on; most have three of the twelve. */
const matrixColumns = (facts: Facts): ReadonlyArray<Column> => [{ label: "State", width: `${stateWidth}px` }, {
  label: "Tenant",
  width: "minmax(var(--name), 1fr)"
}, ...facts.map(({ label, name }): Column => ({ label: name, width: `${endpointWidth}px`, hint: label }))]

/** `<azure-security-tenants>`: fires `open` with the name of a tenant that is chosen. */
export class TenantTable extends LitElement {
  static override properties = {
    tenants: { attribute: false },
    isMatrix: { attribute: false },
    begin: { attribute: false },
    shown: { state: true },
    shownEndpoints: { state: true },
    active: { state: true }
  }

  static override styles = [text, tenantStyles]

  declare tenants: ReadonlyArray<Tenant>
  declare isMatrix: boolean
  /** Name of the tenant in whose row the table begins; the first one where there is none of that name. */
  declare begin: string | undefined
  declare shown: RowWindow
  declare shownEndpoints: RowWindow
  /** Name of the tenant whose row the Tab key reaches. */
  declare active: string | undefined
  readonly #time = new Ticking(this)
  #height = 600
  /** Pixels by which the name's column is scrolled out of sight. */
  #beyond = 0
  /** Endpoints that some tenant has turned on. */
  #facts = endpointFacts

  constructor() {
    super()
    this.tenants = []
    this.isMatrix = false
    this.begin = undefined
    this.shown = { from: 0, to: 40 }
    this.shownEndpoints = { from: 0, to: endpointFacts.length }
    this.active = undefined
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("tenants")) {
      const on = new Set(
        this.tenants.flatMap(({ tile }) =>
          tile.running?.endpoints.flatMap(({ name, state }) => state === "disabled" ? [] : name) ?? []
        )
      )
      this.#facts = endpointFacts.filter(({ name }) => on.has(name))
    }
    if (changed.has("tenants") || changed.has("isMatrix")) this.#look()
    if (!this.tenants.some(({ tile }) => tile.name === this.active)) this.active = this.tenants[0]?.tile.name
  }

  get #scroller() {
    return this.renderRoot?.querySelector<HTMLElement>(".scroll") ?? undefined
  }

  /** Finds the rows and endpoints in sight, and draws only when they are others. */
  readonly #look = () => {
    const scroller = this.#scroller
    if (scroller !== undefined && scroller.clientHeight > 0) this.#height = scroller.clientHeight
    const beyond = Math.max(0, (scroller?.scrollLeft ?? 0) - stateWidth)
    if (beyond !== this.#beyond) {
      this.#beyond = beyond
      scroller?.firstElementChild?.classList.toggle("aside", beyond > 0)
      scroller?.style.setProperty("--beyond", `${beyond}px`)
    }
    const shown = rowWindow(scroller?.scrollTop ?? 0, this.#height, rowHeight, this.tenants.length)
    if (!isSame(shown, this.shown)) this.shown = shown
    if (scroller === undefined || !this.isMatrix) return
    const { clientWidth, scrollLeft } = scroller
    // The name's column covers the first endpoints once the state is scrolled away.
    const [left, right] = [beyond, scrollLeft + clientWidth - stateWidth - nameWidth]
    const endpoints = columnWindow(left, right, endpointWidth, this.#facts.length)
    if (!isSame(endpoints, this.shownEndpoints)) this.shownEndpoints = endpoints
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

  #tenantOf(cell: Element): Tenant | undefined {
    return this.tenants[Number(cell.closest("tr")?.ariaRowIndex) - 2]
  }

  readonly #chosen = ({ target }: Event) => {
    const tenant = this.#tenantOf(target as Element)
    if (tenant !== undefined) this.#open(tenant)
  }

  /** The exact time or the remedy of what is under the pointer: to write it for each row took a quarter of a frame. */
  readonly #explain = ({ target }: Event) => {
    if (target instanceof HTMLTimeElement && target.dateTime !== "") target.title = clock(target.dateTime)
    if (!(target instanceof HTMLTableCellElement)) return
    const tenant = this.#tenantOf(target)
    // The cell cuts a long name.
    if (tenant !== undefined && target.cellIndex === 1) target.title = visible(tenant.tile.displayName)
    if (!this.isMatrix) return
    const fact = this.#facts[this.shownEndpoints.from + target.cellIndex - 2]
    if (tenant !== undefined && fact !== undefined) target.title = matrixHint(tenant, fact.name)
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

  override connectedCallback() {
    super.connectedCallback()
    addEventListener("resize", this.#look)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    removeEventListener("resize", this.#look)
  }

  override firstUpdated() {
    this.#look()
  }

  /** Shows the row of the tenant that was opened before, in the middle. */
  #beginThere() {
    const [scroller, place] = [this.#scroller, this.tenants.findIndex(({ tile }) => tile.name === this.begin)]
    if (scroller === undefined || place <= 0) return
    this.active = this.begin
    scroller.scrollTop = place * rowHeight - scroller.clientHeight / 2
    this.#look()
  }

  override updated(changed: PropertyValues<this>) {
    const { from, to } = this.shown
    // The page's policy allows no style attribute.
    const { style } = this.renderRoot.querySelector("tbody")!
    style.paddingTop = `${from * rowHeight}px`
    style.paddingBottom = `${Math.max(0, this.tenants.length - to) * rowHeight}px`
    const table = this.renderRoot.querySelector("table")!
    table.style.setProperty("--first", `${this.shownEndpoints.from + 3}`)
    if (!changed.has("tenants") && !changed.has("isMatrix")) return
    const columns = this.isMatrix ? matrixColumns(this.#facts) : tenantColumns
    table.style.setProperty("--columns", columns.map(({ width }) => width).join(" "))
    table.style.setProperty(
      "--least",
      this.isMatrix ? `calc(${stateWidth + endpointWidth * this.#facts.length}px + var(--name))` : "68rem"
    )
    // Only now the table is as long as it will be.
    if (changed.has("begin")) this.#beginThere()
  }

  override render() {
    const { active, isMatrix, tenants } = this
    const { from, to } = this.shown
    const first = this.shownEndpoints.from
    const facts = this.#facts.slice(first, this.shownEndpoints.to)
    const { now } = this.#time
    return html`<div class="scroll" @scroll=${this.#look}>
      <table role="grid" class=${classMap({ matrix: isMatrix })} aria-rowcount=${tenants.length + 1}
        aria-colcount=${isMatrix ? this.#facts.length + 2 : tenantColumns.length}
        aria-label=${isMatrix ? "Tenants and their endpoints" : "Tenants, worst first"}>
        <thead role="rowgroup"><tr role="row" aria-rowindex="1">${
      (isMatrix ? matrixColumns(facts) : tenantColumns).map(({ hint, isNumber, label }, place) =>
        html`<th role="columnheader" scope="col" aria-colindex=${place + 1 + (place > 1 ? first : 0)} class=${
          isMatrix ? place === 1 ? "name" : "" : isNumber === true ? "number" : ""
        } title=${hint ?? nothing}>${label}</th>`
      )
    }</tr></thead>
        <tbody role="rowgroup" @click=${this.#chosen} @keydown=${this.#walk} @pointerover=${this.#explain}>${
      repeat(tenants.slice(from, to), ({ tile }) =>
        tile.name, (tenant, place) =>
        html`<tr role="row" aria-rowindex=${from + place + 2} tabindex=${tenant.tile.name === active ? 0 : -1}>${
          isMatrix ? matrixCells(tenant, facts, first + 3) : tenantCells(tenant, now)
        }</tr>`)
    }</tbody>
      </table>
    </div>`
  }
}

customElements.define("azure-security-tenants", TenantTable)
