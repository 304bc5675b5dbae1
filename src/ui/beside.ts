/** On a result page: shows a match large beside the query. Without this script a match leads to its own page. */

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
    // Not disabled, which would take the focus from the button that was pressed.
    element(".previous").ariaDisabled = String(match.previousElementSibling === null);
    element(".next").ariaDisabled = String(match.nextElementSibling === null);
    const facts = Object.entries(JSON.parse(match.dataset.attributes!) as Record<string, string | number>);
    element(".attributes").replaceChildren(...facts.map(([key, value]) => fact(key, String(value))));
  }

  /** The query's own picture is there from the first time on. */
  function showSide(side: HTMLElement, match: HTMLElement): void {
    const own = side.querySelector<HTMLImageElement>(".own");
    if (own && !own.src) showLarge(own, own.dataset.src!);
    const thumbnail = match.querySelector<HTMLImageElement>(`.pair img[data-view="${side.dataset.view}"]`);
    const theirs = side.querySelector<HTMLImageElement>(".theirs")!;
    theirs.hidden = !thumbnail;
    if (!thumbnail) return;
    theirs.alt = thumbnail.alt;
    showLarge(theirs, thumbnail.getAttribute("src")!);
  }
}

/** The thumbnail, which the browser has, until the full size is here. */
function showLarge(picture: HTMLImageElement, thumbnail: string): void {
  picture.src = thumbnail;
  const full = new Image();
  full.onload = () => {
    // The next match may be shown by now.
    if (picture.getAttribute("src") === thumbnail) picture.src = full.src;
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
