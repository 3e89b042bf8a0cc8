/** Places a node and its neighbours: the node in the middle, its neighbours at both sides, or beneath it where it is narrow. */

/** A node's box in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where all is, and how high the drawing is. */
export interface Layout {
  readonly height: number
  readonly centre: Box
  readonly around: ReadonlyArray<Box>
}

const boxHeight = 40
const gap = 8
/** From this width there is room for three boxes in a row. */
const wideMin = 460
/** Part of the width between two boxes, for the lines. */
const lines = 0.07

/** Places a node with so many neighbours. */
export const layoutOf = (neighbours: number, width: number): Layout => {
  const columns = width >= wideMin ? 2 : 1
  const rows = Math.ceil(neighbours / columns)
  const step = boxHeight + gap
  if (columns === 1) {
    const inset = Math.min(32, width * 0.1)
    return {
      height: (rows + 1) * step - gap,
      centre: { x: 0, y: 0, width, height: boxHeight },
      around: Array.from({ length: neighbours }, (_, place) => ({
        x: inset,
        y: (place + 1) * step,
        width: width - inset,
        height: boxHeight
      }))
    }
  }
  const box = (width * (1 - 2 * lines)) / 3
  const height = Math.max(1, rows) * step - gap
  return {
    height,
    centre: { x: (width - box) / 2, y: (height - boxHeight) / 2, width: box, height: boxHeight },
    around: Array.from({ length: neighbours }, (_, place) => ({
      x: place < rows ? 0 : width - box,
      y: (place < rows ? place : place - rows) * step,
      width: box,
      height: boxHeight
    }))
  }
}

/** A line from a box to another, as the path of an SVG. */
export const lineOf = (from: Box, to: Box): string => {
  const isBeneath = from.x < to.x + to.width && to.x < from.x + from.width
  if (isBeneath) {
    const x = from.x + Math.min(12, (to.x - from.x) / 2)
    return `M${x},${from.y + from.height} V${to.y + to.height / 2} H${to.x}`
  }
  const isLeft = to.x < from.x
  const [x, y] = [isLeft ? from.x : from.x + from.width, from.y + from.height / 2]
  const [toX, toY] = [isLeft ? to.x + to.width : to.x, to.y + to.height / 2]
  const middle = (x + toX) / 2
  return `M${x},${y} C${middle},${y} ${middle},${toY} ${toX},${toY}`
}

/** The neighbour that an arrow key leads to, from a neighbour or (-1) from the middle; -1 for the middle. */
export const stepOf = (key: string, at: number, neighbours: number, width: number): number | undefined => {
  if (neighbours === 0) return undefined
  const columns = width >= wideMin ? 2 : 1
  const rows = Math.ceil(neighbours / columns)
  const last = neighbours - 1
  if (key === "Home") return 0
  if (key === "End") return last
  if (columns === 1) {
    if (key === "ArrowDown" || key === "ArrowRight") return Math.min(last, at + 1)
    return key === "ArrowUp" || key === "ArrowLeft" ? Math.max(-1, at - 1) : undefined
  }
  const isRight = at >= rows
  switch (key) {
    case "ArrowDown":
      return at < 0 ? 0 : isRight ? Math.min(last, at + 1) : Math.min(rows - 1, at + 1)
    case "ArrowUp":
      return at < 0 ? 0 : isRight ? Math.max(rows, at - 1) : Math.max(0, at - 1)
    case "ArrowLeft":
      return at < 0 ? Math.floor((rows - 1) / 2) : isRight ? -1 : at
    case "ArrowRight":
      return at < 0 ? Math.min(last, rows + Math.floor((rows - 1) / 2)) : isRight ? at : -1
    default:
      return undefined
  }
}
