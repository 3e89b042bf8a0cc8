/** The buttons beside a value: exclude it, search only for it, copy it. */
import { html, type TemplateResult } from "lit"
import { clipped } from "../Text.ts"
import "./CopyButton.ts"
import type { Fact } from "./Facts.ts"
import { icons } from "./SearchIcons.ts"

/** A query term that was chosen, and what to do with it. */
export interface ChosenTerm {
  readonly term: string
  readonly as: "add" | "exclude" | "only"
}

/** The buttons of a fact; one that is shown disarmed is copied as it is, or as it is shown. */
export const factTools = (
  { isDisarmed, label, term, text, value }: Fact,
  choose: (chosen: ChosenTerm) => void
): TemplateResult =>
  html`<span class="tools">${
    term === undefined ? undefined : html`<button
        class="ghost small icon-only" type="button" title="Exclude" aria-label="Exclude ${label} ${clipped(text, 100)}"
        @click=${() => choose({ term, as: "exclude" })}
      >${icons.exclude}</button><button
        class="ghost small icon-only" type="button" title="Search only this"
        aria-label="Search only ${label} ${clipped(text, 100)}" @click=${() => choose({ term, as: "only" })}
      >${icons.only}</button>`
  }<azure-security-copy label=${label} .text=${value}></azure-security-copy>${
    isDisarmed
      ? html`<azure-security-copy label="${label}, defanged" .icon=${icons.shield} .text=${text}></azure-security-copy>`
      : undefined
  }</span>`
