/**
 * On the search page: a part of a picture can be chosen by dragging over it, or by the arrow keys, and only that is searched by.
 * It is told to the server in fractions of the picture, in a hidden field.
 */

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A drag shorter than this share of the picture is a click. */
const LEAST_SIDE = 0.03;
/** How far an arrow key goes. */
const STEP = 0.02;
/** Where the keys begin. */
const MIDDLE: Rectangle = { left: 0.25, top: 0.25, width: 0.5, height: 0.5 };

for (const place of document.querySelectorAll<HTMLElement>(".zone")) {
  const stage = place.querySelector<HTMLElement>(".stage")!;
  const field = place.querySelector<HTMLInputElement>("input[type=hidden]")!;
  const box = document.createElement("div");
  box.className = "crop";
  box.hidden = true;
  stage.append(box);
  // A stage is its own control for those who use keys.
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", stage.dataset.cropLabel!);

  let chosen: Rectangle | null = null;
  const choose = (rectangle: Rectangle | null) => {
    chosen = rectangle;
    box.hidden = rectangle === null;
    place.classList.toggle("cropped", rectangle !== null);
    field.value = rectangle === null ? "" : sides(rectangle).map(told).join(",");
    if (rectangle === null) return;
    const [left, top, width, height] = sides(rectangle).map((side) => `${100 * side}%`);
    Object.assign(box.style, { left, top, width, height });
  };

  let start: { readonly x: number; readonly y: number } | null = null;
  place.addEventListener("pointerdown", (event) => {
    const target = event.target as Element;
    // A mouse may begin beside the picture, to reach its corner; a finger there scrolls.
    const isBeside = !stage.contains(target) && event.pointerType !== "mouse";
    if (event.button !== 0 || isBeside || target.closest("button, label")) return;
    place.setPointerCapture(event.pointerId);
    start = positionOf(event, stage);
  });
  place.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const end = positionOf(event, stage);
    choose({
      left: Math.min(start.x, end.x),
      top: Math.min(start.y, end.y),
      width: Math.abs(end.x - start.x),
      height: Math.abs(end.y - start.y),
    });
  });
  const finish = () => {
    start = null;
    if (chosen && Math.min(chosen.width, chosen.height) < LEAST_SIDE) choose(null);
  };
  place.addEventListener("pointerup", finish);
  place.addEventListener("pointercancel", finish);

  stage.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose(null);
    const along = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!along) return;
    event.preventDefault();
    const [x = 0, y = 0] = along.map((direction) => direction * STEP);
    choose(chosen === null ? MIDDLE : event.shiftKey ? resized(chosen, x, y) : moved(chosen, x, y));
  });

  place.querySelector(".whole")?.addEventListener("click", () => {
    choose(null);
    stage.focus();
  });
  // Another picture, another part.
  place.querySelector("input[type=file][name]")?.addEventListener("change", () => choose(null));
}

function sides({ left, top, width, height }: Rectangle): number[] {
  return [left, top, width, height];
}

/** Rounded down, so that the rectangle stays within the picture. */
function told(side: number): string {
  return String(Math.floor(side * 1e5) / 1e5);
}

function positionOf(event: PointerEvent, stage: HTMLElement): { x: number; y: number } {
  const { left, top, width, height } = stage.getBoundingClientRect();
  return { x: within((event.clientX - left) / width), y: within((event.clientY - top) / height) };
}

function within(share: number, least = 0, most = 1): number {
  return Math.min(most, Math.max(least, share));
}

function moved({ left, top, width, height }: Rectangle, x: number, y: number): Rectangle {
  return { left: within(left + x, 0, 1 - width), top: within(top + y, 0, 1 - height), width, height };
}

function resized({ left, top, width, height }: Rectangle, x: number, y: number): Rectangle {
  return {
    left,
    top,
    width: within(width + x, LEAST_SIDE, 1 - left),
    height: within(height + y, LEAST_SIDE, 1 - top),
  };
}
