/** On a result page: ranks again as soon as a control is moved. Without this script the form's button does the same. */

/** After the last movement: a slider tells of every pixel. */
const PAUSE_MS = 120;

/** What of the page depends on the ranking, and on the page's address. */
const RANKED = [".matches", ".links", ".switch"];

const form = document.querySelector<HTMLFormElement>("form.controls");
if (form) {
  let timer: number | undefined;
  let request: AbortController | undefined;
  form.querySelector("button")?.setAttribute("hidden", "");
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => rankAgain(form), PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rankAgain(form);
  });

  /** Shows the page of the form's ranking in place of what is ranked otherwise, and makes its address the page's own. */
  async function rankAgain(controls: HTMLFormElement): Promise<void> {
    request?.abort();
    request = new AbortController();
    const address = addressOf(controls);
    try {
      const response = await fetch(address, { signal: request.signal });
      // A condition that is half typed is none yet.
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      show(page);
      history.replaceState(null, "", address);
    } catch (error) {
      // Overtaken by a later movement.
      if (error instanceof DOMException && error.name === "AbortError") return;
      // The browser's own page tells of a lost connection, and can try again.
      location.assign(address);
    }
  }
}

function addressOf(controls: HTMLFormElement): string {
  const fields = [...new FormData(controls)].filter(([, value]) => value !== "");
  return `${location.pathname}?${new URLSearchParams(fields as [string, string][])}`;
}

function show(page: Document): void {
  const replace = () => {
    for (const place of RANKED) {
      const fresh = page.querySelector(place);
      if (fresh) document.querySelector(place)?.replaceWith(fresh);
    }
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (still || !("startViewTransition" in document)) replace();
  else document.startViewTransition(replace);
}
