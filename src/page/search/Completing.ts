/** Completes the query while it is typed: names of fields, and a field's frequent values. */
import { css, html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit"
import { client } from "../Client.ts"
import { count } from "../Format.ts"
import { clipped, harmless } from "../Text.ts"
import { term } from "./QueryText.ts"

/** Asks only after this pause in typing. */
const pauseMillis = 120

/** What is typed at the place of the cursor, and where it begins. */
export interface Typed {
  readonly from: number
  readonly field: string | undefined
  readonly beginning: string
}

const wordForm = /(?:^|[\s(])[-!+]?(?:([A-Za-z_][A-Za-z0-9_]*):"?)?([^\s()":]*)$/

/** Reads what is being typed before a place of a query; undefined within quotes, and where nothing was begun. */
export const typedAt = (text: string, at: number): Typed | undefined => {
  const before = text.slice(0, at)
  const found = wordForm.exec(before)
  if (found === null) return undefined
  const [, field, beginning = ""] = found
  if (field === undefined && beginning === "") return undefined
  if (field === undefined && (before.match(/(?<!\\)"/g) ?? []).length % 2 === 1) return undefined
  const word = /[^\s(]*$/.exec(before)![0].replace(/^[-!+]/, "")
  return { from: at - word.length, field, beginning }
}

interface Option {
  /** What replaces the typed word. */
  readonly text: string
  readonly label: string
  readonly count: number | undefined
}

/** Styles of the list of options. */
export const completionStyles = css`
  .options {
    position: absolute;
    z-index: 30;
    inset-block-start: 2.5rem;
    inset-inline: 0;
    max-block-size: 18rem;
    margin: 0;
    padding: 0;
    overflow: auto;
    border: 1px solid var(--cds-border-subtle-01);
    background: var(--cds-layer-01);
    box-shadow: 0 2px 6px var(--cds-shadow, rgb(0 0 0 / 30%));
    list-style: none;
  }
  .options li {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
    padding: 0.5rem 1rem;
    cursor: pointer;
    overflow-wrap: anywhere;
  }
  .options li:hover { background: var(--cds-layer-hover-01); }
  .options li[aria-selected="true"] {
    background: var(--cds-layer-selected-01);
    outline: 2px solid var(--cds-focus);
    outline-offset: -2px;
  }
  .options .count { color: var(--cds-text-secondary); font-variant-numeric: tabular-nums; }
`

/** Controller of the options below an input. The input is `combobox` to assistive technology, with `listbox` `options`. */
export class Completing implements ReactiveController {
  options: ReadonlyArray<Option> = []
  /** The option that the keys have reached; -1 for none. */
  active = -1

  private typed: Typed | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private under: AbortController | undefined
  private readonly host: ReactiveControllerHost
  private readonly take: (from: number, text: string) => void

  /** `take` puts a text in place of what is typed from a place up to the cursor. */
  constructor(host: ReactiveControllerHost, take: (from: number, text: string) => void) {
    this.host = host
    this.take = take
    host.addController(this)
  }

  hostDisconnected() {
    this.close()
  }

  get isOpen(): boolean {
    return this.options.length > 0
  }

  close(): void {
    clearTimeout(this.timer)
    this.under?.abort()
    this.options = []
    this.active = -1
    this.host.requestUpdate()
  }

  /** Looks for options for what is typed. */
  look(text: string, at: number): void {
    this.close()
    this.typed = typedAt(text, at)
    if (this.typed !== undefined) this.timer = setTimeout(() => void this.ask(this.typed!), pauseMillis)
  }

  private async ask(typed: Typed) {
    const under = new AbortController()
    this.under = under
    try {
      const { names, values } = await client.suggest(typed.field, typed.beginning, under.signal)
      if (under.signal.aborted) return
      const options = [
        ...names.map((name) => ({ text: `${name}:`, label: `${name}:`, count: undefined })),
        ...values.map(({ count, value }) => ({ text: `${term(typed.field!, value)} `, label: value, count }))
      ]
      // Nothing is offered that is typed already.
      this.options = options.filter(({ label }) => label !== typed.beginning)
      this.active = -1
      this.host.requestUpdate()
    } catch {
      // Without suggestions the query is typed as it is.
    }
  }

  private choose({ text }: Option) {
    this.take(this.typed!.from, text)
  }

  /** Handles a key of the input; returns whether it was for the options. */
  pressed(event: KeyboardEvent): boolean {
    if (!this.isOpen) return false
    const { length } = this.options
    const chosen = this.options[this.active]
    if (event.key === "ArrowDown") this.active = (this.active + 1) % length
    else if (event.key === "ArrowUp") this.active = this.active <= 0 ? length - 1 : this.active - 1
    else if ((event.key === "Enter" || event.key === "Tab") && chosen !== undefined) this.choose(chosen)
    else if (event.key === "Escape") {
      event.stopPropagation()
      this.close()
    } else return false
    event.preventDefault()
    this.host.requestUpdate()
    return true
  }

  /** The id of the active option, for `aria-activedescendant`. */
  get activeId(): string | undefined {
    return this.active < 0 ? undefined : `option-${this.active}`
  }

  render(): TemplateResult | undefined {
    if (!this.isOpen) return undefined
    return html`<ul id="options" class="options" role="listbox" aria-label="Suggestions">${
      this.options.map((option, place) =>
        html`<li
          id="option-${place}" role="option" aria-selected=${place === this.active}
          @pointerdown=${(event: Event) => {
          // The input keeps the focus.
          event.preventDefault()
          this.choose(option)
        }}
        ><bdi>${harmless(clipped(option.label, 200))}</bdi>${
          option.count === undefined ? undefined : html`<span class="count">${count(option.count)}</span>`
        }</li>`
      )
    }</ul>`
  }
}
