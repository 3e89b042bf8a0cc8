/** One plot: a drawing, a summary, and a table. */
import { css, html, LitElement, type PropertyValues, unsafeCSS } from "lit"
import uPlot from "uplot"
import uplotStyles from "uplot/dist/uPlot.min.css?inline"
import { moment } from "./Clock.ts"
import { dataOf, optionsOf } from "./Drawing.ts"
import { type Plot, valueOf } from "./Plots.ts"

const styles = css`
  :host {
    display: block;
    min-inline-size: 0;
    padding: 1rem;
    background: var(--cds-layer-01);
    --plot-1: light-dark(#6929c4, #a56eff);
    --plot-2: light-dark(#1192e8, #33b1ff);
    --plot-3: light-dark(#da1e28, #fa4d56);
    --plot-4: light-dark(#007d79, #08bdba);
    --plot-5: light-dark(#9f1853, #ff7eb6);
  }
  *, *::before, *::after { box-sizing: border-box; }
  figure { margin: 0; }
  h2 { margin: 0; font-size: 1rem; font-weight: 600; line-height: 1.375rem; }
  p { margin: 0; color: var(--cds-text-secondary); }
  .unit { font-size: 0.75rem; letter-spacing: 0.32px; }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
    min-block-size: 1.25rem;
    margin: 0.5rem 0;
    padding: 0;
    color: var(--cds-text-secondary);
    font-size: 0.75rem;
    letter-spacing: 0.32px;
    list-style: none;
    font-variant-numeric: tabular-nums;
  }
  .legend li { display: flex; align-items: center; gap: 0.375rem; }
  .legend .when { margin-inline-start: auto; }
  .legend b { color: var(--cds-text-primary); font-weight: 600; }
  .swatch {
    flex: none;
    inline-size: 0.75rem;
    block-size: 0.75rem;
    border-radius: 1px;
    background: currentColor;
    forced-color-adjust: none;
  }
  .swatch.limit {
    inline-size: 1.25rem;
    block-size: 2px;
    background: repeating-linear-gradient(90deg, currentColor 0 4px, transparent 4px 8px);
  }
  .c1 { color: var(--plot-1); }
  .c2 { color: var(--plot-2); }
  .c3 { color: var(--plot-3); }
  .c4 { color: var(--plot-4); }
  .c5 { color: var(--plot-5); }
  .drawing { block-size: 12rem; overflow: hidden; }
  .uplot { font-family: inherit; }
  .u-cursor-x { border-color: var(--cds-border-strong-01) !important; }
  details { margin-block-start: 0.5rem; font-size: 0.75rem; }
  summary { inline-size: max-content; padding-block: 0.25rem; color: var(--cds-link-primary); cursor: pointer; }
  summary:focus-visible, .table:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 1px; }
  .table { max-block-size: 16rem; margin-block-start: 0.5rem; overflow: auto; }
  table { inline-size: 100%; border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; }
  th, td {
    padding: 0.25rem 0.75rem;
    border-block-end: 1px solid var(--cds-border-subtle-01);
    font-weight: 400;
    text-align: end;
  }
  thead th { position: sticky; inset-block-start: 0; background: var(--cds-layer-accent-01); font-weight: 600; }
  th:first-child { text-align: start; white-space: nowrap; }
`

/** `<azure-security-plot>`: `steps` are the starts of its steps in seconds since 1970. */
export class PlotFigure extends LitElement {
  static override properties = {
    plot: { attribute: false },
    steps: { attribute: false },
    theme: { attribute: false },
    at: { state: true },
    unfolded: { state: true }
  }

  // Style sheets of the document do not reach into the element.
  static override styles = [unsafeCSS(uplotStyles), styles]

  declare plot: Plot | undefined
  declare steps: ReadonlyArray<number>
  /** Changes with the page's colours, upon which the plot is drawn again. */
  declare theme: number
  /** The step under the pointer. */
  declare at: number | undefined
  declare unfolded: boolean

  private drawn: uPlot | undefined
  private readonly sizes = new ResizeObserver(() => this.fit())

  constructor() {
    super()
    this.plot = undefined
    this.steps = []
    this.theme = 0
    this.at = undefined
    this.unfolded = false
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.sizes.disconnect()
    this.drawn?.destroy()
    this.drawn = undefined
  }

  override connectedCallback() {
    super.connectedCallback()
    if (this.hasUpdated) this.requestUpdate("theme")
  }

  private get place() {
    return this.renderRoot.querySelector<HTMLElement>(".drawing")
  }

  private fit() {
    const { place } = this
    if (place === null || this.drawn === undefined || place.clientWidth === this.drawn.width) return
    this.drawn.setSize({ width: place.clientWidth, height: place.clientHeight })
  }

  override updated(changed: PropertyValues<this>) {
    const { place, plot } = this
    const isOther = changed.has("plot") || changed.has("steps") || changed.has("theme")
    if (plot === undefined || place === null || !isOther) return
    this.drawn?.destroy()
    this.drawn = new uPlot(
      optionsOf(plot, {
        width: place.clientWidth || 300,
        height: place.clientHeight || 200,
        colour: (number) => getComputedStyle(this.renderRoot.querySelector(`.c${number}`)!).color,
        token: (name) => getComputedStyle(this).getPropertyValue(`--cds-${name}`).trim(),
        font: getComputedStyle(this).fontFamily,
        point: (at) => {
          // The end of the last step belongs to that step.
          this.at = at === undefined ? undefined : Math.min(at, this.steps.length - 1)
        }
      }),
      dataOf(plot, this.steps),
      place
    )
    this.sizes.observe(place)
  }

  private get table() {
    const { plot, steps, unfolded } = this
    if (plot === undefined) return undefined
    return html`<details @toggle=${(event: Event) => {
      this.unfolded = (event.target as HTMLDetailsElement).open
    }}>
      <summary>${plot.title} as a table</summary>
      ${
      unfolded
        ? html`<div class="table" tabindex="0" role="region" aria-label="${plot.title} as a table"><table>
          <thead><tr><th scope="col">Time</th>${
          plot.series.map(({ name }) => html`<th scope="col">${name}</th>`)
        }</tr></thead>
          <tbody>${
          steps.map((seconds, place) =>
            html`<tr><th scope="row">${moment(seconds)}</th>${
              plot.series.map(({ values }) => html`<td>${valueOf(plot, values[place])}</td>`)
            }</tr>`
          ).toReversed()
        }</tbody>
        </table></div>`
        : undefined
    }
    </details>`
  }

  override render() {
    const { at, plot, steps } = this
    if (plot === undefined) return undefined
    return html`<figure aria-labelledby="title">
      <h2 id="title">${plot.title}</h2>
      <p class="unit">${plot.unit}</p>
      <ul class="legend">${
      plot.series.map(({ as, colour, name, values }) =>
        html`<li><span class="swatch ${as} c${colour}" aria-hidden="true"></span>${name}${
          at === undefined ? undefined : html` <b>${valueOf(plot, values[at])}</b>`
        }</li>`
      )
    }${at === undefined ? undefined : html`<li class="when">${moment(steps[at] ?? 0)}</li>`}</ul>
      <div class="drawing" role="img" aria-label="${plot.title}: ${plot.summary}"></div>
      <p>${plot.summary}</p>
      ${this.table}
    </figure>`
  }
}

customElements.define("azure-security-plot", PlotFigure)
