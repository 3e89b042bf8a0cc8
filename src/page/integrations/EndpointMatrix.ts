/** All endpoints of one tenant: what each needs, what it brings, and how it does. */
import { css, html, nothing, type TemplateResult } from "lit"
import { icon } from "../Icons.ts"
import { visible } from "../Text.ts"
import { endpointFacts } from "./EndpointFacts.ts"
import { endpointStates, type Instance } from "./Tiles.ts"

/** Styles of the matrix; `InstanceTile` includes them. */
export const matrixStyles = css`
  .all { border-bottom: 1px solid var(--cds-border-subtle); }
  .all > summary { display: flex; align-items: center; justify-content: space-between; min-height: 2.5rem; }
  .all > summary:hover { background: var(--cds-layer-hover); }
  .sideways { overflow-x: auto; }
  .sideways:focus-visible { outline: 2px solid var(--cds-focus); }
  .matrix { border-collapse: collapse; font-size: 0.75rem; line-height: 1rem; }
  .matrix :is(th, td) {
    padding: 0.375rem 1rem 0.375rem 0;
    border-top: 1px solid var(--cds-border-subtle);
    text-align: left;
    vertical-align: top;
  }
  .matrix thead th { border-top: 0; color: var(--cds-text-secondary); font-weight: 400; white-space: nowrap; }
  .matrix tbody th { font-weight: 400; }
  .matrix .endpoint-state { white-space: nowrap; }
  .matrix .licence { min-width: 16rem; }
`

const volumes = { low: "some a day", medium: "hundreds a day", high: "thousands a day" } as const

/** The fold with the matrix. */
export const endpointMatrix = ({ endpoints }: Instance): TemplateResult => {
  const on = endpoints.filter(({ state }) => state !== "disabled").length
  return html`
    <details class="all">
      <summary>All endpoints: ${on} of ${endpointFacts.length} are on${icon("chevron")}</summary>
      <div class="sideways" tabindex="0" role="region" aria-label="All endpoints">
        <table class="matrix">
          <thead><tr><th scope="col">Endpoint</th><th scope="col">State</th><th scope="col">Permission</th><th
            scope="col">Brings</th><th scope="col">Licence</th></tr></thead>
          <tbody>${
    endpointFacts.map(({ label, licence, name, permissions, volume }) => {
      const found = endpoints.find((one) => one.name === name)
      const state = endpointStates[found?.state ?? "disabled"]
      const isOn = found !== undefined && found.state !== "disabled"
      const error = found?.error ?? undefined
      return html`<tr>
              <th scope="row"><span class="code">${name}</span><br><span class="quiet">${label}</span></th>
              <td title=${error === undefined ? nothing : visible(error.remedy)}><span class="endpoint-state">${
        icon(state.icon)
      }${isOn ? state.word : "Off"}</span>${
        found?.off_because === undefined ? nothing : html`<br><span class="quiet">${visible(found.off_because)}</span>`
      }</td>
              <td class="code">${permissions[0] ?? "–"}</td>
              <td>${volumes[volume]}</td>
              <td class="licence">${licence}</td>
            </tr>`
    })
  }</tbody>
        </table>
      </div>
    </details>
  `
}
