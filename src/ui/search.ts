/**
 * On the search page: pictures can be dropped and pasted, are shown, swapped and taken out again, and what goes wrong is told
 * without losing them. Without this script the two file inputs and the button do.
 */

const form = document.querySelector<HTMLFormElement>(".pair-form");
const zones = [...document.querySelectorAll<HTMLElement>(".zone")].map((place) => ({
  place,
  input: place.querySelector<HTMLInputElement>("input[type=file][name]")!,
  camera: place.querySelector<HTMLInputElement>("input[capture]")!,
}));

for (const { place, input, camera } of zones) {
  input.addEventListener("change", () => {
    const hadFocus = document.activeElement === input;
    preview(place, input);
    // The button that was used is gone; what can be done next is at the picture.
    if (hadFocus && input.files?.length) place.querySelector<HTMLElement>(".stage")!.focus();
  });
  camera.addEventListener("change", () => give(input, camera.files?.[0]));
  place.addEventListener("dragover", () => place.classList.add("over"));
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    place.classList.remove("over");
    take(event.dataTransfer?.files, input);
  });
}
// A browser that goes back keeps the files, and gives some back only once the page has loaded.
window.addEventListener("pageshow", () => {
  for (const { place, input } of zones) preview(place, input);
});

document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  // Else the browser would leave the page for the file.
  event.preventDefault();
  takeWhereFree(event.dataTransfer?.files);
});
document.addEventListener("paste", (event) => takeWhereFree(event.clipboardData?.files));

/** What comes to no place of its own goes where no picture is yet, else to the front. */
function takeWhereFree(files: FileList | undefined): void {
  const free = zones.find(({ input }) => input.files?.length === 0) ?? zones[0];
  if (free) take(files, free.input);
}

/** Two pictures at once are the front and the back. What is no picture the server tells best. */
function take(files: FileList | undefined, input: HTMLInputElement): void {
  const [first, second] = [...(files ?? [])];
  if (!first) return;
  give(input, first);
  const other = zones.find((zone) => zone.input !== input);
  if (second && other) give(other.input, second);
}

function give(input: HTMLInputElement, file: File | undefined): void {
  const files = new DataTransfer();
  if (file) files.items.add(file);
  input.files = files.files;
  input.dispatchEvent(new Event("change"));
}

function preview(place: HTMLElement, input: HTMLInputElement): void {
  const stage = place.querySelector(".stage")!;
  const shown = stage.querySelector("img");
  if (shown) URL.revokeObjectURL(shown.src);
  for (const element of stage.querySelectorAll("img, .no-preview")) element.remove();
  const [file] = input.files ?? [];
  place.classList.toggle("filled", file !== undefined);
  if (!file) return;
  const picture = new Image();
  picture.draggable = false;
  picture.src = URL.createObjectURL(file);
  picture.alt = file.name;
  // Browsers do not show TIFF, which can be searched by all the same.
  picture.onerror = () => {
    const name = document.createElement("span");
    name.className = "no-preview";
    name.textContent = file.name;
    picture.replaceWith(name);
  };
  stage.prepend(picture);
}

document.querySelector(".swap")?.addEventListener("click", () => {
  const [front, back] = zones;
  if (!front || !back) return;
  const [first, second] = [front.input.files?.[0], back.input.files?.[0]];
  give(front.input, second);
  give(back.input, first);
});

for (const { place, input } of zones) {
  place.querySelector(".remove")?.addEventListener("click", () => {
    give(input, undefined);
    input.focus();
  });
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  void search(form);
});

/** Goes to the result, or tells why there is none. */
async function search(sent: HTMLFormElement): Promise<void> {
  const button = sent.querySelector<HTMLButtonElement>(".primary")!;
  if (button.ariaBusy === "true") return;
  const words = button.textContent;
  button.textContent = sent.dataset.searching!;
  button.setAttribute("aria-busy", "true");
  const answer = await send(sent);
  button.textContent = words;
  button.removeAttribute("aria-busy");
  if (answer?.location) location.assign(answer.location);
  else sent.dispatchEvent(new CustomEvent("failure", { detail: answer }));
}

/** @returns what the server answered, with a place to go to unless it refused; null where no answer came. */
async function send(sent: HTMLFormElement): Promise<{ readonly location?: string } | null> {
  try {
    const response = await fetch(sent.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new FormData(sent),
    });
    return await response.json();
  } catch {
    return null;
  }
}
