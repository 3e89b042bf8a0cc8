/** A graph of what an alert names, that is walked from node to node, by mouse and by keyboard. */
import { css, html, LitElement, type PropertyValues, svg } from "lit"
import { icon } from "../Icons.ts"
import type { Row } from "../search/Columns.ts"
import { icons } from "../search/SearchIcons.ts"
import { controls } from "../search/SharedStyles.ts"
import { type Box, layoutOf, lineOf, stepOf } from "./GraphLayout.ts"
import { alertsOf, type Around, aroundEntity, aroundRow, entitiesAt, type GraphNode } from "./GraphWalk.ts"
import { type Entities, entitiesOf } from "./StoryEntities.ts"

/** `<azure-security-graph>`: begins at `row` with its `entities`; fires `open` with a row, and `term`. */
export class EntityGraph extends LitElement {
  static override properties = {
    row: { attribute: false },
    entities: { attribute: false },
    around: { state: true },
    width: { state: true },
    loading: { state: true }
  }

  static override styles = [
    controls,
    css`
      .drawing { position: relative; min-inline-size: 0; }
      svg { display: block; overflow: visible; }
      path.line { fill: none; stroke: var(--cds-border-strong-01); }
      .node {
        display: block;
        inline-size: 100%;
        block-size: 100%;
        padding: 0 0.625rem;
        overflow: hidden;
        border: 1px solid var(--cds-border-strong-01);
        border-radius: 4px;
        background: var(--cds-background);
        cursor: pointer;
        text-align: start;
        font-size: 0.75rem;
      }
      .node > * { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .node .kind { color: var(--cds-text-secondary); font-size: 0.6875rem; }
      .node[aria-current="true"] { border: 2px solid var(--cds-border-interactive); background: var(--cds-layer-selected-01); }
      .node:hover { background: var(--cds-layer-hover-01); }
      .node:focus-visible { outline: 3px solid var(--cds-focus); outline-offset: -1px; }
      .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.5rem; min-block-size: 2rem; margin-block-end: 0.5rem; }
      .bar p { flex: 1; min-inline-size: 12rem; margin: 0; overflow-wrap: anywhere; }
      .hint { margin: 0.5rem 0 0; color: var(--cds-text-secondary); font-size: 0.75rem; }
      @media (forced-colors: active) {
        path.line { stroke: CanvasText; }
        .node[aria-current="true"] { border-color: Highlight; }
      }
    `
  ]

  declare row: Row
  declare entities: Entities
  declare around: Around | undefined
  declare width: number
  declare loading: boolean

  /** Where the walk came from. */
  private trail: ReadonlyArray<Around> = []
  /** Entities of the alert or incident that was last walked through. */
  private known: Entities = { nodes: [], edges: [] }
  /** The node with the focus: -1 for the middle. */
  private active = -1
  private readonly size = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? this.width)
  })

  constructor() {
    super()
    this.entities = entitiesOf([])
    this.around = undefined
    this.width = 0
    this.loading = false
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has("row") && !changed.has("entities")) return
    this.trail = []
    this.active = -1
    this.known = this.entities
    this.around = aroundRow(this.row, this.entities)
  }

  override firstUpdated() {
    this.size.observe(this.renderRoot.querySelector(".drawing")!)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.size.disconnect()
  }

  override connectedCallback() {
    super.connectedCallback()
    const drawing = this.renderRoot?.querySelector(".drawing")
    if (drawing) this.size.observe(drawing)
  }

  private focusAt(place: number) {
    this.active = place
    this.requestUpdate()
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`[data-place="${place}"]`)?.focus())
  }

  private show(around: Around, trail: ReadonlyArray<Around>) {
    this.trail = trail
    this.around = around
    this.loading = false
    this.focusAt(-1)
  }

  /** Makes a node the middle. */
  private async walk(node: GraphNode) {
    const from = this.around
    if (from === undefined || this.loading || node.id === from.centre.id) return
    this.loading = true
    try {
      let around: Around
      if ("row" in node) {
        this.known = node.row.id === this.row.id ? this.entities : await entitiesAt(node.row)
        around = aroundRow(node.row, this.known)
      } else {
        const { more, rows } = await alertsOf(node)
        around = aroundEntity(node, this.known, rows, more)
      }
      if (this.around === from) this.show(around, [...this.trail, from])
    } catch {
      this.loading = false
    }
  }

  private back() {
    const before = this.trail.at(-1)
    if (before !== undefined) this.show(before, this.trail.slice(0, -1))
  }

  private readonly press = (event: KeyboardEvent) => {
    const { around } = this
    if (around === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    const to = stepOf(event.key, this.active, around.neighbours.length, this.width)
    if (to !== undefined) this.focusAt(to)
    else if (event.key === "Enter" || event.key === " ") {
      const node = around.neighbours[this.active]
      if (node === undefined) this.use(around.centre)
      else void this.walk(node)
    } else if (event.key === "Backspace") this.back()
    else return
    event.preventDefault()
  }

  /** Opens an alert, or adds an entity to the query. */
  private use(node: GraphNode) {
    this.dispatchEvent(
      "row" in node
        ? new CustomEvent("open", { detail: node.row })
        : new CustomEvent("term", { detail: { term: node.term, as: "only" } })
    )
  }

  private node(node: GraphNode, { height, width, x, y }: Box, place: number) {
    const isCentre = place < 0
    const open = () => isCentre ? this.focusAt(-1) : void this.walk(node)
    const focused = () => {
      if (this.active === place) return
      this.active = place
      this.requestUpdate()
    }
    return svg`<foreignObject x=${x} y=${y} width=${width} height=${height}>${html`<button
        class="node" type="button" data-place=${place} aria-current=${isCentre} aria-describedby="hint" title=${node.text}
        tabindex=${place === this.active ? 0 : -1} @click=${open} @focus=${focused}
      ><span class="kind">${node.kind} </span><bdi>${node.text}</bdi></button>`}</foreignObject>`
  }

  override render() {
    const { around, width } = this
    if (around === undefined) return undefined
    const { centre, neighbours, others } = around
    const layout = layoutOf(neighbours.length, width)
    const isHere = "row" in centre && centre.row.id === this.row.id
    return html`<div class="bar">
        <button class="ghost small" type="button" ?disabled=${this.trail.length === 0} ?hidden=${
      this.trail.length === 0
    } @click=${() => this.back()}>${icons.back}<span>Back</span></button>
        <p>${centre.kind} <strong>${centre.text}</strong></p>
        ${
      isHere || (!("row" in centre) && centre.term === "") ?
        undefined :
        html`<button class="ghost small" type="button" @click=${() => this.use(centre)}>${
          "row" in centre ? icon("chevron") : icons.search
        }<span>${"row" in centre ? "Open it" : "Search for it"}</span></button>`
    }
      </div>
      <div class="drawing" aria-busy=${this.loading}>${
      width === 0 ? undefined : html`<svg
        role="group" aria-label="What it is connected to" width=${width} height=${layout.height} @keydown=${this.press}
      >${layout.around.map((box) => svg`<path class="line" d=${lineOf(layout.centre, box)}></path>`)}${
        this.node(centre, layout.centre, -1)
      }${neighbours.map((node, place) => this.node(node, layout.around[place]!, place))}</svg>`
    }</div>
      <p id="hint" class="hint">${
      neighbours.length === 0
        ? "It names nothing that others name too. "
        : "Arrow keys choose, Enter walks to what is chosen, Backspace goes back. "
    }${others > 0 ? `${others} more are not drawn.` : ""}</p>
      <p class="unseen" role="status">${this.loading ? "Looking for what it is connected to" : ""}</p>`
  }
}

customElements.define("azure-security-graph", EntityGraph)
