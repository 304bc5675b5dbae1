/** The form of a search with its two places for pictures, and the forms of designs and imports. */
export const formStyle = `
input[type="text"], input[type="password"], input[type="search"], input[type="number"] {
  font: inherit; padding: 8px 12px; border: 1px solid color-mix(in srgb, var(--quiet) 60%, transparent); border-radius: 8px;
  background: var(--surface); color: var(--ink); width: 100%; min-width: 0;
}
input[type="file"] { font: inherit; font-size: 14px; color: var(--quiet); max-width: 100%; }
input::file-selector-button {
  font: inherit; margin-inline-end: 10px; padding: 8px 14px; border-radius: 999px; border: 1px solid var(--line);
  background: transparent; color: var(--ink); cursor: pointer;
}
input[type="checkbox"] { accent-color: var(--accent); width: 16px; height: 16px; margin: 3px 0 0; flex: none; }
.box { display: flex; gap: 10px; align-items: start; cursor: pointer; }
.box span { overflow-wrap: anywhere; min-width: 0; }
.box .quiet { margin-inline-start: auto; font-variant-numeric: tabular-nums; }
.pair-form { max-width: 920px; margin: 0 auto; }
.zones { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px; }
.zone {
  display: flex; flex-direction: column; justify-content: center; align-items: center; gap: 12px; text-align: center;
  min-height: clamp(180px, 36vh, 380px); padding: 24px 16px;
  background: var(--surface); border: 1px solid var(--line); border-radius: 16px;
}
.zone.over { border-color: var(--accent); border-style: dashed; }
.zone.filled { user-select: none; }
.zone strong { font-weight: 500; font-size: 18px; }
.zone .buttons { display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: 4px 12px; }
.stage { position: relative; display: none; max-width: 100%; cursor: crosshair; overflow: hidden; border-radius: 8px; background: #fff; }
.stage img { display: block; max-width: 100%; max-height: clamp(200px, 40vh, 380px); user-select: none; -webkit-user-drag: none; }
/* A finger scrolls over a picture until there is a crop to be moved. */
.zone.cropped .stage { touch-action: none; }
.no-preview { display: block; padding: 48px 32px; color: #5f5c56; }
.crop { position: absolute; cursor: move; box-shadow: 0 0 0 9999px rgb(20 18 16 / .55); outline: 2px solid #fff; outline-offset: -1px; }
.crop:focus-visible { outline: 3px solid #e2a27f; outline-offset: -1px; border-radius: 0; }
.crop::before, .crop::after { content: ""; position: absolute; width: 14px; height: 14px; background: #fff; border-radius: 50%; }
.crop::before { inset: -7px auto auto -7px; cursor: nwse-resize; }
.crop::after { inset: auto -7px -7px auto; cursor: nwse-resize; }
.camera, .hint, .crop-hint, .start-crop, .whole, .remove, .swap { display: none; }
@media (scripting: enabled) {
  .hint, .swap { display: inline-block; }
  .zone .button input { position: absolute; width: 1px; height: 1px; opacity: 0; overflow: hidden; }
  .zone .button:focus-within { outline: 2px solid var(--accent); outline-offset: 3px; }
  .zone.filled .stage { display: block; }
  .zone.filled .hint, .zone.filled .choose, .zone.filled .camera { display: none; }
  .zone.filled .remove, .zone.filled:not(.cropped) .start-crop, .zone.cropped .whole { display: inline-block; }
  .zone.filled .crop-hint { display: inline-block; }
}
@media (scripting: enabled) and (pointer: coarse) { .zone:not(.filled) .camera { display: inline-block; } .hint { display: none; } }
@media (scripting: none) { .choose { display: grid; gap: 8px; border: 0; background: none; } }
.pair-form > .failure { margin: 20px 0 0; }
.edit { display: grid; gap: 16px; margin-top: 20px; }
.edit > label:not(.box) { display: grid; gap: 6px; }
.edit fieldset { border: 0; padding: 0; margin: 0; display: grid; gap: 8px; }
.edit legend { padding: 0; margin-bottom: 8px; }
.edit .row { display: grid; grid-template-columns: 1fr 2fr; gap: 8px; }
.edit .actions { margin-top: 8px; }
.rules { margin: 32px 0 0; padding-inline-start: 20px; display: grid; gap: 6px; }
.imports { list-style: none; padding: 0; margin: 0; display: grid; gap: 10px; }
@media (max-width: 560px) { .zone { min-height: 140px; padding: 16px; } .zones { gap: 12px; } }
@media (max-width: 480px) { .zones { grid-template-columns: minmax(0, 1fr); } }
`;
