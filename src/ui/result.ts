/** On a result page: ranks again as soon as a control is moved. Without this script the form's button does the same. */

/** After the last movement: a slider tells of every pixel. */
const PAUSE_MS = 80;

/** What of the page depends on the ranking, and on the page's address. */
const RANKED = [".matches", ".links", ".switch"];

/** What is told of a ranking that did not come. */
const NOTES = { lost: ".lost", unrankable: ".unrankable" } as const;

/** No token, one that does not allow it, and what is there no more, such as an old search: the address's own page tells why. */
const TOLD_BY_PAGE = [401, 403, 404];

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
  if (address === shownAddress) stay();
  else void load(address, [...RANKED, "form.controls"]).then(withoutButton);
});
withoutButton();

/** It ranks again by itself. */
function withoutButton(): void {
  document.querySelector("form.controls > button")?.setAttribute("hidden", "");
}

/** Shows the ranking in place of the one before, and makes its address the page's own. */
async function rankAgain(address: string): Promise<void> {
  if (address === shownAddress) return stay();
  if (!(await load(address, RANKED))) return;
  if (isMoving) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  isMoving = true;
}

/** What is shown is what is asked for again: nothing else is on its way any more. */
function stay(): void {
  giveUp();
  tell(null);
}

function giveUp(): void {
  window.clearTimeout(timer);
  request?.abort();
}

/** @returns whether the page of that address is shown now. */
async function load(address: string, places: readonly string[]): Promise<boolean> {
  giveUp();
  request = new AbortController();
  try {
    const response = await fetch(address, { signal: request.signal });
    if (!response.ok) {
      fail(response.status, address);
      return false;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    tell(null);
    // Before it is shown, for then it cannot be given up any more.
    shownAddress = address;
    await show(page, places);
    return true;
  } catch (error) {
    const isOvertaken = error instanceof DOMException && error.name === "AbortError";
    if (!isOvertaken) tell("lost");
    return false;
  }
}

function fail(status: number, address: string): void {
  if (TOLD_BY_PAGE.includes(status)) location.assign(address);
  // Nothing counts, or a bound is half typed.
  else tell(status === 400 ? "unrankable" : "lost");
}

function tell(note: keyof typeof NOTES | null): void {
  for (const [name, place] of Object.entries(NOTES)) {
    document.querySelector<HTMLElement>(place)!.hidden = name !== note;
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
