/** Styles that the components share: Carbon's type scale, spacing and fields. */
import { css } from "lit"

/** Styles of text, headings, icons, and of content for screen readers only. */
export const text = css`
  :host { display: block; color: var(--cds-text-primary); }
  *, *::before, *::after { box-sizing: border-box; }
  h1, h2, h3, h4, p, dl, dd, ul, ol, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  h1 {
    font: 400 1.75rem/2.25rem inherit;
    font-family: inherit;
    font-size: 1.75rem;
    font-weight: 400;
    line-height: 2.25rem;
    letter-spacing: 0;
  }
  h2 { font-size: 1.25rem; font-weight: 400; line-height: 1.75rem; letter-spacing: 0; }
  h3 { font-size: 1rem; font-weight: 600; line-height: 1.375rem; letter-spacing: 0; }
  h1:focus, h2:focus { outline: none; }
  .small { font-size: 0.75rem; line-height: 1rem; letter-spacing: 0.32px; }
  .quiet { color: var(--cds-text-secondary); }
  .code {
    font-family: "IBM Plex Mono", ui-monospace, Menlo, Consolas, monospace;
    font-size: 0.75rem;
    letter-spacing: 0;
  }
  .vh {
    position: absolute;
    overflow: hidden;
    width: 1px;
    height: 1px;
    margin: -1px;
    padding: 0;
    border: 0;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .icon { flex: none; }
  .icon-connected { color: var(--page-good-icon); }
  .icon-warning { color: var(--page-warning-icon); }
  .icon-failed { color: var(--cds-support-error); }
  .icon-waiting, .icon-cooldown { color: var(--cds-support-info); }
  .icon-disabled { color: var(--cds-icon-secondary); }
  .outside { overflow-wrap: anywhere; }
`

/** Styles of a fold: `<details>` with Carbon's chevron in its summary. */
export const folds = css`
  summary {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker { display: none; }
  summary:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
  summary > .icon-chevron { transition: transform 110ms; }
  details[open] > summary > .icon-chevron { transform: rotate(180deg); }
  @media (prefers-reduced-motion: reduce) {
    summary > .icon-chevron { transition: none; }
  }
`

/**
 * Styles of form fields. They are the browser's own in Carbon's look: Carbon's text inputs hide their faults from
 * assistive technology, and keep what was typed, a secret too, in an attribute.
 */
export const fields = css`
  .field { display: flex; flex-direction: column; gap: 0.5rem; min-width: 0; }
  label, .label { color: var(--cds-text-secondary); font-size: 0.75rem; line-height: 1rem; letter-spacing: 0.32px; }
  input:where(:not([type="checkbox"]):not([type="radio"])), select {
    width: 100%;
    height: 2.5rem;
    padding: 0 1rem;
    border: 0;
    border-bottom: 1px solid var(--cds-border-strong-01);
    border-radius: 0;
    outline: 2px solid transparent;
    outline-offset: -2px;
    background: var(--cds-field);
    color: var(--cds-text-primary);
    font: inherit;
    letter-spacing: 0.16px;
  }
  /* Browsers indent the text of a list by themselves. */
  select { padding: 0 2.5rem 0 0.75rem; text-overflow: ellipsis; }
  input::placeholder { color: var(--cds-text-placeholder); opacity: 1; }
  input:focus, select:focus { outline-color: var(--cds-focus); }
  input[aria-invalid="true"], select[aria-invalid="true"] { outline-color: var(--cds-support-error); }
  input[aria-invalid="true"]:focus { outline-color: var(--cds-focus); }
  input:disabled { color: var(--cds-text-disabled); }
  .hint { color: var(--cds-text-helper); font-size: 0.75rem; line-height: 1rem; letter-spacing: 0.32px; }
  .fault {
    display: flex;
    gap: 0.5rem;
    color: var(--cds-text-error);
    font-size: 0.75rem;
    line-height: 1rem;
    letter-spacing: 0.32px;
  }
`
