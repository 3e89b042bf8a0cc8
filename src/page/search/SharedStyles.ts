/** Styles that the parts of the search share: controls in Carbon's look, with Carbon's tokens. */
import { css } from "lit"

/** Styles of controls and small marks. */
export const controls = css`
  :host {
    display: block;
    color: var(--cds-text-primary);
    font-size: 0.875rem;
    line-height: 1.28572;
    letter-spacing: 0.16px;
  }
  *, *::before, *::after { box-sizing: border-box; }
  :host([hidden]), [hidden] { display: none !important; }
  .icon { inline-size: 1rem; block-size: 1rem; flex: none; fill: currentColor; }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .mono {
    font-family: "IBM Plex Mono", ui-monospace, Menlo, Consolas, monospace;
    font-size: 0.75rem;
    letter-spacing: 0.32px;
  }
  .label {
    display: block;
    margin-block-end: 0.5rem;
    color: var(--cds-text-secondary);
    font-size: 0.75rem;
    letter-spacing: 0.32px;
  }
  button { font: inherit; letter-spacing: inherit; color: inherit; }
  .ghost {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    min-block-size: 2.5rem;
    padding: 0.5rem 0.75rem;
    border: 0;
    background: transparent;
    color: var(--cds-link-primary);
    cursor: pointer;
    text-align: start;
    text-decoration: none;
    transition: background-color 70ms;
  }
  .ghost:hover { background: var(--cds-background-hover); color: var(--cds-link-primary-hover); }
  .ghost:active { background: var(--cds-background-active); }
  .ghost:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
  .icon-only { justify-content: center; inline-size: 2.5rem; padding: 0; color: var(--cds-icon-primary); }
  .small { min-block-size: 2rem; padding-block: 0.25rem; }
  .small.icon-only { inline-size: 2rem; padding: 0; }
  .field {
    inline-size: 100%;
    block-size: 2.5rem;
    padding: 0 1rem;
    border: 0;
    border-block-end: 1px solid var(--cds-border-strong-01);
    border-radius: 0;
    outline: 2px solid transparent;
    outline-offset: -2px;
    background: var(--cds-field-01);
    color: var(--cds-text-primary);
    font: inherit;
    letter-spacing: inherit;
  }
  .field:focus { outline-color: var(--cds-focus); }
  .field[aria-invalid="true"] { outline-color: var(--cds-support-error); }
  .choice { position: relative; display: block; }
  .choice .field { appearance: none; padding-inline-end: 2.5rem; text-overflow: ellipsis; cursor: pointer; }
  .choice .icon { position: absolute; inset-block-start: 0.75rem; inset-inline-end: 1rem; pointer-events: none; }
  .choice option { background: var(--cds-layer-01); color: var(--cds-text-primary); }
  .field::placeholder { color: var(--cds-text-placeholder); opacity: 1; }
  .wrong {
    display: flex;
    gap: 0.5rem;
    margin: 0.25rem 0 0;
    color: var(--cds-text-error);
    font-size: 0.75rem;
    line-height: 1.34;
    letter-spacing: 0.32px;
    overflow-wrap: anywhere;
  }
  .severity {
    display: inline-flex;
    max-inline-size: 100%;
    vertical-align: middle;
    align-items: center;
    gap: 0.375rem;
  }
  .word { display: inline-block; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; }
  :is(.critical, .high, .medium, .low, .informational) .word::first-letter {
    text-transform: uppercase;
  }
  .critical .icon { fill: var(--cds-support-error); }
  .high .icon { fill: var(--page-high, var(--cds-support-caution-major)); }
  .medium .icon { fill: var(--page-warning-icon, var(--cds-support-warning)); }
  .low .icon { fill: var(--cds-support-info); }
  .informational .icon { fill: var(--cds-icon-secondary); }
  @keyframes skeleton {
    50% { opacity: 0.45; }
  }
  .skeleton {
    display: block;
    block-size: 0.875rem;
    background: var(--cds-skeleton-element);
    animation: skeleton 1.8s ease-in-out infinite;
  }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; }
  }
`
