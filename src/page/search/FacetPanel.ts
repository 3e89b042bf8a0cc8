/** The most frequent values among the matches, each to be added to the query or excluded. */
import { css, html, LitElement } from "lit"
import type { FoundThings } from "../Client.ts"
import { count } from "../Format.ts"
import { clipped, harmless } from "../Text.ts"
import type { ChosenTerm } from "./FactTools.ts"
import { term } from "./QueryText.ts"
import { icons, severityMark } from "./SearchIcons.ts"
import { controls } from "./SharedStyles.ts"
import { followTenants, tenantName } from "./TenantNames.ts"

/** The facets with their words, and the field by which a value is searched for. */
const facets = {
  severity: { label: "Severity", field: "severity" },
  tenant: { label: "Tenant", field: "tenantId" },
  type: { label: "Message type", field: "messageType" },
  evidence: { label: "Evidence", field: "evidence" },
  user: { label: "User", field: "userName" },
  host: { label: "Host", field: "hostname" },
  product: { label: "Product", field: "product" }
} as const

const valueMax = 80

const styles = css`
  section { margin-block-end: 0.75rem; }
  h2 { margin: 0; padding-block: 0.375rem; font-size: 0.75rem; font-weight: 600; }
  ul { margin: 0; padding: 0; list-style: none; }
  li { display: flex; align-items: center; }
  .value {
    flex: 1;
    display: flex;
    justify-content: space-between;
    gap: 0.5rem;
    min-inline-size: 0;
    min-block-size: 1.75rem;
    padding: 0.125rem 0.25rem;
    color: var(--cds-text-primary);
    font-size: 0.75rem;
  }
  .value > :first-child { min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .many { color: var(--cds-text-secondary); font-variant-numeric: tabular-nums; }
  .exclude { opacity: 0; min-block-size: 1.75rem; inline-size: 1.75rem; }
  li:hover .exclude, .exclude:focus-visible { opacity: 1; }
  @media (hover: none) {
    .exclude { opacity: 1; }
  }
  .quiet { margin: 0; padding-inline: 0.25rem; color: var(--cds-text-secondary); font-size: 0.75rem; }
`

/** `<azure-security-facets>`: fires `term` with a {@link ChosenTerm}. */
export class FacetPanel extends LitElement {
  static override properties = { overview: { attribute: false } }
  static override styles = [controls, styles]

  declare overview: FoundThings | undefined

  constructor() {
    super()
    this.overview = undefined
    followTenants(this)
  }

  private fire(term: string, as: ChosenTerm["as"]) {
    const detail: ChosenTerm = { term, as }
    this.dispatchEvent(new CustomEvent("term", { detail }))
  }

  private facet({ name, others, values }: FoundThings["facets"][number]) {
    const { field, label } = facets[name]
    if (values.length === 0) return undefined
    return html`<section>
      <h2>${label}</h2>
      <ul>${
      values.map(({ count: many, value }) => {
        const text = harmless(clipped(name === "tenant" ? tenantName(value) : value, valueMax))
        const found = term(field, value)
        return html`<li>
          <button
            class="ghost value" type="button" title="Add ${text} to the query" @click=${() => this.fire(found, "add")}
          ><bdi>${name === "severity" ? severityMark(value) : text}</bdi><span class="many">${
          count(many)
        }</span></button>
          <button
            class="ghost icon-only exclude" type="button" title="Exclude ${text}" aria-label="Exclude ${label} ${text}"
            @click=${() => this.fire(found, "exclude")}
          >${icons.exclude}</button>
        </li>`
      })
    }</ul>
      ${others === 0 ? undefined : html`<p class="quiet">and ${count(others)} more</p>`}
    </section>`
  }

  override render() {
    return this.overview?.facets.map((facet) => this.facet(facet))
  }
}

customElements.define("azure-security-facets", FacetPanel)
