import { z } from "zod";
import { readJson } from "./json-file.js";
import { nullIfForbidden, type SourceFolder } from "./source-folder.js";

const imageSize = z.union([z.int(), z.array(z.int()).min(1)]).nullish();

/** The few fields of `config.json` that an encoder of pictures is told by. */
const configSchema = z.object({
  _name_or_path: z.string().nullish(),
  architectures: z.array(z.string()).nullish(),
  model_type: z.string().nullish(),
  image_size: imageSize,
  /** Of models of text and pictures: the part for pictures. */
  vision_config: z.object({ model_type: z.string().nullish(), image_size: imageSize }).nullish(),
});
type Config = z.infer<typeof configSchema>;

/** What `config.json` tells; nothing when there is none, for OpenCLIP's folders may lack it. */
export interface EncoderConfig {
  /** What the model is called; null when it does not say. */
  readonly title: string | null;
  /** Pixels on each side of what it was trained on; null when it does not say. */
  readonly imageSize: number | null;
  /** Whether the first of its tokens stands for the whole picture. */
  readonly hasClassToken: boolean;
}

export async function readConfig(folder: SourceFolder): Promise<EncoderConfig> {
  const config = (await readJson(folder, "config.json", configSchema).catch(nullIfForbidden)) ?? {};
  return {
    title: config._name_or_path || config.architectures?.[0] || config.model_type || null,
    imageSize: sideOf(config.vision_config?.image_size ?? config.image_size),
    hasClassToken: CLASS_TOKEN_TYPES.has(visionType(config)),
  };
}

/** Sides that differ are left to be told by the preprocessor. */
function sideOf(size: Config["image_size"]): number | null {
  const [height, width = height] = [size ?? []].flat();
  return height !== undefined && height === width ? height : null;
}

/** As configurations of the part for pictures call it, "clip_vision_model", or of the whole, "clip". */
function visionType({ vision_config, model_type }: Config): string {
  return (vision_config?.model_type ?? model_type ?? "").replace(/_vision_model$/u, "");
}

/**
 * The `model_type`s whose networks put a class token before the patches and train it to stand for the picture.
 *
 * All others are averaged: SigLIP pools its patches with an attention of its own, I-JEPA, Swin, Hiera and PVT have no
 * such token, and of a network that is not known the mean of all tokens is a description whether it has one or not,
 * while its first token may be nothing but the top left corner.
 */
const CLASS_TOKEN_TYPES: ReadonlySet<string> = new Set([
  "altclip",
  "beit",
  "blip",
  "blip-2",
  // As its part for pictures calls it.
  "blip_2",
  "chinese_clip",
  "clip",
  "clipseg",
  "data2vec-vision",
  "deit",
  "dinov2",
  "dinov2_with_registers",
  "dinov3_vit",
  "eva",
  "flava",
  "flava_image_model",
  "jina_clip",
  "metaclip_2",
  "owlv2",
  "owlvit",
  "vit",
  "vit_hybrid",
  "vit_mae",
  "vit_msn",
  "xclip",
]);
