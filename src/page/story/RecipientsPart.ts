/** The part of an alert's page that tells who else got its mails. */
import { css, html, LitElement, type PropertyValues } from "lit"
import { client } from "../Client.ts"
import { clockTime } from "../search/ArtifactFormat.ts"
import { controls } from "../search/SharedStyles.ts"
import { harmless } from "../Text.ts"
import { followZone } from "../Zone.ts"
import type { Item } from "./EvidenceStory.ts"
import { ownRecipients, type Recipient, recipientsOf, recipientsQuery } from "./Recipients.ts"
import { wholeRange } from "./WholeRange.ts"

const rowsMax = 1000

/** `<azure-security-recipients>`: fires `open` with the row of a recipient, and `term` to search for such mails. */
export class RecipientsPart extends LitElement {
  static override properties = { items: { attribute: false }, found: { state: true } }
  static override styles = [
    controls,
    css`
      :host { margin-block-start: 1.5rem; }
      h3 { margin: 0 0 0.5rem; font-size: 0.875rem; font-weight: 600; }
      p { margin: 0; color: var(--cds-text-secondary); }
      ul { margin: 0; padding: 0; border-block-start: 1px solid var(--cds-border-subtle-01); list-style: none; }
      li { border-block-end: 1px solid var(--cds-border-subtle-01); }
      .row {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0.125rem 1rem;
        inline-size: 100%;
        padding: 0.5rem 0.75rem;
        border: 0;
        background: none;
        cursor: pointer;
        text-align: start;
      }
      .row:hover { background: var(--cds-layer-hover-01); }
      .row:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
      .row bdi { overflow-wrap: anywhere; }
      .row span { flex: none; color: var(--cds-text-secondary); font-size: 0.75rem; }
      .ghost { padding-inline: 0; }
    `
  ]

  declare items: ReadonlyArray<Item>
  /** Undefined until the answer is there, and when there is none. */
  declare found: ReadonlyArray<Recipient> | undefined
  private query = ""

  constructor() {
    super()
    followZone(this)
    this.items = []
    this.found = undefined
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has("items")) return
    this.found = undefined
    this.query = recipientsQuery(this.items)
    if (this.query !== "") void this.load(this.query)
  }

  private async load(query: string) {
    try {
      const { rows } = await client.find({ query, ...wholeRange, limit: rowsMax })
      if (query === this.query) this.found = recipientsOf(rows, ownRecipients(this.items))
    } catch {
      // The page is whole without it, and says what is wrong elsewhere.
    }
  }

  override render() {
    if (this.query === "" || this.found === undefined) return undefined
    return html`<h3>Others who got this mail</h3>
      ${
      this.found.length === 0
        ? html`<p>Nobody else, as far as alerts tell: no other artifact has its sender and subject, or its addresses.</p>`
        : html`<ul>${
          this.found.map(({ mail, row }) =>
            html`<li><button class="row" type="button" @click=${() =>
              this.dispatchEvent(new CustomEvent("open", { detail: row }))}
            ><bdi>${harmless(mail)}</bdi><span>${clockTime(row.time)}</span></button></li>`
          )
        }</ul>
        <button class="ghost small" type="button" @click=${() =>
          this.dispatchEvent(new CustomEvent("term", { detail: { term: this.query, as: "only" } }))}
        >Search for all of these mails</button>`
    }`
  }
}

customElements.define("azure-security-recipients", RecipientsPart)
