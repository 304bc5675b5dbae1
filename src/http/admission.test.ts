import { Hono } from "hono";
import { beforeEach, expect, test } from "vitest";
import { Admission } from "../core/admission.js";
import { AppError } from "../errors.js";
import { admitSearches } from "./admission.js";
import { MAX_FORM_BYTES } from "./form-limit.js";

let app: Hono;
let answer: () => void;
beforeEach(() => {
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  app = new Hono();
  app.use(admitSearches(new Admission(() => 0, MAX_FORM_BYTES)));
  app.all("/", async (context) => {
    if (context.req.method === "POST") await answered;
    return context.text("answered");
  });
  app.onError((error, context) => context.text(AppError.from(error).code, 503));
});

const send = async (method: string, headers: Record<string, string>) =>
  (await app.request("/", { method, headers })).text();

test("searches are let in by the bytes that they tell, and what comes in pieces by as many as it may have", async () => {
  const half = { "Content-Length": String(MAX_FORM_BYTES / 2) };
  const first = [send("POST", half), send("POST", half)];
  expect(await send("POST", half)).toBe("QUEUE_FULL");
  expect(await send("POST", { "Transfer-Encoding": "chunked" })).toBe("QUEUE_FULL");
  expect(await send("GET", half)).toBe("answered");
  answer();
  expect(await Promise.all(first)).toEqual(["answered", "answered"]);
  expect(await send("POST", { "Transfer-Encoding": "chunked" })).toBe("answered");
});

test("a form that tells of more than any may have counts as that, and is refused for it", async () => {
  const first = send("POST", { "Content-Length": "1e12" });
  expect(await send("POST", { "Content-Length": "1" })).toBe("QUEUE_FULL");
  answer();
  expect(await first).toBe("answered");
});
