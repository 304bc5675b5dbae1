import { createHash } from "node:crypto";
import { z } from "zod";
import { LEARNED_ASPECT } from "../../core/head.js";
import type { ModelIdentity } from "../../core/ports.js";
import { RESAMPLING } from "../image/layout.js";

export const MAX_PACK_ID_LENGTH = 64;

/** What a pack may be called: also the name of its folder; `.part` is what an unfinished one ends in. */
export const PACK_ID = /^(?!.*\.(?:part)?$)[a-z0-9][a-z0-9.-]{0,63}$/u;

/** What a pack of a source of this name is called unless told otherwise. */
export function packIdOf(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/gu, "-")
    .replace(/^[.-]+/u, "");
  return id.slice(0, MAX_PACK_ID_LENGTH).replace(/[.-]+$/u, "") || "encoder";
}

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

/** How a picture is fitted into the input; adapters/image/layout.ts tells what each means. */
const resizePolicySchema = z.union([
  z.enum(["trim", "tutorial", "contain", "stretch"]),
  z.strictObject({ kind: z.literal("cover"), shortSide: z.int().min(16).max(4096) }),
]);

/** How an output of the network becomes one vector. */
const poolingSchema = z.discriminatedUnion("kind", [
  /** Average over a `grid` x `grid` division of the plane, `[grid * grid * channels]`, cells row by row: keeps the layout. */
  z.strictObject({ kind: z.literal("average"), grid: z.int().min(1).max(16) }),
  /**
   * Generalised mean over the whole plane, `[channels]`: the `power`-th root of the mean of the `power`-th powers, between
   * average (1) and maximum (infinity). F. Radenović, G. Tolias, O. Chum, "Fine-tuning CNN Image Retrieval with No Human
   * Annotation", TPAMI 2018, eq. 2.
   */
  z.strictObject({ kind: z.literal("gem"), power: z.int().min(1).max(10) }),
  /** A feature map as Keras's Flatten gives it out: row by row, column by column, channels inside, `[height * width * channels]`. */
  z.strictObject({ kind: z.literal("flatten") }),
  /** The output is a vector already: `[batch, length]`. */
  z.strictObject({ kind: z.literal("none") }),
  /** Of tokens `[batch, tokens, length]` the first, which transformers keep for the whole picture. */
  z.strictObject({ kind: z.literal("first-token") }),
  /** The mean of all tokens. */
  z.strictObject({ kind: z.literal("mean-of-tokens") }),
]);

const outputSchema = z.strictObject({ name: z.string(), pooling: poolingSchema });
export type PackOutput = z.infer<typeof outputSchema>;

/** How the pooled outputs, each L2-normalised and all behind one another, become an embedding. */
const projectionSchema = z.discriminatedUnion("kind", [
  /** By L2-normalising the whole. */
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("feature-hashing"), seed: z.int().min(0).max(0xffffffff) }),
  /**
   * An ONNX file, relative to the manifest, that takes the pooled maps (an input for each output of the model, of the
   * same name, `[batch, length]`) and gives out `embedding`, `[batch, embeddingDim]`.
   */
  z.strictObject({ kind: z.literal("fitted"), path: z.string(), sha256 }),
]);

/** A projection learnt on top of another pack's embeddings; its aspect is the pack's first. */
const headSchema = z.strictObject({
  /** Its weights, float32 `[dim of the learned aspect, dims of the others]`, a `.npy` file relative to the manifest. */
  path: z.string(),
  sha256,
});

const discriminantSchema = z.strictObject({ bias: z.number(), weights: z.array(z.number()) });

/** As core/verdict.ts tells it. */
const verdictsSchema = z
  .strictObject({
    aspects: z.array(z.string()).min(1),
    same: discriminantSchema.extend({ threshold: z.number() }),
    close: discriminantSchema,
    expected: z.strictObject({ variant: z.number().positive(), related: z.number().positive() }),
    reference: z.strictObject({ quantiles: z.array(z.number()).min(2), scale: z.number().positive() }),
  })
  .refine(
    ({ aspects, same, close }) => [same, close].every(({ weights }) => weights.length === 2 * aspects.length),
    { message: "a discriminant has two weights for each aspect" },
  );

/** The manifest of a model pack, `manifest.json` in the pack's folder. */
export const manifestSchema = z
  .strictObject({
    format: z.literal(1),
    id: z.string().regex(PACK_ID, "up to 64 lower-case letters, digits, dots and hyphens"),
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
    resizePolicy: resizePolicySchema,
    /** How pixels between pixels are worked out when a picture is resized. Default lanczos3. */
    resample: z.enum(RESAMPLING).optional(),
    /** What of the network an embedding is made of. */
    outputs: z.array(outputSchema).min(1),
    projection: projectionSchema,
    head: headSchema.optional(),
    embeddingDim: z.int().min(2).max(32768),
    /** The parts of an embedding, in their order; their dimensions add up to `embeddingDim`. */
    aspects: z
      .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z-]*$/u), dim: z.int().min(1) }))
      .min(1),
    /** Fitted by `npm run fit:verdict`; without it matches have no verdict. */
    verdicts: verdictsSchema.optional(),
    /** The aspect that searches which ignore colours look at. */
    colourBlindAspect: z.string().optional(),
  })
  .refine(
    ({ aspects, verdicts, colourBlindAspect }) =>
      [...(verdicts?.aspects ?? []), ...(colourBlindAspect === undefined ? [] : [colourBlindAspect])].every(
        (name) => aspects.some((aspect) => aspect.name === name),
      ),
    { message: "verdicts and colourBlindAspect name aspects of the pack" },
  )
  .refine(({ aspects, embeddingDim }) => aspects.reduce((sum, { dim }) => sum + dim, 0) === embeddingDim, {
    path: ["aspects"],
    message: "the dims of the aspects must add up to embeddingDim",
  })
  .refine(
    ({ head, aspects }) => head === undefined || (aspects[0]?.name === LEARNED_ASPECT && aspects.length > 1),
    {
      path: ["head"],
      message: `the first aspect of a pack with a head is "${LEARNED_ASPECT}", before those of the pack without it`,
    },
  )
  .refine(({ aspects }) => new Set(aspects.map(({ name }) => name)).size === aspects.length, {
    path: ["aspects"],
    message: "each aspect has a name of its own",
  });
export type PackManifest = z.infer<typeof manifestSchema>;

/** The manifest of the pack without its head; the same one when it has none. */
export function withoutHead(manifest: PackManifest): PackManifest {
  const { head, ...rest } = manifest;
  if (!head) return manifest;
  const [learned, ...aspects] = manifest.aspects;
  return { ...rest, aspects, embeddingDim: manifest.embeddingDim - learned!.dim };
}

/** The identity of a pack: its hash covers all that makes an embedding what it is, and nothing else. */
export function modelIdentity(manifest: PackManifest): ModelIdentity {
  const { id, model, input, resizePolicy, resample, outputs, projection, head, embeddingDim, aspects } =
    manifest;
  const recipe = JSON.stringify({
    model: model.sha256,
    arithmetic: model.arithmetic,
    input,
    resizePolicy,
    ...(resample && { resample }),
    outputs,
    projection: projection.kind === "fitted" ? projection.sha256 : projection,
    ...(head && { head: head.sha256 }),
    embeddingDim,
    aspects,
  });
  return { id, sha256: createHash("sha256").update(recipe).digest("hex"), embeddingDim };
}
