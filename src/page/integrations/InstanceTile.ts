/** The tile of an instance. */
import "@carbon/web-components/es/components/button/button.js"
import "./HistoryFold.ts"
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { clock, count, relative, upcoming } from "../Format.ts"
import { icon } from "../Icons.ts"
import { folds, text } from "../Styles.ts"
import { visible } from "../Text.ts"
import { Ticking } from "../Ticking.ts"
import { backfillLines, backfillStyles } from "./BackfillLines.ts"
import { deadLettersHint, endpointFold, endpointStyles } from "./EndpointFold.ts"
import { endpointMatrix, matrixStyles } from "./EndpointMatrix.ts"
import { reportCard, reportStyles } from "./ReportCard.ts"
import { conditions, faults, type Instance, type Tile, totals } from "./Tiles.ts"
import { tileStyles } from "./TileStyles.ts"

/** A change of an instance that a person asks for. */
export type Wish = "edit" | "toggle" | "delete"

/** Shows a tile, and fires `wish` with `edit`, `toggle` or `delete`. */
export class InstanceTile extends LitElement {
  static override properties = {
    tile: { attribute: false },
    changeable: { type: Boolean },
    busy: { type: Boolean },
    isLost: { attribute: false }
  }

  static override styles = [text, folds, reportStyles, backfillStyles, endpointStyles, matrixStyles, tileStyles]

  declare tile: Tile
  declare changeable: boolean
  /** Whether a change of this instance is being saved. */
  declare busy: boolean
  /** Whether the connector does not answer, so that old data is shown. */
  declare isLost: boolean
  readonly #time = new Ticking(this)

  constructor() {
    super()
    this.changeable = false
    this.busy = false
    this.isLost = false
  }

  /** Ignores buttons while a change is saved. They are not disabled, because that would lose the focus. */
  #wish(wish: Wish) {
    if (!this.busy) this.dispatchEvent(new CustomEvent<Wish>("wish", { detail: wish }))
  }

  #timed = (time: string | null, none: string) =>
    time === null ? none : html`<time datetime=${time} title=${clock(time)}>${relative(time, this.#time.now)}</time>`

  #arrived(running: Instance) {
    const { artifacts, deadLetters, lastPoll, nextPoll, polling, records } = totals(running)
    const figure = (name: string, value: number, isBad = false, hint?: string) =>
      html`<div title=${hint ?? nothing}><dt>${name}</dt><dd class=${isBad ? "figure bad" : "figure"}>${
        count(value)
      }</dd></div>`
    return html`
      ${running.enabled ? this.#polls(lastPoll, nextPoll, polling) : nothing}
      <dl class="figures">
        ${figure("Records", records)}
        ${figure("Artifacts", artifacts)}
        ${figure("Dead letters", deadLetters, deadLetters > 0, deadLettersHint)}
      </dl>
    `
  }

  #polls(lastPoll: string | null, nextPoll: string | null, polling: boolean) {
    const next = nextPoll === null && polling ? "now" : upcoming(nextPoll, this.#time.now)
    return html`
      <dl class="polls">
        <div><dt>Last poll</dt><dd>${this.#timed(lastPoll, "never")}</dd></div>
        <div><dt>Next poll</dt><dd>${this.isLost ? "unknown" : next}</dd></div>
      </dl>
    `
  }

  #budget({ enabled, requests_last_minute: used, requests_per_minute_max: most }: Instance) {
    return enabled
      ? html`<div class="budget">
          <span>Requests, last minute</span>
          <meter min="0" max=${most} value=${Math.min(used, most)} aria-label="Requests in the last minute"></meter>
          <span class="figures-small">${count(used)} of ${count(most)}</span>
        </div>`
      : nothing
  }

  #running(running: Instance) {
    const told = faults(running)
    return html`
      ${
      told.length === 0
        ? nothing
        : html`<ul class="reports" aria-label="What to do">${told.map((one) => reportCard(one))}</ul>`
    }
      ${this.#arrived(running)}
      ${backfillLines(running, this.#time.now)}
      ${
      running.enabled
        ? html`<div class="endpoints">${
          // Those that are off say nothing of the tenant; the form has them.
          running.endpoints.filter(({ state }) => state !== "disabled").map((endpoint) =>
            endpointFold(endpoint, this.#time.now, this.isLost)
          )}</div>${endpointMatrix(running)}`
        : nothing
    }
      ${this.#budget(running)}
    `
  }

  #actions({ displayName, stored }: Tile): TemplateResult | typeof nothing {
    if (stored === undefined || !this.changeable) return nothing
    const whom = html`<span class="vh"> ${visible(displayName)}</span>`
    const isEnabled = stored.document["enabled"] !== false
    return html`
      <div class="actions">
        <cds-button kind="ghost" size="md" @click=${() => this.#wish("edit")}>Edit${whom}${
      icon("edit", { slot: "icon" })
    }</cds-button>
        <cds-button kind="ghost" size="md" @click=${() => this.#wish("toggle")}>${
      isEnabled ? "Disable" : "Enable"
    }${whom}</cds-button>
        <cds-button kind="danger-ghost" size="md" @click=${() => this.#wish("delete")}>Delete${whom}${
      icon("delete", { slot: "icon" })
    }</cds-button>
      </div>
    `
  }

  override render() {
    const { condition, displayName, name, pending, running } = this.tile
    const shown = conditions.find((one) => one.condition === condition)!
    return html`
      <article class="${condition} ${this.isLost ? "lost" : ""}" aria-labelledby="name">
        <div class="head">
          <div class="names">
            <h2 id="name" class="outside">${visible(displayName)}</h2>
            ${displayName === name ? nothing : html`<p class="small quiet code outside">${visible(name)}</p>`}
          </div>
          <p class="condition">${icon(shown.icon, { size: 20 })}<span>${shown.word}${
      shown.means === undefined ? nothing : `: ${shown.means}`
    }</span></p>
        </div>
        ${pending ? html`<p class="pending" role="status">Saved. It takes effect within seconds.</p>` : nothing}
        ${running === undefined ? nothing : this.#running(running)}
        ${
      this.tile.stored === undefined ? nothing : html`<azure-security-history .name=${name}></azure-security-history>`
    }
        ${this.#actions(this.tile)}
      </article>
    `
  }
}

customElements.define("azure-security-tile", InstanceTile)
