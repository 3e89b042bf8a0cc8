/** Says where changes are stored, and what to do while there is no tile. */
import { html, nothing, type TemplateResult } from "lit"
import type { StoredSettings } from "../Client.ts"
import { icon } from "../Icons.ts"
import { visible } from "../Text.ts"
import { notice } from "./Failure.ts"

/** Says that no tenant is connected; `add` is the button to add one, if that is possible. */
export const empty = (add: TemplateResult | undefined): TemplateResult =>
  html`
    <div class="empty">
      ${icon("shield", { size: 32 })}
      <h2>No tenant is connected yet</h2>
      ${
    add === undefined
      ? html`<p class="quiet">Instances appear here once their settings exist.</p>`
      : html`<p class="quiet">Add one with the Tenant ID, the Client ID and a Client Secret of its app registration. Its
          tile turns green within two polling cycles.</p>${add}`
  }
    </div>
  `

/** Says where changes are stored, or why none is possible. */
export const whereChanges = (settings: StoredSettings | undefined): TemplateResult | typeof nothing => {
  if (settings === undefined) return nothing
  return settings.where === null
    ? notice("info", { title: "Nothing can be changed here", text: settings.why ?? "" })
    : html`<p class="small quiet outside">Changes go to <span class="code">${visible(settings.where)}</span></p>`
}
