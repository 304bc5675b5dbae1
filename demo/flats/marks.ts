import {
  add,
  at,
  distance,
  ellipse,
  mix,
  type Path,
  type Point,
  pen,
  polygon,
  segment,
  subtract,
  times,
  unit,
} from "./geometry.js";
import type { Sketch, Tone } from "./sketch.js";

/** A crease of the cloth. */
export function foldMark(sketch: Sketch, from: Point, to: Point, bow: number, within: Path): void {
  const along = unit(subtract(to, from));
  const normal = at(-along.y, along.x);
  const reach = distance(from, to);
  const bend = add(mix(from, to, 0.5), times(normal, reach * bow * 0.3));
  sketch.line(
    "fine",
    pen(from)
      .curve(mix(from, bend, 0.7), mix(to, bend, 0.7), to)
      .open(),
    { within },
  );
}

export function button(sketch: Sketch, centre: Point, radius = 0.62, tone: Tone = "paper"): void {
  sketch.piece(ellipse(centre, radius), tone, "fine");
  for (const x of [-0.2, 0.2])
    sketch.line(
      "fine",
      segment(at(centre.x + x * radius, centre.y), at(centre.x + x * radius * 1.6, centre.y)),
      { on: tone },
    );
}

/** A zip along a line from its top to its bottom, with teeth, tapes and a puller. */
export function zip(sketch: Sketch, top: Point, bottom: Point, within?: Path): void {
  const down = unit(subtract(bottom, top));
  const across = at(-down.y, down.x);
  const put = (along: number, beside: number): Point =>
    add(add(top, times(down, along)), times(across, beside));
  const length = distance(top, bottom);
  const options = { on: "metal" as Tone, within };
  sketch.panel(
    polygon(put(0, -0.75), put(length, -0.75), put(length, 0.75), put(0, 0.75)),
    "metal",
    within === undefined ? {} : { within },
  );
  for (const beside of [-0.75, 0.75])
    sketch.line("seam", segment(put(0, beside), put(length, beside)), options);
  for (let along = 0.5; along < length; along += 0.8) {
    sketch.line("fine", segment(put(along, -0.5), put(along + 0.25, 0.5)), options);
  }
  for (const beside of [-1.35, 1.35])
    sketch.line("stitch", segment(put(0.2, beside), put(length, beside)), { within });
  sketch.piece(polygon(put(0.6, -0.5), put(0.6, 0.5), put(3.2, 0.38), put(3.2, -0.38)), "metal", "fine");
}

/** Ribbing: fine lines between two edges that run the same way. */
export function ribs(sketch: Sketch, count: number, edge: (share: number) => [Point, Point], on: Tone): void {
  for (let i = 1; i < count; i += 1) sketch.line("fine", segment(...edge(i / count)), { on });
}

/** A bow tied at a point: two ends that hang, two loops and the knot. */
export function bow(sketch: Sketch, { x, y }: Point, size: number): void {
  const put = (dx: number, dy: number): Point => at(x + dx * size, y + dy * size);
  for (const way of [1, -1]) {
    const end = pen(put(0, 0))
      .curve(put(way * 1.5, 5), put(way * 4.5, 10), put(way * 3.6, 19 + way))
      .line(put(way * 7, 18.5 + way))
      .curve(put(way * 7.6, 10), put(way * 4, 4), put(way * 1.6, -0.6))
      .close();
    sketch.piece(end, "body", "seam");
    const loop = pen(put(0, 0))
      .curve(put(way * 3, -4.5), put(way * 8.5, -4), put(way * 8, 0.6))
      .curve(put(way * 7, 3.6), put(way * 3, 2), put(0, 0))
      .close();
    sketch.piece(loop, "body", "seam");
  }
  sketch.piece(polygon(put(-1.7, -1.7), put(1.7, -1.5), put(1.5, 2), put(-1.5, 1.8)), "body", "seam");
}
