/** What stands over tiles: where they are changed; and in their place while there is none. */
import { html, nothing, type TemplateResult } from "lit"
import type { StoredSettings } from "../Client.ts"
import { icon } from "../Icons.ts"
import { visible } from "../Text.ts"
import { notice } from "./Failure.ts"

/** Says what is missing; `add` is the button that adds the first instance, where one can be added. */
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

/** Says where changes go, or why there can be none. */
export const whereChanges = (settings: StoredSettings | undefined): TemplateResult | typeof nothing => {
  if (settings === undefined) return nothing
  return settings.where === null
    ? notice("info", { title: "Nothing can be changed here", text: settings.why ?? "" })
    : html`<p class="small quiet outside">Changes go to <span class="code">${visible(settings.where)}</span></p>`
}
