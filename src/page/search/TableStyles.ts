/** Styles of the results: Carbon's data table, and cards on narrow screens. */
import { css } from "lit"

/** Styles that only `ResultsTable` uses. */
export const tableStyles = css`
  :host { container-type: inline-size; }
  .scroll {
    overflow: auto;
    max-block-size: max(24rem, calc(100dvh - 25rem));
    border-block-end: 1px solid var(--cds-border-subtle-01);
  }
  table { table-layout: fixed; inline-size: 100%; border-collapse: separate; border-spacing: 0; text-align: start; }
  th {
    position: sticky;
    z-index: 1;
    inset-block-start: 0;
    block-size: 2.5rem;
    padding: 0 0.75rem;
    background: var(--cds-layer-accent-01);
    font-weight: 600;
    text-align: start;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .edge {
    position: absolute;
    inset-block: 0.5rem;
    inset-inline-end: 0;
    inline-size: 0.5rem;
    border-inline-end: 1px solid var(--cds-border-strong-01);
    cursor: col-resize;
    touch-action: none;
  }
  .edge:hover { border-inline-end-width: 3px; }
  .edge:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -1px; }
  .of-fold { inline-size: 2.5rem; padding: 0 !important; }
  td.of-fold { text-align: center; color: var(--cds-text-secondary); }
  .of-fold .icon { transition: transform 110ms; }
  .of-fold [aria-expanded="true"] .icon { transform: rotate(180deg); }
  tr.child { background: var(--cds-background); }
  tr.group, tr.group:hover td { cursor: default; background: var(--cds-layer-accent-01); color: var(--cds-text-primary); }
  tr.group td { font-weight: 600; }
  .zone { color: var(--cds-text-secondary); font-weight: 400; font-size: 0.75rem; }
  td {
    block-size: 2.5rem;
    padding: 0 0.75rem;
    overflow: hidden;
    border-block-end: 1px solid var(--cds-border-subtle-01);
    color: var(--cds-text-secondary);
    unicode-bidi: isolate;
  }
  tbody tr { background: var(--cds-layer-01); cursor: pointer; }
  tbody tr:hover td { background: var(--cds-layer-hover-01); color: var(--cds-text-primary); }
  tr[aria-selected="true"] td { background: var(--cds-layer-selected-01); color: var(--cds-text-primary); }
  tr[aria-selected="true"] td:first-child { box-shadow: inset 3px 0 var(--cds-border-interactive); }
  tbody tr:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
  .value {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .of-title .value { color: var(--cds-text-primary); }
  .of-time .value, .of-src_ip .value, .of-dst_ip .value, .of-file_hash .value {
    font-variant-numeric: tabular-nums;
  }
  .empty .value { color: var(--cds-text-helper); }
  .fresh .of-title .value::before {
    content: "new";
    margin-inline-end: 0.5rem;
    padding: 0.0625rem 0.375rem;
    border-radius: 0.5rem;
    background: var(--cds-support-info);
    color: var(--cds-text-inverse);
    font-size: 0.6875rem;
  }
  .fresh td:first-child { box-shadow: inset 3px 0 var(--cds-support-info); }
  .loading .skeleton { min-inline-size: 3rem; }
  .loading tr { cursor: default; }
  @container (max-width: 42rem) {
    .scroll { max-block-size: none; overflow: visible; }
    table, tbody { display: block; }
    thead {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    tbody tr {
      display: flex;
      flex-wrap: wrap;
      gap: 0.25rem 1rem;
      padding: 0.75rem 1rem;
      border-block-end: 1px solid var(--cds-border-subtle-01);
    }
    tbody tr:hover, tr[aria-selected="true"] { background: var(--cds-layer-selected-01); }
    tbody td, tbody tr:hover td, tr[aria-selected="true"] td {
      display: flex;
      gap: 0.375rem;
      block-size: auto;
      min-inline-size: 0;
      padding: 0;
      border: 0;
      background: none;
      box-shadow: none;
      font-size: 0.75rem;
    }
    .fresh td:first-child { box-shadow: none; }
    td.empty { display: none !important; }
    td.of-fold { order: -3; inline-size: auto; }
    td.of-fold:empty { display: none !important; }
    td.of-fold::before { content: none !important; }
    td.of-fold .ghost { min-block-size: 1.5rem; inline-size: 1.5rem; }
    tbody tr.child { padding-inline-start: 1.5rem; }
    td::before { content: attr(data-label); flex: none; color: var(--cds-text-helper); }
    td.of-time::before, td.of-severity::before, td.of-title::before { content: none; }
    td.of-title { order: -1; inline-size: 100%; }
    td.of-time, td.of-severity { order: -2; }
    td.of-severity { margin-inline-start: auto; }
    td.of-title .value {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      max-inline-size: 100%;
      overflow-wrap: anywhere;
      white-space: normal;
      font-size: 0.875rem;
    }
    .value { max-inline-size: 100%; min-inline-size: 0; }
    tbody tr.fresh, tbody tr[aria-selected="true"] {
      box-shadow: inset 3px 0 var(--cds-support-info);
    }
    .loading tr { min-block-size: 5rem; }
    .loading td { inline-size: 40%; }
    .loading .skeleton { inline-size: 100%; }
  }
`
