/** Options and data with which uPlot draws a plot. */
import uPlot from "uplot"
import { zone } from "../Zone.ts"
import { tick } from "./Clock.ts"
import { alone, type Band, lengthOf, type Plot, type Series } from "./Plots.ts"

/** The size, bands and colours of a drawing. */
export interface Ground {
  readonly width: number
  readonly height: number
  readonly bands: ReadonlyArray<Band>
  readonly colour: (number: Series["colour"]) => string
  readonly token: (name: string) => string
  readonly font: string
  /** Called with the step under the pointer. */
  readonly point: (at: number | undefined) => void
}

const decimals = [1, 2, 5, 10, 20, 50, 100, 200, 500]
const steps = {
  count: [...decimals, ...decimals.map((one) => one * 1000), ...decimals.map((one) => one * 1_000_000)],
  seconds: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 172_800, 604_800]
}

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

/** Draws the bands behind the lines, and their names where they fit. */
const shade = (plot: uPlot, { bands, font, token }: Ground) => {
  const { ctx } = plot
  const { height, left, top, width } = plot.bbox
  const ratio = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.clip()
  ctx.font = `${11 * ratio}px ${font}`
  ctx.textBaseline = "top"
  const named: Array<{ readonly x: number; readonly line: number; readonly room: number }> = []
  for (const { from, kind, to } of bands) {
    const start = plot.valToPos(from, "x", true)
    // A short band stays visible.
    const length = Math.max(plot.valToPos(to, "x", true) - start, 2 * ratio)
    const colour = token(kind === "outage" ? "support-error" : "support-caution-major")
    ctx.globalAlpha = 0.16
    ctx.fillStyle = colour
    ctx.fillRect(start, top, length, height)
    ctx.globalAlpha = 1
    // An outage has a solid line on top and a cooldown a dashed one, so that they differ without colours.
    ctx.strokeStyle = colour
    ctx.lineWidth = 3 * ratio
    ctx.setLineDash(kind === "outage" ? [] : [4 * ratio, 3 * ratio])
    ctx.beginPath()
    ctx.moveTo(start, top)
    ctx.lineTo(start + length, top)
    ctx.stroke()
    const name = kind === "outage" ? "Outage" : "Cooldown"
    const room = ctx.measureText(name).width + 8 * ratio
    // A name that does not fit in its band goes beside it, and lower where it would cover another name.
    const spots = (room < length ? [start] : [start + length, start - room])
      .filter((x) => x >= left && x + room <= left + width)
      .flatMap((x) => [0, 1, 2].map((line) => ({ x, line })))
    const spot = spots.find(({ line, x }) =>
      named.every((other) => other.line !== line || x >= other.x + other.room || x + room <= other.x)
    )
    if (spot === undefined) continue
    named.push({ ...spot, room })
    ctx.fillStyle = token("text-secondary")
    ctx.fillText(name, spot.x + 4 * ratio, top + (5 + 14 * spot.line) * ratio)
  }
  ctx.restore()
}

/** Returns uPlot's options for a plot. */
export const optionsOf = (plot: Plot, ground: Ground): uPlot.Options => {
  const font = `11px ${ground.font}`
  const axis = {
    stroke: ground.token("text-secondary"),
    font,
    grid: { stroke: ground.token("border-subtle-01"), width: 1 },
    ticks: { show: false }
  }
  const least = plot.as === "seconds" ? 10 : 4
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
      y: { range: (_, _min, most) => [0, Math.max(least, (most ?? 0) * 1.15)] }
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
      incrs: steps[plot.as],
      values: (_, splits) => splits.map((value) => plot.as === "seconds" ? lengthOf(value) : short.format(value))
    }],
    series: [{}, ...plot.series.map((one) => lineOf(one, ground.colour(one.colour)))],
    hooks: {
      drawClear: [(drawn) => shade(drawn, ground)],
      setCursor: [({ cursor }) => ground.point(cursor.idx ?? undefined)]
    }
  }
}
