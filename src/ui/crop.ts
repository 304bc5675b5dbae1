/**
 * On the search page: a part of a picture can be chosen by dragging over it, moved and resized, by mouse, finger or keys, and only
 * that is searched by. It is told to the server in fractions of the picture, in a hidden field.
 */

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A drag shorter than this share of the picture is a click. */
const LEAST_SIDE = 0.03;
/** How far an arrow key goes. */
const STEP = 0.02;
/** Where a crop begins that was not dragged. */
const MIDDLE: Rectangle = { left: 0.2, top: 0.2, width: 0.6, height: 0.6 };
/** From a corner, in pixels: so close it is the corner that is dragged. */
const CORNER_PX = 18;

const crops = [...document.querySelectorAll<HTMLElement>(".zone")].map(cropIn);

// Swapped pictures take their crops along; each has a new picture by then, which lost it.
document.querySelector(".swap")?.addEventListener("click", () => {
  const [first, second] = crops.map(({ before }) => before());
  crops[0]?.choose(second ?? null);
  crops[1]?.choose(first ?? null);
});

function cropIn(place: HTMLElement) {
  const stage = place.querySelector<HTMLElement>(".stage")!;
  const field = place.querySelector<HTMLInputElement>('input[name$="Crop"]')!;
  const box = document.createElement("div");
  box.className = "crop";
  box.hidden = true;
  stage.append(box);
  // A stage is its own control for those who use keys.
  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", stage.dataset.cropLabel!);
  const told = document.createElement("span");
  told.className = "unseen";
  told.setAttribute("role", "status");
  place.append(told);

  let chosen: Rectangle | null = null;
  /** What was chosen of the picture before this one. */
  let last: Rectangle | null = null;
  const choose = (rectangle: Rectangle | null) => {
    chosen = rectangle;
    box.hidden = rectangle === null;
    place.classList.toggle("cropped", rectangle !== null);
    field.value = rectangle === null ? "" : sides(rectangle).map(fraction).join(",");
    if (rectangle === null) return;
    const [left, top, width, height] = sides(rectangle).map((side) => `${100 * side}%`);
    Object.assign(box.style, { left, top, width, height });
  };

  /** Makes a rectangle of where a drag has come to. */
  let drag: ((to: Point) => Rectangle) | null = null;
  place.addEventListener("pointerdown", (event) => {
    const target = event.target as Element;
    const isTouch = event.pointerType !== "mouse";
    // A mouse may begin beside the picture, to reach its corner; a finger scrolls until there is a crop.
    if (
      event.button !== 0 ||
      target.closest("button, label") ||
      (isTouch && !(chosen && stage.contains(target)))
    )
      return;
    const from = positionOf(event, stage);
    drag = dragFrom(from, chosen, stage.getBoundingClientRect());
    place.setPointerCapture(event.pointerId);
  });
  place.addEventListener("pointermove", (event) => {
    if (drag) choose(drag(positionOf(event, stage)));
  });
  const finish = () => {
    drag = null;
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
    told.textContent = sides(chosen!)
      .map((side) => `${Math.round(100 * side)} %`)
      .join(", ");
  });

  place.querySelector(".start-crop")?.addEventListener("click", () => {
    choose(MIDDLE);
    stage.focus();
  });
  place.querySelector(".whole")?.addEventListener("click", () => {
    choose(null);
    stage.focus();
  });
  // A browser that goes back gives fields back, though none of the type "hidden", and some only once the page has loaded.
  window.addEventListener("pageshow", () => choose(rectangleOf(field.value)));
  // Another picture, another part.
  place.querySelector("input[type=file][name]")?.addEventListener("change", () => {
    last = chosen;
    choose(null);
  });
  return { choose, before: () => last };
}

/** A drag begun in a corner of the crop resizes it, one within moves it, and any other makes a new one. */
function dragFrom(from: Point, chosen: Rectangle | null, stage: DOMRect): (to: Point) => Rectangle {
  if (chosen === null) return (to) => between(from, to);
  const right = chosen.left + chosen.width;
  const bottom = chosen.top + chosen.height;
  for (const [x, y] of [
    [chosen.left, chosen.top],
    [right, chosen.top],
    [chosen.left, bottom],
    [right, bottom],
  ] as const) {
    const distance = Math.hypot((from.x - x) * stage.width, (from.y - y) * stage.height);
    const opposite = {
      x: x === chosen.left ? right : chosen.left,
      y: y === chosen.top ? bottom : chosen.top,
    };
    if (distance < CORNER_PX) return (to) => between(opposite, to);
  }
  const isWithin = from.x > chosen.left && from.x < right && from.y > chosen.top && from.y < bottom;
  return isWithin ? (to) => moved(chosen, to.x - from.x, to.y - from.y) : (to) => between(from, to);
}

function between(from: Point, to: Point): Rectangle {
  return {
    left: Math.min(from.x, to.x),
    top: Math.min(from.y, to.y),
    width: Math.abs(to.x - from.x),
    height: Math.abs(to.y - from.y),
  };
}

/** What {@link fraction} told of a rectangle's sides; null for none. */
function rectangleOf(told: string): Rectangle | null {
  const [left, top, width, height] = told.split(",").map(Number);
  if (left === undefined || top === undefined || width === undefined || height === undefined) return null;
  return { left, top, width, height };
}

function sides({ left, top, width, height }: Rectangle): number[] {
  return [left, top, width, height];
}

/** Rounded down, so that the rectangle stays within the picture. */
function fraction(side: number): string {
  return String(Math.floor(side * 1e5 + 1e-6) / 1e5);
}

function positionOf(event: PointerEvent, stage: HTMLElement): Point {
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
