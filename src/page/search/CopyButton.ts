/** A button that copies a text. */
import { css, html, LitElement } from "lit"
import { icon } from "../Icons.ts"
import { controls } from "./Styles.ts"

/** How long it says that it did. */
const saidMillis = 2000

/** The clipboard is there over HTTPS and on loopback alone; elsewhere browsers still have the way of old. */
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

/** `<azure-security-copy>`: copies `text` when it is pressed, and says so. `label` is what it copies. */
export class CopyButton extends LitElement {
  static override properties = {
    label: {},
    text: { attribute: false },
    wordy: { type: Boolean },
    said: { state: true }
  }

  static override styles = [
    controls,
    css`
      :host {
        display: inline-block;
      }
      .done .icon {
        fill: var(--cds-support-success);
      }
    `
  ]

  declare label: string
  declare text: string
  /** With the label beside the icon. */
  declare wordy: boolean
  declare said: string

  private timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.label = ""
    this.text = ""
    this.wordy = false
    this.said = ""
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    clearTimeout(this.timer)
    this.said = ""
  }

  private async press() {
    // Beside the button: beneath an open dialog nothing takes the focus that copying needs.
    this.said = await copy(this.text, this.renderRoot) ? "Copied" : "Not copied"
    this.renderRoot.querySelector("button")?.focus()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.said = ""
    }, saidMillis)
  }

  override render() {
    const name = `Copy ${this.label}`
    const drawing = icon(this.said === "Copied" ? "passed" : "copy")
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
