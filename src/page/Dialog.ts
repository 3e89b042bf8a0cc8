/**
 * A modal dialog or a side panel: the browser's own dialog in Carbon's look. The browser keeps the focus inside, gives
 * the focus back, and makes the rest of the page inert without any script.
 */
import { css, html, LitElement, nothing, type PropertyValues } from "lit"
import { icon } from "./Icons.ts"
import { text } from "./Styles.ts"

/** Shows its content while `open`. Fires `leave` when a person wants to close the dialog; the owner decides. */
export class PageDialog extends LitElement {
  static override properties = {
    open: { type: Boolean },
    heading: {},
    label: {},
    kind: { reflect: true },
    closes: { attribute: false },
    scrolls: { state: true }
  }

  static override styles = [
    text,
    css`
      dialog {
        display: none;
        flex-direction: column;
        width: min(42rem, 100vw);
        max-width: none;
        max-height: min(90vh, 60rem);
        padding: 0;
        border: 0;
        background: var(--cds-layer);
        color: var(--cds-text-primary);
        box-shadow: 0 2px 6px var(--cds-shadow);
      }
      dialog[open] { display: flex; animation: appear 150ms cubic-bezier(0, 0, 0.38, 0.9); }
      :host([kind="danger"]) dialog { width: min(30rem, 100vw); }
      :host([kind="panel"]) dialog {
        margin: 0 0 0 auto;
        width: min(40rem, 100vw);
        height: 100vh;
        height: 100dvh;
        max-height: none;
        border-left: 1px solid var(--cds-border-subtle);
      }
      dialog::backdrop { background: var(--cds-overlay); }
      /* Nobody may read what lies behind an ended session. */
      :host([kind="gate"]) dialog::backdrop { background: var(--cds-background); }
      @keyframes appear {
        from { opacity: 0; transform: translateY(0.5rem); }
      }
      @media (prefers-reduced-motion: reduce) {
        dialog[open] { animation: none; }
      }
      .header { position: relative; padding: 1rem 3.5rem 0.5rem 1rem; }
      .header p { color: var(--cds-text-secondary); font-size: 0.75rem; line-height: 1rem; letter-spacing: 0.32px; }
      .close {
        position: absolute;
        top: 0;
        right: 0;
        display: grid;
        place-items: center;
        width: 3rem;
        height: 3rem;
        border: 0;
        background: transparent;
        color: var(--cds-icon-primary);
        cursor: pointer;
      }
      .close:hover { background: var(--cds-layer-hover); }
      .close:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
      .body { flex: 1; min-height: 0; overflow-y: auto; padding: 0.5rem 1rem 2rem; }
      .body:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
      .footer { border-top: 1px solid var(--cds-border-subtle); }
      /* On a low screen the whole dialog scrolls, or the heading and buttons would leave no room to type in. */
      @media (max-height: 30rem) {
        dialog { max-height: 100vh; overflow-y: auto; }
        .body { flex: none; overflow-y: visible; }
      }
    `
  ]

  declare open: boolean
  declare heading: string
  declare label: string
  declare kind: "modal" | "panel" | "danger" | "gate"
  /** Whether the dialog has a close button. */
  declare closes: boolean
  /** Whether the body scrolls; then the keyboard can focus the body. */
  declare private scrolls: boolean
  readonly #sizes = new ResizeObserver(() => {
    const body = this.renderRoot.querySelector(".body")!
    this.scrolls = body.scrollHeight > body.clientHeight && getComputedStyle(body).overflowY !== "visible"
  })

  constructor() {
    super()
    this.open = false
    this.heading = ""
    this.label = ""
    this.kind = "modal"
    this.closes = true
    this.scrolls = false
  }

  override connectedCallback() {
    super.connectedCallback()
    if (this.hasUpdated) this.firstUpdated()
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#sizes.disconnect()
  }

  protected override firstUpdated() {
    for (const part of this.renderRoot.querySelectorAll(".body, .content")) this.#sizes.observe(part)
  }

  protected override updated(changed: PropertyValues<this>) {
    if (!changed.has("open")) return
    const dialog = this.renderRoot.querySelector("dialog")!
    if (this.open && !dialog.open) dialog.showModal()
    else if (!this.open && dialog.open) dialog.close()
  }

  #leave(event?: Event) {
    event?.preventDefault()
    if (event?.type === "cancel" && event.target !== event.currentTarget) return
    if (this.closes) this.dispatchEvent(new CustomEvent("leave"))
  }

  /** Handles Escape, because browsers close a dialog at the second Escape whatever the page says. */
  #escape(event: KeyboardEvent) {
    if (event.key !== "Escape" || event.defaultPrevented) return
    event.preventDefault()
    this.#leave()
  }

  override render() {
    return html`
      <dialog aria-labelledby="heading" @cancel=${this.#leave} @keydown=${this.#escape}>
        <div class="header">
          ${this.label === "" ? "" : html`<p>${this.label}</p>`}
          <h2 id="heading" class="outside">${this.heading}</h2>
          ${
      this.closes
        ? html`<button class="close" type="button" aria-label="Close" @click=${() => this.#leave()}>
              ${icon("close", { size: 20 })}
            </button>`
        : ""
    }
        </div>
        <div class="body" tabindex=${this.scrolls ? "0" : nothing} role="group" aria-labelledby="heading">
          <div class="content"><slot></slot></div>
        </div>
        <div class="footer"><slot name="footer"></slot></div>
      </dialog>
    `
  }
}

customElements.define("azure-security-dialog", PageDialog)
