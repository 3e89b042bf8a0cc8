/** Styles of the page's frame. Its header is dark in both themes, as in Carbon's products. */
import { css } from "lit"

/** Styles that only `Page` uses. */
export const frame = css`
  cds-header {
    --cds-background: #161616;
    --cds-background-hover: rgba(141, 141, 141, 0.16);
    --cds-background-active: rgba(141, 141, 141, 0.4);
    --cds-border-subtle: #393939;
    --cds-text-primary: #f4f4f4;
    --cds-text-secondary: #c6c6c6;
    --cds-icon-primary: #f4f4f4;
    --cds-focus: #fff;
    --cds-support-success: #42be65;
    --cds-support-warning: #f1c21b;
    --cds-support-error: #fa4d56;
    color: var(--cds-text-primary);
    flex-wrap: wrap;
  }
  .skip {
    position: absolute;
    top: 0;
    left: 0;
    z-index: 1;
    padding: 0.875rem 1rem;
    background: var(--cds-background);
    color: var(--cds-text-primary);
  }
  .skip:not(:focus) { clip-path: inset(50%); }
  .skip:focus { outline: 2px solid var(--cds-focus); outline-offset: -4px; }
  nav ul { display: flex; }
  nav a {
    display: flex;
    align-items: center;
    justify-content: center;
    height: 3rem;
    padding: 0 1rem;
    border-block: 3px solid transparent;
    color: var(--cds-text-secondary);
    text-decoration: none;
  }
  nav a:hover { background: var(--cds-background-hover); color: var(--cds-text-primary); }
  nav a[aria-current="page"] { border-bottom-color: #4589ff; color: var(--cds-text-primary); font-weight: 600; }
  nav a:focus-visible, .action:focus-visible { outline: 2px solid var(--cds-focus); outline-offset: -2px; }
  .space { flex: 1; }
  .hearing {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0 0.75rem;
    color: var(--cds-text-secondary);
    font-size: 0.75rem;
    letter-spacing: 0.32px;
    white-space: nowrap;
  }
  .dot {
    width: 0.625rem;
    height: 0.625rem;
    border: 2px solid var(--cds-support-success);
    border-radius: 50%;
    background: var(--cds-support-success);
    forced-color-adjust: none;
  }
  .asking .dot {
    border-color: var(--cds-support-warning);
    background: linear-gradient(90deg, var(--cds-support-warning) 50%, transparent 50%);
  }
  .lost .dot {
    border-color: var(--cds-support-error);
    border-radius: 0;
    background: transparent;
    transform: rotate(45deg);
  }
  .action {
    display: grid;
    place-items: center;
    width: 3rem;
    height: 3rem;
    border: 0;
    background: transparent;
    color: var(--cds-icon-primary);
    cursor: pointer;
  }
  .action.zone { width: auto; padding: 0 0.75rem; color: var(--cds-text-secondary); font: inherit; font-size: 0.75rem; }
  .action:hover { background: var(--cds-background-hover); }
  main { min-height: 100vh; max-width: 120rem; margin: 0 auto; padding: 5rem 2rem 4rem; }
  main:focus { outline: none; }
  .card {
    max-width: 30rem;
    margin: 10vh auto 0;
    padding: 2rem;
    border-top: 3px solid var(--cds-border-interactive);
    background: var(--cds-layer);
  }
  .card h1 { margin-bottom: 1rem; }
  .notice { max-width: none; margin-bottom: 1rem; }
  @media (max-width: 47.99rem) {
    cds-header { height: auto; }
    nav { order: 1; width: 100%; border-top: 1px solid var(--cds-border-subtle); }
    nav li { flex: 1; }
    nav a { height: 2.5rem; padding: 0 0.5rem; }
    .hearing { padding: 0 0.5rem; }
    main { padding: 7rem 1rem 3rem; }
    .card { margin-top: 1rem; padding: 1rem; }
  }
  @media (max-width: 24rem) {
    .longer { display: none; }
    .hearing { padding: 0 0.25rem; gap: 0.25rem; }
    .action { width: 2.25rem; }
    .action.zone { padding: 0 0.25rem; }
    cds-header-name::part(link) { padding-inline: 0.5rem; }
    .space { display: none; }
  }
`
