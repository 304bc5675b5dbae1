import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AppError, errorTable } from "./errors.js";

test("docs/errors.md tells the same table", () => {
  const text = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
  const documented = [...text.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\| (\d+) +\| (yes|no) +\|/gmu)].map(
    ([, code, httpStatus, exitCode, retryable]) => [
      code,
      { httpStatus: Number(httpStatus), exitCode: Number(exitCode), retryable: retryable === "yes" },
    ],
  );
  const table = Object.entries(errorTable).map(([code, { httpStatus, exitCode, retryable }]) => [
    code,
    { httpStatus, exitCode, retryable },
  ]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(table));
  expect(documented).toHaveLength(table.length);
});

test("a failure that is not ours becomes INTERNAL and keeps its cause", () => {
  const cause = new TypeError("x is not a function");
  const error = AppError.from(cause);
  expect(error).toMatchObject({ code: "INTERNAL", message: "x is not a function", cause });
  expect(AppError.from(error)).toBe(error);
  expect(AppError.from("thrown text").message).toBe("thrown text");
});
