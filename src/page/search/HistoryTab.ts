/** The versions of an alert or incident, and what changed between them. */
import { css, html, LitElement, type PropertyValues } from "lit"
import { client } from "../Client.ts"
import { clipped, harmless } from "../Text.ts"
import { followZone } from "../Zone.ts"
import { fullTime } from "./ArtifactFormat.ts"
import type { Row } from "./Columns.ts"
import { artifactValue } from "./JsonText.ts"
import { controls } from "./SharedStyles.ts"
import { changedAt, changes } from "./Versions.ts"

/** Versions that are read and compared, the latest. */
const versionsMax = 10
const valueMax = 120

interface Version {
  readonly row: Row
  readonly at: string
  readonly artifact: unknown
}

const styles = css`
  ol { margin: 0; padding: 0; list-style: none; }
  li { padding-block: 0.5rem; border-block-end: 1px solid var(--cds-border-subtle-01); }
  h3 { margin: 0 0 0.25rem; font-size: 0.875rem; font-weight: 600; }
  dl { display: grid; grid-template-columns: minmax(5.5rem, 30%) minmax(0, 1fr); gap: 0.125rem 0.5rem; margin: 0; }
  dt, dd { margin: 0; overflow-wrap: anywhere; }
  dt, p { color: var(--cds-text-secondary); }
  p { margin: 0; }
  del { color: var(--cds-text-secondary); }
  ins { text-decoration: none; font-weight: 600; }
`

const value = (text: string | undefined) => text === undefined ? "nothing" : harmless(clipped(text, valueMax))

/** `<azure-security-history-of>`: `rows` are the versions, in any order. */
export class HistoryTab extends LitElement {
  static override properties = { rows: { attribute: false }, versions: { state: true } }
  static override styles = [controls, styles]

  declare rows: ReadonlyArray<Row>
  declare versions: ReadonlyArray<Version> | undefined

  constructor() {
    super()
    followZone(this)
    this.rows = []
    this.versions = undefined
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("rows")) void this.load(this.rows)
  }

  private async load(rows: ReadonlyArray<Row>) {
    this.versions = undefined
    const read = await Promise.all(
      rows.slice(0, versionsMax).map(async (row): Promise<Version | undefined> => {
        try {
          const { artifact } = await client.detail(row.id)
          if (artifact === null) return undefined
          const parsed = artifactValue(artifact)
          return { row, artifact: parsed, at: changedAt(parsed) || row.time }
        } catch {
          return undefined
        }
      })
    )
    if (rows !== this.rows) return
    this.versions = read.filter((one) => one !== undefined).sort((one, other) => one.at < other.at ? 1 : -1)
  }

  private version({ artifact, at }: Version, before: Version | undefined) {
    const told = before === undefined ? [] : changes(before.artifact, artifact)
    return html`<li>
      <h3>${fullTime(at)}</h3>
      ${
      before === undefined
        ? html`<p>The first version that the index has.</p>`
        : told.length === 0
        ? html`<p>Nothing that is shown changed.</p>`
        : html`<dl>${
          told.map(({ after, before, path }) =>
            html`<dt>${harmless(path)}</dt><dd><del>${value(before)}</del> → <ins>${value(after)}</ins></dd>`
          )
        }</dl>`
    }
    </li>`
  }

  override render() {
    const { versions } = this
    if (versions === undefined) return html`<p role="status">Reading the versions…</p>`
    if (versions.length === 0) return html`<p>The files of its versions are gone.</p>`
    return html`<ol>${versions.map((one, place) => this.version(one, versions[place + 1]))}</ol>`
  }
}

customElements.define("azure-security-history-of", HistoryTab)
