/** Colours, type, the frame of every page, buttons, notes. */
export const baseStyle = `
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
  --danger: light-dark(#a32a1c, #f0968a);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Noto Sans TC", "PingFang TC", "Microsoft JhengHei", sans-serif;
}
a { color: inherit; text-underline-offset: 3px; text-decoration-color: color-mix(in srgb, currentColor 40%, transparent); }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
main:focus { outline: none; }
.skip { position: absolute; inset-inline-start: -9999px; padding: 8px 16px; background: var(--surface); }
.skip:focus { inset-inline-start: 16px; top: 8px; z-index: 2; }
header.top {
  display: flex; flex-wrap: wrap; align-items: center; gap: 4px 28px;
  padding: 16px clamp(16px, 4vw, 48px);
}
.brand { font-weight: 600; letter-spacing: .02em; font-size: 18px; text-decoration: none; }
.places { display: flex; gap: 4px 20px; flex: 1; }
.places a { color: var(--quiet); text-decoration: none; padding: 8px 0; }
.places a:hover { color: var(--ink); }
.places a[aria-current] { color: var(--ink); border-bottom: 2px solid var(--accent); }
.switch { margin: 0; }
main { padding: 8px clamp(16px, 4vw, 48px) 64px; max-width: 1600px; margin: 0 auto; }
h1 { font-size: clamp(24px, 3.2vw, 36px); font-weight: 500; line-height: 1.2; letter-spacing: -.01em; margin: 0 0 8px; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 18px; font-weight: 500; margin: 32px 0 12px; }
h3 { font-size: 14px; font-weight: 500; margin: 16px 0 4px; }
p { margin: 0; text-wrap: pretty; }
.quiet { color: var(--quiet); }
.small { font-size: 14px; }
.heading { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; gap: 12px 32px; margin-bottom: 24px; }
.heading .actions { margin: 0; }
.intro { max-width: 720px; margin: clamp(8px, 5vh, 56px) auto 32px; text-align: center; }
.intro p { text-wrap: balance; }
.narrow { max-width: 760px; margin: 0 auto; }
.actions { display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: 12px 16px; margin-top: 24px; }
.narrow .actions, .edit .actions { justify-content: start; }
.clear-filters { justify-content: start; margin: 0 0 16px; }
.links { display: flex; flex-wrap: wrap; gap: 8px 20px; font-size: 14px; }
.button, .primary {
  display: inline-block; font: inherit; line-height: 1.4; padding: 8px 18px; border-radius: 999px; cursor: pointer;
  border: 1px solid var(--line); background: var(--surface); color: var(--ink); text-decoration: none; text-align: center;
}
.button:hover { border-color: var(--quiet); }
.primary { font-weight: 500; padding: 11px 32px; border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.primary:hover { filter: brightness(1.08); }
.primary[aria-busy="true"] { opacity: .7; cursor: progress; }
.quiet-button, .switch button {
  font: inherit; border: 0; background: none; color: var(--quiet); cursor: pointer; padding: 8px; border-radius: 8px;
}
.quiet-button:hover, .switch button:hover { color: var(--ink); }
.danger { color: var(--danger); }
.note { padding: 14px 18px; border: 1px solid var(--line); border-radius: 12px; margin-bottom: 20px; background: var(--surface); }
.note.failure, .note.lost { border-color: var(--danger); }
.note.failure:focus { outline: none; }
.note.failure strong { display: block; }
.note.undo { display: flex; justify-content: space-between; align-items: center; gap: 16px; overflow-wrap: anywhere; }
.note.undo button { color: var(--accent); font-weight: 500; }
.note.empty { max-width: 720px; margin: 0 auto 32px; padding: 32px; text-align: center; }
.note.empty h2 { margin: 0 0 8px; }
dl { margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.attributes > div { display: grid; grid-template-columns: minmax(100px, 1fr) 2fr; gap: 16px; padding: 8px 0; border-bottom: 1px solid var(--line); }
.attributes dt { color: var(--quiet); overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: start; font-weight: 500; color: var(--quiet); }
th, td { padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
th { white-space: nowrap; }
td code { white-space: nowrap; }
.scroll { overflow-x: auto; margin-bottom: 12px; }
code { font: 14px/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
progress { width: 100%; height: 8px; margin: 12px 0; accent-color: var(--accent); }
@media (max-width: 560px) { .brand { flex: 1; } .places { order: 3; flex-basis: 100%; gap: 24px; } }
`;
