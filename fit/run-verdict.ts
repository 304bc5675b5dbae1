/**
 * `npm run fit:verdict`: fits how the default model's matches are judged to drawn flats that nothing else uses, and writes
 * models/inception-v3/verdicts.json. Needs the projection to be fitted.
 */
import { readFile, writeFile } from "node:fs/promises";
import { aspects, convertNetwork } from "../models/inception-v3/network.js";
import { poolPictures, transformBy } from "./features.js";
import { describePairs, labelledFlats } from "./labelled-flats.js";
import { fitVerdict } from "./verdict.js";

const SEED = 3003;
const FILE = "models/inception-v3/verdicts.json";

const model = await convertNetwork();
const project = await transformBy(await readFile("models/inception-v3/projection.onnx"));
const { gallery, queries } = labelledFlats(SEED, { designs: 96, strangers: 400 });
const embedded = await describePairs([...gallery, ...queries], (pictures) =>
  poolPictures(
    pictures,
    model,
    async (pooled) => (await project(pooled))[0]!,
    (done) => {
      if (done % 500 === 0) console.log(`${done} of ${pictures.length} pictures`);
    },
  ),
);
const verdicts = fitVerdict({
  gallery: gallery.map(({ design, relative }, i) => ({
    design,
    grade: relative?.grade ?? 0,
    views: embedded[i]!,
  })),
  queries: queries.map(({ design }, i) => ({ design, views: embedded[gallery.length + i]! })),
  aspects,
});
await writeFile(FILE, `${JSON.stringify(verdicts, null, 2)}\n`);
console.log(JSON.stringify(verdicts, null, 2));
