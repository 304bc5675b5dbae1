import { expect, test } from "vitest";
import { makeToken, parseTokens } from "../access-tokens.js";
import { createWorkerApp, WorkerMetrics } from "./worker-metrics.js";

test("a worker with tokens tells its metrics to admins alone, and everybody that it lives", async () => {
  const [admin, writer] = [makeToken("prometheus", "admin"), makeToken("anna", "write")];
  const app = createWorkerApp(new WorkerMetrics(), { tokens: parseTokens(`${admin.entry} ${writer.entry}`) });
  const ask = (path: string, token?: string) =>
    app.request(path, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } });
  expect((await ask("/livez")).status).toBe(200);
  const statuses = [undefined, "wrong", writer.token, admin.token].map(
    async (token) => (await ask("/metrics", token)).status,
  );
  expect(await Promise.all(statuses)).toEqual([401, 401, 403, 200]);
  expect(await (await ask("/metrics")).json()).toMatchObject({ code: "UNAUTHENTICATED" });
  expect(await (await ask("/metrics", admin.token)).text()).toContain("diptych_pictures_in_flight 0");
});
