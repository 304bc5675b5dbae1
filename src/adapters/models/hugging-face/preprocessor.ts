import { z } from "zod";
import { AppError } from "../../../errors.js";
import type { Resampling, ResizePolicy } from "../../image/layout.js";
import type { PackInput } from "../manifest.js";

const edge = z.int().min(16).max(4096);
const sides = z.object({ height: edge, width: edge });
const perChannel = <T extends z.ZodNumber>(number: T) =>
  z.union([number, z.tuple([number, number, number])], { error: "a number, or three" }).nullish();

/** The fields of `preprocessor_config.json` that decide what the network sees; null is written for "not used". */
export const preprocessorSchema = z.object({
  do_resize: z.boolean().nullish(),
  size: z
    .union([edge, sides, z.object({ shortest_edge: edge }), z.object({ longest_edge: edge })], {
      error: "a number, {shortest_edge}, {longest_edge} or {height, width}, of 16 to 4096 pixels",
    })
    .nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: z.union([edge, sides], { error: "a number or {height, width}, of 16 to 4096 pixels" }).nullish(),
  /** Of what is resized the share that is then cut out. */
  crop_pct: z.number().positive().max(1).nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: perChannel(z.number()),
  image_std: perChannel(z.number().positive()),
  do_flip_channel_order: z.boolean().nullish(),
  /** A filter of PIL's, by its number. */
  resample: z.int().min(0).max(5).nullish(),
});
export type Preprocessor = z.infer<typeof preprocessorSchema>;

/** How an encoder's pictures are made, in the terms of a pack's manifest. */
export interface Preprocessing {
  /** Pixels on each side of what the network takes; null when the preprocessor does not say. */
  readonly size: number | null;
  readonly scale: PackInput["scale"];
  readonly channelOrder: PackInput["channelOrder"];
  readonly resample: Resampling;
  /** How the encoder's own preprocessor fits a picture in. */
  readonly toldResizePolicy: ResizePolicy;
}

/**
 * @param name of the file and where it lies, for people.
 * @throws AppError MODEL_INVALID when it asks for something that Diptych cannot do.
 */
export function preprocessingOf(preprocessor: Preprocessor, name: string): Preprocessing {
  return {
    size: inputSize(preprocessor, name),
    scale: scaleOf(preprocessor, name),
    channelOrder: preprocessor.do_flip_channel_order ? "BGR" : "RGB",
    resample: resamplingOf(preprocessor, name),
    toldResizePolicy: toldResizePolicy(preprocessor),
  };
}

/** Where it does not say whether to crop, a size to crop to is only there to be used. */
const crops = ({ do_center_crop, crop_size }: Preprocessor): boolean => do_center_crop ?? crop_size != null;

function inputSize(preprocessor: Preprocessor, name: string): number | null {
  const { size, crop_size } = preprocessor;
  const shown = (crops(preprocessor) ? crop_size : null) ?? size;
  if (shown == null || typeof shown === "number") return shown ?? null;
  if ("shortest_edge" in shown) return shown.shortest_edge;
  if ("longest_edge" in shown) return shown.longest_edge;
  if (shown.height !== shown.width) {
    throw new AppError(
      "MODEL_INVALID",
      `A model takes square pictures; ${name} tells ${shown.height} x ${shown.width} pixels, so use another model.`,
    );
  }
  return shown.height;
}

/**
 * What it does where that is one of Diptych's ways. A square that is stretched and then loses its rim is taken for stretched;
 * pictures that are not resized at all cannot be told, and are shown whole.
 */
function toldResizePolicy(preprocessor: Preprocessor): ResizePolicy {
  const { do_resize, size, crop_pct } = preprocessor;
  if (do_resize === false || size == null) return "contain";
  if (typeof size === "object" && "longest_edge" in size) return "contain";
  if (typeof size === "object" && "height" in size) return "stretch";
  // A number alone is the short side where a crop follows (CLIP's processor), both sides where none does (ViT's).
  if (typeof size === "number" && !crops(preprocessor)) return "stretch";
  const shortSide = typeof size === "number" ? size : size.shortest_edge;
  return { kind: "cover", shortSide: Math.floor(shortSide / (crop_pct ?? 1)) };
}

/** Its (value * factor - mean) / std as (value - mean') / std', value, mean' and std' in 0..255. */
function scaleOf(preprocessor: Preprocessor, name: string): PackInput["scale"] {
  const { do_rescale, rescale_factor, do_normalize, image_mean, image_std } = preprocessor;
  const factor = do_rescale === false ? 1 : (rescale_factor ?? 1 / 255);
  const normalizes = do_normalize ?? (image_mean != null || image_std != null);
  if (normalizes && (image_mean == null || image_std == null)) {
    const missing = image_mean == null ? "image_mean" : "image_std";
    throw new AppError(
      "MODEL_INVALID",
      `${name} tells to normalise pictures, but not its ${missing}; add it, as the model's authors tell it.`,
    );
  }
  const mean = normalizes ? image_mean! : 0;
  const std = normalizes ? image_std! : 1;
  return { elementType: "float32", mean: scaledUp(mean, factor), std: scaledUp(std, factor) };
}

type PerChannel = [number, number, number];

/** In as many digits as mean something, so that 1/255 and 0.00392156862745098 make one and the same pack. */
function scaledUp(value: number | PerChannel, factor: number): PerChannel {
  const channels: PerChannel = typeof value === "number" ? [value, value, value] : value;
  return channels.map((channel) => Number((channel / factor).toPrecision(12))) as PerChannel;
}

/**
 * PIL's filters by their numbers. Box and Hamming average over what a pixel covers when a picture is made smaller, as `linear`
 * does, and differ from it less than decoders of JPEG do. Nearest takes one pixel and leaves the others out: lines of a drawing
 * are there or not by chance, and nothing here does that.
 */
const PIL_FILTERS: readonly (Resampling | null)[] = [null, "lanczos3", "linear", "cubic", "linear", "linear"];

/** Bilinear where it does not say, as transformers.js takes it. */
function resamplingOf({ resample }: Preprocessor, name: string): Resampling {
  const filter = PIL_FILTERS[resample ?? 2] ?? null;
  if (filter === null) {
    throw new AppError(
      "MODEL_INVALID",
      `${name} resizes pictures by their nearest pixels (resample 0), which Diptych does not; expected 1 to 5, such as 2 (bilinear).`,
    );
  }
  return filter;
}
