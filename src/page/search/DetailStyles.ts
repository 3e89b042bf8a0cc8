/** Styles of the details. */
import { css } from "lit"

/** Styles that only `ArtifactDetail` uses. */
export const detailStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    block-size: 100%;
    min-block-size: 0;
    background: var(--cds-layer-01);
  }
  header { flex: none; border-block-end: 1px solid var(--cds-border-subtle-01); }
  .bar { display: flex; align-items: center; gap: 0.25rem; }
  .bar .kind {
    flex: 1;
    min-inline-size: 0;
    padding-inline-start: 1rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .bar .ghost:not([hidden]) + .kind { padding-inline-start: 0; }
  h2 {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 4;
    margin: 0;
    padding: 0 1rem;
    overflow: hidden;
    outline: none;
    overflow-wrap: anywhere;
    font-size: 1.25rem;
    font-weight: 400;
    line-height: 1.4;
    letter-spacing: 0;
  }
  .quiet { color: var(--cds-text-secondary); }
  .line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
    min-inline-size: 0;
  }
  .line bdi { min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  header .line { flex-wrap: wrap; justify-content: start; gap: 0.25rem 1rem; margin: 0.5rem 0 0; padding: 0 1rem; }
  header .line > * { white-space: nowrap; }
  .tabs { display: flex; margin-block-start: 0.75rem; }
  [role="tab"] {
    min-block-size: 2.5rem;
    padding: 0.5rem 1rem;
    border: 0;
    border-block-end: 2px solid transparent;
    background: transparent;
    color: var(--cds-text-secondary);
    cursor: pointer;
    white-space: nowrap;
  }
  [role="tab"]:hover { color: var(--cds-text-primary); border-color: var(--cds-border-strong-01); }
  [role="tab"][aria-selected="true"] {
    border-color: var(--cds-border-interactive);
    color: var(--cds-text-primary);
    font-weight: 600;
  }
  [role="tab"]:focus-visible, pre:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
  #content {
    flex: 1;
    min-block-size: 0;
    padding: 1rem;
    overflow: auto;
    outline: none;
  }
  section + section { margin-block-start: 1.5rem; }
  azure-security-story { margin-block-end: 2rem; }
  h3 { margin: 0 0 0.5rem; font-size: 0.875rem; font-weight: 600; }
  p { margin: 0 0 0.75rem; }
  dl {
    display: grid;
    grid-template-columns: minmax(5.5rem, 26%) minmax(0, 1fr);
    margin: 0;
    border-block-start: 1px solid var(--cds-border-subtle-01);
  }
  dt, dd { margin: 0; min-block-size: 2.25rem; border-block-end: 1px solid var(--cds-border-subtle-01); }
  dt { padding: 0.5rem 0.5rem 0.5rem 0; color: var(--cds-text-secondary); }
  dd { display: flex; align-items: start; justify-content: space-between; gap: 0.25rem; }
  .tools { display: flex; flex: none; margin-block: 0.125rem; opacity: 0; transition: opacity 70ms; }
  dd:hover .tools, dd:focus-within .tools { opacity: 1; }
  @media (hover: none) {
    .tools { opacity: 1; }
  }
  .text {
    min-inline-size: 0;
    padding-block: 0.5rem;
    overflow: hidden;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .value, .whole {
    padding: 0;
    border: 0;
    background: none;
    cursor: pointer;
    text-align: start;
    overflow-wrap: anywhere;
    user-select: text;
  }
  .value { text-decoration: underline dotted var(--cds-border-strong-01); text-underline-offset: 0.25em; }
  .value .word { text-decoration: inherit; text-underline-offset: inherit; }
  .value:hover, .whole { color: var(--cds-link-primary); }
  .value:focus-visible, .whole:focus-visible { outline: 2px solid var(--cds-focus); }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    margin: -0.25rem 0 0.5rem -0.75rem;
  }
  pre {
    margin: 0;
    padding: 0.75rem;
    overflow: auto;
    background: var(--cds-background);
    line-height: 1.5;
    tab-size: 2;
    unicode-bidi: isolate;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .name { color: var(--cds-link-primary); }
  pre .text { padding: 0; }
  pre .value { color: var(--cds-support-info); cursor: inherit; text-decoration: none; }
  .note { color: var(--cds-text-helper); font-style: italic; }
  /* A label stands above its value, which has the width. */
  @media (max-width: 30rem) {
    [role="tab"] { padding-inline: 0.625rem; }
    dl { grid-template-columns: minmax(0, 1fr); }
    dt { min-block-size: 0; padding-block-end: 0; border: 0; font-size: 0.75rem; }
    dd .text { padding-block: 0.25rem 0.5rem; }
  }
  .skeleton { margin-block: 1rem; }
  .skeleton:nth-child(odd) { inline-size: 60%; }
`
