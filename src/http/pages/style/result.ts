/** A query beside its matches, the controls to rank them, and the view of a match beside the query. */
export const resultStyle = `
.result { display: grid; grid-template-columns: 280px minmax(0, 1fr); gap: clamp(24px, 3vw, 48px); align-items: start; }
.query { position: sticky; top: 0; display: grid; gap: 16px; max-height: 100vh; overflow-y: auto; padding: 8px 6px 24px; margin: -8px -6px 0; }
.query h2 { font-size: 14px; color: var(--quiet); margin: 0; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1px; background: var(--line); border-radius: 12px; overflow: hidden; }
.pair img, .pair .none { display: block; width: 100%; height: auto; aspect-ratio: 5 / 6; object-fit: contain; background: #fff; }
.pair .none { background: color-mix(in srgb, var(--line) 50%, var(--surface)); }
.controls { display: grid; gap: 14px; }
.controls .primary { padding: 10px 20px; }
.slider, .find { display: grid; gap: 4px; font-size: 14px; color: var(--quiet); }
.slider input { width: 100%; accent-color: var(--accent); margin: 4px 0; }
.facets { border: 0; padding: 0; margin: 0; min-width: 0; }
.facets legend { font-size: 14px; color: var(--quiet); padding: 0; margin-bottom: 4px; }
.facet { border-bottom: 1px solid var(--line); font-size: 14px; min-width: 0; }
.facet summary { cursor: pointer; padding: 9px 0; overflow-wrap: anywhere; }
.facet .choices { display: grid; gap: 8px; padding: 4px 0 14px; max-height: 260px; overflow-y: auto; }
.facet .count { background: var(--accent); color: var(--on-accent); border-radius: 999px; padding: 0 7px; font-size: 12px; }
.bounds { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
.bounds label { display: grid; gap: 4px; color: var(--quiet); }
.grid { list-style: none; margin: 0; padding: 0; display: grid; gap: clamp(20px, 1.8vw, 32px) clamp(16px, 1.6vw, 28px); grid-template-columns: repeat(auto-fill, minmax(min(250px, 100%), 1fr)); }
.look { display: block; text-decoration: none; border-radius: 12px; }
.look:hover .pair { box-shadow: 0 0 0 2px var(--accent); }
.facts { display: flex; justify-content: space-between; gap: 12px; margin-top: 8px; align-items: baseline; }
.match .id { font-weight: 500; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.rank { color: var(--quiet); font-variant-numeric: tabular-nums; margin-inline-end: 8px; font-weight: 400; }
.score { font-variant-numeric: tabular-nums; color: var(--quiet); }
.verdict { white-space: nowrap; }
.verdict.same, .verdict.variant { padding: 1px 9px; border-radius: 999px; border: 1px solid var(--accent); color: var(--accent); }
.bars { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; margin-top: 8px; }
.bar { display: block; width: 100%; height: 3px; border-radius: 2px; background: var(--line); fill: var(--bar); }
.match .more { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 12px; font-size: 13px; color: var(--quiet); margin-top: 4px; overflow-wrap: anywhere; }
.beside {
  width: min(1200px, 100vw - 32px); max-height: calc(100vh - 32px); padding: 0 24px 20px; border: 1px solid var(--line); border-radius: 20px;
  background: var(--surface); color: var(--ink); overflow-y: auto;
}
.beside::backdrop { background: rgb(20 18 16 / .6); }
.bar-top, .bar-bottom { display: grid; align-items: center; gap: 8px 20px; padding: 14px 0; background: var(--surface); }
.bar-top { grid-template-columns: minmax(0, 1fr) auto; }
.bar-bottom { grid-template-columns: auto minmax(0, 1fr) auto; }
.bar-bottom .links { justify-content: center; text-align: center; }
.bar-top p { display: flex; gap: 4px 14px; align-items: baseline; min-width: 0; white-space: nowrap; }
.bar-top .id { overflow: hidden; text-overflow: ellipsis; }
@media (min-height: 500px) {
  .bar-top, .bar-bottom { position: sticky; }
  .bar-top { top: 0; }
  .bar-bottom { bottom: -20px; }
}
.both > * { position: relative; min-width: 0; }
.whose { position: absolute; inset-inline-start: 10px; top: 8px; font-size: 12px; color: #5f5c56; background: rgb(255 255 255 / .85); padding: 0 6px; border-radius: 6px; }
.bar-top .rank { margin: 0; }
.sides { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px; }
figure { margin: 0; }
figcaption { font-size: 14px; color: var(--quiet); margin-bottom: 6px; }
.both { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1px; background: var(--line); border-radius: 12px; overflow: hidden; }
.both .none { height: min(62vh, 560px); background: color-mix(in srgb, var(--line) 50%, var(--surface)); }
.both img { display: block; width: 100%; height: 100%; object-fit: contain; background: #fff; }
.quiet-button[aria-disabled="true"] { opacity: .35; cursor: default; }
.beside .attributes { display: flex; flex-wrap: wrap; gap: 4px 20px; padding-top: 14px; }
.beside .attributes > div { display: flex; gap: 6px; padding: 0; border: 0; }
.toggle { display: none; }
.toggled { display: grid; gap: 14px; min-width: 0; }
@media (max-width: 900px) {
  .result { grid-template-columns: minmax(0, 1fr); gap: 20px; }
  .query { position: static; max-height: none; overflow: visible; padding: 0; margin: 0; }
  .result:has(> .query > .pair) { grid-template-columns: clamp(120px, 24vw, 200px) minmax(0, 1fr); }
  .query:has(> .pair) { display: contents; }
  .query > h2 { display: none; }
  /* The query stays in view above its matches. */
  .query > .pair { grid-column: 1; grid-row: 1 / span 3; position: sticky; top: 8px; z-index: 1; align-self: start; box-shadow: 0 2px 16px rgb(20 18 16 / .18); }
  .query > .pair ~ .controls { grid-column: 2; grid-row: 1; }
  .query > .links { grid-column: 1 / -1; grid-row: 2; }
  .query > .pair ~ .links { grid-column: 2; }
  .result > section { grid-column: 1 / -1; }
  .toggle { display: inline-block; justify-self: start; font-size: 14px; color: var(--ink); }
  .toggle input { position: absolute; opacity: 0; }
  .toggle:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 3px; }
  .controls:has(.toggle input:not(:checked)) .toggled { display: none; }
  .sides { grid-template-columns: minmax(0, 1fr); }
  .both .none { height: min(36vh, 400px); }
}
@media (max-width: 560px) {
  .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 12px; }
  .match .facts { flex-direction: column; gap: 2px; }
  .beside { padding: 0 14px 14px; }
}
`;
