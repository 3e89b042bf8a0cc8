/** A button that opens a small panel beneath it. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { icon } from "../Icons.ts"
import { controls } from "./SharedStyles.ts"

/** Pixels that stay free at the sides of the window. */
const margin = 16

/**
 * `<azure-security-foldout>`: shows its content while it is open; fires `opened`. Escape closes it, and so does a press or focus
 * elsewhere.
 */
export class Foldout extends LitElement {
  static override properties = { label: {}, icon: { attribute: false }, open: { type: Boolean, reflect: true } }

  static override styles = [
    controls,
    css`
      :host { position: relative; display: inline-block; }
      .panel {
        position: absolute;
        z-index: 20;
        inset-block-start: 100%;
        inset-inline-end: 0;
        inline-size: max-content;
        max-inline-size: min(24rem, calc(100vw - 2rem));
        max-block-size: min(28rem, 60vh);
        overflow: auto;
        padding: 1rem;
        background: var(--cds-layer-01);
        border: 1px solid var(--cds-border-subtle-01);
        box-shadow: 0 2px 6px var(--cds-shadow, rgb(0 0 0 / 30%));
      }
      button[aria-expanded="true"] { background: var(--cds-layer-01); }
      @media (max-width: 42rem) {
        button { gap: 0.25rem; padding-inline: 0.5rem; }
        button .icon:first-child { display: none; }
      }
      button[aria-expanded="true"] .icon:last-child { rotate: 180deg; }
    `
  ]

  declare label: string
  declare icon: TemplateResult | undefined
  declare open: boolean

  constructor() {
    super()
    this.label = ""
    this.icon = undefined
    this.open = false
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.open) return
      event.stopPropagation()
      this.open = false
      this.renderRoot.querySelector("button")?.focus()
    })
    this.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.contains(relatedTarget)) this.open = false
    })
  }

  /** Moves a panel that would leave the window. */
  override updated() {
    const panel = this.renderRoot.querySelector<HTMLElement>(".panel")
    if (panel === null || !this.open) return
    panel.style.translate = ""
    const { left } = panel.getBoundingClientRect()
    if (left < margin) panel.style.translate = `${margin - left}px`
  }

  private readonly pressed = (event: Event) => {
    if (!event.composedPath().includes(this)) this.open = false
  }

  override connectedCallback() {
    super.connectedCallback()
    document.addEventListener("pointerdown", this.pressed)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    document.removeEventListener("pointerdown", this.pressed)
  }

  override render() {
    return html`
      <button class="ghost" type="button" aria-expanded=${this.open} aria-controls="panel" @click=${() => {
      this.open = !this.open
      if (this.open) this.dispatchEvent(new Event("opened"))
    }}>${this.icon}<span>${this.label}</span>${icon("chevron")}</button>
      <div id="panel" class="panel" role="group" aria-label=${this.label} ?hidden=${!this.open}><slot></slot></div>
    `
  }
}

customElements.define("azure-security-foldout", Foldout)
