/** Styles of the form. */
import { css } from "lit"

/** Styles that only `InstanceForm` uses. */
export const formStyles = css`
  form, .group { display: grid; gap: 1.5rem; }
  /* Fields on a panel have the page's background. */
  input:where(:not([type="checkbox"]):not([type="radio"])), select { background: var(--cds-field-02); }
  .hint a { color: var(--cds-link-primary); }
  .hint a:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 1px; }
  .remark { color: var(--cds-text-primary); }
  .advanced > summary { min-height: 2.5rem; border-block: 1px solid var(--cds-border-subtle-01); }
  .advanced .group { padding: 1.5rem 0 0; }
  .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1.5rem 1rem; }
  fieldset {
    display: grid;
    gap: 1rem;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend { margin-bottom: 0.5rem; padding: 0; }
  .endpoint-row { display: grid; grid-template-columns: minmax(0, 1fr) 9rem; align-items: start; gap: 1rem; }
  .tick {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    min-height: 2.5rem;
    color: var(--cds-text-primary);
    font-size: 0.875rem;
    line-height: 1.25rem;
    letter-spacing: 0.16px;
  }
  .tick input {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
    margin: 0;
    accent-color: var(--cds-icon-primary);
  }
  .tick input:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: 1px; }
  .enabled { display: flex; flex-direction: column; gap: 0.25rem; }
  .conflict {
    display: grid;
    gap: 1rem;
    margin-bottom: 1.5rem;
    padding: 1rem;
    background: var(--cds-background);
  }
  .conflict:focus { outline: none; }
  .choices { display: flex; flex-wrap: wrap; gap: 0.5rem; }
  table { width: 100%; border-collapse: collapse; }
  th, td {
    padding: 0.5rem 0.5rem 0.5rem 0;
    border-bottom: 1px solid var(--cds-border-subtle-01);
    font-weight: 400;
    text-align: left;
    vertical-align: top;
  }
  thead th { font-weight: 600; }
  tbody th { color: var(--cds-text-secondary); }
  .notice { max-width: none; margin-bottom: 1.5rem; }
  .faults:focus { outline: none; }
  .conflict .notice { margin-bottom: 0; }
  azure-security-connection-test { margin-top: 1.5rem; scroll-margin: 1rem; }
  .buttons {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 1px;
    background: var(--cds-border-subtle);
  }
  .buttons cds-button { width: 100%; max-width: none; background: var(--cds-layer); }
  .buttons cds-button::part(button) { width: 100%; max-width: none; }
  .buttons.two { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .where { padding: 0.5rem 1rem; color: var(--cds-text-secondary); font-size: 0.75rem; line-height: 1rem; }
  @media (max-width: 30rem) {
    input:where(:not([type="checkbox"]):not([type="radio"])) { padding: 0 0.5rem; }
    select { padding-left: 0.25rem; }
    .endpoint-row { grid-template-columns: minmax(0, 1fr) 6rem; gap: 0.5rem; }
    .buttons:not(.two) { grid-template-columns: repeat(2, minmax(0, 1fr)); }
    .buttons:not(.two) .test { grid-row: 1; grid-column: span 2; }
  }
`
