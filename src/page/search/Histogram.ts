/** How many matches there are over time, by severity. A stretch of it can be chosen as the time range. */
import { css, html, LitElement, nothing, svg } from "lit"
import type { FoundThings } from "../Client.ts"
import { count } from "../Format.ts"
import { followZone } from "../Zone.ts"
import { clockTime, counted } from "./ArtifactFormat.ts"
import { controls } from "./SharedStyles.ts"

/** The severities in the order of the counts. */
const severities = ["informational", "low", "medium", "high", "critical", "other"] as const

/** Drawn height; the width is that of the element. */
const height = 100

const styles = css`
  :host { display: block; }
  figure { margin: 0; }
  .bars { position: relative; display: block; inline-size: 100%; block-size: 5rem; cursor: crosshair; touch-action: none; }
  .bars:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 2px; }
  rect { forced-color-adjust: none; }
  .informational { fill: var(--cds-icon-secondary); background: var(--cds-icon-secondary); }
  .low { fill: var(--cds-support-info); background: var(--cds-support-info); }
  .medium { fill: var(--page-warning-icon, var(--cds-support-warning)); background: var(--page-warning-icon, var(--cds-support-warning)); }
  .high { fill: var(--page-high, var(--cds-support-caution-major)); background: var(--page-high, var(--cds-support-caution-major)); }
  .critical { fill: var(--cds-support-error); background: var(--cds-support-error); }
  .other { fill: var(--cds-border-strong-01); background: var(--cds-border-strong-01); }
  .chosen { fill: var(--cds-border-interactive); opacity: 0.25; }
  .ends { display: flex; justify-content: space-between; gap: 1rem; color: var(--cds-text-secondary); font-size: 0.75rem; }
  .ends span:last-child { text-align: end; }
  @media (max-width: 30rem) {
    .ends span { flex: 1; }
    .ends span:nth-child(2) { text-align: center; }
  }
  .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; min-block-size: 1rem; margin: 0; color: var(--cds-text-secondary); font-size: 0.75rem; }
  .legend span { display: inline-flex; align-items: center; gap: 0.25rem; }
  .legend i { inline-size: 0.625rem; block-size: 0.625rem; forced-color-adjust: none; }
`

/** The times that a person chose, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** `<azure-security-histogram>`: fires `stretch` with a {@link Stretch}. */
export class Histogram extends LitElement {
  static override properties = { overview: { attribute: false }, chosen: { state: true }, at: { state: true } }
  static override styles = [controls, styles]

  declare overview: FoundThings | undefined
  /** First and last step that are being chosen. */
  declare chosen: readonly [number, number] | undefined
  /** The step under the pointer or the keys. */
  declare at: number | undefined

  constructor() {
    super()
    followZone(this)
    this.overview = undefined
    this.chosen = undefined
    this.at = undefined
  }

  private get steps() {
    return this.overview?.histogram.counts ?? []
  }

  private stepAt({ clientX }: PointerEvent): number {
    const { left, width } = this.renderRoot.querySelector(".bars")!.getBoundingClientRect()
    const place = Math.floor((clientX - left) / width * this.steps.length)
    return Math.max(0, Math.min(this.steps.length - 1, place))
  }

  private readonly down = (event: PointerEvent) => {
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    const at = this.stepAt(event)
    this.chosen = [at, at]
  }

  private readonly move = (event: PointerEvent) => {
    this.at = this.stepAt(event)
    if (this.chosen !== undefined) this.chosen = [this.chosen[0], this.at]
  }

  private readonly take = () => {
    const { chosen, overview } = this
    this.chosen = undefined
    if (chosen === undefined || overview === undefined) return
    const { from, step } = overview.histogram
    const [first, last] = [Math.min(...chosen), Math.max(...chosen)]
    const detail: Stretch = { from: from + first * step, to: from + (last + 1) * step }
    this.dispatchEvent(new CustomEvent("stretch", { detail }))
  }

  private readonly pressed = (event: KeyboardEvent) => {
    const at = this.at ?? this.steps.length - 1
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.steps.length - 1 }[event.key]
    if (to !== undefined) {
      this.at = Math.max(0, Math.min(this.steps.length - 1, to))
      this.chosen = event.shiftKey ? [this.chosen?.[0] ?? at, this.at] : undefined
    } else if (event.key === "Enter" || event.key === " ") {
      this.chosen ??= [at, at]
      this.take()
    } else if (event.key === "Escape" && this.chosen !== undefined) this.chosen = undefined
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  private timeOf(step: number): string {
    const { from, step: length } = this.overview!.histogram
    return clockTime(new Date(from + step * length).toISOString())
  }

  /** What is at a step, in words. */
  private said(step: number): string {
    const counts = this.steps[step]!
    const parts = counts.map((many, place) => many === 0 ? "" : `${count(many)} ${severities[place]}`).filter((part) =>
      part !== ""
    )
    return `${this.timeOf(step)}: ${parts.length === 0 ? "nothing" : parts.toReversed().join(", ")}`
  }

  override render() {
    const { at, chosen, overview, steps } = this
    if (overview === undefined || steps.length === 0) return undefined
    const most = Math.max(1, ...steps.map((counts) => counts.reduce((sum, one) => sum + one, 0)))
    const shown = at === undefined ? undefined : this.said(at)
    return html`<figure>
      <svg
        class="bars" viewBox="0 0 ${steps.length} ${height}" preserveAspectRatio="none" role="slider" tabindex="0"
        aria-label="Matches over time. Arrow keys go from step to step, with Shift they choose a stretch, Enter searches in it."
        aria-valuemin="0" aria-valuemax=${steps.length - 1} aria-valuenow=${at ?? steps.length - 1}
        aria-valuetext=${this.said(at ?? steps.length - 1)}
        @pointerdown=${this.down} @pointermove=${this.move} @pointerup=${this.take} @keydown=${this.pressed}
        @pointerleave=${() => {
      if (this.chosen === undefined) this.at = undefined
    }} @blur=${() => {
      this.at = undefined
      this.chosen = undefined
    }}
      >${
      steps.map((counts, place) => {
        let top = height
        return counts.map((many, severity) => {
          if (many === 0) return nothing
          const size = many / most * height
          top -= size
          return svg`<rect class=${severities[severity]!} x=${place + 0.05} y=${top} width="0.9" height=${size}></rect>`
        })
      })
    }${
      chosen === undefined
        ? nothing
        : svg`<rect class="chosen" x=${Math.min(...chosen)} y="0" width=${
          Math.abs(chosen[0] - chosen[1]) + 1
        } height=${height}></rect>`
    }</svg>
      <div class="ends"><span>${this.timeOf(0)}</span><span>${shown ?? counted(overview.total, "artifact")}${
      shown === undefined && overview.is_partial ? ", the newest" : ""
    }</span><span>${this.timeOf(steps.length)}</span></div>
      <figcaption class="legend">${
      severities.map((name, place) =>
        steps.some((counts) => counts[place]! > 0) ? html`<span><i class=${name}></i>${name}</span>` : nothing
      ).toReversed()
    }</figcaption>
    </figure>`
  }
}

customElements.define("azure-security-histogram", Histogram)
