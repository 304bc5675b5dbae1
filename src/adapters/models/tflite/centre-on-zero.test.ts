import { describe, expect, it } from "vitest";
import { largestDifference, RandomNumbers } from "../../../../test/fixtures/random-numbers.js";
import { runOnce } from "../../../../test/fixtures/run-tflite.js";
import { oneOperator, SAME } from "../../../../test/fixtures/tflite-file.js";
import { convolution } from "../../../../test/fixtures/tflite-reference.js";
import { centreOnZero } from "./centre-on-zero.js";

const CHANNELS = 4;
const SIZE = 9;

describe("weights centred on zero", () => {
  const near = (zeroPoint: number) =>
    Int8Array.from(new RandomNumbers(7).integers(CHANNELS * SIZE, zeroPoint - 60, zeroPoint + 60));

  it("stand for the same numbers where all can be held", () => {
    const elements = near(-40);
    const quantization = { scales: [0.5], zeroPoints: [-40], axis: 0 };
    const centred = centreOnZero(elements, quantization, CHANNELS);
    expect(centred?.quantization).toEqual({
      scales: [0.5, 0.5, 0.5, 0.5],
      zeroPoints: [0, 0, 0, 0],
      axis: 0,
    });
    expect([...centred!.elements]).toEqual(Array.from(elements, (element) => element + 40));
    expect(centred!.factors).toEqual([1, 1, 1, 1]);
  });

  it("stand for numbers at most half a step away in a channel with one that is too far from zero", () => {
    const elements = near(-40);
    elements[2 * SIZE + 4] = 127;
    const quantization = { scales: [0.5, 0.25, 2, 1], zeroPoints: [-40, -40, -40, -40], axis: 0 };
    const { elements: centred, quantization: own, factors } = centreOnZero(elements, quantization, CHANNELS)!;
    expect(factors).toEqual([1, 1, 167 / 127, 1]);
    expect(own.scales).toEqual([0.5, 0.25, (2 * 167) / 127, 1]);
    elements.forEach((element, i) => {
      const channel = Math.floor(i / SIZE);
      const meant = quantization.scales[channel]! * (element + 40);
      const error = Math.abs(own.scales[channel]! * centred[i]! - meant);
      expect(error).toBeLessThanOrEqual(channel === 2 ? own.scales[2]! / 2 + 1e-9 : 0);
    });
    expect(centred[2 * SIZE + 4]).toBe(127);
  });

  it("are left as they are where many channels have such a one", () => {
    const elements = near(-40);
    elements[0] = 127;
    elements[SIZE] = 127;
    expect(centreOnZero(elements, { scales: [1], zeroPoints: [-40], axis: 0 }, CHANNELS)).toBeNull();
  });

  it("give what the convolution gave, with a bias of the new scale", async () => {
    const random = new RandomNumbers(3);
    const [input, output, weightScale] = [{ scales: [0.02], zeroPoints: [120] }, 0.05, 0.01];
    const quantization = { scales: [weightScale], zeroPoints: [100], axis: 0 };
    const weights = random.integers(CHANNELS * 3 * 3 * CHANNELS, 60, 140);
    // Of the second channel alone; and a bias of it that shows when its scale is wrong.
    weights[3 * 3 * CHANNELS + 5] = 255;
    const bias = [500, 20_000, -700, 300];
    const picture = random.integers(6 * 5 * CHANNELS, 0, 255);
    const received = await runOnce(
      oneOperator({ name: "CONV_2D", options: { padding: SAME, strideHeight: 1, strideWidth: 1 } }, [
        { name: "picture", shape: [1, 6, 5, CHANNELS], type: "uint8", quantization: input },
        {
          name: "weights",
          shape: [CHANNELS, 3, 3, CHANNELS],
          type: "uint8",
          quantization,
          data: weights,
        },
        {
          name: "bias",
          shape: [CHANNELS],
          type: "int32",
          quantization: { scales: [weightScale * 0.02] },
          data: bias,
        },
        {
          name: "result",
          shape: [1, 6, 5, CHANNELS],
          type: "uint8",
          quantization: { scales: [output], zeroPoints: [90] },
        },
      ]),
      [picture],
    );
    const plane = {
      height: 6,
      width: 5,
      channels: CHANNELS,
      data: picture.map((stored) => 0.02 * (stored - 120)),
    };
    const expected = convolution(
      plane,
      weights.map((stored) => weightScale * (stored - 100)),
      bias.map((stored) => weightScale * 0.02 * stored),
      { same: true, kernel: [3, 3], strides: [1, 1] },
    );
    const held = expected.data.map((value) => Math.min(165 * output, Math.max(-90 * output, value)));
    expect(largestDifference(received.data, held)).toBeLessThan(1.5 * output);
    expect(Math.max(...held)).toBeGreaterThan(20_000 * weightScale * 0.02);
  });
});
