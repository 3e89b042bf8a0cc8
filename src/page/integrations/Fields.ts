/** Fields of a form, each with its label, hint and fault. */
import { html, nothing, type TemplateResult } from "lit"
import { live } from "lit/directives/live.js"
import { icon } from "../Icons.ts"
import { visible } from "../Text.ts"
import type { Draft, Path, PlacedFaults } from "./FormDraft.ts"

/** What a field needs of its form. */
export interface Form {
  readonly draft: Draft
  readonly faults: PlacedFaults
  readonly type: (path: Path, value: string) => void
}

interface Options {
  readonly hint?: string
  readonly placeholder?: string
  readonly kind?: "text" | "password" | "number"
  readonly required?: boolean
  /** Hides the label, for screen readers only, when something visible beside the field explains it. */
  readonly hideLabel?: boolean
  /** A remark on what was typed, which is no fault. */
  readonly remark?: string | undefined
}

/** A fault beneath its field. */
export const faultLine = (id: string, fault: string): TemplateResult =>
  html`<p class="fault" id=${id}>${icon("failed")}<span>${visible(fault)}</span></p>`

const framed = (
  form: Form,
  path: Path,
  label: string,
  { hideLabel = false, hint, remark }: Options,
  control: TemplateResult
) => {
  const fault = form.faults.byPath.get(path)
  return html`
    <div class="field">
      <label for=${path} class=${hideLabel ? "vh" : nothing}>${label}</label>
      ${control}
      ${
    fault === undefined
      ? hint === undefined ? nothing : html`<p class="hint" id="${path}-hint">${hint}</p>`
      : faultLine(`${path}-fault`, fault)
  }
      ${remark === undefined ? nothing : html`<p class="hint remark" role="status">${remark}</p>`}
    </div>
  `
}

const describedBy = (form: Form, path: Path, hint: string | undefined) =>
  form.faults.byPath.has(path) ? `${path}-fault` : hint === undefined ? nothing : `${path}-hint`

const typed = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value

/** A field for text, a number or a secret. */
export const textField = (form: Form, path: Path, label: string, options: Options = {}): TemplateResult => {
  const { hint, kind = "text", placeholder, required = false } = options
  return framed(
    form,
    path,
    label,
    options,
    html`<input id=${path} type=${kind === "password" ? "password" : "text"} .value=${live(form.draft[path])}
      inputmode=${kind === "number" ? "decimal" : nothing} autocomplete=${kind === "password" ? "new-password" : "off"}
      autocapitalize="off" spellcheck="false" placeholder=${placeholder ?? nothing} aria-required=${required}
      aria-invalid=${form.faults.byPath.has(path)} aria-describedby=${describedBy(form, path, hint)}
      @input=${(event: Event) => form.type(path, typed(event))}>`
  )
}

/** A field to choose one of a few values. */
export const choiceField = (
  form: Form,
  path: Path,
  label: string,
  choices: ReadonlyArray<readonly [value: string, text: string]>,
  hint?: string
): TemplateResult =>
  framed(
    form,
    path,
    label,
    hint === undefined ? {} : { hint },
    html`<select id=${path} aria-invalid=${form.faults.byPath.has(path)}
      aria-describedby=${describedBy(form, path, hint)} .value=${live(form.draft[path])}
      @change=${(event: Event) => form.type(path, typed(event))}>
      ${
      choices.map(([value, text]) =>
        html`<option value=${value} ?selected=${form.draft[path] === value}>${text}</option>`
      )
    }
    </select>`
  )

/** A checkbox. Its fault is shown elsewhere, in the element `faultId`. */
export const tickField = (form: Form, path: Path, label: string | TemplateResult, faultId: string): TemplateResult => {
  const isFaulty = form.faults.byPath.has(path)
  return html`<label class="tick"><input id=${path} type="checkbox" .checked=${live(form.draft[path] === "true")}
    aria-invalid=${isFaulty} aria-describedby=${isFaulty ? faultId : nothing}
    @change=${(event: Event) => form.type(path, String((event.target as HTMLInputElement).checked))}>${label}</label>`
}
