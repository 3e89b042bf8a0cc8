/**
 * The page's frame: header, navigation, theme, who one is, and the view that is open.
 *
 * @since 0.1.0
 */
import "@carbon/web-components/es/components/notification/inline-notification.js"
import "@carbon/web-components/es/components/ui-shell/header.js"
import "@carbon/web-components/es/components/ui-shell/header-name.js"
import "./Dialog.ts"
import "./SignIn.ts"
import "./integrations/Integrations.ts"
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { client, Refused, type Session } from "./Client.ts"
import { icon } from "./Icons.ts"
import { type Heard, type Hearing, listen } from "./Live.ts"
import { frame } from "./PageStyles.ts"
import { text } from "./Styles.ts"
import { visible } from "./Text.ts"
import { changeTheme, followSystem, theme } from "./Theme.ts"
import { type View, viewAt, views } from "./Views.ts"

const words: Record<Hearing, { readonly short: string; readonly long: string }> = {
  live: { short: "Live", long: "" },
  asking: { short: "Every 5 s", long: "asking" },
  lost: { short: "Lost", long: "no connection" }
}

/** Views that are fetched when they are opened first. */
const fetched: Partial<Record<View, () => Promise<unknown>>> = {
  search: () => import("./search/Search.ts"),
  activity: () => import("./activity/Activity.ts")
}

/**
 * The page. An element within fires `sign-in-needed` when the connector asked it to sign in.
 *
 * @category elements
 * @since 0.1.0
 */
export class Page extends LitElement {
  static override properties = {
    session: { state: true },
    heard: { state: true },
    view: { state: true },
    fault: { state: true },
    opened: { state: true }
  }

  static override styles = [text, frame]

  declare private session: Session | undefined
  declare private heard: Heard
  declare private view: View
  /** Why there is no session to be had, or no view. */
  declare private fault: string | undefined
  /** Whether everything was open before: then a sign-in stands over what one was doing. */
  declare private opened: boolean
  #listening: ReturnType<typeof listen> | undefined

  constructor() {
    super()
    this.heard = { hearing: "asking", status: undefined, index: undefined }
    this.view = "integrations"
    this.opened = false
    this.addEventListener("sign-in-needed", () => void this.#ask())
  }

  override connectedCallback() {
    super.connectedCallback()
    followSystem(() => this.requestUpdate())
    addEventListener("popstate", this.#show)
    document.addEventListener("visibilitychange", this.#seen)
    this.#show()
    void this.#ask()
    this.#listening = listen((heard) => {
      const isBack = this.heard.hearing === "lost" && heard.hearing !== "lost"
      this.heard = heard
      if (isBack || (this.session === undefined && heard.hearing !== "lost")) void this.#ask()
    })
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    removeEventListener("popstate", this.#show)
    document.removeEventListener("visibilitychange", this.#seen)
    this.#listening?.stop()
  }

  async #ask() {
    try {
      this.#enter(await client.session())
    } catch (cause) {
      this.fault = cause instanceof Refused ? cause.why : String(cause)
    }
  }

  #enter(session: Session) {
    this.fault = undefined
    this.session = session
    if (session.access === "full") this.opened = true
  }

  async #signOut() {
    try {
      await client.signOut()
      this.opened = false
    } finally {
      await this.#ask()
    }
  }

  /** A session may have ended while nobody looked. */
  readonly #seen = () => {
    if (!document.hidden && this.opened) void this.#ask()
  }

  readonly #show = () => {
    const { title, view } = viewAt(location.pathname)
    this.view = view
    document.title = `${title} – Azure Security`
    fetched[view]?.().catch(() => {
      this.fault = "this view could not be loaded: the connector was changed or stopped; reload the page"
    })
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

  get #signsIn(): boolean {
    return this.session?.access === "status" && this.session.takes_token
  }

  #signIn = (session: Session) =>
    html`
    <azure-security-sign-in .why=${`Settings and artifacts are shown to those who ${session.why ?? "sign in"}.`}
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
        return html`<azure-security-search .index=${this.heard.index} .status=${this.heard.status}></azure-security-search>`
      case "activity":
        return html`<azure-security-activity .status=${this.heard.status}></azure-security-activity>`
    }
  }

  #header(session: Session | undefined) {
    const { hearing } = this.heard
    const isDark = theme() === "g100"
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
        <span class="hearing ${hearing}" role="status">
          <span class="dot"></span>
          <span>${words[hearing].short}${
      words[hearing].long === "" ? nothing : html`<span class="longer">, ${words[hearing].long}</span>`
    }</span>
        </span>
        <button class="action" type="button" aria-label=${isDark ? "Use the light theme" : "Use the dark theme"}
          title=${isDark ? "Use the light theme" : "Use the dark theme"} @click=${() => {
      changeTheme()
      this.requestUpdate()
    }}>${icon(isDark ? "sun" : "moon", { size: 20 })}</button>
        ${
      session?.access === "full" && session.takes_token
        ? html`<button class="action" type="button" aria-label="Sign out" title="Sign out"
            @click=${() => this.#signOut()}>${icon("signOut", { size: 20 })}</button>`
        : nothing
    }
      </cds-header>
    `
  }

  override render() {
    const { fault, session } = this
    return html`
      ${this.#header(session)}
      <main id="main" tabindex="-1">
        ${
      fault === undefined
        ? nothing
        : html`<cds-inline-notification class="notice" kind="error" low-contrast hide-close-button
            .title=${"This did not work"} .subtitle=${visible(fault)}></cds-inline-notification>`
    }
        ${
      session?.access === "status" && !session.takes_token
        ? html`<cds-inline-notification class="notice" kind="info" low-contrast hide-close-button
            .title=${"The status only"} .subtitle=${visible(session.why ?? "")}></cds-inline-notification>`
        : nothing
    }
        ${session === undefined ? nothing : this.#content(session)}
      </main>
      <azure-security-dialog .open=${this.#signsIn && this.opened} .closes=${false} heading="Your session has ended">
        ${
      session !== undefined && this.#signsIn && this.opened
        ? html`<p>Sign in again to go on where you were.</p>${this.#signIn(session)}`
        : nothing
    }
      </azure-security-dialog>
    `
  }
}

customElements.define("azure-security-page", Page)
