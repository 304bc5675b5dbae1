import { z } from "zod";
import type { Preprocessor } from "./preprocessor.js";

const edge = z.int().min(16).max(4096);
const perChannel = <T extends z.ZodNumber>(number: T) => z.tuple([number, number, number]);

/** `open_clip_config.json`, with OpenCLIP's own defaults: the figures are OpenAI's, of the pictures CLIP was trained on. */
export const openClipSchema = z.object({
  preprocess_cfg: z.object({
    size: z
      .union([edge, z.tuple([edge, edge])], { error: "a number or two, of 16 to 4096 pixels" })
      .nullish(),
    mean: perChannel(z.number()).default([0.48145466, 0.4578275, 0.40821073]),
    std: perChannel(z.number().positive()).default([0.26862954, 0.26130258, 0.27577711]),
    interpolation: z.enum(["bicubic", "bilinear", "random"]).default("bicubic"),
    resize_mode: z.enum(["shortest", "longest", "squash"]).default("shortest"),
  }),
});

/** The same in the terms of `preprocessor_config.json`. */
export function asPreprocessor({ preprocess_cfg }: z.infer<typeof openClipSchema>): Preprocessor {
  const { mean, std, interpolation, resize_mode } = preprocess_cfg;
  const [height, width = height] = [preprocess_cfg.size ?? []].flat();
  const normalisation = {
    do_normalize: true,
    image_mean: mean,
    image_std: std,
    // "random" is for training; OpenCLIP takes bicubic instead when it does not train.
    resample: interpolation === "bilinear" ? 2 : 3,
  };
  if (height === undefined || width === undefined) return normalisation;
  const square = { height, width };
  if (resize_mode === "squash") return { ...normalisation, size: square };
  const size =
    resize_mode === "shortest"
      ? { shortest_edge: Math.min(height, width) }
      : { longest_edge: Math.max(height, width) };
  return { ...normalisation, size, do_center_crop: true, crop_size: square };
}
