/** Form that asks for the token. */
import "@carbon/web-components/es/components/button/button.js"
import { css, html, LitElement, nothing } from "lit"
import { client, Refused, type Session } from "./Client.ts"
import { icon } from "./Icons.ts"
import { fields, text } from "./Styles.ts"

/** Takes the focus, and fires `signed-in` with the session. */
export class SignIn extends LitElement {
  static override properties = { why: {}, fault: { state: true }, asking: { state: true } }

  static override styles = [
    text,
    fields,
    css`
      form { display: grid; gap: 1.5rem; }
      input { background: var(--cds-field-01); }
    `
  ]

  declare why: string
  declare private fault: string | undefined
  declare private asking: boolean

  constructor() {
    super()
    this.why = ""
    this.asking = false
  }

  /** Focuses the field after a dialog around it has taken the focus. */
  protected override firstUpdated() {
    setTimeout(() => this.renderRoot.querySelector("input")!.focus())
  }

  async #signIn(event?: Event) {
    event?.preventDefault()
    const input = this.renderRoot.querySelector("input")!
    const token = input.value.trim()
    if (this.asking) return
    if (token === "") {
      this.fault = "type the token first"
    } else {
      this.asking = true
      this.fault = undefined
      try {
        const session = await client.signIn(token)
        input.value = ""
        this.dispatchEvent(new CustomEvent<Session>("signed-in", { detail: session }))
        return
      } catch (cause) {
        this.fault = cause instanceof Refused ? cause.why : "this did not work; reload the page"
      } finally {
        this.asking = false
      }
    }
    await this.updateComplete
    input.focus()
    input.select()
  }

  override render() {
    const isFaulty = this.fault !== undefined
    return html`
      <form novalidate @submit=${this.#signIn}>
        <p class="quiet" id="why">${this.why}</p>
        <div class="field">
          <label for="token">Token</label>
          <input id="token" type="password" autocomplete="current-password" spellcheck="false"
            aria-invalid=${isFaulty} aria-describedby=${isFaulty ? "fault" : "why"}>
          ${isFaulty ? html`<p class="fault" id="fault" role="alert">${icon("failed")}${this.fault}</p>` : nothing}
        </div>
        <div>
          <cds-button type="button" ?disabled=${this.asking} @click=${() => this.#signIn()}>Sign in</cds-button>
        </div>
      </form>
    `
  }
}

customElements.define("azure-security-sign-in", SignIn)
