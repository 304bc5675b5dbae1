/**
 * On a page whose form a script sends: tells why it came to nothing, first in the page's language, then exactly, in English, as
 * programs are told it. Whichever script sends the form tells this one by an event `failure`.
 */

/** What the server answered; null where no answer came. */
type Failure = { readonly code: string; readonly detail: string } | null;

const form = document.querySelector<HTMLFormElement>("form[data-failures]");
const note = form?.querySelector<HTMLElement>(".failure");
if (form && note) {
  const titles = JSON.parse(form.dataset.failures!) as Record<string, string>;
  form.addEventListener("submit", () => {
    note.hidden = true;
  });
  form.addEventListener("failure", (event) => {
    const { detail: failure } = event as CustomEvent<Failure>;
    // The page asks for a token, and comes back once it has one.
    if (failure?.code === "UNAUTHENTICATED") location.reload();
    else tell(note, failure);
  });

  function tell(place: HTMLElement, failure: Failure): void {
    const { failed, lost } = form!.dataset;
    if (failure?.detail) {
      const title = document.createElement("strong");
      title.textContent = titles[failure.code] ?? failed!;
      const detail = document.createElement("span");
      detail.lang = "en";
      detail.textContent = failure.detail;
      place.replaceChildren(title, detail);
    } else place.textContent = lost!;
    place.hidden = false;
    // On a phone it may be below what is seen.
    place.scrollIntoView({ block: "nearest" });
  }
}
