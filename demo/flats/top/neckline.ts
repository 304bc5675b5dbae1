import {
  across,
  at,
  endOf,
  mix,
  type Path,
  pen,
  polygon,
  reverse,
  sample,
  segment,
  symmetric,
} from "../geometry.js";
import { ribs } from "../marks.js";
import type { TopDesign, View } from "../model.js";
import { type Sketch, straightGrain, type Tone } from "../sketch.js";
import { type Body, neckEdge, standHeight } from "./body.js";

/** The strip between the neck opening and its seam on the body. */
function neckBand(body: Body, edge: Path, kind: string, width: number): { strip: Path; seam: Path } {
  const outer = body.neck.x + width;
  const shoulder =
    sample(body.shoulderSeam, 24).find((point) => point.x >= outer) ?? endOf(body.shoulderSeam);
  const seam = neckEdge(kind, shoulder.x, edge.from.y + width * (kind === "v-neck" ? 1.35 : 1), shoulder.y);
  const half = pen(edge.from).follow(edge).line(endOf(seam)).follow(reverse(seam)).open();
  return { strip: symmetric(half), seam: across(seam) };
}

/** What is seen of the inside of the back through the front neck opening. */
export function drawInside(sketch: Sketch, body: Body, design: TopDesign): void {
  const half = pen(body.frontNeck.from).follow(body.frontNeck).follow(reverse(body.backNeck)).open();
  sketch.panel(symmetric(half), "inside");
  const back = across(body.backNeck);
  const within = symmetric(half);
  sketch.line("seam", across(neckEdge("crew", body.neck.x + 0.4, body.backNeck.from.y + 1.1, 0.6)), {
    within,
    on: "inside",
  });
  if (design.details.neckline !== "boat" && design.details.sleeve !== "sleeveless") {
    const y = body.backNeck.from.y + 1.5;
    sketch.piece(polygon(at(-1.7, y), at(1.7, y), at(1.7, y + 1.9), at(-1.7, y + 1.9)), "paper", "fine");
  }
  sketch.line("outline", back);
}

function bandOf(design: TopDesign): { width: number; tone: Tone; ribbed: boolean } {
  const bound = design.details.sleeve === "sleeveless" || design.category === "dress";
  return bound ? { width: 1, tone: "trim", ribbed: false } : { width: 2.1, tone: "trim", ribbed: true };
}

/** A neck finished with a rib or a binding. */
export function drawNeckband(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  const { width, tone, ribbed } = bandOf(design);
  const edge = view === "front" ? body.frontNeck : body.backNeck;
  const kind = view === "front" ? design.details.neckline : "crew";
  const { strip, seam } = neckBand(body, edge, kind, width);
  sketch.panel(strip, tone);
  if (ribbed) {
    const outer = sample(seam, 24);
    const inner = sample(across(edge), 24);
    const last = outer.length - 1;
    ribs(
      sketch,
      44,
      (share) => {
        const i = Math.round(share * last);
        return [mix(inner[i]!, outer[i]!, 0.12), mix(inner[i]!, outer[i]!, 0.88)];
      },
      tone,
    );
  }
  sketch.line("seam", seam, { on: tone });
  const { seam: stitched } = neckBand(body, edge, kind, width + 0.6);
  sketch.line("stitch", stitched);
  sketch.line("outline", across(edge));
  if (kind === "v-neck" && ribbed) {
    const foot = edge.from.y;
    sketch.line(
      "seam",
      pen(at(0, foot))
        .line(at(0, foot + width * 1.35))
        .open(),
      { on: tone },
    );
  }
}

/** A standing collar: a mock neck of jersey, a mandarin band or the rib of a bomber. */
export function drawStand(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  const { neckline } = design.details;
  const { x } = body.neck;
  const height = standHeight(neckline);
  const lean = neckline === "mock" ? 0.5 : 1;
  const open = neckline !== "mock" && view === "front";
  const foot = view === "front" ? body.frontNeck : body.backNeck;
  const top = at(x - lean, -height);
  const cut = neckline === "mandarin";
  const tone: Tone = cut ? "body" : "trim";
  const grain = cut ? straightGrain : undefined;
  if (view === "front") {
    const dip = neckline === "mock" ? -height + 1.6 : foot.from.y - height * 0.86;
    const inside = symmetric(
      pen(at(0, -height - 0.7))
        .curve(at(x * 0.5, -height - 0.7), at(x * 0.9, -height - 0.3), top)
        .curve(at(x * 0.7, dip), at(x * 0.4, dip), at(0, dip))
        .open(),
    );
    sketch.piece(inside, "inside", "outline");
    const leaf = pen(foot.from)
      .follow(foot)
      .curve(at(x + 0.1, -height * 0.4), at(x - lean * 0.6, -height * 0.8), top)
      .curve(at(x * 0.86, dip * 0.2 - height * 0.55), at(x * 0.5, dip), at(0, dip));
    const whole = symmetric(leaf.open());
    sketch.piece(whole, tone, "outline", grain);
    if (open) sketch.line("outline", segment(at(0, dip), at(0, foot.from.y)), { on: tone });
    const upper = sample(
      pen(at(0, dip))
        .curve(at(x * 0.5, dip), at(x * 0.86, dip * 0.2 - height * 0.55), top)
        .open(),
      24,
    );
    drawStandRibs(sketch, tone, sample(foot, 24), upper);
    return;
  }
  const edge = pen(at(0, -height + 0.2))
    .curve(at(x * 0.5, -height + 0.2), at(x * 0.85, -height), top)
    .open();
  const half = pen(edge.from)
    .follow(edge)
    .curve(at(x - lean * 0.6, -height * 0.8), at(x + 0.1, -height * 0.4), body.neck)
    .follow(reverse(foot))
    .open();
  sketch.piece(symmetric(half), tone, "outline", grain);
  drawStandRibs(sketch, tone, sample(foot, 24), sample(edge, 24));
}

function drawStandRibs(
  sketch: Sketch,
  tone: Tone,
  lower: { x: number; y: number }[],
  upper: { x: number; y: number }[],
): void {
  if (tone !== "trim") return;
  for (let i = 1; i < lower.length - 1; i += 2) {
    const a = mix(lower[i]!, upper[i]!, 0.08);
    const b = mix(lower[i]!, upper[i]!, 0.92);
    sketch.line("fine", pen(a).line(b).open(), { on: tone });
    sketch.line("fine", pen(at(-a.x, a.y)).line(at(-b.x, b.y)).open(), { on: tone });
  }
}
