import type { Lane } from "../../core/ports.js";
import { AppError, type ErrorCode, errorTable } from "../../errors.js";

/** What all keys in Redis begin with. */
export const PREFIX = "diptych";

/** The queue of a model: while workers of several run, each takes what it can embed. */
export const queueOf = (modelSha256: string) => `embed-${modelSha256.slice(0, 16)}`;

/** BullMQ takes jobs of a lower number first. */
export const PRIORITY: Readonly<Record<Lane, number>> = { search: 1, import: 10 };

/** What a job tells of a picture, whose pixels lie in a key of their own until nobody waits for it any more. */
export interface JobData {
  /** SHA-256 of the model's manifest. */
  readonly model: string;
  /** Pixels of each side. */
  readonly width: number;
  readonly height: number;
  /** Where the answer goes: the channel of whoever asked. */
  readonly answers: string;
  readonly requestId?: string;
}

/** Unsigned 8-bit RGB, `[height, width, 3]`. */
export const pixelsKey = (jobId: string) => `${PREFIX}:pixels:${jobId}`;

/** How often a picture was given to a model without an answer: how many workers may have died of it. */
export const givenKey = (jobId: string) => `${PREFIX}:given:${jobId}`;

/** Pictures that were set aside because workers died of them, the latest first. */
export const SET_ASIDE_KEY = `${PREFIX}:set-aside`;

/** Where the answers for one process that asks are told. */
export const answersChannel = (askerId: string) => `${PREFIX}:answers:${askerId}`;

/** Answers begin with the job's id, of so many bytes (a UUID), then a byte that says what follows. */
const ID_BYTES = 36;
const EMBEDDING = 1;
const FAILURE = 2;

export interface Answer {
  readonly jobId: string;
  readonly result: { readonly value: Float32Array } | { readonly error: AppError };
}

/** An answer as bytes: an embedding as little-endian float32, or a failure as JSON. */
export function encodeAnswer({ jobId, result }: Answer): Buffer {
  const head = Buffer.from(
    `${jobId}${String.fromCharCode("value" in result ? EMBEDDING : FAILURE)}`,
    "latin1",
  );
  if ("error" in result) {
    const { code, message } = result.error;
    return Buffer.concat([head, Buffer.from(JSON.stringify({ code, message }))]);
  }
  const { buffer, byteOffset, byteLength } = result.value;
  return Buffer.concat([head, Buffer.from(buffer, byteOffset, byteLength)]);
}

/** @returns null for bytes that are no answer. */
export function decodeAnswer(bytes: Buffer): Answer | null {
  const jobId = bytes.toString("latin1", 0, ID_BYTES);
  const body = bytes.subarray(ID_BYTES + 1);
  switch (bytes[ID_BYTES]) {
    case EMBEDDING: {
      if (body.length % Float32Array.BYTES_PER_ELEMENT !== 0) return null;
      // A copy, for a float32 array begins at a multiple of four bytes.
      return { jobId, result: { value: new Float32Array(Uint8Array.from(body).buffer) } };
    }
    case FAILURE: {
      const error = decodeFailure(body);
      return error && { jobId, result: { error } };
    }
    default:
      return null;
  }
}

function decodeFailure(body: Buffer): AppError | null {
  try {
    const { code, message } = JSON.parse(body.toString()) as { code: ErrorCode; message: unknown };
    return new AppError(Object.hasOwn(errorTable, code) ? code : "INTERNAL", String(message));
  } catch {
    return null;
  }
}
