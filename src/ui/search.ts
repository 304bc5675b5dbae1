/**
 * On the search page: pictures can be dropped and pasted, are shown, swapped and taken out again. Without this script the two
 * file inputs do.
 */

const zones = [...document.querySelectorAll<HTMLElement>(".zone")].map((place) => ({
  place,
  input: place.querySelector<HTMLInputElement>("input[type=file]")!,
}));

for (const { place, input } of zones) {
  input.addEventListener("change", () => preview(place, input));
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    place.classList.add("over");
  });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    take(event.dataTransfer?.files, input);
  });
  // A browser that goes back keeps the files.
  preview(place, input);
}

/** A pasted picture goes where none is yet, else to the front. */
document.addEventListener("paste", (event) => {
  const free = zones.find(({ input }) => input.files?.length === 0) ?? zones[0];
  if (free) take(event.clipboardData?.files, free.input);
});

/** Two pictures dropped at once are the front and the back. */
function take(files: FileList | undefined, input: HTMLInputElement): void {
  const pictures = [...(files ?? [])].filter(({ type }) => type.startsWith("image/"));
  const [first, second] = pictures;
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
  const shown = place.querySelector("img");
  if (shown) {
    URL.revokeObjectURL(shown.src);
    shown.remove();
  }
  const [file] = input.files ?? [];
  place.classList.toggle("filled", file !== undefined);
  if (!file) return;
  const picture = new Image();
  picture.src = URL.createObjectURL(file);
  picture.alt = file.name;
  place.prepend(picture);
}

document.querySelector(".swap")?.addEventListener("click", () => {
  const [front, back] = zones;
  if (!front || !back) return;
  const [first, second] = [front.input.files?.[0], back.input.files?.[0]];
  give(front.input, second);
  give(back.input, first);
});

for (const button of document.querySelectorAll(".remove")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const zone = zones.find(({ place }) => place.contains(button));
    if (zone) give(zone.input, undefined);
  });
}
