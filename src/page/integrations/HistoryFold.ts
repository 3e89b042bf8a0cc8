/** The history of an instance: who changed its settings, when, and which. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { type AuditEntry, client, Refused } from "../Client.ts"
import { clock, relative } from "../Format.ts"
import { icon } from "../Icons.ts"
import { folds, text } from "../Styles.ts"
import { visible } from "../Text.ts"
import { Ticking } from "../Ticking.ts"

const words = {
  added: "Added",
  changed: "Changed",
  removed: "Removed",
  signed_in: "Signed in",
  signed_out: "Signed out",
  token_refused: "A token was refused"
}

const whatOf = ({ change, command, endpoint, fields, from, to }: AuditEntry): string => {
  if (command === "backfill") return `Collected ${endpoint ?? ""} from ${from ?? ""} to ${to ?? ""}`
  if (command !== undefined) return `Position of ${endpoint ?? ""}: ${command} from ${from ?? ""} to ${to ?? "nothing"}`
  const word = change === undefined ? "Changed" : words[change]
  return fields === undefined ? word : `${word} ${fields.join(", ")}`
}

/** Who made a change, as far as it is known. */
const whoOf = ({ address, by, cause, command, revision, session }: AuditEntry): string => {
  if (command !== undefined) {
    return `by the command ${command === "backfill" ? command : "checkpoint"}${
      by === "broker" ? ", over the broker" : ""
    }`
  }
  if (by === "file") return "in the settings file"
  if (by === "broker") {
    const whose = cause === undefined ? "" : `, because ${cause} was removed`
    return `on the broker${revision === undefined ? "" : `, revision ${revision}`}${whose}`
  }
  const who = session === undefined ? "" : session === "token" ? ", with the token" : `, session ${session}`
  return `on the page${who}${address === undefined ? "" : `, from ${address}`}`
}

/** A fold that reads the history of the instance `name` each time it is opened. */
export class HistoryFold extends LitElement {
  static override properties = { name: {}, entries: { state: true }, fault: { state: true } }

  static override styles = [
    text,
    folds,
    css`
      summary { min-height: 2.5rem; }
      summary:hover { background: var(--cds-layer-hover); }
      summary > span { flex: 1; }
      ol { display: grid; gap: 0.75rem; max-height: 20rem; padding: 0 0 0.5rem; overflow-y: auto; list-style: none; }
      li { overflow-wrap: anywhere; }
    `
  ]

  declare name: string
  declare private entries: ReadonlyArray<AuditEntry> | undefined
  declare private fault: string | undefined
  readonly #time = new Ticking(this)

  async #read(event: Event) {
    if (!(event.currentTarget as HTMLDetailsElement).open) return
    try {
      this.entries = await client.history(this.name)
      this.fault = undefined
    } catch (cause) {
      this.fault = cause instanceof Refused ? cause.why : "this did not work; reload the page"
    }
  }

  #entry = (entry: AuditEntry): TemplateResult =>
    html`
    <li>
      <p class="outside">${visible(whatOf(entry))}</p>
      <p class="small quiet outside"><time datetime=${entry.at} title=${clock(entry.at)}>${
      relative(entry.at, this.#time.now)
    }</time> ${visible(whoOf(entry))}</p>
    </li>`

  override render() {
    const { entries, fault } = this
    return html`
      <details @toggle=${this.#read}>
        <summary><span>History</span>${icon("chevron")}</summary>
        ${fault === undefined ? nothing : html`<p role="alert">${visible(fault)}</p>`}
        ${
      entries === undefined
        ? nothing
        : entries.length === 0
        ? html`<p class="quiet">No change is known.</p>`
        : html`<ol tabindex="0" aria-label="History">${entries.map(this.#entry)}</ol>`
    }
      </details>
    `
  }
}

customElements.define("azure-security-history", HistoryFold)
