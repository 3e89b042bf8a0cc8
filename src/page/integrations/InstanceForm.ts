/**
 * The panel in which an instance is added or changed.
 *
 * @since 0.1.0
 */
import "@carbon/web-components/es/components/button/button.js"
import "../Dialog.ts"
import "./ConnectionTest.ts"
import { html, LitElement, nothing, type PropertyValues } from "lit"
import { client, type Fault, Refused, type StoredInstance } from "../Client.ts"
import type { PageDialog } from "../Dialog.ts"
import { fields, folds, text } from "../Styles.ts"
import { visible } from "../Text.ts"
import { conflict } from "./Conflict.ts"
import type { ConnectionTest } from "./ConnectionTest.ts"
import { type Failure, failureOf, notice } from "./Failure.ts"
import {
  documentOf,
  type Draft,
  draftOf,
  isChanged,
  noFaults,
  type Path,
  placed,
  type PlacedFaults
} from "./FormDraft.ts"
import { formStyles } from "./FormStyles.ts"
import { plainFields, productChoice } from "./PlainFields.ts"

/** Where one is: choosing what to add, typing, or asked whether to throw away what was typed. */
type Step = "product" | "form"

/**
 * The panel. Fires `saved` with what is stored then, and `leave`.
 *
 * @category elements
 * @since 0.1.0
 */
export class InstanceForm extends LitElement {
  static override properties = {
    open: { type: Boolean },
    stored: { attribute: false },
    where: {},
    step: { state: true },
    draft: { state: true },
    faults: { state: true },
    failure: { state: true },
    current: { state: true },
    saving: { state: true },
    testing: { state: true },
    leaving: { state: true }
  }

  static override styles = [text, folds, fields, formStyles]

  declare open: boolean
  /** The instance that is changed; undefined for a new one. */
  declare stored: StoredInstance | undefined
  /** Where settings are saved. */
  declare where: string
  declare private step: Step
  declare private draft: Draft
  declare private faults: PlacedFaults
  declare private failure: Failure | undefined
  /** What is stored meanwhile, while a person has to choose; null when it was deleted. */
  declare private current: StoredInstance | null | undefined
  declare private saving: boolean
  declare private testing: boolean
  declare private leaving: boolean

  constructor() {
    super()
    this.open = false
    this.where = ""
    this.#begin()
  }

  #begin() {
    this.step = this.stored === undefined ? "product" : "form"
    this.draft = draftOf(this.stored)
    this.faults = noFaults
    this.failure = undefined
    this.current = undefined
    this.saving = false
    this.testing = false
    this.leaving = false
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("open") && this.open) this.#begin()
  }

  protected override async updated(changed: PropertyValues<this>) {
    if (!changed.has("open") || !this.open) return
    await this.#dialog.updateComplete
    await this.#focus(this.step === "product" ? ".product" : "input")
  }

  get #dialog() {
    return this.renderRoot.querySelector<PageDialog>("azure-security-dialog")!
  }

  get #test() {
    return this.renderRoot.querySelector<ConnectionTest>("azure-security-connection-test")
  }

  get #change() {
    return {
      name: this.draft.name.trim(),
      revision: this.stored?.revision ?? null,
      document: documentOf(this.draft, this.stored)
    }
  }

  readonly #type = (path: Path, value: string) => {
    this.draft = { ...this.draft, [path]: value }
    this.leaving = false
    if (this.faults.byPath.has(path)) {
      const byPath = new Map(this.faults.byPath)
      byPath.delete(path)
      this.faults = { ...this.faults, byPath }
    }
    this.#test?.clear()
  }

  async #focus(selector: string) {
    await this.updateComplete
    const found = this.renderRoot.querySelector<HTMLElement>(selector)
    found?.focus()
    found?.scrollIntoView({ block: "nearest" })
  }

  async #refused(cause: unknown) {
    if (cause instanceof Refused && cause.body._tag === "InvalidSettings") {
      this.faults = placed(cause.body["faults"] as ReadonlyArray<Fault>, this.draft, this.stored)
      await this.#focus(this.faults.first === undefined ? ".faults" : `[id="${this.faults.first}"]`)
    } else if (cause instanceof Refused && cause.body._tag === "ChangedMeanwhile") {
      this.current = cause.body["current"] as StoredInstance | null
      await this.#focus("#conflict-section")
    } else {
      this.failure = failureOf(cause)
      await this.#focus(".faults")
    }
  }

  #settle() {
    this.faults = noFaults
    this.failure = undefined
    this.current = undefined
  }

  async #save() {
    if (this.saving) return
    this.#settle()
    this.#test?.stop()
    this.saving = true
    try {
      const saved = await client.save(this.#change)
      this.dispatchEvent(new CustomEvent<StoredInstance>("saved", { detail: saved }))
    } catch (cause) {
      await this.#refused(cause)
    } finally {
      this.saving = false
    }
  }

  async #testConnection() {
    const test = this.#test!
    if (this.testing) {
      test.stop()
      return
    }
    this.#settle()
    try {
      const running = test.run(this.#change)
      test.scrollIntoView({ block: "nearest" })
      await running
      await test.updateComplete
      test.scrollIntoView({ block: "nearest" })
    } catch (cause) {
      await this.#refused(cause)
    }
  }

  #keepMine() {
    this.stored = this.current ?? undefined
    void this.#save()
  }

  #takeTheirs() {
    if (this.current === null) {
      this.#close()
      return
    }
    this.stored = this.current
    this.draft = draftOf(this.stored)
    this.#settle()
    void this.#focus(`[id="credentials.tenant_id"]`)
  }

  #close() {
    this.#test?.stop()
    this.dispatchEvent(new CustomEvent("leave"))
  }

  #leave() {
    if (!this.leaving && this.step === "form" && isChanged(this.draft, this.stored)) {
      this.leaving = true
      void this.#focus(".stay")
    } else this.#close()
  }

  #choose() {
    this.step = "form"
    this.#dialog.toTop()
    void this.#focus("#name")
  }

  #faults() {
    const others = this.faults.others.map(({ message, path }) => path === "" ? message : `${path}: ${message}`)
    return html`
      <div class="faults" tabindex="-1">
        ${this.failure === undefined ? nothing : notice("error", this.failure)}
        ${
      others.length === 0
        ? nothing
        : notice("error", { title: "The settings cannot be used", text: others.join("; ") })
    }
      </div>
    `
  }

  #buttons() {
    if (this.leaving) {
      return html`
        <p class="where" role="alert">What you typed is not saved.</p>
        <div class="buttons two">
          <cds-button class="stay" kind="secondary" @click=${() => (this.leaving = false)}>Keep typing</cds-button>
          <cds-button kind="danger" @click=${this.#close}>Discard</cds-button>
        </div>
      `
    }
    return html`
      <p class="where outside">Save writes to ${visible(this.where)}, and takes effect within seconds.</p>
      <div class="buttons">
        <cds-button kind="secondary" @click=${this.#leave}>Cancel</cds-button>
        <cds-button class="test" kind="tertiary" @click=${this.#testConnection}>${
      this.testing ? "Stop the test" : "Test connection"
    }</cds-button>
        <cds-button ?disabled=${this.saving} @click=${this.#save}>${this.saving ? "Saving…" : "Save"}</cds-button>
      </div>
    `
  }

  override render() {
    const isForm = this.step === "form"
    const heading = !isForm
      ? "Add Integration"
      : this.stored === undefined
      ? "Add Azure Security"
      : `Edit ${this.stored.name}`
    return html`
      <azure-security-dialog kind="panel" .open=${this.open} .heading=${visible(heading)} label="Integrations"
        @leave=${this.#leave}>
        ${
      isForm
        ? html`
            ${this.#faults()}
            ${
          this.current === undefined
            ? nothing
            : conflict(this.current, this.draft, { keep: () => this.#keepMine(), take: () => this.#takeTheirs() })
        }
            ${
          plainFields(
            { draft: this.draft, faults: this.faults, type: this.#type },
            this.stored,
            () => void this.#save()
          )
        }
            <azure-security-connection-test
              @running=${(
          { detail }: CustomEvent<boolean>
        ) => (this.testing = detail)}></azure-security-connection-test>`
        : productChoice(() => this.#choose())
    }
        <div slot="footer">${isForm ? this.#buttons() : nothing}</div>
      </azure-security-dialog>
    `
  }
}

customElements.define("azure-security-instance-form", InstanceForm)
