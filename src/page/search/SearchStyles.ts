/** Styles of the search, except its table. */
import { css } from "lit"

/** Styles that only `SearchView` uses. */
export const searchStyles = css`
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0.25rem 2rem;
    margin-block-end: 1.25rem;
  }
  h1 {
    margin: 0;
    outline: none;
    font-size: 1.75rem;
    font-weight: 400;
    line-height: 2.25rem;
    letter-spacing: 0;
  }
  .index {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-inline-size: 0;
    margin: 0;
    color: var(--cds-text-secondary);
    font-size: 0.75rem;
    letter-spacing: 0.32px;
    overflow-wrap: anywhere;
  }
  .dot {
    flex: none;
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-radius: 50%;
    background: var(--cds-icon-secondary);
    forced-color-adjust: none;
  }
  .good .dot { background: var(--cds-support-success); }
  .busy .dot { background: var(--cds-support-info); animation: skeleton 1.8s ease-in-out infinite; }
  .bad .dot { background: var(--cds-support-error); }
  azure-security-query-bar { container-type: inline-size; }
  .split {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    align-items: start;
    margin-block-start: 1rem;
  }
  .list { min-inline-size: 0; }
  azure-security-facets { display: none; }
  @media (min-width: 66rem) {
    azure-security-facets { display: block; }
    .split { grid-template-columns: 13rem minmax(0, 1fr) !important; }
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.5rem;
    min-block-size: 3rem;
  }
  .found { flex: 1; margin: 0; white-space: nowrap; }
  .switch { color: var(--cds-text-primary); }
  .switch:hover { color: var(--cds-text-primary); }
  .switch:disabled { background: none; color: var(--cds-text-disabled); cursor: not-allowed; }
  .track {
    position: relative;
    flex: none;
    inline-size: 2rem;
    block-size: 1rem;
    border-radius: 0.5rem;
    background: var(--cds-toggle-off, var(--cds-border-strong-01));
    transition: background-color 110ms;
    forced-color-adjust: none;
  }
  .track::before {
    content: "";
    position: absolute;
    inset-block-start: 0.1875rem;
    inset-inline-start: 0.1875rem;
    inline-size: 0.625rem;
    block-size: 0.625rem;
    border-radius: 50%;
    background: var(--cds-icon-on-color);
    transition: translate 110ms;
  }
  [aria-checked="true"] .track { background: var(--cds-support-success); }
  [aria-checked="true"] .track::before { translate: 1rem 0; }
  .switch:disabled .track { background: var(--cds-button-disabled); }
  .columns {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0.25rem 1.5rem;
    margin-block-end: 0.75rem;
  }
  .hint { max-inline-size: 16rem; margin: 0 0 0.5rem; color: var(--cds-text-secondary); }
  a.ghost { display: flex; }
  a.ghost[aria-disabled="true"] { background: none; color: var(--cds-text-disabled); cursor: not-allowed; }
  .bar { block-size: 2px; overflow: hidden; forced-color-adjust: none; }
  .bar.busy::before {
    content: "";
    display: block;
    inline-size: 30%;
    block-size: 100%;
    background: var(--cds-border-interactive);
    animation: slide 1.2s linear infinite;
  }
  @keyframes slide {
    from { transform: translateX(-100%); }
    to { transform: translateX(340%); }
  }
  .notice {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    margin-block-end: 1rem;
    padding: 0.75rem 1rem;
    border-inline-start: 3px solid var(--cds-support-error);
    background: var(--cds-notification-background-error);
    overflow-wrap: anywhere;
  }
  .notice.quiet { border-color: var(--cds-support-info); background: var(--cds-notification-background-info); }
  .notice > div { flex: 1 1 16rem; }
  .notice > .icon { fill: var(--cds-support-error); }
  .notice.quiet > .icon { fill: var(--cds-support-info); }
  .notice p { margin: 0.125rem 0 0; }
  .nothing { padding: 4rem 1rem; text-align: center; }
  .nothing h2 { margin: 0; font-size: 1.25rem; font-weight: 400; }
  .nothing p { margin: 0.5rem 0 1.5rem; color: var(--cds-text-secondary); }
  .end { margin: 1rem 0; color: var(--cds-text-secondary); text-align: center; }
  dialog {
    inline-size: min(36rem, 100vw);
    max-inline-size: none;
    block-size: 100dvh;
    max-block-size: none;
    margin: 0 0 0 auto;
    padding: 0;
    border: 0;
    border-inline-start: 1px solid var(--cds-border-subtle-01);
    background: var(--cds-layer-01);
    color: inherit;
    overscroll-behavior: contain;
  }
  dialog::backdrop { background: var(--cds-overlay); }
  @media (max-width: 42rem) {
    .found { flex: 1 1 100%; padding-block-start: 0.25rem; }
    .found:empty { display: none; }
    .tools { column-gap: 0; }
    .switch { padding-inline-start: 0; }
  }
  @media (min-width: 82rem) {
    .split.open { grid-template-columns: minmax(0, 1fr) minmax(26rem, 34rem) !important; }
    .split.open azure-security-facets { display: none; }
    dialog[open] {
      position: sticky;
      inset-block-start: 4rem;
      inline-size: auto;
      block-size: max(24rem, calc(100dvh - 17rem));
      margin: 0;
      border: 1px solid var(--cds-border-subtle-01);
    }
  }
`
