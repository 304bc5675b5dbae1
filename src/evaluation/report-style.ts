/** The page's style: the contact sheet's colours and quiet, in light and dark. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --sheet: #ffffff; --card: #f4f4f1; --ink: #1d1d1b; --quiet: #6f6f69; --line: #e2e2dc; --empty: #d3d3cc;
  --accent: #2f5bd0; --query: #eef2fc; --band: #b9c8ef;
  --place-0: #2f5bd0; --place-1: #7f9be3; --place-2: #c3d0f2; --place-3: #e3bb8f; --place-4: #c2622f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --sheet: #161615; --card: #222220; --ink: #ecece7; --quiet: #a3a39b; --line: #33332f; --empty: #55554f;
    --accent: #94b0ff; --query: #1e2740; --band: #3c4f86;
    --place-0: #94b0ff; --place-1: #6078b8; --place-2: #3c4a72; --place-3: #8a6a47; --place-4: #dd7f4b;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  background: var(--sheet); color: var(--ink);
  font: 15px/1.5 ui-sans-serif, system-ui, "Noto Sans TC", "PingFang TC", "Microsoft JhengHei", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1240px; margin: 0 auto; padding: 64px 32px 96px; }
h1 { font-size: 34px; margin-bottom: 6px; font-weight: 600; letter-spacing: -0.015em; line-height: 1.2; }
h2 { font-size: 20px; font-weight: 600; margin: 72px 0 20px; }
h3 { font-size: 15px; font-weight: 600; overflow-wrap: anywhere; }
h4 { font-size: 13px; font-weight: 500; color: var(--quiet); margin: 24px 0 10px; }
b { font-weight: 600; }
.quiet { color: var(--quiet); }
.quiet b { color: var(--ink); }
.accent { color: var(--accent); }
a { color: var(--accent); text-underline-offset: 3px; }
.note { font-size: 13px; margin-top: 12px; }

.metrics { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 16px; margin-top: 40px; }
.metric { background: var(--card); border-radius: 14px; padding: 20px; }
.metric h3 { font-weight: 500; }
.metric p { font-size: 13px; line-height: 1.4; }
.metric .value { font-size: 36px; font-weight: 600; letter-spacing: -0.02em; line-height: 1.25; }
.metric .interval { margin: 8px 0 10px; }
.scale { position: relative; height: 6px; border-radius: 3px; background: var(--line); margin-top: 8px; }
.scale span { position: absolute; top: 0; height: 100%; border-radius: 3px; }
.scale .band { left: var(--low); width: max(2px, calc(var(--high) - var(--low))); background: var(--band); }
.scale .mean { left: clamp(0px, calc(var(--mean) - 2px), calc(100% - 4px)); width: 4px; background: var(--accent); top: -3px; height: 12px; border-radius: 2px; }

.places { display: flex; gap: 2px; height: 28px; border-radius: 8px; overflow: hidden; }
.places span { flex-basis: 0; min-width: 3px; }
.legend { display: flex; flex-wrap: wrap; gap: 8px 32px; list-style: none; padding: 0; margin-top: 14px; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 8px; vertical-align: -1px; }
.place-0 { background: var(--place-0); } .place-1 { background: var(--place-1); } .place-2 { background: var(--place-2); }
.place-3 { background: var(--place-3); } .place-4 { background: var(--place-4); }

.trouble p { margin-bottom: 12px; overflow-wrap: anywhere; }
.trouble table { border-collapse: collapse; width: 100%; font-size: 14px; }
.trouble th { text-align: left; font-weight: 500; color: var(--quiet); }
.trouble th, .trouble td { padding: 8px 24px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }

article { border-top: 1px solid var(--line); padding: 28px 0 44px; break-inside: avoid; }
article header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 24px; margin-bottom: 16px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 220px), 1fr)); gap: 14px; }
.card { background: var(--card); border-radius: 14px; padding: 10px; min-width: 0; }
.card.query { background: var(--query); box-shadow: inset 0 0 0 2px var(--accent); }
.pair { display: grid; grid-template-columns: 1fr 1fr; background: #ffffff; border-radius: 8px; overflow: hidden; }
.pair img { width: 100%; aspect-ratio: 1; object-fit: contain; padding: 6px; display: block; }
.pair .empty { aspect-ratio: 1; margin: 6px; border: 1px dashed #d3d3cc; border-radius: 6px; display: grid; place-items: center; color: #6f6f69; font-size: 13px; }
figcaption { padding: 8px 4px 0; font-size: 13px; }
figcaption p { display: flex; justify-content: space-between; gap: 12px; white-space: nowrap; }
.title { font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
.title .quiet { font-weight: 400; margin-right: 4px; }
@media (max-width: 640px) { main { padding: 40px 20px 64px; } h2 { margin-top: 56px; } .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
`;
