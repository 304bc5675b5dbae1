/** What a thread tells of its loading of the model. */
export interface LoadAnswer {
  readonly threadId: number;
  /** Why the model cannot be loaded, or null. */
  readonly failure: string | null;
}

/** What a worker thread is handed: one batch. */
export interface EmbeddingTask {
  /** Unsigned 8-bit RGB, `[batchSize, size, size, 3]`, in one piece. */
  readonly pixels: Uint8Array;
  readonly batchSize: number;
}

/** What it answers. */
export interface EmbeddingAnswer {
  /** `[batchSize, embeddingDim]`, in one piece; a picture that failed has a row of zeros. */
  readonly embeddings: Float32Array;
  /** Why pictures failed, by their index in the batch. */
  readonly failures: ReadonlyMap<number, string>;
}
