/**
 * On a result page: ranks again as soon as a control is moved, and shows a match large beside the query. Without this script the
 * form's button does the first, and a match leads to its own page.
 */

/** After the last movement: a slider tells of every pixel. */
const PAUSE_MS = 80;

/** What of the page depends on the ranking, and on the page's address. */
const RANKED = [".matches", ".links", ".switch"];

const form = document.querySelector<HTMLFormElement>("form.controls");
const lost = document.querySelector<HTMLElement>(".lost");
if (form) {
  let timer: number | undefined;
  let request: AbortController | undefined;
  /** Whether the control that moves has made an address of its own, to which the button back leads. */
  let isMoving = false;
  form.querySelector("button")?.setAttribute("hidden", "");
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => rankAgain(addressOf(form)), PAUSE_MS);
  });
  form.addEventListener("change", () => {
    window.clearTimeout(timer);
    void rankAgain(addressOf(form)).then(() => {
      isMoving = false;
    });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void rankAgain(addressOf(form));
  });
  window.addEventListener("popstate", () => location.reload());

  /** Shows the ranking in place of the one before, and makes its address the page's own. */
  async function rankAgain(address: string): Promise<void> {
    const isShown = address === location.pathname + location.search;
    if (isShown || !(await load(address))) return;
    if (isMoving) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    isMoving = true;
  }

  /** @returns whether the page of that address is shown now. */
  async function load(address: string): Promise<boolean> {
    request?.abort();
    request = new AbortController();
    try {
      const response = await fetch(address, { signal: request.signal });
      // A bound that is half typed is none yet.
      if (!response.ok) return false;
      await show(new DOMParser().parseFromString(await response.text(), "text/html"));
      if (lost) lost.hidden = true;
      return true;
    } catch (error) {
      const isOvertaken = error instanceof DOMException && error.name === "AbortError";
      if (lost && !isOvertaken) lost.hidden = false;
      return false;
    }
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
async function show(page: Document): Promise<void> {
  const replace = () => {
    for (const place of RANKED) {
      const fresh = page.querySelector(place);
      if (fresh) document.querySelector(place)?.replaceWith(fresh);
    }
    nameCards();
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

const dialog = document.querySelector<HTMLDialogElement>(".beside");
if (dialog) {
  let card: HTMLElement | null = null;
  const element = <T extends Element = HTMLElement>(selector: string) => dialog.querySelector<T>(selector)!;

  document.addEventListener("click", (event) => {
    const look = (event.target as Element).closest(".match .look");
    // With a key held, browsers open another window.
    if (!look || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    lookAt(look.closest<HTMLElement>(".match")!);
    dialog.showModal();
  });
  element(".close").addEventListener("click", () => dialog.close());
  element(".previous").addEventListener("click", () => walk(-1));
  element(".next").addEventListener("click", () => walk(1));
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") walk(-1);
    if (event.key === "ArrowRight") walk(1);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => card?.querySelector<HTMLElement>(".look")?.focus());

  function walk(step: 1 | -1): void {
    const next = step === 1 ? card?.nextElementSibling : card?.previousElementSibling;
    if (next instanceof HTMLElement) lookAt(next);
  }

  function lookAt(match: HTMLElement): void {
    card = match;
    for (const name of [".rank", ".score", ".verdict"]) {
      element(name).textContent = match.querySelector(name)?.textContent ?? "";
    }
    element(".id").textContent = match.dataset.id!;
    for (const side of dialog!.querySelectorAll<HTMLElement>("figure")) showSide(side, match);
    element<HTMLAnchorElement>(".similar").href = match.querySelector<HTMLAnchorElement>(".similar")!.href;
    element<HTMLAnchorElement>(".open").href = match.querySelector<HTMLAnchorElement>(".look")!.href;
    element<HTMLButtonElement>(".previous").disabled = match.previousElementSibling === null;
    element<HTMLButtonElement>(".next").disabled = match.nextElementSibling === null;
    const facts = Object.entries(JSON.parse(match.dataset.attributes!) as Record<string, string | number>);
    element(".attributes").replaceChildren(...facts.map(([key, value]) => fact(key, String(value))));
  }

  /** The query's own picture is there from the first time on. */
  function showSide(side: HTMLElement, match: HTMLElement): void {
    const own = side.querySelector<HTMLImageElement>(".own");
    if (own && !own.src) showLarge(own, own.dataset.src!);
    const thumbnail = match.querySelector<HTMLImageElement>(`.pair img[data-view="${side.dataset.view}"]`);
    const place = side.querySelector(".theirs")!;
    if (!thumbnail) {
      const none = document.createElement("span");
      none.className = "none";
      place.replaceChildren(none);
      return;
    }
    const large = new Image();
    large.alt = thumbnail.alt;
    showLarge(large, thumbnail.getAttribute("src")!);
    place.replaceChildren(large);
  }
}

/** The thumbnail, which the browser has, until the full size is here. */
function showLarge(picture: HTMLImageElement, thumbnail: string): void {
  picture.src = thumbnail;
  const full = new Image();
  full.onload = () => {
    picture.src = full.src;
  };
  full.src = `${thumbnail}${thumbnail.includes("?") ? "&" : "?"}size=full`;
}

function fact(key: string, value: string): HTMLElement {
  const row = document.createElement("div");
  const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = key;
  detail.textContent = value;
  row.append(term, detail);
  return row;
}
