/** Styles of the view of all instances. */
import { css } from "lit"

/** Styles that only `Integrations` uses. */
export const integrationsStyles = css`
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    justify-content: space-between;
    gap: 1rem;
    margin-bottom: 1.5rem;
  }
  .top > div { min-width: 0; }
  .notice { max-width: none; margin-bottom: 1rem; }
  .filter {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.75rem 1rem;
    margin-bottom: 1rem;
  }
  cds-search { flex: 1 1 16rem; max-width: 30rem; }
  .choice select {
    height: 2.5rem;
    max-width: 16rem;
    padding: 0 0.75rem;
    border: 0;
    border-bottom: 1px solid var(--cds-border-strong-01);
    background: var(--cds-field-01);
    color: var(--cds-text-primary);
    font: inherit;
  }
  .choice select:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
  .shapes { display: flex; gap: 0.25rem; margin-left: auto; }
  .none { margin-bottom: 1rem; }
  .export { display: flex; justify-content: flex-end; margin-bottom: 0.5rem; }
  .plain {
    padding: 0;
    border: 0;
    background: none;
    color: var(--cds-link-primary);
    font: inherit;
    text-decoration: underline;
    cursor: pointer;
  }
  .plain:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 1px; }
  .chips { display: flex; flex-wrap: wrap; gap: 0.5rem; width: 100%; }
  .chip {
    display: flex;
    align-items: center;
    gap: 0.375rem;
    height: 2rem;
    padding: 0 0.75rem;
    border: 1px solid var(--cds-border-subtle-01);
    border-radius: 1rem;
    background: transparent;
    color: var(--cds-text-primary);
    font: inherit;
    font-size: 0.75rem;
    cursor: pointer;
  }
  /* On a phone the chips are one line each that scrolls, or the tenants would begin below the screen. */
  @media (max-width: 30rem) {
    .chips { flex-wrap: nowrap; padding-block: 3px; overflow-x: auto; scrollbar-width: none; }
    .chip { flex: none; }
    .choice, .choice select { width: 100%; max-width: none; }
  }
  .chip:hover { background: var(--cds-background-hover); }
  .chip[aria-pressed="true"] { border-color: var(--cds-border-inverse); background: var(--cds-layer-selected-01); }
  .chip:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 1px; }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr));
    align-items: start;
    gap: 1rem;
  }
  .grid > li { min-width: 0; }
  .pages {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 1rem;
    margin-top: 1.5rem;
    font-variant-numeric: tabular-nums;
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: 1rem;
    max-width: 34rem;
    margin: 10vh auto 0;
    padding: 2rem 1rem;
    text-align: center;
  }
  .empty > .icon { width: 4rem; height: 4rem; color: var(--cds-interactive); }
  .two { display: grid; grid-template-columns: 1fr 1fr; gap: 1px; }
  .two cds-button { width: 100%; max-width: none; }
  .two cds-button::part(button) { width: 100%; max-width: none; }
`
