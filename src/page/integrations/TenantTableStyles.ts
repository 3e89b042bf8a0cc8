/** Sizes and styles of the table and the matrix of tenants. */
import { css } from "lit"

/** Height of a row, in pixels. */
export const rowHeight = 40
/** Widths of the matrix's columns, in pixels. */
export const [stateWidth, nameWidth, endpointWidth] = [124, 200, 164]
/** Width of the names on a phone, beside which one endpoint is in sight. */
const narrowWidth = 144

export const tenantStyles = css`
      :host { display: block; min-width: 0; }
      .scroll { max-height: max(20rem, calc(100dvh - 19rem)); overflow: auto; border-bottom: 1px solid var(--cds-border-subtle-01); background: var(--cds-layer-01); contain: layout paint; }
      .scroll:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 0; }
      /* Rows are boxes of one size that no other depends on, so that a scroll lays out only those that are new. */
      table, thead, tbody { display: block; min-width: var(--least); }
      tr { display: grid; grid-template-columns: var(--columns); height: ${rowHeight}px; contain: strict; border-bottom: 1px solid var(--cds-border-subtle-01); }
      th, td { padding: 0 0.75rem; overflow: hidden; line-height: ${
  rowHeight - 1
}px; text-align: left; text-overflow: ellipsis; white-space: nowrap; }
      thead { position: sticky; top: 0; z-index: 2; }
      thead tr { border: 0; background: var(--cds-layer-accent-01); }
      th { font-weight: 600; }
      .number { text-align: right; font-variant-numeric: tabular-nums; }
      tbody tr { cursor: pointer; background: var(--cds-layer-01); }
      tbody tr:hover { background: var(--cds-layer-hover-01); }
      tbody tr:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
      .state { display: flex; align-items: center; gap: 0.375rem; }
      .cell { overflow: visible; }
      .cell svg { overflow: visible; margin-right: 0.375rem; vertical-align: -3px; }
      .state span { overflow: hidden; text-overflow: ellipsis; }
      .matrix { --name: ${nameWidth}px; }
      .matrix :is(th, td):nth-child(3) { grid-column-start: var(--first); }
      /* The name stays in sight beside the endpoints. Sticky, each is a layer, and a frame of a large screen twice as long. */
      @media (width > 42rem) {
        .matrix.aside .name { position: relative; left: var(--beyond); background: inherit; }
      }
      @media (width <= 42rem) {
        .matrix { --name: ${narrowWidth}px; }
        .matrix .name { position: sticky; left: 0; background: inherit; }
      }
    `
