import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** Of Diptych, as its package tells it. */
export const version: string = manifest.version;
