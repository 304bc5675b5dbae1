import { bodyLimit } from "hono/body-limit";
import { AppError } from "../../errors.js";

/** A token, or a language, and the address of a page. */
const MAX_FORM_BYTES = 16 * 1024;

/** Refuses a form without files that is too large before it is read. */
export const smallFormLimit = bodyLimit({
  maxSize: MAX_FORM_BYTES,
  onError: () => {
    throw new AppError("INVALID_REQUEST", `This form may have ${MAX_FORM_BYTES} bytes; received more.`);
  },
});
