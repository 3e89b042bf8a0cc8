/** The tab of all that is related to an artifact: its alert, its incident, and others that have something in common with it. */
import { css, html, LitElement, type PropertyValues } from "lit"
import { client, type Detail, type FoundThings } from "../Client.ts"
import { count } from "../Format.ts"
import { clockTime, counted } from "../search/ArtifactFormat.ts"
import { about, kind, type Row } from "../search/Columns.ts"
import { severityMark } from "../search/SearchIcons.ts"
import { controls } from "../search/SharedStyles.ts"
import { clipped, harmless, titled } from "../Text.ts"
import { followZone } from "../Zone.ts"
import { evidenceOf } from "./EvidenceStory.ts"
import { recordOf } from "./RecordJson.ts"
import { type Common, commonsOf, hashesOf } from "./Related.ts"
import { entitiesOf, entitiesOfRows } from "./StoryEntities.ts"
import { wholeRange } from "./WholeRange.ts"

/** Alerts that are shown of each value. */
const shownMax = 5

interface Found {
  readonly common: Common
  readonly rows: ReadonlyArray<Row>
  readonly total: number
}

const styles = css`
  section + section { margin-block-start: 1.5rem; }
  h3 { display: flex; flex-wrap: wrap; gap: 0 0.5rem; margin: 0 0 0.5rem; font-size: 0.875rem; font-weight: 600; }
  h3 bdi { overflow-wrap: anywhere; }
  h3 span, p, .quiet { color: var(--cds-text-secondary); font-weight: 400; }
  p { margin: 0 0 0.75rem; }
  ul { margin: 0; padding: 0; border-block-start: 1px solid var(--cds-border-subtle-01); list-style: none; }
  .row {
    display: grid;
    gap: 0.25rem;
    inline-size: 100%;
    padding: 0.625rem 0.75rem;
    border: 0;
    border-block-end: 1px solid var(--cds-border-subtle-01);
    background: transparent;
    cursor: pointer;
    text-align: start;
  }
  .row:hover { background: var(--cds-layer-hover-01); }
  .row:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
  .row:disabled { background: var(--cds-layer-selected-01); color: inherit; cursor: default; }
  .row .kind { font-weight: 600; }
  .row .severity, .row .quiet { font-size: 0.75rem; }
  .line { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-inline-size: 0; }
  .line span { flex: none; }
  .line bdi { min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .ghost { padding-inline: 0; }
`

/** `<azure-security-related>`: fires `open` with a row, and `term` with a `ChosenTerm`. */
export class RelatedTab extends LitElement {
  static override properties = {
    detail: { attribute: false },
    artifact: { attribute: false },
    found: { state: true },
    isDone: { state: true }
  }
  static override styles = [controls, styles]

  declare detail: Detail
  /** The artifact with its message parsed; undefined where its file is gone. */
  declare artifact: unknown
  declare found: ReadonlyArray<Found>
  declare isDone: boolean

  constructor() {
    super()
    followZone(this)
    this.artifact = undefined
    this.found = []
    this.isDone = false
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("detail")) void this.load(this.detail)
  }

  /** Asks for one value after another, because the index answers one question at a time. */
  private async load(detail: Detail) {
    this.found = []
    this.isDone = false
    const { alert, members, row } = detail
    const rows = [row, ...(row.alert_id === undefined ? members : alert)]
    const isAlert = row.evidence === undefined && row.alert_id !== undefined && this.artifact !== undefined
    const entities = isAlert ? entitiesOf(evidenceOf(recordOf(this.artifact))) : entitiesOfRows(rows)
    await this.ask(detail, commonsOf(row, entities, hashesOf(recordOf(this.artifact), rows)))
    if (this.detail === detail) this.isDone = true
  }

  private async ask(detail: Detail, [common, ...others]: ReadonlyArray<Common>): Promise<void> {
    if (common === undefined || this.detail !== detail || !this.isConnected) return
    let found: FoundThings
    try {
      found = await client.things({ query: common.query, ...wholeRange, limit: shownMax })
    } catch {
      return
    }
    if (this.detail !== detail) return
    const { things, total_things: total } = found
    if (total > 0) this.found = [...this.found, { common, rows: things.map(({ row }) => row), total }]
    return this.ask(detail, others)
  }

  private row(row: Row) {
    const { row: own } = this.detail
    const isThis = row.id === own.id && row.key === own.key
    const who = row.user ?? row.hostname ?? row.src_ip ?? row.email_from ?? row.file_name ?? ""
    const what = row.evidence === undefined ? titled(row.title, 120) : about(row)
    return html`<li><button
      class="row" type="button" ?disabled=${isThis} aria-current=${isThis}
      @click=${() => this.dispatchEvent(new CustomEvent("open", { detail: row }))}
    >
      <span class="line"><bdi class="kind">${kind(row)}</bdi>${severityMark(row.severity)}</span>
      <span class="line"><bdi>${what}</bdi></span>
      <span class="line quiet"><span>${clockTime(row.time)}</span><bdi>${harmless(clipped(who, 80))}</bdi></span>
    </button></li>`
  }

  private rows(label: string, rows: ReadonlyArray<Row>, none: string) {
    return html`<section><h3>${label}</h3>${
      rows.length === 0 ? html`<p>${none}</p>` : html`<ul>${rows.map((row) => this.row(row))}</ul>`
    }</section>`
  }

  private common({ common: { kind, term, text }, rows, total }: Found) {
    return html`<section>
      <h3><span>Same ${kind}</span><bdi>${text}</bdi><span>${counted(total, "other alert")}</span></h3>
      <ul>${rows.map((row) => this.row(row))}</ul>
      ${
      total <= rows.length ?
        undefined :
        html`<button class="ghost small" type="button" @click=${() =>
          this.dispatchEvent(new CustomEvent("term", { detail: { term, as: "only" } }))}
      >Search for all ${count(total)}</button>`
    }
    </section>`
  }

  override render() {
    const { alert, incident, members, row } = this.detail
    const isIncident = row.alert_id === undefined
    return html`
      ${
      isIncident ? undefined : this.rows("Alert and its evidence", alert, "The index has nothing else of this alert.")
    }
      ${
      isIncident
        ? this.rows("Other versions of the incident", incident, "The index has one version of this incident.")
        : this.rows("Incident", incident, "The index has no incident of this artifact.")
    }
      ${
      this.rows(
        isIncident ? "Alerts and their evidence" : "Other alerts of the incident",
        members,
        isIncident ? "The index has no alert of this incident." : "The index has no other alert of this incident."
      )
    }
      ${this.found.map((found) => this.common(found))}
      <p role="status">${
      !this.isDone
        ? "Looking for others with the same users, hosts, addresses, URLs, files and mails…"
        : this.found.length === 0
        ? "Nothing else in the index has its users, hosts, addresses, URLs, files or mails."
        : ""
    }</p>`
  }
}

customElements.define("azure-security-related", RelatedTab)
