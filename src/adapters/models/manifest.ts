import { createHash } from "node:crypto";
import { z } from "zod";
import type { ModelIdentity } from "../../core/ports.js";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/u, "64 lower-case hexadecimal digits");
const perChannel = (number: z.ZodNumber) => z.tuple([number, number, number]);

/** What the network takes: pictures `size` x `size`, batch first. */
const inputSchema = z.strictObject({
  name: z.string(),
  /** Pixels on each side. */
  size: z.int().min(16).max(2048),
  layout: z.enum(["NHWC", "NCHW"]),
  channelOrder: z.enum(["RGB", "BGR"]),
  scale: z.discriminatedUnion("elementType", [
    /** The network takes the 8-bit values as they are and scales them itself. */
    z.strictObject({ elementType: z.literal("uint8") }),
    /** The network takes (value - mean) / std, with value, mean and std in 0..255, in the order of the channels. */
    z.strictObject({
      elementType: z.literal("float32"),
      mean: perChannel(z.number()),
      std: perChannel(z.number().positive()),
    }),
  ]),
});
export type PackInput = z.infer<typeof inputSchema>;

const poolingSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("average"), grid: z.int().min(1).max(16) }),
  z.strictObject({ kind: z.literal("gem"), power: z.int().min(1).max(10) }),
]);

/** How the pooled feature maps, each L2-normalised and all behind one another, become an embedding. */
const projectionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("feature-hashing"), seed: z.int().min(0).max(0xffffffff) }),
  /**
   * An ONNX file, relative to the manifest, that takes the pooled maps (an input for each output of the model, of the
   * same name, `[batch, length]`) and gives out `embedding`, `[batch, embeddingDim]`.
   */
  z.strictObject({ kind: z.literal("fitted"), path: z.string(), sha256 }),
]);

/** The manifest of a model pack, `manifest.json` in the pack's folder. */
export const manifestSchema = z
  .strictObject({
    format: z.literal(1),
    id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/u, "lower-case letters, digits, dots and hyphens"),
    title: z.string(),
    licence: z.string(),
    source: z.string(),
    model: z.strictObject({
      /** The ONNX file, relative to the manifest. */
      path: z.string(),
      sha256,
      /**
       * How 8-bit products are summed: `exact`, or `saturating`, a fifth faster on processors without VNNI, where two
       * products that pass 16 bits together are cut off; only for networks in which that was measured to be harmless.
       */
      arithmetic: z.enum(["exact", "saturating"]),
    }),
    input: inputSchema,
    /** How a picture is fitted into the input: `trim` cuts uniform margins first, `tutorial` does not. */
    resizePolicy: z.enum(["trim", "tutorial"]),
    /** The feature maps an embedding is made of, `[batch, channels, height, width]` each. */
    outputs: z.array(z.strictObject({ name: z.string(), pooling: poolingSchema })).min(1),
    projection: projectionSchema,
    embeddingDim: z.int().min(2).max(32768),
    /** The parts of an embedding, in their order; their dimensions add up to `embeddingDim`. */
    aspects: z
      .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z-]*$/u), dim: z.int().min(1) }))
      .min(1),
  })
  .refine(({ aspects, embeddingDim }) => aspects.reduce((sum, { dim }) => sum + dim, 0) === embeddingDim, {
    path: ["aspects"],
    message: "the dims of the aspects must add up to embeddingDim",
  })
  .refine(({ aspects }) => new Set(aspects.map(({ name }) => name)).size === aspects.length, {
    path: ["aspects"],
    message: "each aspect has a name of its own",
  });
export type PackManifest = z.infer<typeof manifestSchema>;

/** The identity of a pack: its hash covers all that makes an embedding what it is, and nothing else. */
export function modelIdentity(manifest: PackManifest): ModelIdentity {
  const { id, model, input, resizePolicy, outputs, projection, embeddingDim, aspects } = manifest;
  const recipe = JSON.stringify({
    model: model.sha256,
    arithmetic: model.arithmetic,
    input,
    resizePolicy,
    outputs,
    projection: projection.kind === "fitted" ? projection.sha256 : projection,
    embeddingDim,
    aspects,
  });
  return { id, sha256: createHash("sha256").update(recipe).digest("hex"), embeddingDim };
}
