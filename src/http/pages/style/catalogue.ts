/** One design, imports, the status and the API. */
export const catalogueStyle = `
.design { display: grid; grid-template-columns: minmax(0, 2fr) minmax(260px, 1fr); gap: clamp(24px, 3vw, 48px); align-items: start; }
.design figure img, .design figure .none {
  display: grid; place-items: center; width: 100%; aspect-ratio: 5 / 6; max-height: 72vh; object-fit: contain; background: #fff;
  border: 1px solid var(--line); border-radius: 12px;
}
.design figure .none { background: var(--surface); }
.known { display: grid; gap: 20px; }
.known .delete { margin: 0; }
.known .delete button { padding-inline-start: 0; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 12px; margin-bottom: 24px; }
.counts > div { display: flex; flex-direction: column-reverse; }
.counts dt { color: var(--quiet); font-size: 14px; }
.counts dd { font-size: 28px; font-variant-numeric: tabular-nums; line-height: 1.2; }
.import form { margin: 0; }
.status { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 8px 48px; margin-bottom: 32px; }
.scroll + .links, .status ~ .links { margin-top: 24px; }
.routes { margin-top: 24px; }
.route { border-bottom: 1px solid var(--line); }
.route summary { cursor: pointer; padding: 12px 0; overflow-wrap: anywhere; }
.route > div { padding: 0 0 20px 20px; overflow-x: auto; }
.route ul { margin: 0; padding-inline-start: 20px; font-size: 14px; }
.method { display: inline-block; min-width: 60px; font-weight: 600; color: var(--accent); }
@media (max-width: 900px) { .design { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 900px) and (min-width: 480px) { .design .sides { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
`;
