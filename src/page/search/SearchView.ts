/** Signals → Search: finds the artifacts of the last days. */
import "@carbon/web-components/es/components/button/button.js"
import { html, LitElement, type PropertyValues } from "lit"
import { client, type Detail, type IndexState, Refused, type StatusDocument } from "../Client.ts"
import type { Hearing } from "../Live.ts"
import { sentence } from "../Text.ts"
import { followZone } from "../Zone.ts"
import type { ArtifactDetail, ChosenTerm } from "./ArtifactDetail.ts"
import "./ArtifactDetail.ts"
import { indexLine } from "./ArtifactFormat.ts"
import { chosen, remember, remembered, type Row, storage } from "./Columns.ts"
import { type QueryBar, type Wanted } from "./QueryBar.ts"
import "./QueryBar.ts"
import { Exporting } from "./Exporting.ts"
import { end, nothingFound, notice } from "./Outcome.ts"
import { contrary, withTerm } from "./QueryText.ts"
import { type ResultsTable } from "./ResultsTable.ts"
import "./ResultsTable.ts"
import { Searching } from "./SearchRequests.ts"
import { searchStyles } from "./SearchStyles.ts"
import { controls } from "./SharedStyles.ts"
import { fromAddress, type Place } from "./TimeRange.ts"
import { tools } from "./Tools.ts"
import { arrived, go, isHere, isSameSearch, stepsIn, told } from "./Trail.ts"

/** From this width the details fit beside the table. */
const wide = matchMedia("(min-width: 82rem)")

/** `<azure-security-search>`: the view at `/signals/search`. */
export class SearchView extends LitElement {
  static override properties = {
    index: { attribute: false },
    hearing: { attribute: false },
    place: { state: true },
    shown: { state: true },
    row: { state: true },
    detail: { state: true },
    trouble: { state: true },
    path: { state: true }
  }

  static override styles = [controls, searchStyles]

  declare index: IndexState | undefined
  /** The page sets `status` for each view. The property is not reactive, because this view shows nothing of it. */
  declare status: StatusDocument | undefined
  declare hearing: Hearing | undefined
  declare place: Place
  /** Names of the columns that are shown. */
  declare shown: ReadonlyArray<string>
  declare row: Row | undefined
  declare detail: Detail | undefined
  /** Why the details failed. */
  declare trouble: string | undefined
  /** Artifacts whose details were opened before these. */
  declare path: ReadonlyArray<Row>

  private readonly searching = new Searching(this)
  private readonly exporting = new Exporting(this)

  constructor() {
    super()
    this.index = undefined
    this.status = undefined
    this.hearing = undefined
    this.place = fromAddress(location.search)
    this.shown = remembered(storage)
    this.row = undefined
    this.detail = undefined
    this.trouble = undefined
    this.path = []
    followZone(this)
  }

  override connectedCallback() {
    super.connectedCallback()
    addEventListener("popstate", this.follow)
    addEventListener("signed-in", this.signedIn)
    wide.addEventListener("change", this.reopen)
    this.place = arrived()
    this.again()
    if (this.place.artifact !== undefined) void this.load(this.place.artifact)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    removeEventListener("popstate", this.follow)
    removeEventListener("signed-in", this.signedIn)
    wide.removeEventListener("change", this.reopen)
    this.close()
  }

  override willUpdate(changed: PropertyValues<this>) {
    // The latest state counts, from an event or from a search.
    if (changed.has("index") && this.index !== undefined) this.searching.index = this.index
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.get("hearing") !== "lost" || this.hearing === "lost") return
    this.searching.recover()
    if (this.trouble !== undefined) void this.ask()
  }

  /** Handles the browser's Back and Forward. */
  private readonly follow = () => {
    if (!isHere()) return
    const before = this.place
    this.place = told()
    if (!isSameSearch(before, this.place)) this.again()
    const { artifact } = this.place
    if (artifact === before.artifact) return
    if (artifact === undefined) return this.shut()
    const at = this.path.findLastIndex(({ id }) => id === artifact)
    this.row = this.path[at] ?? this.searching.results.rows.find(({ id }) => id === artifact)
    this.path = this.path.slice(0, Math.max(0, at))
    void this.load(artifact)
  }

  private readonly signedIn = () => {
    if (this.place.artifact !== undefined && this.detail === undefined) void this.ask()
  }

  private go(place: Place, as: "query" | "details" | "same") {
    go(this.place, place, as)
    this.place = place
  }

  private want({ query, range }: Wanted) {
    const place = { ...this.place, query, range }
    this.go(place, isSameSearch(this.place, place) ? "same" : "query")
    this.again()
    // A search whose query is not kept is a search all the same.
    if (query !== "") void client.keepSearch({ searched: query }).catch(() => undefined)
  }

  private async load(id: string) {
    this.detail = undefined
    this.trouble = undefined
    await this.updateComplete
    if (this.place.artifact !== id) return
    this.reopen()
    await this.ask()
  }

  private async ask() {
    const id = this.place.artifact
    if (id === undefined) return
    this.trouble = undefined
    try {
      const detail = await client.detail(id)
      if (this.place.artifact !== id) return
      this.detail = detail
      // An incident has a row for each of its versions, and the opened row stays.
      if (this.row?.id !== detail.row.id) this.row = detail.row
    } catch (cause) {
      if (this.place.artifact !== id) return
      const tag = cause instanceof Refused ? cause.body._tag : "Unexpected"
      // The page asks to sign in; the view asks again after that.
      if (tag === "SignInNeeded") return
      this.trouble = tag === "NoSuchArtifact" || !(cause instanceof Refused)
        ? "This artifact is not in the index: it may be too old, or not indexed yet."
        : sentence(cause.why)
    }
  }

  private open(row: Row, path: ReadonlyArray<Row>, as: "details" | "same" = "details") {
    this.path = path
    this.row = row
    this.go({ ...this.place, artifact: row.id }, row.id === this.place.artifact ? "same" : as)
    void this.load(row.id)
  }

  private back() {
    if (stepsIn() > 1) history.back()
    else this.open(this.path.at(-1)!, this.path.slice(0, -1), "same")
  }

  private readonly again = () => {
    const { query, range } = this.place
    if (range.last === undefined && this.searching.isLive) this.searching.live(false)
    void this.searching.search(query, range)
  }

  private get dialog() {
    return this.renderRoot.querySelector<HTMLDialogElement>("dialog")
  }

  /** Shows the details beside the table, or as a modal when the window is too narrow. */
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

  private shut() {
    this.close()
    this.renderRoot.querySelector<ResultsTable>("azure-security-results")?.focusRow()
  }

  private leave() {
    if (this.place.artifact === undefined) return
    const place = { ...this.place, artifact: undefined }
    const steps = stepsIn()
    if (steps === 0) this.go(place, "same")
    else {
      this.place = place
      history.go(-steps)
    }
    this.shut()
  }

  private readonly choose = (names: ReadonlyArray<string>) => {
    this.shown = chosen(names).map(({ name }) => name)
    remember(storage, this.shown)
  }

  /** Takes a term into the query in the box, even if that was not searched for yet. */
  private narrow({ as, term }: ChosenTerm) {
    if (as === "only") return this.want({ query: term, range: this.place.range })
    const typed = this.renderRoot.querySelector<QueryBar>("azure-security-query-bar")?.typed ?? this.place.query
    this.want({ query: withTerm(typed, as === "exclude" ? contrary(term) : term), range: this.place.range })
  }

  private get state() {
    const { index } = this.searching
    if (index === undefined) return undefined
    const { text, tone } = indexLine(index, this.hearing === "lost")
    return html`<p class="index ${tone}"><span class="dot" aria-hidden="true"></span>${text}</p>`
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
          ${
      tools(this.searching, this.exporting, {
        choose: this.choose,
        isCustom: range.last === undefined,
        shown: this.shown
      })
    }
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
            @back=${this.back}
            @term=${(event: CustomEvent<ChosenTerm>) => this.narrow(event.detail)}
          ></azure-security-detail>
        </dialog>
      </div>
    `
  }
}

customElements.define("azure-security-search", SearchView)
