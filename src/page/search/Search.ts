/**
 * Signals → Search: finds the artifacts of the last days.
 *
 * @since 0.1.0
 */
import "@carbon/web-components/es/components/button/button.js"
import "@carbon/web-components/es/components/checkbox/checkbox.js"
import { html, LitElement, type PropertyValues } from "lit"
import { client, type Detail, type IndexState, Refused, type StatusDocument } from "../Client.ts"
import { visible } from "../Text.ts"
import { type ArtifactDetail } from "./ArtifactDetail.ts"
import "./ArtifactDetail.ts"
import { chosen, columns, initialNames, remember, remembered, type Row } from "./Columns.ts"
import "./Foldout.ts"
import { counted, indexLine } from "./Format.ts"
import { icons } from "./Icons.ts"
import { type Wanted } from "./QueryBar.ts"
import "./QueryBar.ts"
import { end, nothingFound, notice } from "./Outcome.ts"
import { withTerm } from "./QueryText.ts"
import { type ResultsTable } from "./ResultsTable.ts"
import "./ResultsTable.ts"
import { Searching } from "./Searching.ts"
import { searchStyles } from "./SearchStyles.ts"
import { controls } from "./Styles.ts"
import { fromAddress, type Place, toAddress } from "./TimeRange.ts"

/** From here on there is room for the details beside the table. */
const wide = matchMedia("(min-width: 82rem)")

/**
 * `<azure-security-search>`: the view at `/signals/search`.
 *
 * @category elements
 * @since 0.1.0
 */
export class SearchView extends LitElement {
  static override properties = {
    index: { attribute: false },
    status: { attribute: false },
    place: { state: true },
    shown: { state: true },
    row: { state: true },
    detail: { state: true },
    trouble: { state: true },
    path: { state: true }
  }

  static override styles = [controls, searchStyles]

  declare index: IndexState | undefined
  declare status: StatusDocument | undefined
  declare place: Place
  /** Names of the columns that are shown. */
  declare shown: ReadonlyArray<string>
  declare row: Row | undefined
  declare detail: Detail | undefined
  /** Why there are no details. */
  declare trouble: string | undefined
  /** Artifacts whose details were open before these. */
  declare path: ReadonlyArray<Row>

  private readonly searching = new Searching(this)

  constructor() {
    super()
    this.index = undefined
    this.status = undefined
    this.place = fromAddress(location.search)
    this.shown = remembered(localStorage)
    this.row = undefined
    this.detail = undefined
    this.trouble = undefined
    this.path = []
  }

  override connectedCallback() {
    super.connectedCallback()
    addEventListener("popstate", this.arrive)
    wide.addEventListener("change", this.reopen)
    this.arrive()
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    removeEventListener("popstate", this.arrive)
    wide.removeEventListener("change", this.reopen)
  }

  override willUpdate(changed: PropertyValues<this>) {
    // Whichever was told last holds.
    if (changed.has("index") && this.index !== undefined) this.searching.index = this.index
  }

  private readonly arrive = () => {
    this.place = fromAddress(location.search)
    this.again()
    if (this.place.artifact !== undefined) void this.load(this.place.artifact)
    else this.close()
  }

  private go(place: Place) {
    this.place = place
    history.replaceState(history.state, "", `${location.pathname}${toAddress(place)}${location.hash}`)
  }

  private want({ query, range }: Wanted) {
    this.go({ ...this.place, query, range })
    if (range.last === undefined && this.searching.isLive) this.searching.live(false)
    void this.searching.search(query, range)
  }

  private async load(id: string) {
    this.go({ ...this.place, artifact: id })
    this.detail = undefined
    this.trouble = undefined
    await this.updateComplete
    this.reopen()
    const isWanted = () => this.place.artifact === id
    try {
      const detail = await client.detail(id)
      if (!isWanted()) return
      this.detail = detail
      // An incident has a row for each state that it was in: the one that was opened stays.
      if (this.row?.id !== detail.row.id) this.row = detail.row
    } catch (cause) {
      if (!isWanted()) return
      const isGone = cause instanceof Refused && cause.body._tag === "NoSuchArtifact"
      this.trouble = isGone || !(cause instanceof Refused)
        ? "This artifact is not in the index: it may be too old, or not indexed yet."
        : visible(cause.why)
    }
  }

  private open(row: Row, path: ReadonlyArray<Row>) {
    this.path = path
    this.row = row
    void this.load(row.id)
  }

  private readonly again = () => void this.searching.search(this.place.query, this.place.range)

  private get dialog() {
    return this.renderRoot.querySelector<HTMLDialogElement>("dialog")
  }

  /** Beside the table where there is room, else above everything. */
  private readonly reopen = () => {
    const { dialog } = this
    if (dialog === null || this.place.artifact === undefined) return
    if (dialog.open && dialog.matches(":modal") === wide.matches) dialog.close("moved")
    if (!dialog.open) {
      if (wide.matches) dialog.show()
      else dialog.showModal()
    }
    const detail = dialog.querySelector<ArtifactDetail>("azure-security-detail")
    void detail?.updateComplete.then(() => detail.focusHeading())
  }

  private close() {
    this.dialog?.close()
    this.row = undefined
    this.detail = undefined
    this.trouble = undefined
    this.path = []
  }

  private leave() {
    if (this.place.artifact === undefined) return
    this.close()
    this.go({ ...this.place, artifact: undefined })
    this.renderRoot.querySelector<ResultsTable>("azure-security-results")?.focusRow()
  }

  private choose(names: ReadonlyArray<string>) {
    this.shown = chosen(names).map(({ name }) => name)
    remember(localStorage, this.shown)
  }

  private get state() {
    const { index } = this.searching
    if (index === undefined) return undefined
    const { text, tone } = indexLine(index)
    return html`<p class="index ${tone}"><span class="dot" aria-hidden="true"></span>${text}</p>`
  }

  private get tools() {
    const { asked, isLive, results } = this.searching
    const { length } = results.rows
    const isCustom = this.place.range.last === undefined
    return html`<div class="tools">
      <p class="found">${
      length === 0 ? "" : `${results.next === null ? "" : "Newest "}${counted(length, "artifact")}`
    }</p>
      <button
        class="ghost switch" type="button" role="switch" aria-checked=${isLive} ?disabled=${isCustom}
        title=${isCustom ? "Live tail needs a range that ends now" : "Shows what comes in, as it comes in"}
        @click=${() => this.searching.live(!isLive)}
      ><span class="track"></span>Live tail</button>
      <azure-security-foldout label="Columns" .icon=${icons.columns}>
        <div class="columns">${
      columns.map(({ label, name }) =>
        html`<cds-checkbox
            label-text=${label} ?checked=${this.shown.includes(name)} name=${name}
            @cds-checkbox-changed=${(event: CustomEvent<{ readonly checked: boolean }>) =>
          this.choose(event.detail.checked ? [...this.shown, name] : this.shown.filter((other) => other !== name))}
          ></cds-checkbox>`
      )
    }</div>
        <button class="ghost small" type="button" @click=${() => this.choose(initialNames)}>Show the usual ones</button>
      </azure-security-foldout>
      <azure-security-foldout label="Export" .icon=${icons.download}>
        <p class="hint">Everything that this search finds, not only the rows that are shown.</p>
        ${
      asked === undefined ?
        undefined :
        (["ndjson", "csv"] as const).map((format) =>
          html`<a class="ghost" download="artifacts.${format}" href=${
            client.exportUrl(asked, format)
          }>${icons.download}<span>${format === "csv" ? "CSV: one line a row" : "NDJSON: whole artifacts"}</span></a>`
        )
    }
      </azure-security-foldout>
    </div>`
  }

  override render() {
    const { fault, loading, results, said } = this.searching
    const { artifact, query, range } = this.place
    return html`
      <header><h1 tabindex="-1">Search</h1>${this.state}</header>
      <azure-security-query-bar
        .query=${query} .range=${range} .fault=${fault} @wanted=${(event: CustomEvent<Wanted>) =>
      this.want(event.detail)}
      ></azure-security-query-bar>
      <div class="split ${artifact === undefined ? "" : "open"}">
        <div class="list">
          ${this.tools}
          <p class="unseen" role="status">${said}</p>
          <div class="bar ${loading === "no" ? "" : "busy"}" aria-hidden="true"></div>
          ${notice(this.searching, this.again)}
          <azure-security-results
            .results=${results} .columns=${chosen(this.shown)} .opened=${artifact} ?loading=${loading === "first"}
            @open=${(event: CustomEvent<Row>) => this.open(event.detail, [])}
          ></azure-security-results>
          ${nothingFound(this.searching, this.place, () => this.want({ query, range: { last: "30d" } }))}${
      end(this.searching)
    }
        </div>
        <dialog
          aria-label="Details of the artifact"
          @cancel=${(event: Event) => {
      event.preventDefault()
      this.leave()
    }}
          @keydown=${(event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.leave()
    }}
        >
          <azure-security-detail
            .row=${this.row} .detail=${this.detail} .trouble=${this.trouble} ?deeper=${this.path.length > 0}
            @leave=${this.leave}
            @open=${(event: CustomEvent<Row>) => this.open(event.detail, this.row ? [...this.path, this.row] : [])}
            @back=${() => this.open(this.path.at(-1)!, this.path.slice(0, -1))}
            @term=${(event: CustomEvent<string>) => this.want({ query: withTerm(query, event.detail), range })}
          ></azure-security-detail>
        </dialog>
      </div>
    `
  }
}

customElements.define("azure-security-search", SearchView)
