/** Signals → Activity: what happened in the last hour, day or week. */
import "@carbon/web-components/es/components/button/button.js"
import { html, LitElement, type PropertyValues } from "lit"
import { type ActivityDocument, type ActivityRange, client, Refused, type StatusDocument } from "../Client.ts"
import { count } from "../Format.ts"
import type { Hearing } from "../Live.ts"
import { text } from "../Styles.ts"
import { sentence, visible } from "../Text.ts"
import { followZone, zoned, zoneName } from "../Zone.ts"
import { activityStyles } from "./ActivityStyles.ts"
import { moment, span, timeOf } from "./Clock.ts"
import "./PlotFigure.ts"
import { lane, lanesMax, lanesOf, tileOf } from "./Lanes.ts"
import { marksOf, type Plot, plotsOf, plotsOfTenants, rangeOf, ranges, stepsOf } from "./Plots.ts"
import { type Choice, choiceList, choiceOf, chooses, isChosen, tellChoice } from "./TenantChoice.ts"

const againMillis = 60_000
/** Marks that are listed; the lanes show all of them. */
const marksMax = 20
/** Tenants that are named in one notice. */
const namedMax = 10

interface Shown {
  readonly range: ActivityRange
  readonly choice: Choice
  /** When the answer came. */
  readonly at: Date
  readonly activity: ActivityDocument
  readonly plots: ReadonlyArray<Plot>
  readonly steps: ReadonlyArray<number>
}

/** Says which endpoints were polled and refused: that is no outage while others of their tenant deliver. */
const refused = (instances: StatusDocument["instances"]): string => {
  const found = instances.flatMap(({ endpoints }) => endpoints.filter(({ state }) => state === "forbidden")).length
  if (found === 0) return ""
  return found === 1
    ? " One endpoint lacks a permission or licence and delivers nothing: see Integrations."
    : ` ${count(found)} endpoints lack a permission or licence and deliver nothing: see Integrations.`
}

/** `<azure-security-activity>`: the view at `/signals/activity`. A visible view asks every minute. */
export class ActivityView extends LitElement {
  static override properties = {
    hearing: { attribute: false },
    range: { state: true },
    shown: { state: true },
    trouble: { state: true },
    status: { attribute: false },
    theme: { state: true },
    words: { state: true },
    choice: { state: true }
  }

  static override styles = [text, activityStyles]

  declare status: StatusDocument | undefined
  declare hearing: Hearing | undefined
  declare range: ActivityRange
  declare shown: Shown | undefined
  declare trouble: string | undefined
  declare theme: number
  /** What the tenants of the lanes are filtered by. */
  declare words: string
  /** Whose activity is shown. */
  declare choice: Choice

  private timer: ReturnType<typeof setTimeout> | undefined
  /** Number of the last request; an answer to an earlier one may be for another range. */
  private asked = 0
  private readonly themes = new MutationObserver(() => {
    this.theme++
  })

  constructor() {
    super()
    this.status = undefined
    this.hearing = undefined
    this.range = rangeOf(location.search)
    this.shown = undefined
    this.trouble = undefined
    this.theme = 0
    this.words = ""
    this.choice = choiceOf(location.search)
    followZone(this, () => {
      this.theme++
    })
  }

  private readonly signedIn = () => void this.ask()

  private readonly look = () => {
    if (document.visibilityState === "visible") void this.ask()
  }

  override connectedCallback() {
    super.connectedCallback()
    this.range = rangeOf(location.search)
    this.choice = choiceOf(location.search)
    this.themes.observe(document.documentElement, { attributes: true })
    document.addEventListener("visibilitychange", this.look)
    addEventListener("signed-in", this.signedIn)
    void this.ask()
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.themes.disconnect()
    document.removeEventListener("visibilitychange", this.look)
    removeEventListener("signed-in", this.signedIn)
    clearTimeout(this.timer)
    this.asked++
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.get("hearing") === "lost" && this.hearing !== "lost") void this.ask()
  }

  private async ask() {
    clearTimeout(this.timer)
    const asked = ++this.asked
    const { choice, range } = this
    try {
      const [activity, own] = await Promise.all([
        client.activity(range),
        isChosen(choice) ? client.tenantActivity(range, choice) : undefined
      ])
      if (asked !== this.asked) return
      this.shown = {
        range,
        choice,
        at: new Date(),
        activity,
        plots: own === undefined ? plotsOf(activity) : plotsOfTenants(own),
        steps: stepsOf(activity)
      }
      this.trouble = undefined
    } catch (cause) {
      if (asked !== this.asked) return
      // The page asks to sign in; the view asks again after that.
      if (cause instanceof Refused && cause.body._tag === "SignInNeeded") {
        this.trouble = undefined
        return
      }
      this.trouble = sentence(cause instanceof Refused ? cause.why : "the answer cannot be read; reload the page")
    }
    this.timer = setTimeout(this.look, againMillis)
  }

  private choose({ choice = this.choice, range = this.range }: { choice?: Choice; range?: ActivityRange }) {
    this.range = range
    this.choice = choice
    const told = new URLSearchParams(location.search)
    told.set("range", range)
    tellChoice(told, choice)
    // A failure for another range says nothing about this one.
    this.trouble = undefined
    history.replaceState(history.state, "", `${location.pathname}?${told}${location.hash}`)
    void this.ask()
  }

  /** What is shown, if it is for the chosen range and tenants. */
  private get current() {
    return this.shown?.range === this.range && this.shown.choice === this.choice ? this.shown : undefined
  }

  private get notice() {
    if (this.trouble === undefined) return undefined
    const { current } = this
    const label = ranges.find(({ name }) => name === this.range)!.label.toLowerCase()
    return html`<div class="notice" role="alert">
      <div><strong>${
      current === undefined
        ? "No answer"
        : `Not refreshed; the plots show the ${label} as of ${timeOf(zoned(current.at.getTime()))}`
    }</strong><p>${this.trouble}</p></div>
      <cds-button kind="tertiary" size="md" @click=${() => this.ask()}>Try again</cds-button>
    </div>`
  }

  /** Names the tenants of which nothing is collected: their plots are flat, as those of quiet tenants are. */
  private get failed() {
    const names = this.status?.instances
      .filter((one) => one.connection_status === "failed" && chooses(this.choice, one))
      .map(({ display_name }) => visible(display_name)) ?? []
    if (names.length === 0) return undefined
    const more = names.length > namedMax ? `, and ${names.length - namedMax} more` : ""
    return html`<div class="notice" role="alert">
      <div><strong>Nothing is being collected</strong><p>${
      names.slice(0, namedMax).join(", ")
    }${more}: see Integrations.</p></div>
    </div>`
  }

  private marks({ activity }: Shown) {
    const wanted = this.words.trim().toLowerCase()
    const instances = this.status?.instances ?? []
    const chosen = new Set(instances.filter((one) => chooses(this.choice, one)).map(({ name }) => name))
    const every = marksOf(activity, new Map(instances.map(({ display_name, name }) => [name, display_name])))
    const all = isChosen(this.choice) ? every.filter(({ instance }) => chosen.has(instance)) : every
    const lanes = lanesOf(all, instances)
    const found = lanes.filter(({ group, instance, label }) =>
      `${label} ${instance} ${group}`.toLowerCase().includes(wanted)
    )
    const names = new Set(found.map(({ instance }) => instance))
    const marks = all.filter(({ instance }) => names.has(instance))
    const from = Date.parse(activity.from) / 1000
    const to = from + activity.records.length * activity.step_seconds
    return html`<section class="marks">
      <h2>Cooldowns and outages</h2>
      ${
      all.length === 0
        ? html`<p class="quiet">None in this time: every endpoint that is on was polled, as far as this process ran.${
          refused(instances.filter((one) => chooses(this.choice, one)))
        }</p>`
        : html`<label class="words"><span>Tenant or group</span><input type="search" .value=${this.words} @input=${(
          event: Event
        ) => {
          this.words = (event.target as HTMLInputElement).value
        }}></label>`
    }
      ${
      all.length > 0 && found.length === 0
        ? html`<p class="quiet">No tenant or group of this name was stopped.</p>`
        : undefined
    }
      <ul class="lanes" aria-label="Tenants">${found.slice(0, lanesMax).map((one) => lane(one, from, to))}</ul>
      ${found.length > lanesMax ? html`<p class="quiet">And ${found.length - lanesMax} more tenants.</p>` : undefined}
      <ul class="listed" aria-label="Cooldowns and outages">${
      marks.slice(0, marksMax).map(({ from, instance, kind, lasts, of, to }) =>
        html`<li>
          <span class="swatch ${kind}" aria-hidden="true"></span>
          <strong>${kind === "outage" ? "Outage" : "Cooldown"}</strong><a href=${tileOf(instance)}><bdi>${of}</bdi></a>
          <span class="quiet">${lasts ? `since ${moment(from)} (${zoneName()})` : span(from, to)}</span>
        </li>`
      )
    }</ul>
      ${marks.length > marksMax ? html`<p class="quiet">And ${marks.length - marksMax} earlier ones.</p>` : undefined}
    </section>`
  }

  private get content() {
    const { current: shown, theme } = this
    if (shown === undefined) {
      return this.trouble === undefined
        ? html`<p class="vh" role="status">Loading</p><div class="plots">${
          Array.from({ length: 4 }, () => html`<div class="skeleton"></div>`)
        }</div>`
        : undefined
    }
    return html`
      <div class="plots">${
      shown.plots.map((plot) =>
        html`<azure-security-plot
          .plot=${plot} .steps=${shown.steps} .theme=${theme}
        ></azure-security-plot>`
      )
    }</div>
      ${this.marks(shown)}
      <p class="quiet">Times are in ${zoneName()}. In a gap the connector did not run, or has no data: its data begins
        ${moment(Date.parse(shown.activity.since) / 1000)}, when it started.</p>`
  }

  override render() {
    return html`
      <header>
        <h1 tabindex="-1">Activity</h1>
        ${choiceList(this.status?.instances ?? [], this.choice, (choice) => this.choose({ choice }))}
        <fieldset>
          <legend class="vh">Time range</legend>
          ${
      ranges.map(({ label, name }) =>
        html`<label><input
            type="radio" name="range" .checked=${name === this.range} @change=${() => this.choose({ range: name })}
          ><span>${label}</span></label>`
      )
    }
        </fieldset>
      </header>
      ${this.failed}${this.notice}${this.content}
    `
  }
}

customElements.define("azure-security-activity", ActivityView)
