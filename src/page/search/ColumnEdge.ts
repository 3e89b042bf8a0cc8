/** The edge of a column's head, by which its width is changed: with the mouse, or with the arrow keys. */
import { html, type TemplateResult } from "lit"

/** Pixels of one press of an arrow key. */
const step = 16

/** An edge; `set` gets a new width, or undefined to give the column what fits. */
export const columnEdge = (label: string, width: number, set: (width: number | undefined) => void): TemplateResult => {
  const drag = (event: PointerEvent) => {
    const edge = event.currentTarget as HTMLElement
    const from = event.clientX
    const move = ({ clientX }: PointerEvent) => set(width + clientX - from)
    const end = () => {
      edge.removeEventListener("pointermove", move)
      edge.removeEventListener("pointerup", end)
      edge.removeEventListener("pointercancel", end)
    }
    event.preventDefault()
    edge.setPointerCapture(event.pointerId)
    edge.addEventListener("pointermove", move)
    edge.addEventListener("pointerup", end)
    edge.addEventListener("pointercancel", end)
  }
  const press = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -step, ArrowRight: step }[event.key]
    if (by !== undefined) set(width + by)
    else if (event.key === "Delete" || event.key === "Enter") set(undefined)
    else return
    event.preventDefault()
  }
  return html`<span
    class="edge" role="separator" aria-orientation="vertical" tabindex="0" aria-label="Width of ${label}"
    aria-valuenow=${width} aria-valuemin="60" aria-valuemax="1200"
    title="Drag to change the width; a double click lets it fit" @pointerdown=${drag} @dblclick=${() => set(undefined)}
    @keydown=${press}
  ></span>`
}
