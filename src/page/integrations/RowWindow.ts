/** Which rows and columns of a large table are drawn: those in sight, and some before and after them. */

/** Rows beyond the edges, so that a fast scroll shows no gap. */
const beyond = 12

/** The first row or column that is drawn, and the one after the last. */
export interface RowWindow {
  readonly from: number
  readonly to: number
}

/** The rows to draw of `count` that are `rowHeight` pixels high each. */
export const rowWindow = (top: number, height: number, rowHeight: number, count: number): RowWindow => {
  // Steps of some rows, so that most scrolls draw nothing anew.
  const step = beyond / 2
  const first = Math.floor(Math.max(0, top) / rowHeight / step) * step
  const from = Math.max(0, Math.min(count, first) - beyond)
  return { from, to: Math.min(count, first + Math.ceil(height / rowHeight) + beyond + step) }
}

/** The columns to draw of `count` that are `width` pixels wide each: one more than is in sight at both sides. */
export const columnWindow = (left: number, right: number, width: number, count: number): RowWindow => ({
  from: Math.max(0, Math.min(count, Math.floor(left / width)) - 1),
  to: Math.max(0, Math.min(count, Math.ceil(right / width) + 1))
})
