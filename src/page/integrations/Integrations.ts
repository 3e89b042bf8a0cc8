/** The view of all instances, with a tile for each and all that changes them. */
import "@carbon/web-components/es/components/button/button.js"
import "../Dialog.ts"
import "./InstanceForm.ts"
import "./InstanceTile.ts"
import { html, LitElement, nothing, type PropertyValues } from "lit"
import {
  client,
  Refused,
  type Session,
  type StatusDocument,
  type StoredInstance,
  type StoredSettings
} from "../Client.ts"
import { icon } from "../Icons.ts"
import { text } from "../Styles.ts"
import { visible } from "../Text.ts"
import { deleteQuestion } from "./DeleteQuestion.ts"
import { empty, whereChanges } from "./Empty.ts"
import { type Failure, failureOf, notice, unreadOf } from "./Failure.ts"
import { Filtering } from "./Filtering.ts"
import type { Wish } from "./InstanceTile.ts"
import { integrationsStyles } from "./IntegrationsStyles.ts"
import { type Tenant, tenants } from "./TenantRows.ts"
import { tenantViews } from "./TenantViews.ts"
import { pageSize } from "./TileFilter.ts"
import { type Tile, tiles, withoutShared } from "./Tiles.ts"

/** The view at `/admin/settings/integrations`. */
export class Integrations extends LitElement {
  static override properties = {
    access: {},
    status: { attribute: false },
    isLost: { attribute: false },
    settings: { state: true },
    failure: { state: true },
    form: { state: true },
    deleting: { state: true },
    deleteFailure: { state: true },
    busy: { state: true },
    said: { state: true }
  }

  static override styles = [text, integrationsStyles]

  declare access: Session["access"]
  declare status: StatusDocument | undefined
  declare isLost: boolean
  declare private settings: StoredSettings | undefined
  declare private failure: Failure | undefined
  /** The instance in the open form. */
  declare private form: { readonly stored: StoredInstance | undefined } | undefined
  declare private deleting: StoredInstance | undefined
  declare private deleteFailure: Failure | undefined
  /** Name of the instance that is being saved. */
  declare private busy: string | undefined
  /** What was done, for screen readers. */
  declare private said: string
  readonly #removed = new Set<string>()
  readonly #filtering = new Filtering(this)
  /** The tiles, and what they were made of. */
  #made: {
    readonly settings: StoredSettings | undefined
    readonly status: StatusDocument | undefined
    readonly removed: number
    readonly all: ReadonlyArray<Tile>
  } | undefined
  #sorted: { readonly all: ReadonlyArray<Tile>; readonly tenants: ReadonlyArray<Tenant> } | undefined
  #signature = ""
  /** Counts the reads. An answer that is older than a save or another read is dropped. */
  #reads = 0
  #saves = 0

  constructor() {
    super()
    this.access = "status"
    this.isLost = false
    this.said = ""
  }

  override connectedCallback() {
    super.connectedCallback()
    addEventListener("signed-in", this.#signedIn)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    removeEventListener("signed-in", this.#signedIn)
  }

  readonly #signedIn = () => void this.#read()

  protected override willUpdate(changed: PropertyValues<this>) {
    if (this.access !== "full" || this.isLost) return
    // A failed read is repeated only after other news, or it would repeat forever.
    if (!changed.has("access") && !changed.has("status") && !changed.has("isLost")) return
    // The running instances show when somebody else has changed settings.
    const signature = JSON.stringify(
      this.status?.instances.map(({ display_name, enabled, name }) => [name, display_name, enabled]) ?? []
    )
    if (this.settings !== undefined && signature === this.#signature) return
    this.#signature = signature
    void this.#read()
  }

  /** Reads the stored settings; undefined when that fails. */
  async #read(): Promise<StoredSettings | undefined> {
    const [read, saves] = [++this.#reads, this.#saves]
    try {
      const settings = await client.instances()
      if (saves !== this.#saves) return await this.#read()
      if (read === this.#reads) {
        this.settings = settings
        this.failure = undefined
      }
      return settings
    } catch (cause) {
      if (read === this.#reads) this.failure = unreadOf(cause)
      return undefined
    }
  }

  /** Updates one instance in the settings, without reading all again. */
  #put(name: string, saved: ReadonlyArray<StoredInstance>) {
    this.#saves += 1
    if (this.settings === undefined) return
    const others = this.settings.instances.filter((other) => other.name !== name)
    this.settings = { ...this.settings, instances: [...others, ...saved] }
  }

  #saved(saved: StoredInstance) {
    this.#removed.delete(saved.name)
    this.#put(saved.name, [saved])
    this.form = undefined
    this.said = `${saved.name} is saved; it takes effect within seconds.`
    this.#filtering.clear()
    const place = this.#tiles.findIndex(({ name }) => name === saved.name)
    this.#filtering.turn(Math.max(0, Math.floor(place / pageSize)))
    setTimeout(() => this.#keepFocus())
  }

  /** Focuses the heading when the button that should get the focus back is gone. */
  #keepFocus() {
    if (document.activeElement === document.body) this.renderRoot.querySelector<HTMLElement>("h1")!.focus()
  }

  async #toggle(stored: StoredInstance, enabled: boolean) {
    this.failure = undefined
    try {
      const { name, revision } = stored
      this.#put(name, [await client.save({ name, revision, document: { enabled } })])
      this.said = `${name} is ${enabled ? "enabled" : "disabled"}.`
    } catch (cause) {
      await this.#meanwhile(stored, cause)
    }
  }

  /** Explains a failure; after somebody else's change, the stored settings are read again. */
  async #meanwhile(stored: StoredInstance, cause: unknown) {
    const isChanged = cause instanceof Refused && cause.body._tag === "ChangedMeanwhile"
    if (isChanged) await this.#read()
    this.failure = isChanged
      ? { title: "Changed meanwhile", text: `Somebody else changed ${stored.name}. Look at it, and try again.` }
      : cause instanceof Refused && cause.body._tag === "InvalidSettings"
      ? { title: "Not saved", text: `The settings of ${stored.name} have faults: choose Edit, and correct them.` }
      : failureOf(cause)
  }

  async #delete() {
    const stored = this.deleting
    if (stored === undefined || this.busy !== undefined) return
    this.busy = stored.name
    this.deleteFailure = undefined
    try {
      await client.remove(stored.name, stored.revision)
      this.#removed.add(stored.name)
      this.deleting = undefined
      this.said = `${stored.name} is deleted.`
      this.#put(stored.name, [])
      await this.updateComplete
      this.renderRoot.querySelector<HTMLElement>("h1")!.focus()
    } catch (cause) {
      if (cause instanceof Refused && cause.body._tag === "ChangedMeanwhile") {
        const current = cause.body["current"] as StoredInstance | null
        await this.#read()
        this.deleting = current ?? undefined
        this.deleteFailure = { title: "Changed meanwhile", text: "Somebody else changed it. Delete it anyway?" }
      } else this.deleteFailure = failureOf(cause)
    } finally {
      this.busy = undefined
    }
  }

  /** Reads the settings again before acting on them, because they may be old. */
  async #wish({ name, stored }: Tile, wish: Wish) {
    if (stored === undefined || this.busy !== undefined) return
    this.busy = name
    this.failure = undefined
    try {
      const settings = await this.#read()
      if (settings === undefined || !this.isConnected) return
      const now = settings.instances.find((one) => one.name === name)
      if (now === undefined) {
        this.failure = { title: "Deleted meanwhile", text: `Somebody else deleted ${name}.` }
      } else if (wish === "edit") this.form = { stored: now }
      else if (wish === "toggle") await this.#toggle(now, stored.document["enabled"] === false)
      else {
        this.deleteFailure = undefined
        this.deleting = now
      }
    } finally {
      this.busy = undefined
    }
  }

  get #tiles() {
    const { settings, status } = this
    const [made, removed] = [this.#made, this.#removed.size]
    const isOld = made === undefined || made.settings !== settings || made.status !== status || made.removed !== removed
    if (!isOld) return made.all
    const all = tiles(settings?.instances ?? [], status === undefined ? [] : withoutShared(status), this.#removed)
    this.#made = { settings, status, removed, all }
    return all
  }

  get #isChangeable() {
    return this.access === "full" && this.settings !== undefined && this.settings.where !== null
  }

  #add = (kind: "primary" | "tertiary") =>
    html`<cds-button kind=${kind} size="md" @click=${() => (this.form = { stored: undefined })}>Add Integration${
      icon("add", { slot: "icon" })
    }</cds-button>`

  #grid(all: ReadonlyArray<Tile>) {
    const tile = (tile: Tile) =>
      html`<azure-security-tile .tile=${tile} .changeable=${this.#isChangeable} .busy=${this.busy === tile.name}
        .isLost=${this.isLost} @wish=${({ detail }: CustomEvent<Wish>) =>
        void this.#wish(tile, detail)}></azure-security-tile>`
    return tenantViews(
      this.#tenants(all),
      this.#filtering,
      tile,
      () => this.renderRoot.querySelector("h1")!.scrollIntoView({ block: "start" })
    )
  }

  /** The tenants of these tiles; they are sorted only after news, because there may be a thousand. */
  #tenants(all: ReadonlyArray<Tile>): ReadonlyArray<Tenant> {
    const sorted = this.#sorted
    if (sorted !== undefined && sorted.all === all) return sorted.tenants
    const now = Date.now()
    const made = tenants(all, Date.parse(this.status?.started_at ?? "") || now, now)
    this.#sorted = { all, tenants: made }
    return made
  }

  override render() {
    const all = this.#tiles
    return html`
      <div class="top">
        <div><h1 tabindex="-1">Integrations</h1>${whereChanges(this.settings)}</div>
        ${this.#isChangeable && all.length > 0 ? this.#add("primary") : nothing}
      </div>
      ${this.failure === undefined ? nothing : notice("error", this.failure)}
      <p class="vh" role="status">${visible(this.said)}</p>
      ${
      all.length > 0
        ? this.#grid(all)
        : this.status === undefined && this.settings === undefined
        ? html`<p class="quiet" role="status">${this.isLost ? "The connector does not answer." : "Loading…"}</p>`
        : empty(this.#isChangeable ? this.#add("primary") : undefined)
    }
      <azure-security-instance-form .open=${this.form !== undefined} .stored=${this.form?.stored}
        .where=${this.settings?.where ?? ""} @leave=${() => (this.form = undefined)}
        @saved=${({ detail }: CustomEvent<StoredInstance>) => this.#saved(detail)}></azure-security-instance-form>
      ${
      deleteQuestion(this.deleting, this.deleteFailure, {
        stay: () => (this.deleting = undefined),
        remove: () => void this.#delete()
      })
    }
    `
  }
}

customElements.define("azure-security-integrations", Integrations)
