import type { Hono } from "hono";
import { AppError, errorTable } from "../../errors.js";
import type { Access } from "../access/access.js";
import { SIGN_IN, SIGN_OUT } from "../access/needed-scope.js";
import { setFailureHeaders } from "../problem.js";
import { contextOf, ownAddress } from "./page-context.js";
import { readForm } from "./read-form.js";
import { signInPage } from "./sign-in-page.js";
import { smallFormLimit } from "./small-form-limit.js";

/** The pages to sign in by a token, which the browser keeps, and to sign out again. */
export function addSignInPages(pages: Hono, access: Access): void {
  pages.get(SIGN_IN, (context) => context.html(signInPage(contextOf(context), { back: "/" })));

  pages.post(SIGN_IN, smallFormLimit, async (context) => {
    const { token, return: told } = await readForm(context);
    const back = ownAddress(told);
    try {
      access.signIn(context, typeof token === "string" ? token.trim() : "");
      return context.redirect(back, 303);
    } catch (error) {
      const failure = AppError.from(error);
      if (failure.code !== "UNAUTHENTICATED" && failure.code !== "RATE_LIMITED") throw error;
      setFailureHeaders(context, failure);
      return context.html(
        signInPage(contextOf(context), { back, failure }),
        errorTable[failure.code].httpStatus,
      );
    }
  });

  pages.post(SIGN_OUT, (context) => {
    access.signOut(context);
    return context.redirect(SIGN_IN, 303);
  });
}
