import { across, at, crescent, parallel, polygon, stretch } from "../geometry.js";
import type { TopDesign, View } from "../model.js";
import { Sketch, sides, straightGrain } from "../sketch.js";
import { drawSkirtPart } from "../skirt/folds.js";
import { drawBack } from "./back.js";
import { drawBelt } from "./belt.js";
import { type Body, bodyOf } from "./body.js";
import { drawLapels, drawShirtCollar } from "./collar.js";
import { drawClosure, drawFrontSeams } from "./front.js";
import { backDrop, drawHangingBack, drawHem } from "./hem.js";
import { drawHood } from "./hood.js";
import { drawInside, drawNeckband, drawStand } from "./neckline.js";
import { drawBlocks, drawGraphic } from "./placed.js";
import { drawPockets } from "./pockets.js";
import { drawQuilting } from "./quilting.js";
import { capReach, drawSleeves } from "./sleeve.js";

/** The outline of the body where no sleeve covers it. */
function drawOutline(sketch: Sketch, design: TopDesign, body: Body): void {
  const { sleeve } = design.details;
  for (const side of sides) {
    sketch.line("outline", side.path(body.shoulderSeam));
    sketch.line("outline", side.path(body.side));
    if (sleeve === "cap") sketch.line("outline", side.path(stretch(body.armhole, capReach, 1)));
    if (sleeve === "sleeveless") {
      sketch.line("outline", side.path(body.armhole));
      const bound = design.category === "tank" ? 1 : 0.8;
      const edge = parallel(body.armhole, bound);
      sketch.line(design.category === "tank" ? "seam" : "stitch", side.path(edge), { within: body.panel });
    }
  }
  sketch.line("outline", across(body.hemline));
}

function drawShade(sketch: Sketch, body: Body): void {
  for (const side of sides) {
    sketch.panel(side.path(crescent(body.side, 2.4)), "shade", { within: body.panel });
  }
}

function drawNeck(sketch: Sketch, design: TopDesign, body: Body, view: View): void {
  switch (design.details.neckline) {
    case "shirt collar":
    case "polo collar":
      drawShirtCollar(sketch, design, body, view);
      return;
    case "notched lapel":
    case "shawl collar":
      drawLapels(sketch, design, body, view);
      return;
    case "mock":
    case "mandarin":
    case "rib collar":
      drawStand(sketch, design, body, view);
      return;
    case "hood":
      drawHood(sketch, design, body, view);
      return;
    default:
      drawNeckband(sketch, design, body, view);
      return;
  }
}

function drawEpaulettes(sketch: Sketch, body: Body): void {
  for (const side of sides) {
    const { shoulder, neck } = body;
    const tab = polygon(
      at(shoulder.x - 0.2, shoulder.y + 0.2),
      at(neck.x + 4, shoulder.y * 0.32),
      at(neck.x + 3.2, shoulder.y * 0.32 + 1.6),
      at(neck.x + 4.2, shoulder.y * 0.32 + 3),
      at(shoulder.x - 1, shoulder.y + 3.4),
    );
    sketch.piece(side.path(tab), "body", "seam");
  }
}

/** Whether the front fastens up over the collar or the foot of the hood. */
const closesOverNeck = ({ details: { neckline, closure } }: TopDesign): boolean =>
  neckline === "hood" || (closure === "zip" && (neckline === "mandarin" || neckline === "rib collar"));

export function drawTop(design: TopDesign, view: View): Sketch {
  const sketch = new Sketch();
  const highLow = design.details.hem === "high-low";
  const longer =
    highLow && view === "back"
      ? { ...design, silhouette: { ...design.silhouette, length: design.silhouette.length + backDrop } }
      : design;
  const body = bodyOf(longer, view);
  if (highLow && view === "front") drawHangingBack(sketch, body);
  sketch.panel(body.panel, "body", { grain: straightGrain });
  if (design.print.kind === "colour block") drawBlocks(sketch, design, body);
  drawGraphic(sketch, design, body, view);
  drawShade(sketch, body);
  if (design.details.front === "quilted") drawQuilting(sketch, design, body);
  drawHem(sketch, longer, body);
  if (design.details.skirt !== "none") {
    drawSkirtPart(sketch, {
      top: design.silhouette.waistHeight,
      waist: design.silhouette.waist,
      side: body.side,
      hemline: body.hemline,
      panel: body.panel,
      shape: design.details.skirt,
      folds: 5,
      seamed: true,
    });
  }
  if (view === "back") drawBack(sketch, design, body);
  else {
    drawFrontSeams(sketch, design, body);
    drawPockets(sketch, design, body);
    if (!closesOverNeck(design)) drawClosure(sketch, design, body);
  }
  if (view === "front") drawInside(sketch, body, design);
  drawBelt(sketch, design, body, view);
  drawOutline(sketch, design, body);
  if (design.details.sleeve !== "sleeveless") drawSleeves(sketch, design, body, view);
  drawNeck(sketch, design, body, view);
  if (view === "front" && closesOverNeck(design)) drawClosure(sketch, design, body);
  if (design.details.epaulettes) drawEpaulettes(sketch, body);
  return sketch;
}
