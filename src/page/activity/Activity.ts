/**
 * Shows what happened.
 *
 * @since 0.1.0
 */
import { html, LitElement } from "lit"
import type { StatusDocument } from "../Client.ts"

/**
 * The view at `/signals/activity`.
 *
 * @category elements
 * @since 0.1.0
 */
export class ActivityView extends LitElement {
  static override properties = { status: { attribute: false } }

  declare status: StatusDocument | undefined

  override render() {
    return html`<h1 tabindex="-1">Activity</h1>`
  }
}

customElements.define("azure-security-activity", ActivityView)
