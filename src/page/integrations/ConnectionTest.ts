/** Tests unsaved settings, and shows each finding as soon as it is known. */
import { css, html, LitElement, nothing } from "lit"
import { type Change, client, type Finding } from "../Client.ts"
import { text } from "../Styles.ts"
import { visible } from "../Text.ts"
import { type Failure, failureOf, notice } from "./Failure.ts"

/** The marks of `check`, each with its word. */
const marks: Record<Finding["outcome"] | "skipped", { readonly mark: string; readonly word: string }> = {
  passed: { mark: "✓", word: "Passed" },
  warning: { mark: "?", word: "Warning" },
  failed: { mark: "✗", word: "Failed" },
  skipped: { mark: "–", word: "Skipped" }
}

/** A check that was skipped because another failed is no failure of its own. */
const outcomeOf = ({ message, outcome }: Finding) => message.startsWith("not asked") ? "skipped" : outcome

/** Shows the findings of a test. The owner starts a test with `run`, and ends it with `stop`. */
export class ConnectionTest extends LitElement {
  static override properties = {
    findings: { state: true },
    stage: { state: true },
    failure: { state: true }
  }

  static override styles = [
    text,
    css`
      section {
        display: grid;
        gap: 0.75rem;
        padding: 1rem;
        border: 1px solid var(--cds-border-subtle-01);
        background: var(--cds-background);
      }
      li {
        display: grid;
        grid-template-columns: 1rem 4.5rem minmax(0, 1fr);
        gap: 0.125rem 0.5rem;
        padding: 0.5rem 0;
        border-top: 1px solid var(--cds-border-subtle);
      }
      li > .mark { font-weight: 600; }
      li > .word { font-weight: 600; }
      .passed > .mark { color: var(--page-good-icon); }
      .passed > .word, .skipped > .word { font-weight: 400; }
      li > div { display: grid; gap: 0.25rem; min-width: 0; }
      .remedy { font-weight: 600; }
      .remedy::first-letter { text-transform: uppercase; }
      progress { width: 100%; height: 0.25rem; }
    `
  ]

  declare private findings: ReadonlyArray<Finding>
  declare private stage: "idle" | "running" | "done" | "stopped"
  declare private failure: Failure | undefined
  #abort: AbortController | undefined

  constructor() {
    super()
    this.findings = []
    this.stage = "idle"
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#abort?.abort()
  }

  #say(stage: ConnectionTest["stage"]) {
    this.stage = stage
    this.dispatchEvent(new CustomEvent<boolean>("running", { detail: stage === "running" }))
  }

  /** Removes the findings once they do not match the typed settings. */
  clear() {
    this.#abort?.abort()
    this.findings = []
    this.failure = undefined
    if (this.stage !== "idle") this.#say("idle")
  }

  stop() {
    this.#abort?.abort()
  }

  /** Starts a test. Throws the connector's refusal when it comes before any finding. */
  async run(change: Change) {
    this.clear()
    const abort = new AbortController()
    this.#abort = abort
    this.#say("running")
    try {
      await client.check(change, (finding) => {
        if (!abort.signal.aborted) this.findings = [...this.findings, finding]
      }, abort.signal)
      if (!abort.signal.aborted) this.#say("done")
    } catch (cause) {
      if (abort.signal.aborted) {
        // Another test may have replaced this one.
        if (this.#abort === abort && this.stage === "running") this.#say("stopped")
        return
      }
      this.#say(this.findings.length === 0 ? "idle" : "stopped")
      if (this.findings.length === 0) throw cause
      this.failure = failureOf(cause)
    }
  }

  get #summary(): string {
    if (this.stage === "running") return "Testing the connection…"
    if (this.stage === "stopped") return "The test was stopped."
    const found = (wanted: keyof typeof marks) =>
      this.findings.filter((finding) => outcomeOf(finding) === wanted).length
    const [failed, skipped, warned] = [found("failed"), found("skipped"), found("warning")]
    if (failed + skipped > 0) {
      const left = skipped === 0 ? "" : `, ${skipped} skipped`
      return `The test failed: ${failed} of ${this.findings.length} checks${left}.`
    }
    return warned > 0
      ? `Artifacts can be collected, with ${warned === 1 ? "a warning" : `${warned} warnings`}.`
      : "Artifacts can be collected."
  }

  #line(finding: Finding) {
    const { check, message, remedy, required_permissions } = finding
    const outcome = outcomeOf(finding)
    const { mark, word } = marks[outcome]
    return html`
      <li class=${outcome}>
        <span class="mark" aria-hidden="true">${mark}</span>
        <span class="word">${word}</span>
        <div>
          <p class="outside"><span class="quiet">${visible(check)}:</span> ${visible(message)}</p>
          ${remedy === undefined ? nothing : html`<p class="remedy outside">${visible(remedy)}</p>`}
          ${
      required_permissions === undefined ?
        nothing :
        html`<p class="outside">Required permission: <span class="code">${
          visible(required_permissions.join(", "))
        }</span></p>`
    }
        </div>
      </li>
    `
  }

  override render() {
    if (this.stage === "idle") return nothing
    return html`
      <section aria-labelledby="summary">
        <h3 id="summary" aria-live="polite">${this.#summary}</h3>
        ${this.stage === "running" ? html`<progress aria-label="Testing"></progress>` : nothing}
        <div role="log" aria-label="Findings"><ul>${this.findings.map((finding) => this.#line(finding))}</ul></div>
        ${this.failure === undefined ? nothing : notice("error", this.failure)}
      </section>
    `
  }
}

customElements.define("azure-security-connection-test", ConnectionTest)
