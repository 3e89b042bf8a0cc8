/** A button that copies a text. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { icon } from "../Icons.ts"
import { controls } from "./SharedStyles.ts"

/** The button says for this long that it copied. */
const saidMillis = 2000

/** Copies a text. The clipboard exists only over HTTPS and on loopback; elsewhere `execCommand` still works. */
const copy = async (text: string, place: ParentNode): Promise<boolean> => {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(() => true, () => false)
  }
  const area = document.createElement("textarea")
  area.value = text
  area.style.position = "fixed"
  area.style.opacity = "0"
  place.append(area)
  area.select()
  const isCopied = document.execCommand("copy")
  area.remove()
  return isCopied
}

/** `<azure-security-copy>`: copies `text` when pressed, and says so. `label` names the text. */
export class CopyButton extends LitElement {
  static override properties = {
    label: {},
    text: { attribute: false },
    icon: { attribute: false },
    wordy: { type: Boolean },
    said: { state: true }
  }

  static override styles = [
    controls,
    css`
      :host { display: inline-block; }
      .done .icon { fill: var(--page-good-icon, var(--cds-support-success)); }
    `
  ]

  declare label: string
  declare text: string
  /** Shown in place of the usual icon. */
  declare icon: TemplateResult | undefined
  /** Shows the label beside the icon. */
  declare wordy: boolean
  declare said: string

  private timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.label = ""
    this.text = ""
    this.icon = undefined
    this.wordy = false
    this.said = ""
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    clearTimeout(this.timer)
    this.said = ""
  }

  private async press() {
    // The text area is put beside the button: an open dialog lets nothing outside take the focus that copying needs.
    this.said = await copy(this.text, this.renderRoot) ? "Copied" : "Not copied"
    this.renderRoot.querySelector("button")?.focus()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.said = ""
    }, saidMillis)
  }

  override render() {
    const name = `Copy ${this.label}`
    const drawing = this.said === "Copied" ? icon("passed") : this.icon ?? icon("copy")
    return html`
      <button
        class="ghost small ${this.wordy ? "" : "icon-only"} ${this.said === "Copied" ? "done" : ""}"
        type="button" aria-label=${name} title=${name} @click=${() => this.press()}
      >${drawing}${this.wordy ? html`<span>${this.said === "" ? name : this.said}</span>` : undefined}</button>
      <span class="unseen" role="status">${this.said}</span>
    `
  }
}

customElements.define("azure-security-copy", CopyButton)
