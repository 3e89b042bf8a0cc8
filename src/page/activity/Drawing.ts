/** Options and data with which uPlot draws a plot. */
import uPlot from "uplot"
import { zone } from "../Zone.ts"
import { tick } from "./Clock.ts"
import { alone, lengthOf, type Plot, type Series } from "./Plots.ts"

/** The size and colours of a drawing. */
export interface Ground {
  readonly width: number
  readonly height: number
  readonly colour: (number: Series["colour"]) => string
  readonly token: (name: string) => string
  readonly font: string
  /** Called with the step under the pointer. */
  readonly point: (at: number | undefined) => void
}

const decimals = [1, 2, 5, 10, 20, 50, 100, 200, 500]
const steps = [...decimals, ...decimals.map((one) => one * 1000), ...decimals.map((one) => one * 1_000_000)]

const short = new Intl.NumberFormat("en-US", { notation: "compact" })

/** The data in uPlot's form. */
export const dataOf = ({ series }: Plot, begins: ReadonlyArray<number>): uPlot.AlignedData => [
  // A step lasts until the next one, so the last step needs an end.
  [...begins, 2 * (begins.at(-1) ?? 0) - (begins.at(-2) ?? 0)],
  ...series.map(({ as, values }) => [...values, as === "bars" || as === "points" ? null : values.at(-1) ?? null])
]

const translucent = (colour: string, share: number) => `color-mix(in srgb, ${colour} ${share}%, transparent)`

const lineOf = ({ as, name, values }: Series, colour: string): uPlot.Series => {
  const line: uPlot.Series = { label: name, stroke: colour, width: 1.5, points: { show: false } }
  switch (as) {
    case "bars":
      return { ...line, fill: colour, width: 0, paths: uPlot.paths.bars!({ size: [0.8, 40, 2], align: 1 }) }
    case "limit":
      return { ...line, dash: [6, 4] }
    case "steps":
      return {
        ...line,
        fill: translucent(colour, 12),
        paths: uPlot.paths.stepped!({ align: 1, alignGaps: 1 }),
        // Otherwise the step before a gap would show as a hairline behind it.
        gaps: (_, _series, _first, _last, gaps) => gaps.map(([from, to]) => [from, to + 2]),
        points: { show: true, size: 5, fill: colour, filter: () => alone(values) }
      }
    case "points":
      return { ...line, points: { show: true, size: 5, fill: colour } }
  }
}

/** Seconds at which the scale of freshness has its lines; it begins with the first. */
const times = [1, 10, 60, 600, 3600, 21_600, 86_400, 604_800] as const

/** The line above a value, where the scale ends; at least a minute. */
const timeAbove = (value: number): number => times.find((time) => time >= 60 && time >= value) ?? value * 2

/** Returns uPlot's options for a plot. */
export const optionsOf = (plot: Plot, ground: Ground): uPlot.Options => {
  const font = `11px ${ground.font}`
  const axis = {
    stroke: ground.token("text-secondary"),
    font,
    grid: { stroke: ground.token("border-subtle-01"), width: 1 },
    ticks: { show: false }
  }
  const least = 4
  return {
    width: ground.width,
    height: ground.height,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    // Ticks stand at full hours and midnights of the page's clock.
    tzDate: (seconds) =>
      zone() === "utc" ? uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC") : new Date(seconds * 1000),
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: "activity" } },
    scales: {
      x: { time: true },
      // The first poll brings records of a day, beside which the minutes of all later ones would be flat.
      y: plot.as === "seconds"
        ? { distr: 3, range: (_, _min, most) => [times[0], timeAbove((most ?? 0) * 1.05)] }
        : { range: (_, _min, most) => [0, Math.max(least, (most ?? 0) * 1.15)] }
    },
    axes: [{
      ...axis,
      size: 28,
      grid: { show: false },
      space: 64,
      values: (_, splits, _axis, _space, apart) => splits.map((at) => tick(at, apart))
    }, {
      ...axis,
      size: plot.as === "seconds" ? 56 : 44,
      space: 32,
      ...(plot.as === "seconds"
        ? {
          splits: (_, _axis, _min, most) => times.filter((time) => time <= most),
          filter: (_, splits) => [...splits]
        }
        : { incrs: steps }),
      values: (_, splits) => splits.map((value) => plot.as === "seconds" ? lengthOf(value) : short.format(value))
    }],
    series: [{}, ...plot.series.map((one) => lineOf(one, ground.colour(one.colour)))],
    hooks: {
      setCursor: [({ cursor }) => ground.point(cursor.idx ?? undefined)]
    }
  }
}
