import { RandomNumbers } from "../fixtures/random-numbers.js";
import type { Target } from "./target.js";

/** Inputs above it are cut: what is found is to be small. */
const MAX_BYTES = 256 * 1024;
/** Mutations of one input, at most. */
const MOST_MUTATIONS = 6;
/** The share of inputs that are made from the format's parts, not from a seed. */
const GENERATED_SHARE = 0.2;
/** Tokens of an input that is made of them alone, at most. */
const MOST_TOKENS = 60;

/** Numbers at which lengths, counts and offsets go wrong. */
const EDGES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe,
  0xffffffff,
];

type Mutation = (bytes: Buffer, random: RandomNumbers, target: Target) => Buffer;

const turnBits: Mutation = (bytes, random) => {
  for (let left = random.integer(1, 8); left > 0; left--) {
    bytes[random.integer(0, bytes.length - 1)]! ^= 1 << random.integer(0, 7);
  }
  return bytes;
};

const writeBytes: Mutation = (bytes, random) => {
  const at = random.integer(0, bytes.length - 1);
  for (let i = at; i < Math.min(bytes.length, at + random.integer(1, 16)); i++) {
    bytes[i] = random.integer(0, 255);
  }
  return bytes;
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.integer(0, bytes.length - 1));

const cutOut: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};

const repeat: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  const times = Array.from({ length: random.integer(1, 50) }, () => bytes.subarray(from, to));
  return Buffer.concat([bytes.subarray(0, to), ...times, bytes.subarray(to)]);
};

const splice: Mutation = (bytes, random, { seeds }) => {
  const other = Buffer.from(pick(seeds, random));
  const at = random.integer(0, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), other.subarray(random.integer(0, other.length))]);
};

/** As where a length, count or offset of 16 or 32 bits stands, in either order of the bytes. */
const writeEdge: Mutation = (bytes, random) => {
  const value = random.next() < 0.5 ? pick(EDGES, random) : bytes.length + random.integer(-4, 4);
  const size = pick([2, 4] as const, random);
  if (bytes.length < size) return bytes;
  const at = random.integer(0, bytes.length - size);
  const kept = size === 4 ? value >>> 0 : value & 0xffff;
  if (random.next() < 0.5) bytes.writeUIntLE(kept, at, size);
  else bytes.writeUIntBE(kept, at, size);
  return bytes;
};

const writeToken: Mutation = (bytes, random, { tokens }) => {
  if (tokens.length === 0) return bytes;
  const token = Buffer.from(pick(tokens, random));
  const at = random.integer(0, bytes.length);
  const over = random.next() < 0.5 ? token.length : 0;
  return Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at + over)]);
};

/** Another number where digits stand in a text. */
const changeNumber: Mutation = (bytes, random) => {
  const text = bytes.toString("latin1");
  const numbers = [...text.matchAll(/\d+(?:\.\d+)?/gu)];
  if (numbers.length === 0) return bytes;
  const { 0: number, index } = pick(numbers, random);
  const value = pick(["0", "-1", "1e9", "1e308", "1e-308", "99999999999999999999", "NaN", "0.5"], random);
  return Buffer.from(text.slice(0, index) + value + text.slice(index + number.length), "latin1");
};

const MUTATIONS: readonly Mutation[] = [
  turnBits,
  writeBytes,
  truncate,
  cutOut,
  repeat,
  splice,
  writeEdge,
  writeToken,
  changeNumber,
];

/** The input of that number: the same one for the same target and seed. */
export function makeInput(target: Target, seed: number, number: number): Uint8Array {
  const random = new RandomNumbers(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  if (random.next() < GENERATED_SHARE) {
    return (target.generate ?? anyTokens(target.tokens))(random).subarray(0, MAX_BYTES);
  }
  let bytes: Buffer = Buffer.from(pick(target.seeds, random));
  // Half of them are changed once only, so that they get past the first check.
  for (
    let left = random.next() < 0.5 ? 1 : random.integer(2, MOST_MUTATIONS);
    left > 0 && bytes.length > 0;
    left--
  ) {
    bytes = Buffer.from(pick(MUTATIONS, random)(bytes, random, target).subarray(0, MAX_BYTES));
  }
  return target.mend && random.next() < 0.7 ? target.mend(bytes) : bytes;
}

function anyTokens(tokens: readonly string[]) {
  return (random: RandomNumbers): Uint8Array =>
    Buffer.from(
      Array.from({ length: random.integer(0, MOST_TOKENS) }, () => pick(tokens, random, "")).join(""),
    );
}

function range(bytes: Buffer, random: RandomNumbers): [from: number, to: number] {
  const from = random.integer(0, bytes.length - 1);
  return [from, Math.min(bytes.length, from + random.integer(1, 64))];
}

export function pick<T>(choices: readonly T[], random: RandomNumbers, none?: T): T {
  return choices.length === 0 ? none! : choices[random.integer(0, choices.length - 1)]!;
}
