/** The panel in which an instance is added or changed. */
import "../Dialog.ts"
import "./ConnectionTest.ts"
import { html, LitElement, nothing, type PropertyValues } from "lit"
import { client, type Fault, Refused, type StoredInstance } from "../Client.ts"
import type { PageDialog } from "../Dialog.ts"
import { fields, folds, text } from "../Styles.ts"
import { visible } from "../Text.ts"
import { conflict } from "./Conflict.ts"
import type { ConnectionTest } from "./ConnectionTest.ts"
import { type Failure, failureOf } from "./Failure.ts"
import { formButtons, formFaults, leaveButtons } from "./FormButtons.ts"
import {
  documentOf,
  type Draft,
  draftOf,
  isChanged,
  isFoldedFaulty,
  noFaults,
  ownFaults,
  type Path,
  placed,
  type PlacedFaults,
  without
} from "./FormDraft.ts"
import { formStyles } from "./FormStyles.ts"
import { merged, secretPath } from "./Merge.ts"
import { plainFields } from "./PlainFields.ts"
import { askBeforeLeaving } from "./Unsaved.ts"

/** The panel. Fires `saved` with the stored instance, and `leave`. */
export class InstanceForm extends LitElement {
  static override properties = {
    open: { type: Boolean },
    stored: { attribute: false },
    where: {},
    draft: { state: true },
    faults: { state: true },
    failure: { state: true },
    current: { state: true },
    saving: { state: true },
    testing: { state: true },
    leaving: { state: true },
    unfolded: { state: true }
  }

  static override styles = [text, folds, fields, formStyles]

  declare open: boolean
  /** The instance that is changed; undefined for a new one. */
  declare stored: StoredInstance | undefined
  /** Where settings are saved. */
  declare where: string
  declare private draft: Draft
  declare private faults: PlacedFaults
  declare private failure: Failure | undefined
  /** The instance as another person stored it, until a choice is made; null when it was deleted. */
  declare private current: StoredInstance | null | undefined
  declare saving: boolean
  declare testing: boolean
  declare private leaving: boolean
  /** Whether the other settings are shown. */
  declare private unfolded: boolean
  /** The element with the focus before the question whether to leave. */
  #typedIn: HTMLElement | null = null

  constructor() {
    super()
    this.open = false
    this.where = ""
    askBeforeLeaving(this, () => this.#isTyped)
    this.#begin()
  }

  #begin() {
    this.draft = draftOf(this.stored)
    this.faults = noFaults
    this.failure = undefined
    this.current = undefined
    this.saving = false
    this.testing = false
    this.leaving = false
    this.unfolded = this.draft.cloud === "custom"
  }

  get #isTyped() {
    return this.open && isChanged(this.draft, this.stored)
  }

  /** Resets the form when it opens or closes, so that no secret stays behind. */
  protected override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has("open")) return
    if (!this.open) this.stored = undefined
    this.#begin()
  }

  protected override async updated(changed: PropertyValues<this>) {
    if (!changed.has("open") || !this.open) return
    await this.#dialog.updateComplete
    await this.#focus("input")
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
    this.faults = without(this.faults, path)
    this.#test?.clear()
  }

  async #focus(selector: string) {
    await this.updateComplete
    const found = this.renderRoot.querySelector<HTMLElement>(selector)
    found?.focus()
    found?.scrollIntoView({ block: "nearest" })
  }

  async #fault(faults: ReadonlyArray<Fault>) {
    this.faults = placed(faults, this.draft, this.stored)
    if (isFoldedFaulty(this.faults)) this.unfolded = true
    await this.#focus(this.faults.first === undefined ? ".faults" : `[id="${this.faults.first}"]`)
  }

  /** Clears old faults; returns whether the form can be sent. */
  #settled(): boolean {
    this.faults = noFaults
    this.failure = undefined
    this.current = undefined
    const own = ownFaults(this.draft)
    if (own.length > 0) void this.#fault(own)
    return own.length === 0
  }

  async #refused(cause: unknown) {
    // The form was closed meanwhile.
    if (!this.open) return
    if (cause instanceof Refused && cause.body._tag === "InvalidSettings") {
      await this.#fault(cause.body["faults"] as ReadonlyArray<Fault>)
    } else if (cause instanceof Refused && cause.body._tag === "ChangedMeanwhile") {
      this.current = cause.body["current"] as StoredInstance | null
      await this.#focus("#conflict-section")
    } else {
      this.failure = failureOf(cause)
      await this.#focus(".faults")
    }
  }

  async #save() {
    if (this.saving || !this.#settled()) return
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
    if (!this.#settled()) return
    try {
      const running = test.run(this.#change)
      test.scrollIntoView({ block: "nearest" })
      await running.then(() => test.updateComplete)
      test.scrollIntoView({ block: "nearest" })
    } catch (cause) {
      await this.#refused(cause)
    }
  }

  readonly #keepMine = (current: StoredInstance | null) => {
    if (current !== null) this.draft = merged(current, this.draft, this.stored, "mine")
    this.stored = current ?? undefined
    this.current = undefined
    if (current === null && this.draft[secretPath] === "") {
      void this.#fault([{ path: secretPath, message: "Expected its Value: the secret was deleted with the instance" }])
    } else void this.#save()
  }

  readonly #takeTheirs = (current: StoredInstance | null) => {
    if (current === null) return this.#close()
    this.draft = merged(current, this.draft, this.stored, "theirs")
    this.stored = current
    this.current = undefined
    void this.#focus(`[id="credentials.tenant_id"]`)
  }

  #close() {
    this.#test?.stop()
    this.dispatchEvent(new CustomEvent("leave"))
  }

  #leave() {
    if (this.leaving) void this.#stay()
    else if (this.#isTyped) {
      this.#typedIn = this.shadowRoot!.activeElement as HTMLElement | null
      this.leaving = true
      void this.#focus(".stay")
    } else this.#close()
  }

  async #stay() {
    this.leaving = false
    await this.updateComplete
    if (this.#typedIn?.isConnected === true) this.#typedIn.focus()
    else await this.#focus("form input")
  }

  #buttons = () =>
    this.leaving ? leaveButtons({ stay: () => void this.#stay(), discard: () => this.#close() }) : formButtons(this, {
      cancel: () => this.#leave(),
      test: () => void this.#testConnection(),
      save: () => void this.#save()
    })

  /** The fields; a closed form has none, so that no secret stays behind. */
  #content() {
    return html`
        ${formFaults(this.faults, this.failure)}
        ${
      this.current === undefined
        ? nothing
        : conflict(this.current, this.draft, this.stored, { keep: this.#keepMine, take: this.#takeTheirs })
    }
        ${
      plainFields({ draft: this.draft, faults: this.faults, type: this.#type }, this.stored, () => void this.#save(), {
        isOpen: this.unfolded,
        unfold: (isOpen) => (this.unfolded = isOpen)
      })
    }
        <azure-security-connection-test
          @running=${({ detail }: CustomEvent<boolean>) => (this.testing = detail)}></azure-security-connection-test>
    `
  }

  override render() {
    const heading = this.stored === undefined ? "Add Azure Security" : `Edit ${this.stored.name}`
    return html`
      <azure-security-dialog kind="panel" .open=${this.open} .heading=${visible(heading)} label="Integrations"
        @leave=${this.#leave}>
        ${this.open ? this.#content() : nothing}
        <div slot="footer">${this.open ? this.#buttons() : nothing}</div>
      </azure-security-dialog>
    `
  }
}

customElements.define("azure-security-instance-form", InstanceForm)
