/** How far the backfills of a tenant are, a line for each. */
import { css, html, nothing, type TemplateResult } from "lit"
import { relative } from "../Format.ts"
import { visible } from "../Text.ts"
import { zoned, zoneName } from "../Zone.ts"
import type { Instance } from "./Tiles.ts"

export type Backfill = NonNullable<Instance["backfills"]>[number]

/** Styles of the lines; `InstanceTile` includes them. */
export const backfillStyles = css`
  .backfills { display: grid; gap: 0.5rem; }
  .backfills progress { display: block; width: 100%; height: 0.25rem; margin-top: 0.25rem; accent-color: var(--cds-border-interactive); }
`

const dayOf = (time: string): string => {
  const at = new Date(time)
  return Number.isNaN(at.getTime()) ? time : zoned(at.getTime()).toISOString().slice(0, 16).replace("T", " ")
}

/** Part of a backfill's range that is collected, from 0 to 1; undefined for a range without an end. */
export const partOf = ({ done, from, reached, to }: Backfill): number | undefined => {
  if (done) return 1
  const [start, at, end] = [from, reached, to ?? ""].map((time) => Date.parse(time)) as [number, number, number]
  const part = (at - start) / (end - start)
  return Number.isFinite(part) ? Math.max(0, Math.min(1, part)) : undefined
}

/** A backfill in one sentence. */
export const backfillText = (backfill: Backfill, now: number): string => {
  const { done, endpoint, from, moved_at, reached, to } = backfill
  const range = `Backfill of ${endpoint} from ${dayOf(from)} to ${to === null ? "its start" : dayOf(to)}`
  if (done) return `${range} (${zoneName()}): done ${relative(moved_at, now)}.`
  const part = partOf(backfill)
  const share = part === undefined ? "" : `, ${Math.floor(part * 100)} %`
  return `${range}: reached ${dayOf(reached)} (${zoneName()})${share}; moved ${relative(moved_at, now)}.`
}

/** The lines of a tenant's backfills; nothing without any. */
export const backfillLines = ({ backfills = [] }: Instance, now: number): TemplateResult | typeof nothing =>
  backfills.length === 0 ? nothing : html`<ul class="backfills" aria-label="Backfills">${
    backfills.map((backfill) => {
      const part = partOf(backfill)
      return html`<li class="small">${visible(backfillText(backfill, now))}${
        part === undefined || backfill.done
          ? nothing
          : html`<progress max="1" value=${part} aria-label="Collected part of ${backfill.endpoint}"></progress>`
      }</li>`
    })
  }</ul>`
