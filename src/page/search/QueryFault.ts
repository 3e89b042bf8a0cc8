/** Shows why a query is refused, and underlines the part that is. */
import { css, html, type TemplateResult } from "lit"
import { sentence, visible } from "../Text.ts"
import { icons } from "./SearchIcons.ts"

/** Why a query is refused, and which part of it. */
export interface Fault {
  readonly query: string
  readonly why: string
  readonly at: { readonly from: number; readonly to: number } | undefined
}

/** Characters shown before and after the part. */
const aroundMax = 60

/** Styles of the fault. */
export const faultStyles = css`
  .where { display: block; margin-block-end: 0.125rem; color: var(--cds-text-primary); white-space: pre-wrap; }
  .where mark {
    background: none;
    color: inherit;
    text-decoration: underline wavy var(--cds-support-error);
    text-underline-offset: 0.25em;
    forced-color-adjust: none;
  }
`

/** The fault, below the query's box. */
export const faultText = ({ at, query, why }: Fault): TemplateResult => {
  const from = at === undefined ? 0 : Math.max(0, at.from - aroundMax)
  const to = at === undefined ? 0 : Math.min(query.length, at.to + aroundMax)
  return html`<p class="wrong">${icons.fault}<span>${
    at === undefined
      ? undefined
      : html`<code class="where mono">${from > 0 ? "…" : ""}${visible(query.slice(from, at.from))}<mark>${
        visible(query.slice(at.from, at.to)) || " "
      }</mark>${visible(query.slice(at.to, to))}${to < query.length ? "…" : ""}</code>`
  }${sentence(why)}.</span></p>`
}
