import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { AppError } from "../../errors.js";

/** A field that was sent several times is told as a list where `all` is asked for, else by its last value. */
export type FormFields = Readonly<Record<string, string | File | (string | File)[]>>;

/**
 * The fields of a form that a page sent.
 *
 * @throws AppError INVALID_REQUEST for a body that is no form, or ends before the form does.
 */
export async function readForm(
  context: Context,
  options: { readonly all?: boolean } = {},
): Promise<FormFields> {
  try {
    return await context.req.parseBody(options);
  } catch (cause) {
    if (cause instanceof HTTPException) throw cause;
    throw new AppError(
      "INVALID_REQUEST",
      "The form ended before its last field did, or is none; send it again.",
      { cause },
    );
  }
}
