/** Shows two people's conflicting changes side by side, and lets a person choose. */
import "@carbon/web-components/es/components/button/button.js"
import { html, nothing, type TemplateResult } from "lit"
import type { StoredInstance } from "../Client.ts"
import { visible } from "../Text.ts"
import { eachSetting } from "./EndpointFacts.ts"
import { notice } from "./Failure.ts"
import { type Draft, draftOf, type Path } from "./FormDraft.ts"
import { colliding, secretPath } from "./Merge.ts"

/** Labels of the fields, as in the form. */
const labels: Record<Path, string> = {
  name: "Instance name",
  "credentials.tenant_id": "Tenant ID",
  "credentials.client_id": "Client ID",
  "credentials.client_secret": "Client Secret",
  poll_interval_minutes: "Polling Interval",
  enabled: "Enabled",
  proof: "Signs in with",
  "credentials.client_secret_file": "Secret's file",
  "credentials.client_certificate_path": "Certificate's file",
  "credentials.client_private_key_path": "Key's file",
  "credentials.federated_token_file": "Token's file",
  display_name: "Display name",
  group: "Group",
  client_secret_expires: "Client secret expires",
  lookback_hours: "Lookback (hours)",
  overlap_minutes: "Overlap (minutes)",
  late_row_hours: "Late rows (hours)",
  sender_host: "Sender host",
  cloud: "Microsoft cloud",
  "cloud.login": "Sign-in URL",
  "cloud.graph": "Graph URL",
  ...eachSetting(({ name }, setting) =>
    setting === "enabled"
      ? `${name} enabled`
      : setting === "publish"
      ? `What is published of ${name}`
      : `Interval of ${name} (minutes)`
  )
}

/** A setting with two values to choose from. */
export interface Difference {
  readonly label: string
  readonly theirs: string
  readonly mine: string
}

const shown = (value: string) => value === "" ? "not set" : value === "true" ? "yes" : value === "false" ? "no" : value

/** Compares the stored settings with the typed ones, where both changed. A secret is never shown. */
export const differences = (
  current: StoredInstance,
  mine: Draft,
  base: StoredInstance | undefined
): ReadonlyArray<Difference> => {
  const theirs = draftOf(current)
  return colliding(current, mine, base).map((path) =>
    path === secretPath
      ? { label: labels[path], theirs: current.has_secret ? "stored" : "not set", mine: "typed" }
      : { label: labels[path], theirs: shown(theirs[path]), mine: shown(mine[path]) }
  )
}

/** Shows both changes, and the buttons to choose one. */
export const conflict = (
  current: StoredInstance | null,
  mine: Draft,
  base: StoredInstance | undefined,
  choose: Record<"keep" | "take", (current: StoredInstance | null) => void>
): TemplateResult => {
  const [keep, take] = [() => choose.keep(current), () => choose.take(current)]
  if (current === null) {
    return html`
      <section class="conflict" aria-labelledby="conflict" id="conflict-section" tabindex="-1">
        ${
      notice("warning", {
        title: "Deleted meanwhile",
        text: `${mine.name} was deleted, together with its client secret.`
      })
    }
        <h3 id="conflict">Add it again with the form's values? Its client secret has to be typed again.</h3>
        <div class="choices">
          <cds-button kind="tertiary" size="md" @click=${keep}>Add it again</cds-button>
          <cds-button kind="ghost" size="md" @click=${take}>Leave it deleted</cds-button>
        </div>
      </section>
    `
  }
  const differing = differences(current, mine, base)
  return html`
    <section class="conflict" aria-labelledby="conflict" id="conflict-section" tabindex="-1">
      ${
    notice("warning", {
      title: "Changed meanwhile",
      text:
        "Somebody else saved settings while you typed, and yours are not saved yet. A setting that only one of you changed is kept either way."
    })
  }
      <h3 id="conflict">${
    differing.length === 0 ? "Nobody else changed the settings that you typed" : "Which values do you want?"
  }</h3>
      ${
    differing.length === 0 ? nothing : html`<table>
        <thead><tr><th scope="col">Setting</th><th scope="col">Stored now</th><th scope="col">What you typed</th></tr></thead>
        <tbody>${
      differing.map(({ label, mine, theirs }) =>
        html`<tr><th scope="row">${label}</th><td class="outside">${visible(theirs)}</td><td class="outside">${
          visible(mine)
        }</td></tr>`
      )
    }</tbody>
      </table>`
  }
      <div class="choices">
        <cds-button kind="tertiary" size="md" @click=${keep}>Keep mine</cds-button>
        ${
    differing.length === 0 ? nothing : html`<cds-button kind="ghost" size="md" @click=${take}>Take theirs</cds-button>`
  }
      </div>
    </section>
  `
}
