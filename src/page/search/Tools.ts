/** The controls above the rows: count, live tail, columns, and export. */
import "@carbon/web-components/es/components/checkbox/checkbox.js"
import { html, nothing, type TemplateResult } from "lit"
import { count } from "../Format.ts"
import { columns, initialNames } from "./Columns.ts"
import "./Foldout.ts"
import { icon } from "../Icons.ts"
import { bytes, counted } from "./ArtifactFormat.ts"
import { exportForms, type Exporting } from "./Exporting.ts"
import { icons } from "./SearchIcons.ts"
import type { Searching } from "./SearchRequests.ts"
import { groupings, type Order, sorts } from "./Things.ts"

const columnChoice = (
  shown: ReadonlyArray<string>,
  left: ReadonlyArray<string>,
  choose: (names: ReadonlyArray<string>) => void
) =>
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
    ${
    left.length === 0
      ? undefined
      : html`<p class="hint">The table is too narrow for ${
        left.join(", ")
      }: show fewer columns, or make them narrower.</p>`
  }
    <button class="ghost small" type="button" @click=${() => choose(initialNames)}>Show the default columns</button>
  </azure-security-foldout>`

const choiceOf = <Name extends string>(
  label: string,
  all: ReadonlyArray<{ readonly name: Name; readonly label: string }>,
  chosen: Name,
  choose: (name: Name) => void
) =>
  html`<label class="label" for=${label}>${label}</label>
    <span class="choice"><select
      id=${label} class="field" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as Name)}
    >${
    all.map(({ label, name }) => html`<option value=${name} .selected=${name === chosen}>${label}</option>`)
  }</select>${icon("chevron")}</span>`

const orderChoice = (order: Order, choose: (order: Order) => void) =>
  html`<azure-security-foldout label="Order" .icon=${icons.order}>
    ${choiceOf("Sort", sorts, order.sort, (sort) => choose({ ...order, sort }))}
    ${choiceOf("Group", groupings, order.group, (group) => choose({ ...order, group }))}
  </azure-security-foldout>`

/** How far the export is, and what became of it. */
const exportState = (exporting: Exporting): TemplateResult | undefined => {
  const { current } = exporting
  if (current === undefined) return undefined
  const of = current.total === undefined ? "" : ` of ${count(current.total)}`
  const said = `${count(current.count)}${of} artifacts, ${bytes(current.bytes)}`
  switch (current.state) {
    case "running":
      return html`<p class="hint">${said}</p>
        <progress aria-label="Export" max=${current.total ?? nothing} value=${
        current.total === undefined ? nothing : current.count
      }></progress>
        <button class="ghost small" type="button" @click=${() => exporting.cancel()}>Cancel</button>`
    case "done":
      return html`<p class="hint" role="status">Exported ${said}.</p>`
    case "cancelled":
      return html`<p class="hint" role="status">Cancelled after ${said}; nothing was saved.</p>`
    case "failed":
      return html`<p class="wrong" role="alert">${icons.fault}<span>Nothing was saved: ${current.why}.</span></p>`
  }
}

const exportChoice = ({ asked, isGood, total }: Searching, exporting: Exporting) => {
  const isRunning = exporting.current?.state === "running"
  const all = total === undefined
    ? "Everything that this search finds"
    : `All ${counted(total, "artifact")} of this search`
  return html`<azure-security-foldout label="Export" .icon=${icons.download}>
    <p class="hint">${all}, not only the rows that are shown.</p>
    ${
    exportForms.map(({ form, label }) =>
      html`<button
        class="ghost" type="button" ?disabled=${asked === undefined || !isGood || isRunning}
        @click=${() => void exporting.run(asked!, form)}
      >${icons.download}<span>${label}</span></button>`
    )
  }
    ${exportState(exporting)}
  </azure-security-foldout>`
}

/** The controls of a search. Live tail needs a range that ends now. */
export const tools = (searching: Searching, exporting: Exporting, { arrange, choose, isCustom, left, shown }: {
  /** Changes what is shown: single artifacts, or alerts and incidents in an order. */
  readonly arrange: (change: { readonly isSingle?: boolean; readonly order?: Order }) => void
  readonly isCustom: boolean
  /** Labels of the columns that do not fit. */
  readonly left: ReadonlyArray<string>
  readonly shown: ReadonlyArray<string>
  readonly choose: (names: ReadonlyArray<string>) => void
}): TemplateResult => {
  const { isLive, noun, results, shown: as, total, totalShown } = searching
  const { length } = results.rows
  const isSingle = as === "artifacts"
  return html`<div class="tools">
    <p class="found">${
    length === 0
      ? ""
      : `${
        totalShown === undefined || totalShown <= length
          ? counted(length, noun)
          : `${count(length)} of ${counted(totalShown, noun)}`
      }${isSingle || total === undefined ? "" : `, ${counted(total, "artifact")}`}`
  }</p>
    <button
      class="ghost switch" type="button" role="switch" aria-checked=${isSingle} title="Shows each artifact as a row of its own"
      @click=${() => arrange({ isSingle: !isSingle })}
    ><span class="track"></span>Single artifacts</button>
    ${isSingle ? undefined : orderChoice(as, (order) => arrange({ order }))}
    <button
      class="ghost switch" type="button" role="switch" aria-checked=${isLive} ?disabled=${isCustom}
      title=${isCustom ? "Live tail needs a range that ends now" : "Shows new artifacts as they arrive"}
      @click=${() => searching.live(!isLive)}
    ><span class="track"></span>Live tail</button>${
    isLive && results.fresh.size > 0
      ? html`<button class="ghost small new" type="button" title="Marks them as seen" @click=${() =>
        searching.seen()}>${count(results.fresh.size)} new</button>`
      : undefined
  }
    ${columnChoice(shown, left, choose)}${exportChoice(searching, exporting)}
  </div>`
}
