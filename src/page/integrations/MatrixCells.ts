/** Cells of the matrix of tenants and endpoints. A scroll draws hundreds, so that each is a template without parts. */
import { html, type TemplateResult } from "lit"
import { html as fixed, unsafeStatic } from "lit/static-html.js"
import { drawn, type IconName } from "../Icons.ts"
import { visible } from "../Text.ts"
import type { EndpointFacts } from "./EndpointFacts.ts"
import type { Tenant } from "./TenantRows.ts"
import { conditions, endpointStates } from "./Tiles.ts"

const cells = new Map<string, TemplateResult>()

/** A cell with an icon and a word, or a dash; `column` counts from 1, with those that are not drawn. */
const cellOf = (
  column: number,
  shown: { readonly icon: IconName; readonly word: string } | undefined
): TemplateResult => {
  const key = `${column} ${shown?.word}`
  const before = cells.get(key)
  if (before !== undefined) return before
  const at = unsafeStatic(`aria-colindex="${column}"`)
  const cell = shown === undefined
    ? fixed`<td role="gridcell" ${at}>–</td>`
    : fixed`<td role="gridcell" ${at} class="cell">${drawn(shown.icon)}${unsafeStatic(shown.word)}</td>`
  cells.set(key, cell)
  return cell
}

const endpointOf = ({ tile }: Tenant, name: string) => tile.running?.endpoints.find((one) => one.name === name)

/** The cells of a tenant: its state, its name, and these endpoints, of which the first is in the column `first`. */
export const matrixCells = (tenant: Tenant, facts: ReadonlyArray<EndpointFacts>, first: number): TemplateResult =>
  html`${
    cellOf(1, conditions.find(({ condition }) => condition === tenant.tile.condition))
  }<td role="gridcell" aria-colindex="2" class="name">${visible(tenant.tile.displayName)}</td>${
    facts.map(({ name }, place) => {
      const state = endpointOf(tenant, name)?.state
      return cellOf(first + place, state === undefined ? undefined : endpointStates[state])
    })
  }`

/** The state of an endpoint and what to do about it, for who points at its cell. */
export const matrixHint = (tenant: Tenant, name: string): string => {
  const found = endpointOf(tenant, name)
  if (found === undefined) return ""
  const { word } = endpointStates[found.state]
  return found.error === null ? word : `${word}: ${visible(found.error.remedy)}`
}
