/** The fields that every tenant needs. */
import "@carbon/web-components/es/components/toggle/toggle.js"
import { html, nothing, type TemplateResult } from "lit"
import type { StoredInstance } from "../Client.ts"
import { advanced } from "./Advanced.ts"
import { endpointFacts } from "./EndpointFacts.ts"
import { choiceField, faultLine, type Form, textField } from "./Fields.ts"
import { consentUrl, type Path, proofs, secretRemark } from "./FormDraft.ts"

const secretHint = (stored: StoredInstance | undefined): string => {
  if (stored?.has_secret === true) return "A client secret is stored; leave empty to keep it."
  if (stored?.credential !== undefined) {
    return `The instance signs in with ${stored.credential}. A client secret typed here replaces that.`
  }
  return "Its Value, not its Secret ID. It is stored and never shown again."
}

const fileHint = "Name of a file in the connector's directory of secrets, AZURE_SECURITY_SECRETS_DIR."

/** The fields of the chosen way to sign in. */
const proofFields = (form: Form, stored: StoredInstance | undefined) => {
  const file = (path: Path, label: string, hint = fileHint) => textField(form, path, label, { required: true, hint })
  switch (form.draft.proof) {
    case "certificate":
      return html`<div class="pair">${file("credentials.client_certificate_path", "Certificate's file")}${
        file(
          "credentials.client_private_key_path",
          "Private key's file",
          "Name of the file of its private key, in PEM."
        )
      }</div>`
    case "federated":
      return file("credentials.federated_token_file", "Token's file")
    case "file":
      return file("credentials.client_secret_file", "Secret's file")
    default:
      return textField(form, "credentials.client_secret", "Client Secret", {
        kind: "password",
        required: stored === undefined,
        hint: secretHint(stored),
        remark: secretRemark(form.draft["credentials.client_secret"])
      })
  }
}

/** What the app registration needs, and where consent is given. */
const permissionsOf = ({ draft }: Form) => {
  const wanted = endpointFacts.filter(({ name }) => draft[`endpoints.${name}.enabled`] === "true")
  const permissions = Array.from(new Set(wanted.flatMap(({ permissions }) => permissions.slice(0, 1))))
  const consent = consentUrl(draft)
  return html`<p class="hint">The app registration needs the application permissions <span class="code">${
    permissions.join(", ")
  }</span> of Microsoft Graph, with admin consent${
    consent === undefined
      ? nothing
      : html`: <a href=${consent} target="_blank" rel="noopener noreferrer">give consent in this tenant<span class="vh"> (in a new tab)</span></a>`
  }.</p>`
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
      ${choiceField(form, "proof", "Signs in with", proofs.map(({ label, name }) => [name, label] as const))}
      ${proofFields(form, stored)}
      ${permissionsOf(form)}
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
