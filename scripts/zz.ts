import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { convertTflite } from "../src/adapters/models/tflite/convert.js";
const dir="node_modules/inception-v3-tflite/example/android/app/src/main/assets/Model/";
const labels=(await readFile(dir+"labels.txt","utf8")).split("\n");
const s=await InferenceSession.create(convertTflite(await readFile(dir+"graph.lite")),{intraOpNumThreads:2});
const P:Record<string,string>={
 tee:`<path d="M100 50 L60 65 L20 130 L60 155 L75 130 L75 265 L225 265 L225 130 L240 155 L280 130 L240 65 L200 50 Q150 85 100 50Z" fill="#2a4d8f" stroke="#111" stroke-width="3"/>`,
 teeOutline:`<path d="M100 50 L60 65 L20 130 L60 155 L75 130 L75 265 L225 265 L225 130 L240 155 L280 130 L240 65 L200 50 Q150 85 100 50Z" fill="#fff" stroke="#111" stroke-width="3"/>`,
 shorts:`<path d="M80 60 H220 L250 240 H165 L150 140 L135 240 H50Z" fill="#1f7a4d" stroke="#111" stroke-width="3"/><path d="M80 60H220V80H80Z" fill="#eee" stroke="#111" stroke-width="3"/>`,
 bowtie:`<path d="M150 135 L50 90 Q30 150 50 210 L150 165 L250 210 Q270 150 250 90Z" fill="#b01030" stroke="#400" stroke-width="3"/><rect x="132" y="128" width="36" height="44" rx="8" fill="#901028" stroke="#400" stroke-width="3"/>`,
 tie:`<path d="M125 20 H175 L185 60 L165 80 L190 230 L150 285 L110 230 L135 80 L115 60Z" fill="#1b2f6b" stroke="#111" stroke-width="2"/>`,
 sock:`<path d="M110 30 H180 V170 Q190 200 240 225 Q265 255 225 265 Q160 265 120 215 Q110 200 110 170Z" fill="#d9d9d9" stroke="#111" stroke-width="3"/><path d="M110 30H180V60H110Z" fill="#b33"/>`,
 jean:`<path d="M100 30 H200 L225 275 H165 L150 110 L135 275 H75Z" fill="#3b5c8c" stroke="#1c2c44" stroke-width="3"/><path d="M100 30H200V42H100ZM150 42V85" fill="none" stroke="#d9a441" stroke-width="2"/>`,
 bikini:`<path d="M60 120 Q100 60 145 130 L140 160 H75Z M240 120 Q200 60 155 130 L160 160 H225Z" fill="#d33" stroke="#400" stroke-width="3"/>`,
 mitten:`<path d="M100 250 V110 Q105 40 155 40 Q205 40 205 110 V135 Q240 100 258 125 Q265 150 205 205 V250Z" fill="#c0392b" stroke="#400" stroke-width="3"/><rect x="95" y="240" width="115" height="35" fill="#eee" stroke="#400" stroke-width="3"/>`,
};
for (const [k,v] of Object.entries(P)){ const px=await sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="299" height="299" viewBox="0 0 300 300"><rect width="300" height="300" fill="#fff"/>${v}</svg>`)).removeAlpha().raw().toBuffer();
 const o=(await s.run({input:new Tensor("uint8",new Uint8Array(px),[1,299,299,3])}))[s.outputNames[0]!]!.data as Float32Array;
 const top=[...o.keys()].sort((a,b)=>o[b]!-o[a]!).slice(0,3); console.log(k,top.map(k=>labels[k]+" "+o[k]!.toFixed(2)).join(", ")); }
