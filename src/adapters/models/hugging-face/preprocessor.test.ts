import { describe, expect, it } from "vitest";
import { asPreprocessor, openClipSchema } from "./open-clip.js";
import { preprocessingOf, preprocessorSchema } from "./preprocessor.js";

const read = (json: object) => preprocessingOf(preprocessorSchema.parse(json), "the file");
const readOpenClip = (preprocess_cfg: object) =>
  preprocessingOf(asPreprocessor(openClipSchema.parse({ preprocess_cfg })), "the file");

const sides = (height: number, width = height) => ({ height, width });
const cover = (shortSide: number) => ({ kind: "cover", shortSide });

describe("the size and the told resize policy", () => {
  it.each([
    [{ size: 224 }, 224, "stretch"],
    [{ size: sides(224) }, 224, "stretch"],
    [{ size: { ...sides(224), longest_edge: null } }, 224, "stretch"],
    [{ size: sides(256), do_center_crop: true, crop_size: 224 }, 224, "stretch"],
    [{ size: sides(300, 200), do_center_crop: true, crop_size: 128 }, 128, "stretch"],
    [{ size: { shortest_edge: 224 } }, 224, cover(224)],
    [{ size: { shortest_edge: 256 }, do_center_crop: true, crop_size: sides(224) }, 224, cover(256)],
    [{ size: { shortest_edge: 256 }, crop_size: 224 }, 224, cover(256)],
    [{ size: { shortest_edge: 256 }, do_center_crop: true }, 256, cover(256)],
    [{ size: { shortest_edge: 256 }, do_center_crop: false, crop_size: 224 }, 256, cover(256)],
    [{ size: { shortest_edge: 256 }, do_center_crop: null, crop_size: null }, 256, cover(256)],
    [{ size: { shortest_edge: 224 }, crop_pct: 0.875 }, 224, cover(256)],
    [{ size: 256, do_center_crop: true, crop_size: 224 }, 224, cover(256)],
    [{ size: { longest_edge: 1024 } }, 1024, "contain"],
    [{ size: { longest_edge: 256 }, do_center_crop: true, crop_size: 224 }, 224, "contain"],
    [{ size: { shortest_edge: 256 }, do_resize: false, crop_size: 224 }, 224, "contain"],
    [{}, null, "contain"],
  ])("of %j", (json, size, toldResizePolicy) => {
    expect(read(json)).toMatchObject({ size, toldResizePolicy });
  });

  it.each([{ size: sides(224, 192) }, { size: 256, crop_size: sides(224, 192) }])(
    "are a square's, unlike %j",
    (json) => {
      expect(() => read(json)).toThrow(
        expect.objectContaining({ code: "MODEL_INVALID", message: expect.stringContaining("224 x 192") }),
      );
    },
  );

  it.each([
    [{ size: 8 }, ">=16"],
    [{ size: { shortest_edge: 5000 } }, "<=4096"],
    [{ size: "224" }, "16 to 4096 pixels"],
    [{ size: {} }, "16 to 4096 pixels"],
    [{ crop_size: { shortest_edge: 224 } }, "16 to 4096 pixels"],
  ])("are not of %j", (json, told) => {
    expect(preprocessorSchema.safeParse(json).error?.issues[0]?.message).toContain(told);
  });
});

describe("the scale", () => {
  const [image_mean, image_std] = [
    [0.5, 0.25, 0.1],
    [0.5, 0.2, 0.4],
  ];
  const none = [0, 0, 0];

  it.each([
    [{ image_mean, image_std }, [127.5, 63.75, 25.5], [127.5, 51, 102]],
    [{ image_mean, image_std, rescale_factor: 0.00392156862745098 }, [127.5, 63.75, 25.5], [127.5, 51, 102]],
    [{ image_mean, image_std, rescale_factor: 1 / 127.5 }, [63.75, 31.875, 12.75], [63.75, 25.5, 51]],
    [
      { image_mean: [128, 64, 32], image_std: [1, 2, 4], do_rescale: false, rescale_factor: 1 / 255 },
      [128, 64, 32],
      [1, 2, 4],
    ],
    [{ image_mean: 0.5, image_std: 0.5 }, [127.5, 127.5, 127.5], [127.5, 127.5, 127.5]],
    [{ image_mean, image_std, do_normalize: false }, none, [255, 255, 255]],
    [{ do_normalize: null, image_mean: null, image_std: null }, none, [255, 255, 255]],
    [{ do_rescale: false }, none, [1, 1, 1]],
  ])("of %j", (json, mean, std) => {
    expect(read(json).scale).toEqual({ elementType: "float32", mean, std });
  });

  it.each([
    [{ do_normalize: true }, "image_mean"],
    [{ do_normalize: true, image_mean }, "image_std"],
    [{ image_std }, "image_mean"],
  ])("is not guessed where %j lacks a figure", (json, missing) => {
    expect(() => read(json)).toThrow(
      expect.objectContaining({ code: "MODEL_INVALID", message: expect.stringContaining(missing) }),
    );
  });

  it.each([
    { image_std: [0, 1, 1] },
    { image_mean: [1, 1] },
    { rescale_factor: 0 },
    { rescale_factor: "1/255" },
  ])("is not of %j", (json) => {
    expect(preprocessorSchema.safeParse(json).success).toBe(false);
  });
});

it.each([
  [1, "lanczos3"],
  [2, "linear"],
  [3, "cubic"],
  [4, "linear"],
  [5, "linear"],
  [undefined, "linear"],
])("resamples as PIL's %s: %s", (resample, expected) => {
  expect(read({ resample }).resample).toBe(expected);
});

it("does not resample by nearest pixels", () => {
  expect(() => read({ resample: 0 })).toThrow(
    expect.objectContaining({ code: "MODEL_INVALID", message: expect.stringContaining("resample 0") }),
  );
});

it("takes the channels in the order that it is told", () => {
  expect(read({}).channelOrder).toBe("RGB");
  expect(read({ do_flip_channel_order: true }).channelOrder).toBe("BGR");
});

describe("OpenCLIP's file", () => {
  const figures = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

  it.each([
    [{ size: [224, 224], resize_mode: "squash", interpolation: "bilinear" }, 224, "stretch", "linear"],
    [{ size: 224, resize_mode: "shortest", interpolation: "random" }, 224, cover(224), "cubic"],
    [{ size: 224, resize_mode: "longest" }, 224, "contain", "cubic"],
    [{ size: 384, mode: "RGB", fill_color: 0 }, 384, cover(384), "cubic"],
    [{}, null, "contain", "cubic"],
  ])("tells by %j", (json, size, toldResizePolicy, resample) => {
    expect(readOpenClip({ ...figures, ...json })).toEqual({
      size,
      toldResizePolicy,
      resample,
      channelOrder: "RGB",
      scale: { elementType: "float32", mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
    });
  });

  it("has OpenAI's figures where it tells none", () => {
    const { scale } = readOpenClip({ size: 224 });
    expect(scale).toMatchObject({
      mean: [0.48145466, 0.4578275, 0.40821073].map((x) => expect.closeTo(255 * x)),
    });
    expect(scale).toMatchObject({
      std: [0.26862954, 0.26130258, 0.27577711].map((x) => expect.closeTo(255 * x)),
    });
  });
});
