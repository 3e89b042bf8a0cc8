/** The page's frame: header, navigation, theme, session, and the open view. */
import "@carbon/web-components/es/components/ui-shell/header.js"
import "@carbon/web-components/es/components/ui-shell/header-name.js"
import "./Dialog.ts"
import "./SignIn.ts"
import "./integrations/Integrations.ts"
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { client, Refused, type Session } from "./Client.ts"
import { themeButton, zoneButton } from "./HeaderButtons.ts"
import { icon } from "./Icons.ts"
import { signInByLink } from "./LinkSignIn.ts"
import { askEveryMillis, type Heard, listen } from "./Live.ts"
import { failed, hearingMark, linkUsed, lost, said, waiting } from "./Notices.ts"
import { frame } from "./PageStyles.ts"
import { processNotices } from "./ProcessReports.ts"
import { text } from "./Styles.ts"
import { followSystem } from "./Theme.ts"
import { ViewLoading } from "./ViewLoading.ts"
import { type View, viewAt, views } from "./Views.ts"
import { followZone } from "./Zone.ts"

/**
 * The page. When `window` gets the event `sign-in-needed`, the page asks for the token. After the sign-in, `window`
 * gets `signed-in`, and the views ask again.
 */
export class Page extends LitElement {
  static override properties = {
    session: { state: true },
    heard: { state: true },
    view: { state: true },
    fault: { state: true },
    signOutFault: { state: true },
    opened: { state: true }
  }

  static override styles = [text, frame]

  declare private session: Session | undefined
  declare private heard: Heard
  declare private view: View
  /** Why there is no session, or why a link did not begin one. */
  declare private fault: string | undefined
  declare private signOutFault: string | undefined
  /** Whether the page was open before; then the sign-in appears above the current view. */
  declare private opened: boolean
  readonly #loading = new ViewLoading(this, () => this.heard.hearing === "lost")
  #listening: ReturnType<typeof listen> | undefined
  #following: (() => void) | undefined
  /** When the connector was last heard. */
  #heardAt: Date | undefined
  #again: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    followZone(this)
    this.heard = { hearing: "asking", status: undefined, index: undefined }
    this.view = "integrations"
    this.opened = false
  }

  override connectedCallback() {
    super.connectedCallback()
    this.#following = followSystem(() => this.requestUpdate())
    addEventListener("popstate", this.#show)
    addEventListener("sign-in-needed", this.#ask)
    document.addEventListener("visibilitychange", this.#seen)
    this.#show()
    void this.#ask()
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    removeEventListener("popstate", this.#show)
    removeEventListener("sign-in-needed", this.#ask)
    document.removeEventListener("visibilitychange", this.#seen)
    clearTimeout(this.#again)
    this.#following?.()
    this.#listening?.stop()
  }

  readonly #ask = async () => {
    clearTimeout(this.#again)
    try {
      const arrived = await signInByLink()
      this.#enter(typeof arrived === "object" ? arrived : await client.session())
      if (arrived === "used" && this.#signsIn) this.fault = linkUsed
    } catch (cause) {
      this.fault = cause instanceof Refused ? cause.why : String(cause)
      if (this.session === undefined) this.#again = setTimeout(this.#ask, askEveryMillis)
    }
  }

  /** Listens while the session allows it. */
  #listen() {
    if (this.session === undefined || this.#signsIn) {
      this.#listening?.stop()
      this.#listening = undefined
      this.heard = { ...this.heard, hearing: "asking" }
      return
    }
    this.#listening ??= listen((heard) => {
      const isBack = this.heard.hearing === "lost" && heard.hearing !== "lost"
      this.heard = heard
      if (heard.hearing !== "lost") this.#heardAt = new Date()
      if (isBack) void this.#ask()
      if (isBack) void this.#loading.tryAgain(() => false)
    }, () => this.session?.access === "full")
  }

  #enter(session: Session) {
    const wasOut = this.#signsIn
    this.fault = undefined
    this.signOutFault = undefined
    this.session = session
    this.#listen()
    if (session.access !== "full") return
    this.opened = true
    if (!wasOut) return
    window.dispatchEvent(new Event("signed-in"))
    void this.#toHeading()
  }

  async #signOut() {
    this.signOutFault = undefined
    try {
      await client.signOut()
      this.opened = false
      await this.#ask()
    } catch (cause) {
      this.signOutFault = `you are still signed in; ${cause instanceof Refused ? cause.why : "reload the page"}`
    }
  }

  /** Asks for the session again, which may have ended while the page was hidden. */
  readonly #seen = () => {
    if (!document.hidden && this.opened) void this.#ask()
  }

  readonly #show = () => {
    const { title, view } = viewAt(location.pathname)
    this.view = view
    document.title = `${title} – Azure Security`
    void this.#loading.load(view)
  }

  #go(event: MouseEvent, path: string) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return
    event.preventDefault()
    if (location.pathname !== path) history.pushState(null, "", path)
    this.#show()
    scrollTo(0, 0)
    this.#toMain()
  }

  #toMain() {
    this.renderRoot.querySelector("main")!.focus({ preventScroll: true })
  }

  /** Focuses the view's heading, unless a closed dialog has given the focus back. */
  async #toHeading() {
    await this.updateComplete
    await new Promise((resolve) => setTimeout(resolve))
    const view = this.renderRoot.querySelector("main > :last-child")
    if ((this.shadowRoot?.activeElement ?? null) !== null) return
    const heading = view?.shadowRoot?.querySelector<HTMLElement>("h1")
    heading?.setAttribute("tabindex", "-1")
    if (heading === undefined || heading === null) this.#toMain()
    else heading.focus()
  }

  get #signsIn(): boolean {
    return this.session?.access === "status" && this.session.takes_token
  }

  #signIn = (session: Session) =>
    html`
    <azure-security-sign-in .why=${`To see settings and artifacts, ${session.why ?? "sign in"}.`}
      @signed-in=${({ detail }: CustomEvent<Session>) => this.#enter(detail)}></azure-security-sign-in>
  `

  #content(session: Session): TemplateResult | typeof nothing {
    if (this.#signsIn && !this.opened) {
      return html`<div class="card"><h1>Sign in</h1>${this.#signIn(session)}</div>`
    }
    switch (this.view) {
      case "integrations":
        return html`<azure-security-integrations .access=${
          this.opened ? "full" : session.access
        } .status=${this.heard.status}
          .isLost=${this.heard.hearing === "lost"}></azure-security-integrations>`
      case "search":
        return html`<azure-security-search .index=${this.heard.index} .status=${this.heard.status}
          .hearing=${this.heard.hearing}></azure-security-search>`
      case "activity":
        return html`<azure-security-activity .status=${this.heard.status}
          .hearing=${this.heard.hearing}></azure-security-activity>`
    }
  }

  #header(session: Session | undefined) {
    const shown = session === undefined || (this.#signsIn && !this.opened)
      ? []
      : views.filter(({ needs }) => needs === "status" || this.opened || session.access === "full")
    return html`
      <cds-header>
        <a class="skip" href="#page" @click=${(event: Event) => {
      event.preventDefault()
      this.#toMain()
    }}>Skip to main content</a>
        <cds-header-name prefix="WitFoo" href=${views[0].path}
          @click=${(event: MouseEvent) => this.#go(event, views[0].path)}>Azure Security</cds-header-name>
        ${
      shown.length === 0 ?
        nothing :
        html`<nav aria-label="Views"><ul>${
          shown.map(({ path, title, view }) =>
            html`<li><a href=${path} aria-current=${view === this.view ? "page" : nothing}
            @click=${(event: MouseEvent) => this.#go(event, path)}>${title}</a></li>`
          )
        }</ul></nav>`
    }
        <span class="space"></span>
        ${session === undefined || this.#signsIn ? nothing : hearingMark(this.heard.hearing)}
        ${zoneButton()}${themeButton(() => this.requestUpdate())}
        ${
      session?.access === "full" && session.takes_token
        ? html`<button class="action" type="button" aria-label="Sign out" title="Sign out"
            @click=${() => this.#signOut()}>${icon("signOut", { size: 20 })}</button>`
        : nothing
    }
      </cds-header>
    `
  }

  #notices() {
    const { fault, session, signOutFault } = this
    const isLost = this.heard.hearing === "lost" && session !== undefined
    return html`
      ${isLost ? lost(this.#heardAt) : session === undefined ? nothing : failed("This did not work", fault)}
      ${failed("Not signed out", signOutFault)}
      ${failed("This view could not be loaded", this.#loading.fault, () => this.#loading.tryAgain())}
      ${session === undefined || (this.#signsIn && !this.opened) ? nothing : processNotices(this.heard.status)}
      ${
      session?.access === "status" && !session.takes_token
        ? said("info", "Only the status is shown", session.why ?? "")
        : nothing
    }
    `
  }

  override render() {
    const { session } = this
    return html`
      ${this.#header(session)}
      <main id="main" tabindex="-1">
        ${this.#notices()}
        ${session === undefined ? waiting(this.fault) : this.#content(session)}
      </main>
      <azure-security-dialog kind="gate" .open=${this.#signsIn && this.opened} .closes=${false}
        heading="Your session has ended">
        ${
      session !== undefined && this.#signsIn && this.opened
        ? html`<p>Sign in again to continue where you were.</p>${this.#signIn(session)}`
        : nothing
    }
      </azure-security-dialog>
    `
  }
}

customElements.define("azure-security-page", Page)
