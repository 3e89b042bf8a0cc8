/** The page of an alert, an incident or an evidence: what happened, to whom, and what to do. */
import { html, LitElement, type PropertyValues, type TemplateResult } from "lit"
import type { Detail } from "../Client.ts"
import { icon } from "../Icons.ts"
import { clockTime, fullTime } from "../search/ArtifactFormat.ts"
import { about, kind as kindOf, type Row } from "../search/Columns.ts"
import type { Fact } from "../search/Facts.ts"
import { factTools } from "../search/FactTools.ts"
import { severityMark } from "../search/SearchIcons.ts"
import { controls } from "../search/SharedStyles.ts"
import { clipped, titled, visible } from "../Text.ts"
import { followZone } from "../Zone.ts"
import { type Story, storyOf } from "./AlertStory.ts"
import { attackVersion } from "./Attack.ts"
import { type Entities, entitiesOf, entitiesOfRows } from "./StoryEntities.ts"
import "./EntityGraph.ts"
import { byKind, evidenceOf, type Item } from "./EvidenceStory.ts"
import { collected, type Member, membersOf } from "./IncidentStory.ts"
import { recordOf } from "./RecordJson.ts"
import "./RecipientsPart.ts"
import { mark, markStyles } from "./StoryMarks.ts"
import { storyStyles } from "./StoryStyles.ts"

/** Values of facts in a list are cut; the JSON shows all. */
const valueMax = 1000

const plural: Readonly<Record<string, string>> = {
  user: "Users",
  host: "Hosts",
  address: "Addresses",
  file: "Files",
  URL: "URLs",
  mail: "Mails"
}

/** `<azure-security-story>`: fires `term` with a `ChosenTerm`, and `open` with a row. */
export class StoryView extends LitElement {
  static override properties = { detail: { attribute: false }, artifact: { attribute: false } }
  static override styles = [controls, markStyles, storyStyles]

  declare detail: Detail | undefined
  /** The artifact with its message parsed; undefined where its file is gone. */
  declare artifact: unknown

  private story: Story | undefined
  private entities: Entities = { nodes: [], edges: [] }
  private members: ReadonlyArray<Member> = []

  constructor() {
    super()
    followZone(this)
    this.detail = undefined
    this.artifact = undefined
  }

  override willUpdate(changed: PropertyValues<this>) {
    const { detail } = this
    if (detail === undefined) return
    // Times are in the page's zone, so that a story is told anew.
    this.story = storyOf(detail, this.artifact)
    if (!changed.has("detail")) return
    this.members = membersOf(detail.members)
    this.entities = this.story.noun === "incident"
      ? entitiesOfRows(detail.members)
      : this.artifact === undefined
      ? entitiesOfRows([detail.row, ...detail.alert])
      : entitiesOf(evidenceOf(recordOf(this.artifact)))
  }

  private fire(name: "term" | "open", detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  private readonly passed = (event: CustomEvent<unknown>) => this.fire(event.type as "term" | "open", event.detail)

  private value({ label, term, text }: Fact) {
    const shown = clipped(text, valueMax)
    return term === undefined ? html`<bdi>${shown}</bdi>` : html`<button
      class="value" type="button" title="Add to the query" aria-label="Add ${label} ${clipped(text, 100)} to the query"
      @click=${() => this.fire("term", { term, as: "add" })}
    >${shown}</button>`
  }

  /** The parts of a sentence. No line ends within a date. A comma or full stop behind a value stays with it; at a button, a line may end otherwise. */
  private sentence(parts: Story["sentence"]) {
    const markOf = (part: Story["sentence"][number] | undefined) =>
      typeof part === "string" ? /^[,.]/.exec(part)?.[0] ?? "" : ""
    return parts.map((part, place) =>
      typeof part !== "string"
        ? html`<span class="whole">${this.value(part)}${markOf(parts[place + 1])}</span>`
        : (typeof parts[place - 1] === "object" ? part.slice(markOf(part).length) : part).split(/(\d{4}-\d\d-\d\d)/)
          .map((text, at) => at % 2 === 0 ? text : html`<span class="whole">${text}</span>`)
    )
  }

  private facts(facts: ReadonlyArray<Fact>) {
    return html`<dl>${
      facts.map((fact) =>
        html`<dt>${fact.label}</dt><dd><span>${this.value(fact)}</span>${
          factTools(fact, (chosen) => this.fire("term", chosen))
        }</dd>`
      )
    }</dl>`
  }

  private item(item: Item) {
    const { about, besides, created, facts, remediation, roles, type, verdict } = item
    const all: ReadonlyArray<Fact> = [
      about,
      ...facts,
      ...(created === "" ? [] : [{ label: "Found", text: fullTime(created), value: created, isDisarmed: false }])
    ].map((fact) => fact.label === "" ? { ...fact, label: "Value" } : fact)
    return html`<details>
      <summary>
        ${icon("chevron")}
        <span class="what">
          <bdi class="about ${type === "process" || type.startsWith("registry") ? "code" : ""}">${
      clipped(about.text, 300)
    }</bdi>
          ${besides === "" ? undefined : html`<bdi class="besides">${clipped(besides, 200)}</bdi>`}
          <span class="marks">${mark(verdict, "Verdict")}${mark(remediation, "Remediation")}${
      roles.map((role) => html`<span class="besides">${role}</span>`)
    }</span>
        </span>
        <span class="type">${type}</span>
      </summary>
      <div class="within">${this.facts(all)}</div>
    </details>`
  }

  private evidence({ items, noun }: Story) {
    const kinds = byKind(items)
    if (kinds.length === 0 || noun === "incident") return undefined
    return html`<section>
      <h3>${noun === "evidence" ? "This evidence" : "Evidence"} <span class="many">${items.length}</span></h3>
      ${
      kinds.map(({ items, kind }) =>
        html`<h4>${kind}</h4><div class="list">${items.map((one) => this.item(one))}</div>`
      )
    }
    </section>`
  }

  private row(row: Row, title: string, open = () => this.fire("open", row)) {
    return html`<button class="row" type="button" @click=${open}>
      <span class="line"><bdi>${title}</bdi>${severityMark(row.severity)}</span>
      <span class="line quiet"><span>${kindOf(row)}</span><span>${clockTime(row.time)}</span></span>
    </button>`
  }

  /** The incident of an alert, and the alert of an evidence. */
  private whole({ alert, incident }: Detail, { noun }: Story) {
    const own = noun === "evidence" ? alert.findLast(({ evidence }) => evidence === undefined) : undefined
    const rows = [own, noun === "incident" ? undefined : incident[0]].filter((row) => row !== undefined)
    return rows.length === 0 ?
      undefined :
      html`<section><h3>Part of</h3><div class="list">${
        rows.map((row) => this.row(row, titled(row.title, 200)))
      }</div></section>`
  }

  private alerts({ row }: Detail, { noun }: Story) {
    const { members } = this
    if (noun !== "incident" && members.length === 0) return undefined
    const all = row.incident_id === undefined ? undefined : html`<button
      class="value" type="button" @click=${() =>
      this.fire("term", { term: `incidentId:${row.incident_id}`, as: "only" })}
    >Search all of this incident</button>`
    return html`<section>
      <h3>${
      noun === "incident" ? "Alerts of this incident" : "Other alerts of its incident"
    } <span class="many">${members.length}</span></h3>
      ${
      members.length === 0
        ? html`<p class="quiet">The index has no alert of this incident: its alerts may be older than the index, or are not collected yet.</p>`
        : html`<div class="list">${
          members.map((member) =>
            html`<div class="alert">${this.row(member.row, titled(member.row.title, 200))}${
              member.evidence.length === 0 ?
                undefined :
                html`<details><summary>${
                  icon("chevron")
                }<span class="besides">${member.evidence.length} evidence</span></summary><div class="within list">${
                  member.evidence.map((one) => this.row(one, about(one)))
                }</div></details>`
            }</div>`
          )
        }</div>`
    }
      ${all}
    </section>`
  }

  private collected(detail: Detail) {
    return collected(detail.members).map(({ entities, kind }) =>
      html`<section><h3>${plural[kind]} <span class="many">${entities.length}</span></h3><div class="things">${
        entities.map(({ alerts, entity: { term, text, value } }) =>
          html`<span>${
            this.value({ label: kind, text, value, isDisarmed: text !== value, ...(term === "" ? {} : { term }) })
          } <span class="besides">${alerts} alert${alerts === 1 ? "" : "s"}</span></span>`
        )
      }</div></section>`
    )
  }

  private tactics({ tactics }: Story) {
    return tactics.length === 0 ?
      undefined :
      html`<section><h3>MITRE ATT&amp;CK <span class="many">v${attackVersion}</span></h3>${
        tactics.map(({ id, name, techniques }) =>
          html`<h4>${name} ${id}</h4><ul class="techniques">${
            techniques.map((technique) =>
              html`<li><button
              class="value" type="button" aria-label="Add ${visible(technique.name)} to the query"
              @click=${() => this.fire("term", { term: `attackTechniqueIds:${technique.id}`, as: "add" })}
            >${visible(technique.name)}</button> <span class="id">${visible(technique.id)}</span></li>`
            )
          }</ul>`
        )
      }</section>`
  }

  private texts({ comments, description, steps }: Story): TemplateResult {
    return html`${
      description === "" ? undefined : html`<section><h3>Description</h3><p class="text">${description}</p></section>`
    }${
      steps.length === 0
        ? undefined
        : html`<section><h3>Recommended actions</h3><ol class="steps">${
          steps.map((step) => html`<li>${step}</li>`)
        }</ol></section>`
    }${
      comments.length === 0
        ? undefined
        : html`<section><h3>Comments</h3><div class="list">${
          comments.map(({ at, by, text }) =>
            html`<div class="comment"><p class="text">${text}</p><p class="quiet">${
              [by, at === "" ? "" : fullTime(at)].filter((part) => part !== "").join(", ")
            }</p></div>`
          )
        }</div></section>`
    }`
  }

  private timeline({ moments }: Story) {
    return moments.length === 0 ?
      undefined :
      html`<section><h3>Timeline</h3><ol class="moments">${
        moments.map(({ at, what }) => html`<li><time datetime=${at}>${clockTime(at)}</time><span>${what}</span></li>`)
      }</ol></section>`
  }

  override render() {
    const { detail, story } = this
    if (detail === undefined || story === undefined) return undefined
    return html`
      <p class="sentence">${this.sentence(story.sentence)}</p>
      ${this.whole(detail, story)}
      ${story.noun === "incident" ? this.alerts(detail, story) : undefined}
      ${story.noun === "incident" ? this.collected(detail) : undefined}
      ${this.texts(story)}
      ${this.evidence(story)}
      ${
      story.noun === "incident" ? undefined : html`<azure-security-recipients
        .items=${story.items} @open=${this.passed} @term=${this.passed}
      ></azure-security-recipients>`
    }
      ${story.noun === "incident" ? undefined : this.alerts(detail, story)}
      ${
      this.entities.nodes.length === 0 ? undefined : html`<section><h3>Connections</h3><azure-security-graph
        .row=${detail.row} .entities=${this.entities} @open=${this.passed} @term=${this.passed}
      ></azure-security-graph></section>`
    }
      ${this.tactics(story)}
      ${this.timeline(story)}
    `
  }
}

customElements.define("azure-security-story", StoryView)
