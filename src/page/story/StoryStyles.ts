/** Styles of an alert's or incident's page. */
import { css } from "lit"

/** Styles that only `StoryView` uses. */
export const storyStyles = css`
  section { margin-block-start: 1.5rem; }
  h3 { margin: 0 0 0.5rem; font-size: 0.875rem; font-weight: 600; }
  h3 .many, .quiet { color: var(--cds-text-secondary); font-weight: 400; }
  h4 { margin: 0.75rem 0 0.25rem; color: var(--cds-text-secondary); font-size: 0.75rem; font-weight: 400; }
  p { margin: 0; overflow-wrap: anywhere; }
  .sentence { font-size: 1rem; line-height: 1.5; }
  .sentence .whole { white-space: nowrap; }
  .sentence .value { white-space: normal; }
  .text { white-space: pre-line; }
  ol, ul { margin: 0; padding: 0; list-style: none; }
  ol.steps { padding-inline-start: 1.5rem; list-style: decimal; }
  ol.steps li { padding-block: 0.125rem; overflow-wrap: anywhere; }
  ol.steps li::marker { color: var(--cds-text-secondary); }
  .value {
    padding: 0;
    border: 0;
    background: none;
    cursor: pointer;
    text-align: start;
    text-decoration: underline dotted var(--cds-border-strong-01);
    text-underline-offset: 0.25em;
    overflow-wrap: anywhere;
    user-select: text;
    unicode-bidi: isolate;
  }
  .value:hover { color: var(--cds-link-primary); }
  .value:focus-visible, summary:focus-visible, .row:focus-visible {
    outline: 2px solid var(--cds-focus);
    outline-offset: -1px;
  }
  .list { border-block-start: 1px solid var(--cds-border-subtle-01); }
  .list > * { border-block-end: 1px solid var(--cds-border-subtle-01); }
  summary {
    display: flex;
    align-items: start;
    gap: 0.5rem;
    padding: 0.5rem 0.25rem;
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker { display: none; }
  summary:hover, .row:hover { background: var(--cds-layer-hover-01); }
  summary > .icon { margin-block-start: 0.125rem; transition: rotate 110ms; }
  details[open] > summary > .icon { rotate: 180deg; }
  summary .what { flex: 1; min-inline-size: 0; }
  summary .about { display: block; overflow-wrap: anywhere; }
  summary .code { font-family: "IBM Plex Mono", ui-monospace, Menlo, Consolas, monospace; font-size: 0.75rem; }
  summary .marks { display: flex; flex-wrap: wrap; gap: 0.125rem 0.75rem; margin-block-start: 0.25rem; }
  .besides { color: var(--cds-text-secondary); font-size: 0.75rem; }
  .type { flex: none; color: var(--cds-text-secondary); font-size: 0.75rem; }
  details > .within { padding: 0 0.25rem 0.75rem 1.75rem; }
  .row {
    display: grid;
    gap: 0.125rem;
    inline-size: 100%;
    padding: 0.5rem 0.25rem;
    border: 0;
    background: none;
    cursor: pointer;
    text-align: start;
  }
  .row .line { display: flex; justify-content: space-between; gap: 1rem; min-inline-size: 0; }
  .row bdi { min-inline-size: 0; overflow-wrap: anywhere; }
  .row .quiet, .row .severity { flex: none; font-size: 0.75rem; }
  .alert .row { flex: 1; }
  .moments { display: grid; grid-template-columns: max-content minmax(0, 1fr); }
  .moments li { display: contents; }
  .moments time { padding: 0.25rem 1rem 0.25rem 0; color: var(--cds-text-secondary); font-variant-numeric: tabular-nums; }
  .moments span {
    position: relative;
    padding: 0.25rem 0 0.25rem 1.25rem;
    border-inline-start: 1px solid var(--cds-border-strong-01);
    overflow-wrap: anywhere;
  }
  .moments span::before {
    content: "";
    position: absolute;
    inset-block-start: 0.5rem;
    inset-inline-start: -0.28rem;
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-radius: 50%;
    background: var(--cds-icon-secondary);
    forced-color-adjust: none;
  }
  .techniques li { padding-block: 0.125rem; }
  .techniques .id { color: var(--cds-text-secondary); font-size: 0.75rem; }
  .comment { padding-block: 0.5rem; }
  .comment .quiet { font-size: 0.75rem; }
  .things { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
  dl {
    display: grid;
    grid-template-columns: minmax(5.5rem, 26%) minmax(0, 1fr);
    margin: 0;
  }
  dt, dd { margin: 0; padding-block: 0.25rem; }
  dt { padding-inline-end: 0.5rem; color: var(--cds-text-secondary); }
  dd { display: flex; align-items: start; justify-content: space-between; gap: 0.25rem; min-inline-size: 0; }
  .tools { display: flex; flex: none; margin-block: -0.25rem; opacity: 0; transition: opacity 70ms; }
  dd:hover .tools, dd:focus-within .tools { opacity: 1; }
  @media (hover: none) {
    .tools { opacity: 1; }
  }
  @media (max-width: 30rem) {
    dl { grid-template-columns: minmax(0, 1fr); }
    dt { padding-block-end: 0; font-size: 0.75rem; }
    dd { padding-block-start: 0; }
  }
`
