/** Styles of a tile. */
import { css } from "lit"

/** Styles that only `InstanceTile` uses. */
export const tileStyles = css`
  :host { min-width: 0; }
  article {
    display: flex;
    flex-direction: column;
    gap: 1rem;
    padding: 1rem;
    border-top: 3px solid var(--cds-support-info);
    background: var(--cds-layer);
  }
  article.connected { border-top-color: var(--cds-support-success); }
  article.warning { border-top-color: var(--cds-support-warning); }
  article.failed { border-top-color: var(--cds-support-error); }
  article.disabled { border-top-color: var(--cds-border-strong-01); }
  article.lost { border-top-color: var(--cds-border-strong-01); filter: grayscale(1); }
  .head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1rem; }
  .names { flex: 1 1 10rem; min-width: 0; }
  h2 { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
  .condition {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    height: 1.75rem;
    font-weight: 600;
    white-space: nowrap;
  }
  .pending {
    padding: 0.5rem 0.75rem;
    border-left: 3px solid var(--cds-support-info);
    background: var(--cds-layer-accent);
  }
  .reports { display: grid; gap: 0.5rem; }
  dt { color: var(--cds-text-secondary); font-size: 0.75rem; line-height: 1rem; letter-spacing: 0.32px; }
  .polls, .figures { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1rem; }
  .figure {
    font-size: 1.75rem;
    font-weight: 300;
    line-height: 2.25rem;
    letter-spacing: 0;
    font-variant-numeric: tabular-nums;
  }
  .figure.bad { color: var(--cds-text-error); font-weight: 400; }
  .endpoints { container-type: inline-size; border-bottom: 1px solid var(--cds-border-subtle); }
  .budget {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    color: var(--cds-text-secondary);
    font-size: 0.75rem;
    line-height: 1rem;
  }
  .budget span { white-space: nowrap; }
  .figures-small { font-variant-numeric: tabular-nums; }
  meter {
    flex: 1;
    min-width: 1rem;
    height: 0.25rem;
    border: 0;
    appearance: none;
    background: var(--cds-border-subtle);
    forced-color-adjust: none;
  }
  meter::-webkit-meter-bar { height: 0.25rem; border: 0; border-radius: 0; background: var(--cds-border-subtle); }
  meter::-webkit-meter-optimum-value { background: var(--cds-border-interactive); }
  meter::-moz-meter-bar { background: var(--cds-border-interactive); }
  .actions {
    display: flex;
    flex-wrap: wrap;
    margin: auto -1rem -1rem;
    border-top: 1px solid var(--cds-border-subtle);
  }
`
