/** Signals → Search: finds the artifacts of the last days. */
import "@carbon/web-components/es/components/button/button.js"
import { html, LitElement, type PropertyValues } from "lit"
import { client, type IndexState, type StatusDocument } from "../Client.ts"
import type { Hearing } from "../Live.ts"
import { followZone } from "../Zone.ts"
import type { ArtifactDetail } from "./ArtifactDetail.ts"
import "./ArtifactDetail.ts"
import { chosen, remember, remembered, type Row, storage } from "./Columns.ts"
import { type QueryBar, type Wanted } from "./QueryBar.ts"
import "./QueryBar.ts"
import { Exporting } from "./Exporting.ts"
import type { ChosenTerm } from "./FactTools.ts"
import { end, nothingFound, notice, state } from "./Outcome.ts"
import { contrary, withTerm } from "./QueryText.ts"
import { type ResultsTable } from "./ResultsTable.ts"
import "./ResultsTable.ts"
import { DetailState, Unfolding } from "./DetailState.ts"
import "./FacetPanel.ts"
import "./Histogram.ts"
import type { Stretch } from "./Histogram.ts"
import { Searching } from "./SearchRequests.ts"
import { searchStyles } from "./SearchStyles.ts"
import { controls } from "./SharedStyles.ts"
import { type Order, orderDefault, thingColumns } from "./Things.ts"
import { fromAddress, type Place } from "./TimeRange.ts"
import { tools } from "./Tools.ts"
import { arrived, go, isHere, isSameSearch, stepsIn, told } from "./Trail.ts"

/** From this width the details fit beside the table. */
const wide = matchMedia("(min-width: 82rem)")

/** What the table of a place shows. */
const shownOf = ({ isSingle, order }: Place) => isSingle === true ? "artifacts" : order ?? orderDefault

/** `<azure-security-search>`: the view at `/signals/search`. */
export class SearchView extends LitElement {
  static override properties = {
    index: { attribute: false },
    hearing: { attribute: false },
    place: { state: true },
    shown: { state: true },
    left: { state: true }
  }

  static override styles = [controls, searchStyles]

  declare index: IndexState | undefined
  /** The page sets it for each view; this one shows nothing of it. */
  declare status: StatusDocument | undefined
  declare hearing: Hearing | undefined
  declare place: Place
  /** Names of the columns that are shown. */
  declare shown: ReadonlyArray<string>
  /** Labels of the columns for which the table is too narrow. */
  declare left: ReadonlyArray<string>
  private readonly searching = new Searching(this)
  private readonly exporting = new Exporting(this)
  private readonly details = new DetailState(this, (id) => this.place.artifact === id)
  private readonly unfolding = new Unfolding(this)

  constructor() {
    super()
    this.index = undefined
    this.status = undefined
    this.hearing = undefined
    this.place = fromAddress(location.search)
    this.shown = remembered(storage)
    this.left = []
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
    if (this.details.trouble !== undefined) void this.details.ask(this.place.artifact)
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
    const { path } = this.details
    const at = path.findLastIndex(({ id }) => id === artifact)
    this.details.set({
      row: path[at] ?? this.searching.results.rows.find(({ id }) => id === artifact),
      path: path.slice(0, Math.max(0, at))
    })
    void this.load(artifact)
  }

  private readonly signedIn = () => void (this.details.detail ?? this.details.ask(this.place.artifact))

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
    this.details.set({ detail: undefined, trouble: undefined })
    await this.updateComplete
    if (this.place.artifact !== id) return
    this.reopen()
    await this.details.ask(id)
  }

  private open(row: Row, path: ReadonlyArray<Row>, as: "details" | "same" = "details") {
    this.details.set({ path, row })
    this.go({ ...this.place, artifact: row.id }, row.id === this.place.artifact ? "same" : as)
    void this.load(row.id)
  }

  private back() {
    if (stepsIn() > 1) history.back()
    else this.open(this.details.path.at(-1)!, this.details.path.slice(0, -1), "same")
  }

  private readonly again = () => {
    const { query, range } = this.place
    if (range.last === undefined && this.searching.isLive) this.searching.live(false)
    this.unfolding.clear()
    void this.searching.search(query, range, shownOf(this.place))
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
    this.details.clear()
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

  /** Shows single artifacts, or alerts and incidents in an order. */
  private readonly arrange = ({ isSingle, order }: { readonly isSingle?: boolean; readonly order?: Order }) => {
    const place = {
      ...this.place,
      ...(isSingle === undefined ? {} : { isSingle }),
      ...(order === undefined ? {} : { order })
    }
    this.go(place, "same")
    this.again()
  }

  private async fold(row: Row) {
    // The row's own details say why its evidence is not to be had.
    if (!await this.unfolding.turn(row)) this.open(row, [])
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

  override render() {
    const { fault, loading, overview, results, said, things } = this.searching
    const { artifact, isSingle, order, query, range } = this.place
    const { detail, path, row, trouble } = this.details
    return html`
      <header><h1 tabindex="-1">Search</h1>${state(this.searching, this.hearing === "lost")}</header>
      <azure-security-query-bar
        .query=${query} .range=${range} .fault=${fault} @wanted=${(event: CustomEvent<Wanted>) =>
      this.want(event.detail)}
      ></azure-security-query-bar>
      <div class="split ${artifact === undefined ? "" : "open"}">
        <azure-security-facets
          .overview=${overview} @term=${(event: CustomEvent<ChosenTerm>) => this.narrow(event.detail)}
        ></azure-security-facets>
        <div class="list">
          <azure-security-histogram
            .overview=${overview} @stretch=${({ detail }: CustomEvent<Stretch>) =>
      this.want({
        query: this.place.query,
        range: { from: new Date(detail.from).toISOString(), to: new Date(detail.to).toISOString() }
      })}
          ></azure-security-histogram>
          ${
      tools(this.searching, this.exporting, {
        arrange: this.arrange,
        choose: this.choose,
        isCustom: range.last === undefined,
        left: this.left,
        shown: this.shown
      })
    }
          <p class="unseen" role="status">${said}</p>
          <div class="bar ${loading === "no" ? "" : "busy"}" aria-hidden="true"></div>
          ${notice(this.searching, this.again)}
          <azure-security-results
            .results=${results} .columns=${[...chosen(this.shown), ...(isSingle === true ? [] : thingColumns(things))]}
            .opened=${artifact} .things=${things} .unfolded=${this.unfolding.rows} ?loading=${loading === "first"}
            ?isGrouped=${isSingle !== true && (order?.group ?? "none") !== "none"}
            @fitted=${(event: CustomEvent<ReadonlyArray<string>>) => {
      this.left = event.detail
    }}
            @fold=${(event: CustomEvent<Row>) => void this.fold(event.detail)}
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
            .row=${row} .detail=${detail} .trouble=${trouble} ?deeper=${path.length > 0}
            @leave=${this.leave}
            @open=${(event: CustomEvent<Row>) => this.open(event.detail, row ? [...path, row] : [])}
            @back=${this.back}
            @term=${(event: CustomEvent<ChosenTerm>) => this.narrow(event.detail)}
          ></azure-security-detail>
        </dialog>
      </div>
    `
  }
}

customElements.define("azure-security-search", SearchView)
