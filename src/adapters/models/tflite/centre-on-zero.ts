import type { Quantization } from "./model.js";

/** The numbers that 8 bits hold. */
const [LOW, HIGH] = [-128, 127];

/**
 * Channels that may have to be rounded anew, as a share of all. A range of numbers for a whole layer is as wide as few of its channels
 * need, which few weights have more than 127 steps to one side of 0; where many have, more would be lost than the time is worth.
 */
const MOST_ROUNDED = 0.25;

export interface CentredWeights {
  readonly elements: Int8Array;
  /** One scale for each output channel; every zero point is 0. */
  readonly quantization: Quantization;
  /** What each channel's scale was multiplied by: 1 where no weight was rounded. */
  readonly factors: readonly number[];
}

/**
 * Weights whose zero point is 0, for which onnxruntime has kernels that take a picture as it lies, without copying it out window by
 * window first. They stand for the same numbers exactly, but for channels in which one is too far from 0 to be held in 8 bits: those
 * get a coarser scale.
 *
 * @param elements the output channels one behind the other.
 * @returns null where that would round many channels.
 */
export function centreOnZero(
  elements: Int8Array,
  { scales, zeroPoints }: Quantization,
  channels: number,
): CentredWeights | null {
  // Of a damaged file there may be any number of scales.
  if (scales.length !== 1 && scales.length !== channels) return null;
  const size = elements.length / channels;
  const ofChannel = (values: readonly number[], channel: number) => values[values.length > 1 ? channel : 0]!;
  const centred = new Int8Array(elements.length);
  const factors: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const zeroPoint = ofChannel(zeroPoints, channel);
    const steps = Int16Array.from(
      elements.subarray(channel * size, (channel + 1) * size),
      (element) => element - zeroPoint,
    );
    const fits = steps.every((step) => step >= LOW && step <= HIGH);
    const factor = fits ? 1 : steps.reduce((most, step) => Math.max(most, Math.abs(step)), 0) / HIGH;
    centred.set(
      steps.map((step) => Math.round(step / factor)),
      channel * size,
    );
    factors.push(factor);
  }
  if (factors.filter((factor) => factor > 1).length > MOST_ROUNDED * channels) return null;
  return {
    elements: centred,
    quantization: {
      scales: factors.map((factor, channel) => factor * ofChannel(scales, channel)),
      zeroPoints: factors.map(() => 0),
      axis: 0,
    },
    factors,
  };
}
