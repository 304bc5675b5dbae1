/** Points and Bezier paths, in centimetres of the garment: x to the right of the centre line, y downwards. */
export interface Point {
  x: number;
  y: number;
}

interface Curve {
  a: Point;
  b: Point;
  to: Point;
}

export interface Path {
  from: Point;
  curves: Curve[];
  closed: boolean;
}

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const at = (x: number, y: number): Point => ({ x, y });
export const add = (p: Point, q: Point): Point => at(p.x + q.x, p.y + q.y);
export const subtract = (p: Point, q: Point): Point => at(p.x - q.x, p.y - q.y);
export const times = (p: Point, factor: number): Point => at(p.x * factor, p.y * factor);
export const mix = (p: Point, q: Point, t: number): Point => at(p.x + (q.x - p.x) * t, p.y + (q.y - p.y) * t);
export const distance = (p: Point, q: Point): number => Math.hypot(q.x - p.x, q.y - p.y);

export function unit(p: Point): Point {
  const length = Math.hypot(p.x, p.y) || 1;
  return at(p.x / length, p.y / length);
}

/** Draws a path step by step; straight lines are kept as cubic curves so that every path bends alike. */
class Pen {
  readonly #from: Point;
  readonly #curves: Curve[] = [];
  #last: Point;

  constructor(from: Point) {
    this.#from = from;
    this.#last = from;
  }

  line(to: Point): this {
    return this.curve(mix(this.#last, to, 1 / 3), mix(this.#last, to, 2 / 3), to);
  }

  curve(a: Point, b: Point, to: Point): this {
    this.#curves.push({ a, b, to });
    this.#last = to;
    return this;
  }

  /** Follows another path, with a straight line to its start where it begins elsewhere. */
  follow(path: Path): this {
    if (distance(this.#last, path.from) > 1e-6) this.line(path.from);
    for (const { a, b, to } of path.curves) this.curve(a, b, to);
    return this;
  }

  open(): Path {
    return { from: this.#from, curves: this.#curves, closed: false };
  }

  close(): Path {
    return { from: this.#from, curves: this.#curves, closed: true };
  }
}

export const pen = (from: Point): Pen => new Pen(from);

export const segment = (from: Point, to: Point): Path => pen(from).line(to).open();

export function polygon(first: Point, ...rest: Point[]): Path {
  const drawing = pen(first);
  for (const point of rest) drawing.line(point);
  return drawing.close();
}

export const rectangle = (left: number, top: number, right: number, bottom: number): Path =>
  polygon(at(left, top), at(right, top), at(right, bottom), at(left, bottom));

export function ellipse(centre: Point, rx: number, ry: number = rx): Path {
  const k = 0.5523;
  const { x, y } = centre;
  return pen(at(x + rx, y))
    .curve(at(x + rx, y + ry * k), at(x + rx * k, y + ry), at(x, y + ry))
    .curve(at(x - rx * k, y + ry), at(x - rx, y + ry * k), at(x - rx, y))
    .curve(at(x - rx, y - ry * k), at(x - rx * k, y - ry), at(x, y - ry))
    .curve(at(x + rx * k, y - ry), at(x + rx, y - ry * k), at(x + rx, y))
    .close();
}

export function mapPath(path: Path, move: (point: Point) => Point): Path {
  return {
    from: move(path.from),
    curves: path.curves.map(({ a, b, to }) => ({ a: move(a), b: move(b), to: move(to) })),
    closed: path.closed,
  };
}

export const mirror = (path: Path): Path => mapPath(path, ({ x, y }) => at(-x, y));

export const endOf = (path: Path): Point => path.curves.at(-1)?.to ?? path.from;

export function reverse(path: Path): Path {
  const curves: Curve[] = [];
  for (let i = path.curves.length - 1; i >= 0; i -= 1) {
    const { a, b } = path.curves[i]!;
    curves.push({ a: b, b: a, to: i === 0 ? path.from : path.curves[i - 1]!.to });
  }
  return { from: endOf(path), curves, closed: path.closed };
}

/** The open path from the centre line outwards, carried over to the left: right half first, then its mirror. */
export function symmetric(half: Path): Path {
  return pen(half.from)
    .follow(half)
    .follow(reverse(mirror(half)))
    .close();
}

/** A line that starts on the centre and runs right, made whole: from its left end to its right end. */
export const across = (half: Path): Path =>
  pen(at(-endOf(half).x, endOf(half).y))
    .follow(reverse(mirror(half)))
    .follow(half)
    .open();

function pointOn(from: Point, curve: Curve, t: number): Point {
  const ab = mix(curve.a, curve.b, t);
  return mix(mix(mix(from, curve.a, t), ab, t), mix(ab, mix(curve.b, curve.to, t), t), t);
}

export function sample(path: Path, perCurve = 12): Point[] {
  const points = [path.from];
  let from = path.from;
  for (const curve of path.curves) {
    for (let i = 1; i <= perCurve; i += 1) points.push(pointOn(from, curve, i / perCurve));
    from = curve.to;
  }
  return points;
}

/** A smooth path through points (Catmull-Rom as Bezier). */
export function through(points: readonly Point[]): Path {
  const drawing = pen(points[0]!);
  for (let i = 0; i < points.length - 1; i += 1) {
    const here = points[i]!;
    const next = points[i + 1]!;
    const before = points[i - 1] ?? here;
    const after = points[i + 2] ?? next;
    drawing.curve(
      add(here, times(subtract(next, before), 1 / 6)),
      subtract(next, times(subtract(after, here), 1 / 6)),
      next,
    );
  }
  return drawing.open();
}

/** A path beside an open path, to the right of its direction of travel (to the left where negative). */
export function parallel(path: Path, gap: number): Path {
  const points = sample(path, 6);
  return through(
    points.map((point, i) => {
      const direction = unit(subtract(points[i + 1] ?? point, points[i - 1] ?? point));
      return at(point.x - direction.y * gap, point.y + direction.x * gap);
    }),
  );
}

/** A lens between an open path and a bow beside it, to the right of its direction of travel. */
export function crescent(path: Path, depth: number): Path {
  const points = sample(path, 6);
  const last = points.length - 1;
  const bow = points.map((point, i) => {
    const direction = unit(subtract(points[i + 1] ?? point, points[i - 1] ?? point));
    const gap = depth * Math.sin((Math.PI * i) / last);
    return at(point.x - direction.y * gap, point.y + direction.x * gap);
  });
  return pen(path.from)
    .follow(path)
    .follow(reverse(through(bow)))
    .close();
}

/** The part of an open path between two fractions of its sampled length. */
export function stretch(path: Path, start: number, end: number): Path {
  const points = sample(path, 16);
  const last = points.length - 1;
  return through(
    points.slice(Math.round(start * last), Math.round(end * last) + 1).filter((_, i) => i % 2 === 0),
  );
}

/** The x of a path where it first passes a height; the nearest end where it never does. */
export function xAt(path: Path, y: number): number {
  const points = sample(path, 24);
  for (let i = 1; i < points.length; i += 1) {
    const p = points[i - 1]!;
    const q = points[i]!;
    if ((p.y - y) * (q.y - y) <= 0 && p.y !== q.y) return p.x + ((q.x - p.x) * (y - p.y)) / (q.y - p.y);
  }
  const first = points[0]!;
  const last = points.at(-1)!;
  return Math.abs(first.y - y) < Math.abs(last.y - y) ? first.x : last.x;
}

export function boundsOf(paths: Iterable<Path>): Bounds {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const path of paths) {
    for (const { x, y } of sample(path, 8)) {
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
    }
  }
  return box;
}
