import { AppError } from "../errors.js";
import type { View } from "./design.js";

/** What becomes of a view's picture; a failure tells which of the pictures it is about. */
export async function aboutView<T>(view: View, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = AppError.from(error);
    throw new AppError(code, `The ${view} picture: ${message}`, { cause: error });
  }
}
