/** The form's buttons, and the faults that belong to no field. */
import "@carbon/web-components/es/components/button/button.js"
import { html, nothing, type TemplateResult } from "lit"
import { visible } from "../Text.ts"
import { type Failure, notice } from "./Failure.ts"
import type { PlacedFaults } from "./FormDraft.ts"

/** The failure of the whole form, and the faults that belong to no field. */
export const formFaults = (faults: PlacedFaults, failure: Failure | undefined): TemplateResult => {
  const others = faults.others.map(({ message, path }) => path === "" ? message : `${path}: ${message}`)
  return html`
    <div class="faults" tabindex="-1">
      ${failure === undefined ? nothing : notice("error", failure)}
      ${
    others.length === 0 ? nothing : notice("error", { title: "The settings cannot be used", text: others.join("; ") })
  }
    </div>
  `
}

/** Asks whether to discard what was typed. */
export const leaveButtons = (
  { discard, stay }: { readonly discard: () => void; readonly stay: () => void }
): TemplateResult =>
  html`
    <p class="where" role="alert">What you typed is not saved.</p>
    <div class="buttons two">
      <cds-button class="stay" kind="secondary" @click=${stay}>Keep typing</cds-button>
      <cds-button kind="danger" @click=${discard}>Discard</cds-button>
    </div>
  `

/** Cancel, test and save. A disabled button would lose the focus, so none is disabled. */
export const formButtons = (
  { saving, testing, where }: { readonly saving: boolean; readonly testing: boolean; readonly where: string },
  { cancel, save, test }: { readonly cancel: () => void; readonly save: () => void; readonly test: () => void }
): TemplateResult =>
  html`
    <p class="where outside">Save writes to ${visible(where)}, and takes effect within seconds.</p>
    <div class="buttons">
      <cds-button kind="secondary" @click=${cancel}>Cancel</cds-button>
      <cds-button class="test" kind="tertiary" @click=${test}>${
    testing ? "Stop the test" : "Test connection"
  }</cds-button>
      <cds-button @click=${save}>${saving ? "Saving…" : "Save"}</cds-button>
    </div>
  `
