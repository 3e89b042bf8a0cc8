/**
 * Finds artifacts.
 *
 * @since 0.1.0
 */
import { html, LitElement } from "lit"
import type { IndexState, StatusDocument } from "../Client.ts"

/**
 * The view at `/signals/search`.
 *
 * @category elements
 * @since 0.1.0
 */
export class SearchView extends LitElement {
  static override properties = { index: { attribute: false }, status: { attribute: false } }

  declare index: IndexState | undefined
  declare status: StatusDocument | undefined

  override render() {
    return html`<h1 tabindex="-1">Search</h1>`
  }
}

customElements.define("azure-security-search", SearchView)
