import { html } from "hono/html";
import { VIEWS, type View } from "../../core/design.js";
import type { Html } from "./layout.js";
import type { Texts } from "./texts-en.js";

/**
 * The two pictures of a design, side by side.
 *
 * @param pictures their addresses.
 * @param name of the design.
 */
export function pair(
  pictures: { readonly [V in View]?: string | undefined },
  name: string,
  texts: Texts,
): Html {
  const sides = VIEWS.map((view) =>
    pictures[view] === undefined
      ? html`<span class="none"></span>`
      : html`<img src="${pictures[view]}" data-view="${view}" alt="${name} ${texts[view]}" width="200" height="240" loading="lazy" decoding="async">`,
  );
  return html`<div class="pair">${sides}</div>`;
}
