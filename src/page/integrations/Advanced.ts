/** The fields that most tenants never need. */
import { html, nothing, type TemplateResult } from "lit"
import { icon } from "../Icons.ts"
import { type EndpointFacts, endpointFacts } from "./EndpointFacts.ts"
import { choiceField, faultLine, type Form, textField, tickField } from "./Fields.ts"

const endpointsFault = "endpoints-fault"

const endpointRow = (form: Form, { interest, label, name }: EndpointFacts, minutes: string) =>
  html`
    <div class="endpoint-row">
      ${
    tickField(
      form,
      `endpoints.${name}.enabled`,
      html`<span><span class="code">${name}</span> <span class="quiet">${label}</span></span>`,
      endpointsFault
    )
  }
      ${
    textField(form, `endpoints.${name}.poll_interval_minutes`, `Interval of ${name} (minutes)`, {
      kind: "number",
      placeholder: minutes,
      hideLabel: true
    })
  }
    </div>
    ${
    interest === undefined ?
      nothing :
      choiceField(form, `endpoints.${name}.publish`, `What is published of ${name}`, [["all", "All"], [
        "interesting",
        "Interesting ones only"
      ]], `Interesting are ${interest}.`)
  }
  `

const endpointRows = (form: Form) => {
  const minutes = Number(form.draft.poll_interval_minutes) || 5
  const told = new Set(endpointFacts.flatMap(({ name }) => form.faults.byPath.get(`endpoints.${name}.enabled`) ?? []))
  return html`
    <fieldset>
      <legend class="label">Endpoints, and how many minutes apart each is polled</legend>
      ${endpointFacts.map((facts) => endpointRow(form, facts, String(Math.max(facts.intervalMinutesMin, minutes))))}
      ${Array.from(told, (fault) => faultLine(endpointsFault, fault))}
    </fieldset>
  `
}

/**
 * The fold with the other settings. A person or the browser's text search opens and closes it, and `unfold` is called
 * afterwards. A render before that call leaves the fold alone, since `isOpen` has not changed.
 */
export const advanced = (form: Form, isOpen: boolean, unfold: (isOpen: boolean) => void): TemplateResult => {
  const { draft } = form
  return html`
    <details class="advanced" .open=${isOpen} @toggle=${(event: Event) =>
    unfold((event.target as HTMLDetailsElement).open)}>
      <summary>${icon("chevron")}Advanced</summary>
      <div class="group">
        ${textField(form, "display_name", "Display name", { hint: "Name for people; the instance's own otherwise." })}
        ${
    textField(form, "group", "Group", { hint: "A customer or region, by which the list is sorted and filtered." })
  }
        ${
    textField(form, "client_secret_expires", "Client secret expires", {
      placeholder: "2027-03-31",
      hint: "As shown under Certificates & secrets; warnings come 30, 14, 7 and 1 days before."
    })
  }
        <div class="pair">
          ${
    textField(form, "lookback_hours", "Lookback (hours)", {
      kind: "number",
      placeholder: "24",
      hint: "How far back the first poll reaches."
    })
  }
          ${
    textField(form, "overlap_minutes", "Overlap (minutes)", {
      kind: "number",
      placeholder: "15",
      hint: "How far each poll reaches behind the newest record."
    })
  }
          ${
    textField(form, "late_row_hours", "Late rows (hours)", {
      kind: "number",
      placeholder: "6",
      hint: "How far behind the overlap late records are looked for each hour."
    })
  }
          ${
    choiceField(
      form,
      "sender_host",
      "Sender host",
      [["record", "The record's own"], ["graph", "The Graph host"]],
      "The record's own keeps Conductor's filter from collapsing different records."
    )
  }
        </div>
        ${
    choiceField(form, "cloud", "Microsoft cloud", [["global", "Global"], ["usgov", "US Government (GCC High)"], [
      "usgovdod",
      "US Government (DoD)"
    ], ["custom", "Other: URLs of a simulator or an air-gapped cloud"]])
  }
        ${
    draft.cloud === "custom"
      ? html`<div class="pair">
          ${
        textField(form, "cloud.login", "Sign-in URL", {
          placeholder: "https://login.microsoftonline.com",
          required: true
        })
      }
          ${textField(form, "cloud.graph", "Graph URL", { placeholder: "https://graph.microsoft.com", required: true })}
        </div>`
      : nothing
  }
        ${endpointRows(form)}
      </div>
    </details>
  `
}
