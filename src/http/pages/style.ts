/** The pages' style sheet. The pictures are the page: all else is quiet. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#faf9f7, #161615);
  --surface: light-dark(#ffffff, #20201e);
  --ink: light-dark(#1d1c1a, #efece6);
  --quiet: light-dark(#66635d, #a5a199);
  --line: light-dark(#e4e1db, #35342f);
  --accent: light-dark(#7a3b1d, #e2a27f);
  --on-accent: light-dark(#ffffff, #20150f);
  --bar: light-dark(#c9a28d, #8f5f47);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Noto Sans TC", "PingFang TC", "Microsoft JhengHei", sans-serif;
}
a { color: inherit; text-underline-offset: 3px; text-decoration-color: var(--line); }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
header.top {
  display: flex; justify-content: space-between; align-items: center; gap: 16px;
  padding: 20px clamp(16px, 4vw, 48px);
}
.brand { font-weight: 600; letter-spacing: .02em; font-size: 18px; text-decoration: none; }
.switch { margin: 0; }
.switch button { border: 0; background: none; color: var(--quiet); font: inherit; cursor: pointer; padding: 8px; }
.switch button:hover { color: var(--ink); }
main { padding: 0 clamp(16px, 4vw, 48px) 64px; max-width: 1600px; margin: 0 auto; }
h1 { font-size: clamp(24px, 3.2vw, 36px); font-weight: 500; line-height: 1.2; letter-spacing: -.01em; margin: 0 0 8px; text-wrap: balance; }
p { margin: 0; text-wrap: balance; }
.quiet { color: var(--quiet); }
.intro { max-width: 720px; margin: clamp(16px, 6vh, 72px) auto 32px; text-align: center; }
.pair-form { max-width: 880px; margin: 0 auto; }
.zones { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.zone {
  display: flex; flex-direction: column; justify-content: center; align-items: center; gap: 12px; text-align: center;
  min-height: clamp(180px, 34vh, 340px); padding: 24px;
  background: var(--surface); border: 1px solid var(--line); border-radius: 16px;
}
.zone.over { border-color: var(--accent); border-style: dashed; }
.zone img { max-width: 100%; max-height: 220px; object-fit: contain; background: #fff; border-radius: 8px; }
.hint, .remove, .swap { display: none; }
@media (scripting: enabled) {
  .hint, .swap { display: inline-block; }
  .zone.filled .hint { display: none; }
  .zone.filled .remove { display: inline-block; }
}
.remove, .swap { border: 0; background: none; color: var(--quiet); cursor: pointer; padding: 6px 10px; font-family: inherit; }
.remove:hover, .swap:hover { color: var(--ink); }
[hidden] { display: none !important; }
.zone strong { font-weight: 500; font-size: 18px; }
.zone input { width: 260px; max-width: 100%; font: inherit; font-size: 14px; color: var(--quiet); }
input::file-selector-button {
  font: inherit; margin-inline-end: 10px; padding: 8px 14px; border-radius: 999px; border: 1px solid var(--line);
  background: transparent; color: var(--ink); cursor: pointer;
}
.actions { display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: 12px 24px; margin-top: 24px; }
.primary {
  font: inherit; font-weight: 500; padding: 12px 32px; border-radius: 999px; border: 0; cursor: pointer;
  background: var(--accent); color: var(--on-accent);
}
.small { font-size: 14px; }
.result { display: grid; grid-template-columns: 280px minmax(0, 1fr); gap: clamp(24px, 3vw, 48px); align-items: start; }
.query { position: sticky; top: 24px; display: grid; gap: 20px; }
.query h2 { font-size: 14px; font-weight: 500; color: var(--quiet); margin: 0; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1px; background: var(--line); border-radius: 12px; overflow: hidden; }
.pair img, .pair .none { display: block; width: 100%; height: auto; aspect-ratio: 5 / 6; object-fit: contain; background: #fff; }
.controls { display: grid; gap: 14px; }
.controls label { display: grid; gap: 4px; font-size: 14px; color: var(--quiet); }
.controls input[type="range"] { width: 100%; accent-color: var(--accent); }
.controls input[type="text"] {
  font: inherit; padding: 8px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); color: var(--ink); width: 100%;
}
.controls .primary { padding: 10px 20px; }
.links { display: flex; flex-wrap: wrap; gap: 8px 20px; font-size: 14px; }
.heading { margin-bottom: 20px; }
.grid { list-style: none; margin: 0; padding: 0; display: grid; gap: clamp(16px, 1.6vw, 28px); grid-template-columns: repeat(auto-fill, minmax(min(260px, 100%), 1fr)); }
.match .facts { display: flex; justify-content: space-between; gap: 12px; margin-top: 10px; align-items: baseline; }
.match .id { font-weight: 500; overflow-wrap: anywhere; }
.match .rank { color: var(--quiet); font-variant-numeric: tabular-nums; margin-inline-end: 6px; }
.match .score { font-variant-numeric: tabular-nums; color: var(--quiet); }
.verdict { white-space: nowrap; }
.verdict.same, .verdict.variant { padding: 1px 9px; border-radius: 999px; border: 1px solid var(--accent); color: var(--accent); }
.bars { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; margin-top: 8px; }
.bar { display: block; width: 100%; height: 3px; border-radius: 2px; background: var(--line); fill: var(--bar); }
.match .more { font-size: 13px; color: var(--quiet); margin-top: 6px; }
.note { padding: 14px 18px; border: 1px solid var(--line); border-radius: 12px; margin-bottom: 20px; background: var(--surface); }
@media (max-width: 900px) {
  .result { grid-template-columns: minmax(0, 1fr); }
  .query { position: static; grid-template-columns: minmax(0, 300px) minmax(0, 1fr); gap: 12px 24px; }
  .query h2, .query .links { grid-column: 1 / -1; }
  .controls { align-content: center; }
}
@media (max-width: 560px) {
  .query { grid-template-columns: minmax(0, 1fr); }
  .zone { min-height: 150px; padding: 16px; }
  .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 12px; }
  .match .facts { flex-direction: column; gap: 2px; }
}
@media (max-width: 480px) { .zones { grid-template-columns: minmax(0, 1fr); } }
`;
