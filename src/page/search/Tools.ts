/** The controls above the rows: count, live tail, columns, and export. */
import "@carbon/web-components/es/components/checkbox/checkbox.js"
import { html, type TemplateResult } from "lit"
import { client } from "../Client.ts"
import { columns, initialNames } from "./Columns.ts"
import "./Foldout.ts"
import { counted } from "./ArtifactFormat.ts"
import { icons } from "./SearchIcons.ts"
import type { Searching } from "./SearchRequests.ts"

const columnChoice = (shown: ReadonlyArray<string>, choose: (names: ReadonlyArray<string>) => void) =>
  html`<azure-security-foldout label="Columns" .icon=${icons.columns}>
    <div class="columns">${
    columns.map(({ label, name }) => {
      const isShown = shown.includes(name)
      // At least one column stays.
      const isLast = isShown && shown.length === 1
      return html`<cds-checkbox
          label-text=${label} ?checked=${isShown} ?disabled=${isLast} name=${name}
          @cds-checkbox-changed=${(event: CustomEvent<{ readonly checked: boolean }>) =>
        choose(event.detail.checked ? [...shown, name] : shown.filter((other) => other !== name))}
        ></cds-checkbox>`
    })
  }</div>
    <button class="ghost small" type="button" @click=${() => choose(initialNames)}>Show the default columns</button>
  </azure-security-foldout>`

/** The forms of an export; Excel reads UTF-8 only with a byte order mark. */
const exportForms = [{ label: "NDJSON: whole artifacts", format: "ndjson" }, {
  label: "CSV: one line per row",
  format: "csv"
}, { label: "CSV for Excel: with a byte order mark", format: "csv", bom: "1" }] as const

const exportChoice = ({ asked, isGood }: Searching) =>
  html`<azure-security-foldout label="Export" .icon=${icons.download}>
    <p class="hint">Everything that this search finds, not only the rows that are shown.</p>
    ${
    exportForms.map(({ label: text, ...form }) => {
      const label = html`${icons.download}<span>${text}</span>`
      return asked !== undefined && isGood
        ? html`<a class="ghost" download="artifacts.${form.format}" href=${client.exportUrl(asked, form)}>${label}</a>`
        // The export of a failed search would download its error.
        : html`<a class="ghost" role="link" aria-disabled="true">${label}</a>`
    })
  }
  </azure-security-foldout>`

/** The controls of a search. Live tail needs a range that ends now. */
export const tools = (searching: Searching, { choose, isCustom, shown }: {
  readonly isCustom: boolean
  readonly shown: ReadonlyArray<string>
  readonly choose: (names: ReadonlyArray<string>) => void
}): TemplateResult => {
  const { isLive, results } = searching
  const { length } = results.rows
  return html`<div class="tools">
    <p class="found">${
    length === 0 ? "" : `${results.next === null ? "" : "Newest "}${counted(length, "artifact")}`
  }</p>
    <button
      class="ghost switch" type="button" role="switch" aria-checked=${isLive} ?disabled=${isCustom}
      title=${isCustom ? "Live tail needs a range that ends now" : "Shows new artifacts as they arrive"}
      @click=${() => searching.live(!isLive)}
    ><span class="track"></span>Live tail</button>
    ${columnChoice(shown, choose)}${exportChoice(searching)}
  </div>`
}
