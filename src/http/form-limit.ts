import { bodyLimit } from "hono/body-limit";
import { AppError } from "../errors.js";

/** Two pictures of 32 MiB and what is around them in a form. */
export const MAX_FORM_BYTES = 65 * 1024 * 1024;

/** Refuses a form with pictures that is too large before it is read. */
export const formLimit = bodyLimit({
  maxSize: MAX_FORM_BYTES,
  onError: () => {
    throw new AppError("IMAGE_TOO_LARGE", `A form may have ${MAX_FORM_BYTES} bytes; received more.`);
  },
});
