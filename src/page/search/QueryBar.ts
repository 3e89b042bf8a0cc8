/** The form for a query and a time range. */
import "@carbon/web-components/es/components/button/button.js"
import { css, html, LitElement, nothing, type PropertyValues } from "lit"
import { icon } from "../Icons.ts"
import { followZone, zoneName } from "../Zone.ts"
import { Completing, completionStyles } from "./Completing.ts"
import { type Fault, faultStyles, faultText } from "./QueryFault.ts"
import { fields } from "./QueryText.ts"
import "./SearchesMenu.ts"
import { icons } from "./SearchIcons.ts"
import { controls } from "./SharedStyles.ts"
import { fromInput, lastRanges, rangeFault, type TimeRange, times, toInput } from "./TimeRange.ts"

/** The search that a person asks for. */
export interface Wanted {
  readonly query: string
  readonly range: TimeRange
}

const styles = css`
  .bar { display: grid; grid-template-columns: minmax(0, 1fr) 12rem auto; gap: 0.5rem 1rem; align-items: start; }
  .query { position: relative; }
  .query > .icon {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline-start: 1rem;
    fill: var(--cds-icon-secondary);
    pointer-events: none;
  }
  .query .field { padding-inline: 2.75rem 2.75rem; text-overflow: ellipsis; }
  .query .field::-webkit-search-cancel-button { display: none; }
  .query .ghost { position: absolute; inset-block-start: 0; inset-inline-end: 0; }
  .go { padding-block-start: 1.375rem; }
  .below {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.5rem;
    color: var(--cds-text-secondary);
    font-size: 0.75rem;
    letter-spacing: 0.32px;
  }
  .chip {
    min-block-size: 1.5rem;
    padding: 0.125rem 0.5rem;
    border: 1px solid var(--cds-border-strong-01);
    border-radius: 0.75rem;
    background: transparent;
    color: var(--cds-text-secondary);
    cursor: pointer;
  }
  .chip:hover { background: var(--cds-background-hover); color: var(--cds-text-primary); }
  .chip:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 1px; }
  .custom {
    grid-column: 1 / -1;
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 17rem));
    gap: 0.5rem 1rem;
  }
  .custom .wrong { grid-column: 1 / -1; }
  @container (max-width: 42rem) {
    .bar { grid-template-columns: minmax(0, 1fr) auto; }
    .box { grid-column: 1 / -1; }
    .custom { grid-template-columns: minmax(0, 1fr); }
  }
`

/**
 * `<azure-security-query-bar>`: the query and the time range. Fires `wanted` with {@link Wanted}. `fault` says what is
 * wrong with the query.
 */
export class QueryBar extends LitElement {
  static override properties = {
    query: { attribute: false },
    range: { attribute: false },
    fault: { attribute: false },
    typed: { state: true },
    custom: { state: true }
  }

  static override styles = [controls, styles, completionStyles, faultStyles]

  declare query: string
  declare range: TimeRange
  declare fault: Fault | undefined
  /** Text in the box. */
  declare typed: string
  /** The times of the custom range while it is shown. */
  declare custom: { readonly from: string; readonly to: string } | undefined

  private readonly completing = new Completing(this, (from, text) => void this.complete(from, text))

  constructor() {
    super()
    followZone(this)
    this.query = ""
    this.range = { last: "24h" }
    this.fault = undefined
    this.typed = ""
    this.custom = undefined
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("query")) this.typed = this.query
    if (changed.has("range")) this.custom = this.range.last === undefined ? this.range : undefined
  }

  private want(range: TimeRange) {
    if (rangeFault(range) !== undefined) return
    this.completing.close()
    const detail: Wanted = { query: this.typed.trim(), range }
    this.dispatchEvent(new CustomEvent("wanted", { detail }))
  }

  private readonly go = () => this.want(this.custom ?? this.range)

  private get box() {
    return this.renderRoot.querySelector<HTMLInputElement>("#query")
  }

  private choose(event: Event) {
    const chosen = lastRanges.find(({ name }) => name === (event.target as HTMLSelectElement).value)
    if (chosen === undefined) {
      this.custom = times(this.range, Date.now())
      return
    }
    this.custom = undefined
    this.want({ last: chosen.name })
  }

  private async insert(text: string) {
    this.typed = `${this.typed.trimEnd()} ${text}`.trimStart()
    await this.updateComplete
    this.box?.focus()
    this.box?.setSelectionRange(this.typed.length, this.typed.length)
  }

  /** Puts a text in place of what is typed from a place up to the cursor. */
  private async complete(from: number, text: string) {
    const at = this.box?.selectionStart ?? this.typed.length
    this.typed = this.typed.slice(0, from) + text + this.typed.slice(at).trimStart()
    await this.updateComplete
    this.box?.focus()
    this.box?.setSelectionRange(from + text.length, from + text.length)
    this.completing.look(this.typed, from + text.length)
  }

  private time(label: string, end: "from" | "to", custom: { readonly from: string; readonly to: string }) {
    return html`<div>
      <label class="label" for=${end}>${label}</label>
      <input
        id=${end} class="field" type="datetime-local" step="1"
        aria-describedby="range-fault" aria-invalid=${rangeFault(custom) !== undefined}
        .value=${toInput(custom[end])}
        @change=${(event: Event) => {
      this.custom = { ...custom, [end]: fromInput((event.target as HTMLInputElement).value) }
    }}
        @keydown=${this.enter}
      >
    </div>`
  }

  private readonly enter = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return
    // The time that was just typed is set only after this event.
    setTimeout(this.go)
  }

  override render() {
    const { custom, fault } = this
    const faultOfRange = custom && rangeFault(custom)
    const last = custom === undefined ? this.range.last : undefined
    return html`
      <div class="bar" role="search" aria-label="Artifacts">
        <div class="box">
          <label class="label" for="query">Query</label>
          <div class="query">
            ${icons.search}
            <input
              id="query" class="field" type="search" role="combobox" aria-autocomplete="list"
              aria-expanded=${this.completing.isOpen} aria-controls="options"
              aria-activedescendant=${
      this.completing.activeId ?? nothing
    } enterkeyhint="search" autocomplete="off" autocapitalize="off"
              spellcheck="false" placeholder="Everything" aria-describedby="query-fault query-help"
              aria-invalid=${fault !== undefined} .value=${this.typed}
              @input=${(event: Event) => {
      const box = event.target as HTMLInputElement
      this.typed = box.value
      this.completing.look(this.typed, box.selectionStart ?? this.typed.length)
    }}
              @blur=${() => this.completing.close()}
              @keydown=${(event: KeyboardEvent) => {
      if (!this.completing.pressed(event) && event.key === "Enter") this.go()
    }}
            >${this.completing.render() ?? html`<ul id="options" role="listbox" aria-label="Suggestions" hidden></ul>`}
            <button
              class="ghost icon-only" type="button" aria-label="Clear the query" title="Clear the query"
              ?hidden=${this.typed === ""}
              @click=${() => {
      this.typed = ""
      this.go()
      this.box?.focus()
    }}
            >${icon("close")}</button>
          </div>
          <div id="query-fault" role="alert">${fault === undefined ? undefined : faultText(fault)}</div>
        </div>
        <div>
          <label class="label" for="range">Time range</label>
          <span class="choice"><select id="range" class="field" @change=${this.choose}>
            ${
      lastRanges.map(({ label, name }) => html`<option value=${name} .selected=${name === last}>${label}</option>`)
    }
            <option value="custom" .selected=${last === undefined}>Custom…</option>
          </select>${icon("chevron")}</span>
        </div>
        <div class="go"><cds-button size="md" @click=${this.go}>Search</cds-button></div>
        ${
      custom === undefined ? undefined : html`<div class="custom">
          ${this.time(`From (${zoneName()})`, "from", custom)}${this.time(`To (${zoneName()})`, "to", custom)}
          <div id="range-fault" class="wrong" role="alert" ?hidden=${faultOfRange === undefined}>${
        faultOfRange === undefined ? undefined : html`${icons.fault}<span>${faultOfRange}</span>`
      }</div>
        </div>`
    }
        <div class="below">
          <span id="query-help">As in Kibana: words, "phrases", field:value, AND OR NOT, * and ?, ranges, networks.</span>
          ${
      fields.map(({ example, name, of }) =>
        html`<button
            class="chip mono" type="button" title="${of}, for example ${example}" aria-label="Add ${name}: ${of}"
            @click=${() => this.insert(`${name}:`)}
          >${name}:</button>`
      )
    }
          <azure-security-searches
            .query=${this.typed} @chosen=${({ detail }: CustomEvent<string>) => {
      this.typed = detail
      this.go()
    }}
          ></azure-security-searches>
        </div>
      </div>
    `
  }
}

customElements.define("azure-security-query-bar", QueryBar)
