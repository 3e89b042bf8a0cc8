/** Cooldowns and outages of each tenant on a line of its own. */
import { html, svg, type TemplateResult } from "lit"
import type { StatusDocument } from "../Client.ts"
import { exactly } from "../integrations/TenantRows.ts"
import { visible } from "../Text.ts"
import type { Mark } from "./Plots.ts"

/** A tenant with its marks. */
export interface Lane {
  readonly instance: string
  /** The tenant's name for people. */
  readonly label: string
  readonly group: string
  readonly marks: ReadonlyArray<Mark>
  /** Seconds in which something was stopped, those of several endpoints counted once. */
  readonly seconds: number
}

/** Lanes that are shown. */
export const lanesMax = 20

/** Seconds that marks cover together. */
const covered = (marks: ReadonlyArray<Mark>): number => {
  let [seconds, end] = [0, -Infinity]
  for (const { from, to } of marks.toSorted((one, other) => one.from - other.from)) {
    seconds += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return seconds
}

/** The lanes of all tenants with marks, the longest stopped first. */
export const lanesOf = (
  marks: ReadonlyArray<Mark>,
  instances: ReadonlyArray<Pick<StatusDocument["instances"][number], "name" | "group" | "display_name">>
): ReadonlyArray<Lane> => {
  const known = new Map(instances.map((one) => [one.name, one]))
  return Array.from(Map.groupBy(marks, ({ instance }) => instance), ([instance, of]): Lane => ({
    instance,
    label: known.get(instance)?.display_name ?? instance,
    group: known.get(instance)?.group ?? "",
    marks: of,
    seconds: covered(of)
  })).sort((one, other) => other.seconds - one.seconds || (one.instance < other.instance ? -1 : 1))
}

/** The address of a tenant's tile. */
export const tileOf = (instance: string): string =>
  `/admin/settings/integrations?${new URLSearchParams({ q: exactly(instance), as: "tiles" })}`

const width = 1000

/** A lane from one time to another, in seconds since 1970. A short mark stays visible. */
export const lane = ({ instance, label, marks }: Lane, from: number, to: number): TemplateResult => {
  const at = (time: number) => ((time - from) / Math.max(1, to - from)) * width
  return html`<li class="lane">
    <a href=${tileOf(instance)}><bdi>${visible(label)}</bdi></a>
    <svg viewBox="0 0 ${width} 16" preserveAspectRatio="none" role="img" aria-label=${
    visible(`${label}: ${marks.map(({ endpoint, kind }) => `${kind} of ${endpoint}`).join(", ")}`)
  }>${
    marks.map(({ from, kind, to }) =>
      svg`<rect class=${kind} x=${at(from)} y=${kind === "outage" ? 0 : 5} height=${kind === "outage" ? 16 : 6} width=${
        Math.max(4, at(to) - at(from))
      }></rect>`
    )
  }</svg>
  </li>`
}
