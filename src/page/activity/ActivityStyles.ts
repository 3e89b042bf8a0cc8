/** Styles of the activity, except its plots. */
import { css } from "lit"

/** Styles that only `ActivityView` uses. */
export const activityStyles = css`
  :host { font-size: 0.875rem; line-height: 1.28572; letter-spacing: 0.16px; }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 2rem;
    margin-block-end: 1.25rem;
  }
  h2 { margin: 0 0 0.5rem; font-size: 1rem; font-weight: 600; }
  fieldset { display: flex; margin: 0; padding: 0; border: 0; }
  h1 { flex: 1; }
  fieldset label { position: relative; display: grid; cursor: pointer; }
  .choice { display: flex; align-items: center; gap: 0.5rem; min-inline-size: 0; }
  .choice > span { color: var(--cds-text-secondary); font-size: 0.75rem; }
  .choice select {
    inline-size: 16rem;
    min-inline-size: 0;
    block-size: 2.5rem;
    padding: 0 0.75rem;
    border: 0;
    border-block-end: 1px solid var(--cds-border-strong-01);
    border-radius: 0;
    background: var(--cds-field-01);
    color: var(--cds-text-primary);
    font: inherit;
    text-overflow: ellipsis;
  }
  .choice select:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 1px; }
  input[type="radio"] {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  fieldset label span {
    display: grid;
    place-items: center;
    min-block-size: 2.5rem;
    padding-inline: 1rem;
    border: 1px solid var(--cds-border-inverse);
    border-inline-end-width: 0;
    white-space: nowrap;
  }
  fieldset label:first-of-type span { border-start-start-radius: 4px; border-end-start-radius: 4px; }
  fieldset label:last-of-type span { border-inline-end-width: 1px; border-start-end-radius: 4px; border-end-end-radius: 4px; }
  fieldset label:hover span { background: var(--cds-background-hover); }
  input:checked + span {
    background: var(--cds-layer-selected-inverse);
    color: var(--cds-text-inverse);
    forced-color-adjust: none;
  }
  input:focus-visible + span { outline: 2px solid var(--cds-focus); outline-offset: 1px; z-index: 1; }
  .plots {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, max(30rem, 34%)), 1fr));
    gap: 1rem;
    align-items: start;
  }
  .skeleton { block-size: 20rem; background: var(--cds-skeleton-background); }
  .marks { margin-block: 1rem; padding: 1rem; background: var(--cds-layer-01); }
  .words { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin-block: 0.5rem; }
  .words span { color: var(--cds-text-secondary); font-size: 0.75rem; }
  .words input {
    flex: 0 1 20rem;
    min-inline-size: 0;
    block-size: 2rem;
    padding: 0 0.75rem;
    border: 0;
    border-block-end: 1px solid var(--cds-border-strong-01);
    background: var(--cds-field-02);
    color: var(--cds-text-primary);
    font: inherit;
  }
  .words input:focus-visible, .marks a:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 1px; }
  .marks a { min-inline-size: 0; color: var(--cds-link-primary); overflow-wrap: anywhere; }
  .lanes { margin-block-end: 1rem; }
  .marks li.lane { display: grid; grid-template-columns: minmax(6rem, 14rem) minmax(0, 1fr); align-items: center; }
  .lane svg { inline-size: 100%; block-size: 1rem; background: var(--cds-layer-accent-01); forced-color-adjust: none; }
  .lane rect.outage { fill: var(--cds-support-error); }
  .lane rect.cooldown { fill: var(--page-high, var(--cds-support-caution-major)); }
  .marks li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.75rem;
    padding-block: 0.5rem;
    border-block-start: 1px solid var(--cds-border-subtle-01);
  }
  .marks bdi { min-inline-size: 0; overflow-wrap: anywhere; }
  .marks li .quiet { margin-inline-start: auto; font-variant-numeric: tabular-nums; }
  .swatch {
    flex: none;
    inline-size: 0.75rem;
    block-size: 0.75rem;
    border-block-start: 3px solid var(--cds-support-error);
    background: color-mix(in srgb, var(--cds-support-error) 20%, transparent);
    forced-color-adjust: none;
  }
  .swatch.cooldown {
    border-block-start: 3px dashed var(--page-high, var(--cds-support-caution-major));
    background: color-mix(in srgb, var(--page-high, var(--cds-support-caution-major)) 20%, transparent);
  }
  .notice {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1rem;
    margin-block-end: 1rem;
    padding: 0.75rem 1rem;
    border-inline-start: 3px solid var(--cds-support-error);
    background: var(--cds-notification-background-error);
    overflow-wrap: anywhere;
  }
`
