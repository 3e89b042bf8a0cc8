/** A fault: the remedy first, then what happened, with the details for a support case folded. */
import "../search/CopyButton.ts"
import { css, html, nothing, type TemplateResult } from "lit"
import { clock } from "../Format.ts"
import { icon } from "../Icons.ts"
import { visible } from "../Text.ts"
import type { Report, Told } from "./Tiles.ts"

/** Styles of the card; `InstanceTile` includes them. */
export const reportStyles = css`
  .report {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0.25rem 0.75rem;
    padding: 0.75rem;
    border-left: 3px solid var(--cds-support-error);
    background: var(--page-fault);
  }
  .report.warning { border-left-color: var(--cds-support-warning); background: var(--page-warning); }
  .report > .icon { margin-top: 0.125rem; }
  .report > div { container-type: inline-size; display: grid; gap: 0.375rem; min-width: 0; }
  .remedy { font-weight: 600; }
  .remedy::first-letter { text-transform: uppercase; }
  .report summary {
    width: fit-content;
    padding: 0.125rem 0.25rem 0.125rem 0;
    color: var(--cds-text-secondary);
    font-size: 0.75rem;
    line-height: 1rem;
  }
  .facts {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 0.25rem 1rem;
    margin: 0.5rem 0;
    font-size: 0.75rem;
    line-height: 1rem;
  }
  .facts dt { color: var(--cds-text-secondary); }
  @container (max-width: 20rem) {
    .report .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
    .report .facts dd { margin-bottom: 0.375rem; }
  }
`

/** Labels of a report's fields. */
const facts: ReadonlyArray<readonly [keyof Report, string]> = [
  ["code", "Code"],
  ["http_status", "HTTP status"],
  ["graph_code", "Graph code"],
  ["aadsts_code", "AADSTS code"],
  ["request_id", "Request ID"],
  ["client_request_id", "Client request ID"],
  ["retry_after_seconds", "Retry-After"],
  ["token_roles", "Permissions of the token"]
]

const factOf = (report: Report, field: keyof Report): string | undefined => {
  const value = report[field]
  if (value === undefined) return undefined
  const said = Array.isArray(value) ? value.join(", ") : String(value)
  if (field === "aadsts_code") return `AADSTS${said}`
  return field === "retry_after_seconds" ? `${said} s` : visible(said)
}

/** A report as lines of text, for a support case. */
export const reportText = ({ endpoints, report }: Told): string =>
  [
    ["Instance", report.instance],
    ["Endpoints", endpoints.length === 0 ? undefined : endpoints.join(", ")],
    ["Message", report.message],
    ["Remedy", report.remedy],
    ...facts.map(([field, name]) => [name, factOf(report, field)]),
    ["Required permissions", report.required_permissions?.join(", ")],
    ["At", report.occurred_at]
  ].flatMap(([name, value]) => value === undefined ? [] : [`${name}: ${visible(String(value))}`]).join("\n")

/** The card of a fault, as an item of a list. */
export const reportCard = (told: Told): TemplateResult => {
  const { endpoints, report, severity } = told
  return html`
    <li class="report ${severity}">
      ${icon(severity)}
      <div>
        <p class="remedy outside"><span class="vh">${severity === "failed" ? "Error: " : "Warning: "}</span>${
    visible(report.remedy)
  }</p>
        <p class="outside">${
    endpoints.length === 0 ? nothing : html`<span class="quiet">${endpoints.join(", ")}: </span>`
  }${visible(report.message)}</p>
        ${
    report.required_permissions === undefined ?
      nothing :
      html`<p class="outside">Required permission${
        report.required_permissions.length > 1 && report.code === "missing_permission" ? "s" : ""
      }: <span class="code">${visible(report.required_permissions.join(", "))}</span></p>`
  }
        <details>
          <summary>Details${icon("chevron")}</summary>
          <dl class="facts">
            ${
    facts.map(([field, name]) => {
      const value = factOf(report, field)
      return value === undefined ? nothing : html`<dt>${name}</dt><dd class="code outside">${value}</dd>`
    })
  }
            <dt>Since</dt><dd class="code">${clock(report.occurred_at)}</dd>
          </dl>
          <azure-security-copy wordy label="for a support case" .text=${reportText(told)}></azure-security-copy>
        </details>
      </div>
    </li>
  `
}
