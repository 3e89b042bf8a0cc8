/** An endpoint in a tile: one line that unfolds to details. */
import { css, html, nothing, type TemplateResult } from "lit"
import { clock, count, countdown, relative, upcoming } from "../Format.ts"
import { icon } from "../Icons.ts"
import { visible } from "../Text.ts"
import { type Endpoint, endpointStates, isPolling } from "./Tiles.ts"

/** Styles of the fold; `InstanceTile` includes them. */
export const endpointStyles = css`
  .endpoint { border-top: 1px solid var(--cds-border-subtle); }
  .endpoint > summary {
    display: grid;
    grid-template-columns: 7.25rem minmax(0, 1fr) max-content 1rem;
    align-items: center;
    gap: 0.5rem;
    min-height: 2.5rem;
    padding: 0.25rem 0;
  }
  .endpoint > summary:hover { background: var(--cds-layer-hover); }
  .endpoint-state { display: flex; align-items: center; gap: 0.375rem; }
  .endpoint-count { white-space: nowrap; font-variant-numeric: tabular-nums; text-align: right; }
  .left { font-variant-numeric: tabular-nums; font-weight: 600; }
  @container (max-width: 20rem) {
    .unit { position: absolute; clip-path: inset(50%); }
  }
  .endpoint .facts { padding-bottom: 0.5rem; }
`

const timed = (time: string | null, now: number) =>
  time === null ? "never" : html`<time datetime=${time} title=${clock(time)}>${relative(time, now)}</time>`

export const deadLettersHint = "Records without an id or a valid time, set aside with their reason"

const heldBackHint = "Records that were read and not published: the settings ask for interesting ones only"

const fact = (name: string, value: unknown, hint?: string) =>
  html`<dt title=${hint ?? nothing}>${name}</dt><dd title=${hint ?? nothing}>${value}</dd>`

const gapsOf = ({ gaps }: Endpoint) =>
  gaps.length === 0
    ? nothing
    : fact(
      `Gaps (${count(gaps.length)})`,
      html`<ul>${
        gaps.slice(0, 10).map(({ code, from, to }) =>
          html`<li>${clock(from)} to ${clock(to)}: <span class="code">${visible(code)}</span></li>`
        )
      }${gaps.length > 10 ? html`<li>and ${count(gaps.length - 10)} more</li>` : nothing}</ul>`
    )

/**
 * The fold of an endpoint, with a countdown during a cooldown. The next poll is unknown while the connector does not
 * answer.
 */
export const endpointFold = (endpoint: Endpoint, now: number, isLost = false): TemplateResult => {
  const { artifacts_published, cooldown_until, dead_letters, name, next_poll_at, records_fetched } = endpoint
  const state = endpointStates[endpoint.state]
  const left = countdown(cooldown_until, now)
  return html`
    <details class="endpoint">
      <summary>
        <span class="code">${name}</span>
        <span class="endpoint-state">${icon(state.icon)}<span>${state.word}${
    left === undefined
      ? nothing
      : html` <span class="left" role="timer" aria-live="off">${left}<span class="vh"> until the next poll</span></span>`
  }</span></span>
        <span class="endpoint-count">${count(records_fetched)} <span class="unit quiet small">records</span></span>
        ${icon("chevron")}
      </summary>
      <dl class="facts">
        ${fact("Artifacts", count(artifacts_published))}
        ${fact("Dead letters", count(dead_letters), deadLettersHint)}
        ${
    endpoint.held_back === undefined || endpoint.held_back === 0
      ? nothing
      : fact("Held back", count(endpoint.held_back), heldBackHint)
  }
        ${fact("Interval", `${endpoint.poll_interval_minutes} min`)}
        ${fact("Last poll", timed(endpoint.last_poll_at, now))}
        ${fact("Last success", timed(endpoint.last_success_at, now))}
        ${fact("Next poll", isLost ? "unknown" : isPolling(endpoint) ? "now" : upcoming(next_poll_at, now))}
        ${left === undefined ? nothing : fact("Cooldown until", clock(cooldown_until))}
        ${
    // Before the first record the mark is where reading began.
    fact("Newest record", records_fetched === 0 ? "none since the start" : timed(endpoint.high_water_mark, now))}
        ${gapsOf(endpoint)}
      </dl>
    </details>
  `
}
