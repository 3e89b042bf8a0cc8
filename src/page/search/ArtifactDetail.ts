/** The details of one artifact: its fields, its alert and incident, and its JSON. */
import { html, LitElement, nothing, type PropertyValues } from "lit"
import type { Detail } from "../Client.ts"
import { icon } from "../Icons.ts"
import { clipped, titled } from "../Text.ts"
import { followZone } from "../Zone.ts"
import { kind, type Row } from "./Columns.ts"
import "./CopyButton.ts"
import { fullTime } from "./ArtifactFormat.ts"
import { detailStyles } from "./DetailStyles.ts"
import { type Fact, facts } from "./Facts.ts"
import { factTools } from "./FactTools.ts"
import "./HistoryTab.ts"
import "../story/RelatedTab.ts"
import "../story/StoryView.ts"
import { artifactValue, type Bounds, brief, full, jsonLines } from "./JsonText.ts"
import { portalLink } from "./PortalLink.ts"
import { icons, severityMark } from "./SearchIcons.ts"
import { controls } from "./SharedStyles.ts"

/** Longer values are cut, with a button that shows all. */
const valueMax = 300
const headingMax = 200

type Tab = "summary" | "related" | "history" | "json"

const tabs: ReadonlyArray<{ readonly name: Tab; readonly label: string }> = [
  { name: "summary", label: "Summary" },
  {
    name: "related",
    label: "Related"
  },
  { name: "history", label: "History" },
  { name: "json", label: "JSON" }
]

/**
 * `<azure-security-detail>`: fires `term` with a {@link ChosenTerm} when a value is chosen, `open` with a related row, `back`
 * and `leave`. `row` is shown while `detail` is loading; `trouble` says why it failed.
 */
export class ArtifactDetail extends LitElement {
  static override properties = {
    row: { attribute: false },
    detail: { attribute: false },
    trouble: { attribute: false },
    deeper: { type: Boolean },
    tab: { state: true },
    bounds: { state: true },
    unfolded: { state: true }
  }

  static override styles = [controls, detailStyles]

  declare row: Row | undefined
  declare detail: Detail | undefined
  declare trouble: string | undefined
  /** Whether the details were opened from those of another artifact. */
  declare deeper: boolean
  declare tab: Tab
  declare bounds: Bounds
  /** Values that are shown in full. */
  declare unfolded: ReadonlySet<string>

  private value: unknown

  constructor() {
    super()
    followZone(this)
    this.row = undefined
    this.detail = undefined
    this.trouble = undefined
    this.deeper = false
    this.tab = "summary"
    this.bounds = brief
    this.unfolded = new Set()
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has("detail")) return
    const artifact = this.detail?.artifact
    this.value = artifact === null || artifact === undefined ? undefined : artifactValue(artifact)
    this.bounds = brief
    this.unfolded = new Set()
  }

  /** Focuses the heading, where a screen reader starts. */
  focusHeading(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus()
  }

  private fire(name: "term" | "open" | "back" | "leave", detail?: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  private readonly passed = (event: CustomEvent<unknown>) => this.fire(event.type as "term" | "open", event.detail)

  private readonly turn = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ name }) => name === this.tab)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    this.tab = tabs.at(to % tabs.length)!.name
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${this.tab}`)?.focus())
  }

  private fact({ isDisarmed, label, term, text, value }: Fact, place: string) {
    const isLong = text.length > valueMax && !this.unfolded.has(place)
    const shown = isLong ? clipped(text, valueMax) : text
    return html`<dt>${label}</dt>
      <dd>
        <span class="text">${
      term === undefined ? shown : html`<button
            class="value" type="button" title="Add to the query" aria-label="Add ${label} ${
        clipped(text, 100)
      } to the query"
            @click=${() => this.fire("term", { term, as: "add" })}
          >${label === "Severity" ? severityMark(shown) : shown}</button>`
    }${
      isLong
        ? html` <button class="whole" type="button" @click=${() => {
          this.unfolded = new Set([...this.unfolded, place])
        }}>Show all of it</button>`
        : undefined
    }</span>
        ${
      factTools({ isDisarmed, label, text, value, ...(term === undefined ? {} : { term }) }, (chosen) =>
        this.fire("term", chosen))
    }
      </dd>`
  }

  private summary(detail: Detail) {
    return html`
      ${
      detail.artifact === null
        ? html`<p class="quiet">The artifact's file is gone; only what the index kept is shown.</p>`
        : undefined
    }
      <azure-security-story .detail=${detail} .artifact=${this.value} @term=${this.passed} @open=${this.passed}></azure-security-story>
      ${
      facts(detail, this.value).map(({ facts, label }) =>
        html`<section>
          <h3>${label}</h3>
          <dl>${facts.map((fact, place) => this.fact(fact, `${label} ${place}`))}</dl>
        </section>`
      )
    }`
  }

  private shown: { readonly detail: Detail; readonly rows: ReadonlyArray<Row> } | undefined

  /** The versions of the alert or incident, or of the alert of an evidence. */
  private versions(detail: Detail): ReadonlyArray<Row> {
    const { alert, incident, row } = detail
    const all = row.stream === "azure_security_incident" && row.alert_id === undefined
      ? [row, ...incident]
      : [row, ...alert]
    const rows = all.filter(({ evidence }) => evidence === undefined)
    // The same list as long as the details are the same, because a new one is read anew.
    if (this.shown?.detail !== detail) this.shown = { detail, rows }
    return this.shown.rows
  }

  private json({ artifact }: Detail) {
    if (artifact === null) return html`<p class="quiet">The artifact's file is gone.</p>`
    const { isWhole, lines } = jsonLines(this.value, this.bounds)
    return html`
      <div class="actions">
        <azure-security-copy wordy label="JSON" .text=${artifact}></azure-security-copy>
        ${
      isWhole
        ? undefined
        : this.bounds === full
        ? html`<span class="quiet">Too large to be shown completely: copy or export it.</span>`
        : html`<button class="ghost small" type="button" @click=${() => {
          this.bounds = full
        }}>Show long texts and lists</button>`
    }
      </div>
      <p class="quiet">As it was published; <code>message</code>, the record of Microsoft Graph, is shown parsed.</p>
      <pre class="mono" tabindex="0" role="region" aria-label="JSON">${
      lines.map((pieces) =>
        html`${
          pieces.map(({ kind, text }) => kind === "mark" ? text : html`<span class=${kind}>${text}</span>`)
        }${"\n"}`
      )
    }</pre>`
  }

  private get content() {
    if (this.trouble !== undefined) {
      return html`<p class="wrong" role="alert">${icons.fault}<span>${this.trouble}</span></p>`
    }
    if (this.detail === undefined) {
      return html`<p class="unseen" role="status">Loading</p>${
        Array.from({ length: 6 }, () => html`<span class="skeleton"></span>`)
      }`
    }
    if (this.tab === "history") {
      return html`<azure-security-history-of .rows=${this.versions(this.detail)}></azure-security-history-of>`
    }
    if (this.tab === "related") {
      return html`<azure-security-related
        .detail=${this.detail} .artifact=${this.value} @term=${this.passed} @open=${this.passed}
      ></azure-security-related>`
    }
    return this.tab === "json" ? this.json(this.detail) : this.summary(this.detail)
  }

  override render() {
    const { row } = this
    if (row === undefined && this.detail === undefined && this.trouble === undefined) return undefined
    const related = this.detail &&
      this.detail.alert.length + this.detail.incident.length + this.detail.members.length
    return html`
      <header>
        <div class="bar">
          <button
            class="ghost icon-only" type="button" aria-label="Back" title="Back" ?hidden=${!this.deeper}
            @click=${() => this.fire("back")}
          >${icons.back}</button>
          <span class="quiet kind">${row === undefined ? "" : kind(row)}</span>
          <button class="ghost icon-only" type="button" aria-label="Close the details" title="Close the details" @click=${() =>
      this.fire("leave")}>${icon("close")}</button>
        </div>
        <h2 id="heading" tabindex="-1"><bdi>${row === undefined ? "Artifact" : titled(row.title, headingMax)}</bdi></h2>
        <p class="line quiet">${
      row === undefined
        ? undefined
        : html`${severityMark(row.severity)}<span>${fullTime(row.time)}</span>${portalLink(this.value)}`
    }</p>
        <div class="tabs" role="tablist" ?hidden=${
      this.trouble !== undefined
    } aria-label="Details" @keydown=${this.turn}>${
      tabs.map(({ label, name }) =>
        html`<button
          id="tab-${name}" role="tab" type="button" aria-controls="content" aria-selected=${name === this.tab}
          tabindex=${name === this.tab ? 0 : -1}
          @click=${() => {
          this.tab = name
        }}
        >${label}${name === "related" && related !== undefined ? ` (${related})` : ""}</button>`
      )
    }</div>
      </header>
      <div
        id="content" role=${this.trouble === undefined ? "tabpanel" : nothing} aria-labelledby=${
      this.trouble === undefined ? `tab-${this.tab}` : nothing
    } tabindex="-1"
      >${this.content}</div>
    `
  }
}

customElements.define("azure-security-detail", ArtifactDetail)
