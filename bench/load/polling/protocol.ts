/**
 * The article's settings and what lies in its Redis: "A scalable Keras + deep learning REST API" (A. Rosebrock, PyImageSearch,
 * 2018, and the Keras blog). Pictures wait in a list as base64 inside JSON, and each answer lies under its picture's id.
 */
export const IMAGE_QUEUE = "image_queue";
/** Pictures that the model process takes at most. */
export const BATCH_SIZE = 32;
/** How long the model process sleeps after every look at the list. */
export const SERVER_SLEEP_MS = 250;
/** How long a request sleeps between two looks for its answer. */
export const CLIENT_SLEEP_MS = 250;

export interface QueuedImage {
  readonly id: string;
  /** Its numbers in float32, as the article's `preprocess_input` makes them, as base64. */
  readonly image: string;
}
