/** The last searches and the saved ones, which the connector keeps. */
import { css, html, LitElement } from "lit"
import { client, type KeptSearches, Refused } from "../Client.ts"
import { icon } from "../Icons.ts"
import { clipped, harmless, sentence, visible } from "../Text.ts"
import "./Foldout.ts"
import type { Foldout } from "./Foldout.ts"
import { icons } from "./SearchIcons.ts"
import { controls } from "./SharedStyles.ts"

const shownMax = 120

const styles = css`
  h2 { margin: 0 0 0.25rem; font-size: 0.75rem; font-weight: 600; }
  ul { margin: 0 0 0.75rem; padding: 0; list-style: none; }
  li { display: flex; align-items: start; gap: 0.25rem; }
  .query { flex: 1; min-inline-size: 0; padding-inline: 0.5rem; overflow-wrap: anywhere; }
  .query small { display: block; color: var(--cds-text-secondary); font-size: 0.75rem; }
  .query > span { min-inline-size: 0; }
  p { margin: 0 0 0.75rem; max-inline-size: 20rem; color: var(--cds-text-secondary); }
  form { display: flex; gap: 0.5rem; align-items: end; }
  form div { flex: 1; }
  .box { inline-size: min(22rem, calc(100vw - 4rem)); }
`

/** `<azure-security-searches>`: fires `chosen` with a query. `query` is the one in the box, which can be saved. */
export class SearchesMenu extends LitElement {
  static override properties = {
    query: { attribute: false },
    kept: { state: true },
    trouble: { state: true }
  }

  static override styles = [controls, styles]

  declare query: string
  declare kept: KeptSearches | undefined
  declare trouble: string | undefined

  constructor() {
    super()
    this.query = ""
    this.kept = undefined
    this.trouble = undefined
  }

  private async load(asking: Promise<KeptSearches>) {
    try {
      this.kept = await asking
      this.trouble = undefined
    } catch (cause) {
      this.trouble = cause instanceof Refused ? cause.why : "this did not work"
    }
  }

  private choose(query: string) {
    const foldout = this.renderRoot.querySelector<Foldout>("azure-security-foldout")
    if (foldout !== null) foldout.open = false
    this.dispatchEvent(new CustomEvent("chosen", { detail: query }))
  }

  private readonly save = (event: SubmitEvent) => {
    event.preventDefault()
    const box = this.renderRoot.querySelector<HTMLInputElement>("#name")!
    const name = box.value.trim()
    if (name === "") return
    box.value = ""
    void this.load(client.keepSearch({ name, query: this.query.trim() }))
  }

  private entry(query: string, name?: string) {
    const text = harmless(clipped(query, shownMax))
    return html`<li>
      <button class="ghost small query" type="button" @click=${() => this.choose(query)}><span>${
      name === undefined ? text : html`${visible(name)}<small class="mono">${text}</small>`
    }</span></button>
      ${
      name === undefined ? undefined : html`<button
        class="ghost small icon-only" type="button" aria-label="Delete ${visible(name)}" title="Delete ${visible(name)}"
        @click=${() => void this.load(client.keepSearch({ forget: name }))}
      >${icon("delete")}</button>`
    }
    </li>`
  }

  override render() {
    const { kept, trouble } = this
    return html`<azure-security-foldout
      label="Searches" .icon=${icons.recent} @opened=${() => void this.load(client.keptSearches())}
    ><div class="box">
      ${
      trouble === undefined
        ? undefined
        : html`<p class="wrong" role="alert">${icons.fault}<span>${sentence(trouble)}.</span></p>`
    }
      <h2>Saved</h2>
      ${
      (kept?.saved.length ?? 0) === 0
        ? html`<p>None yet: write a query, and save it here under a name.</p>`
        : html`<ul>${kept!.saved.map(({ name, query }) => this.entry(query, name))}</ul>`
    }
      <h2>Last</h2>
      ${
      (kept?.recent.length ?? 0) === 0
        ? html`<p>The last 20 searches will stand here.</p>`
        : html`<ul>${kept!.recent.map((query) => this.entry(query))}</ul>`
    }
      <form @submit=${this.save}>
        <div>
          <label class="label" for="name">Save the query in the box as</label>
          <input id="name" class="field" maxlength="100" autocomplete="off" ?disabled=${this.query.trim() === ""}>
        </div>
        <button class="ghost" type="submit" ?disabled=${this.query.trim() === ""}>Save</button>
      </form>
    </div></azure-security-foldout>`
  }
}

customElements.define("azure-security-searches", SearchesMenu)
