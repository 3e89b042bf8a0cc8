/**
 * What stands in the place of tiles while there is none.
 *
 * @since 0.1.0
 */
import { html, type TemplateResult } from "lit"
import { icon } from "../Icons.ts"

/**
 * Says what is missing; `add` is the button that adds the first instance, where one can be added.
 *
 * @category templates
 * @since 0.1.0
 */
export const empty = (add: TemplateResult | undefined): TemplateResult =>
  html`
    <div class="empty">
      ${icon("shield", { size: 32 })}
      <h2>No tenant is connected yet</h2>
      ${
    add === undefined
      ? html`<p class="quiet">Instances appear here when their settings are there.</p>`
      : html`<p class="quiet">Add one with the Tenant ID, the Client ID and a Client Secret of its app registration. Its
          tile turns green within two polling cycles.</p>${add}`
  }
    </div>
  `
