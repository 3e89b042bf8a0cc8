/** The steps of adding an instance: the product, then the fields that every tenant needs. */
import "@carbon/web-components/es/components/toggle/toggle.js"
import { html, nothing, type TemplateResult } from "lit"
import type { StoredInstance } from "../Client.ts"
import { icon } from "../Icons.ts"
import { advanced } from "./Advanced.ts"
import { faultLine, type Form, textField } from "./Fields.ts"

/** The choice of a product. */
export const productChoice = (choose: () => void): TemplateResult =>
  html`
    <p class="quiet choose">What do you want to collect from?</p>
    <button class="product" type="button" @click=${choose}>
      ${icon("shield", { size: 32 })}
      <strong>Azure Security</strong>
      <span class="quiet">Microsoft Graph security alerts, their evidence, and incidents of one tenant.</span>
    </button>
  `

const secretHint = (stored: StoredInstance | undefined): string => {
  if (stored?.has_secret === true) return "A client secret is stored; leave empty to keep it."
  if (stored?.credential !== undefined) {
    return `The instance signs in with ${stored.credential}. A client secret typed here replaces that.`
  }
  return "Its Value, not its Secret ID. It is stored and never shown again."
}

const enabledField = ({ draft, faults, type }: Form) => {
  const fault = faults.byPath.get("enabled")
  return html`<cds-toggle id="enabled" label-text="Enabled" label-a="Yes" label-b="No" ?toggled=${
    draft.enabled === "true"
  }
    @cds-toggle-changed=${({ detail }: CustomEvent<{ toggled: boolean }>) =>
    type("enabled", String(detail.toggled))}></cds-toggle>${
    fault === undefined ? nothing : faultLine("enabled-fault", fault)
  }`
}

/** The fields, with the others folded beneath. Enter saves. */
export const plainFields = (
  form: Form,
  stored: StoredInstance | undefined,
  save: () => void,
  fold: { readonly isOpen: boolean; readonly unfold: (isOpen: boolean) => void }
): TemplateResult =>
  html`
    <form novalidate @submit=${(event: Event) => {
    event.preventDefault()
    save()
  }}>
      ${
    stored === undefined
      ? textField(form, "name", "Instance name", {
        required: true,
        placeholder: "azure-production-tenant",
        hint: "Letters, digits, blanks, dots, dashes and underscores; it cannot be changed later."
      })
      : nothing
  }
      ${
    textField(form, "credentials.tenant_id", "Tenant ID", {
      required: true,
      hint: "Directory (tenant) ID of the app registration."
    })
  }
      ${
    textField(form, "credentials.client_id", "Client ID", {
      required: true,
      hint: "Application (client) ID of the app registration."
    })
  }
      ${
    textField(form, "credentials.client_secret", "Client Secret", {
      kind: "password",
      required: stored === undefined,
      hint: secretHint(stored)
    })
  }
      ${
    textField(form, "poll_interval_minutes", "Polling Interval", {
      kind: "number",
      placeholder: "5",
      hint: "Minutes, from 1 to 1440. Incidents are polled every 15 minutes, or at this interval when it is longer."
    })
  }
      ${enabledField(form)}
      ${advanced(form, fold.isOpen, fold.unfold)}
      <button type="submit" hidden></button>
    </form>
  `
