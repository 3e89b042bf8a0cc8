/** The question before an instance is deleted. */
import "@carbon/web-components/es/components/button/button.js"
import "../Dialog.ts"
import { html, nothing, type TemplateResult } from "lit"
import type { StoredInstance } from "../Client.ts"
import { visible } from "../Text.ts"
import { type Failure, notice } from "./Failure.ts"

/** Asks whether to delete `deleting`; closed while that is undefined. */
export const deleteQuestion = (
  deleting: StoredInstance | undefined,
  failure: Failure | undefined,
  { remove, stay }: { readonly remove: () => void; readonly stay: () => void }
): TemplateResult => {
  const called = deleting?.document["display_name"]
  return html`
    <azure-security-dialog kind="danger" .open=${deleting !== undefined} label="Delete"
      .heading=${deleting === undefined ? "" : `Delete ${visible(deleting.name)}?`} @leave=${stay}>
      ${failure === undefined ? nothing : notice("error", failure)}
      <p class="outside">${
    typeof called === "string" ? visible(called) : "It"
  } will no longer be polled. Published artifacts stay, and the position is kept in case the instance is added again.</p>
      <div slot="footer" class="two">
        <cds-button kind="secondary" @click=${stay}>Cancel</cds-button>
        <cds-button kind="danger" @click=${remove}>Delete</cds-button>
      </div>
    </azure-security-dialog>
  `
}
