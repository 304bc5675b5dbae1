/** On a result page: ranks again as soon as a control is moved. Without this script the form's button does the same. */

/** After the last movement: a slider tells of every pixel. */
const PAUSE_MS = 80;

/** What of the page depends on the ranking, and on the page's address. */
const RANKED = [".matches", ".links", ".switch"];

const lost = document.querySelector<HTMLElement>(".lost");
const unrankable = document.querySelector<HTMLElement>(".unrankable");
const told = document.querySelector<HTMLElement>(".told");
let timer: number | undefined;
let request: AbortController | undefined;
/** The address without what only scrolls. */
let shownAddress = location.pathname + location.search;
/** Whether the control that moves has made an address of its own, to which the button back leads. */
let isMoving = false;

const controlsOf = (event: Event) => (event.target as Element).closest<HTMLFormElement>("form.controls");

document.addEventListener("input", (event) => {
  const controls = controlsOf(event);
  if (!controls) return;
  countChoices();
  window.clearTimeout(timer);
  timer = window.setTimeout(() => rankAgain(addressOf(controls)), PAUSE_MS);
});
document.addEventListener("change", (event) => {
  const controls = controlsOf(event);
  if (!controls) return;
  window.clearTimeout(timer);
  void rankAgain(addressOf(controls)).then(() => {
    isMoving = false;
  });
});
document.addEventListener("submit", (event) => {
  const controls = controlsOf(event);
  if (!controls) return;
  event.preventDefault();
  void rankAgain(addressOf(controls));
});
document.addEventListener("click", (event) => {
  const more = (event.target as Element).closest<HTMLAnchorElement>(".more-matches a");
  if (!more || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const before = document.querySelectorAll(".match").length;
  document.querySelector<HTMLInputElement>('input[name="topK"]')!.value = new URL(more.href).searchParams.get(
    "topK",
  )!;
  isMoving = false;
  void rankAgain(more.pathname + more.search).then(() => {
    document.querySelectorAll<HTMLElement>(".match .look")[before]?.focus();
  });
});
window.addEventListener("popstate", () => {
  const address = location.pathname + location.search;
  if (address !== shownAddress) void load(address, [...RANKED, "form.controls"]).then(withoutButton);
});
withoutButton();

/** It ranks again by itself. */
function withoutButton(): void {
  document.querySelector("form.controls > button")?.setAttribute("hidden", "");
}

/** Shows the ranking in place of the one before, and makes its address the page's own. */
async function rankAgain(address: string): Promise<void> {
  if (address === shownAddress || !(await load(address, RANKED))) return;
  if (isMoving) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  isMoving = true;
}

/** @returns whether the page of that address is shown now. */
async function load(address: string, places: readonly string[]): Promise<boolean> {
  request?.abort();
  request = new AbortController();
  try {
    const response = await fetch(address, { signal: request.signal });
    // Nothing counts, or a bound is half typed.
    unrankable!.hidden = response.ok;
    lost!.hidden = true;
    if (!response.ok) return false;
    await show(new DOMParser().parseFromString(await response.text(), "text/html"), places);
    shownAddress = address;
    return true;
  } catch (error) {
    const isOvertaken = error instanceof DOMException && error.name === "AbortError";
    if (!isOvertaken) lost!.hidden = false;
    return false;
  }
}

/** How many values are chosen of each attribute. */
function countChoices(): void {
  for (const facet of document.querySelectorAll(".facet:has(.count)")) {
    const filled = [...facet.querySelectorAll<HTMLInputElement>("input")].filter((input) =>
      input.type === "checkbox" ? input.checked : input.value !== "",
    );
    const count = facet.querySelector<HTMLElement>(".count")!;
    count.textContent = String(filled.length);
    count.hidden = filled.length === 0;
  }
}

/** Without what is as it is anyway; aspects count together, all or none. */
function addressOf(controls: HTMLFormElement): string {
  const usual = new Map(
    [...controls.querySelectorAll<HTMLInputElement>("[data-default]")].map(({ name, dataset }) => [
      name,
      dataset.default,
    ]),
  );
  const fields = [...new FormData(controls)] as [string, string][];
  const isUsual = ([name, value]: [string, string]) => value === "" || value === usual.get(name);
  const isAspect = ([name]: [string, string]) => name.startsWith("aspect.");
  const aspects = fields.filter(isAspect);
  const told = [
    ...fields.filter((field) => !isAspect(field) && !isUsual(field)),
    ...(aspects.every(isUsual) ? [] : aspects),
  ];
  return location.pathname + (told.length > 0 ? `?${new URLSearchParams(told)}` : "");
}

/** The cards that stay go to their new places. */
async function show(page: Document, places: readonly string[]): Promise<void> {
  const replace = () => {
    for (const place of places) {
      const fresh = page.querySelector(place);
      if (fresh) document.querySelector(place)?.replaceWith(fresh);
    }
    nameCards();
    told!.textContent = document.querySelector<HTMLElement>(".matches")?.dataset.told ?? "";
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (still || !("startViewTransition" in document)) {
    replace();
    return;
  }
  nameCards();
  await document.startViewTransition(replace).updateCallbackDone;
}

function nameCards(): void {
  for (const card of document.querySelectorAll<HTMLElement>(".match")) {
    card.style.viewTransitionName = `match-${[...card.dataset.id!].map((letter) => letter.codePointAt(0)!.toString(36)).join("-")}`;
  }
}
