import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Told, writeToldProcess } from "../../../../test/fixtures/told-process.js";
import { ProcessLostError, ProcessPool } from "./process-pool.js";

describe("a pool of processes", () => {
  let directory: string;
  let file: string;
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), "diptych-"));
    file = writeToldProcess(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const createPool = (size: number, timeLimitMs = 60_000) =>
    new ProcessPool<Told, number>({ file, size, timeLimitMs });

  test("gives every task to a process of its own while there are some, and keeps them", async () => {
    const pool = createPool(2);
    const pids = await Promise.all(Array.from({ length: 8 }, () => pool.run({ what: "answer" })));
    expect(new Set(pids).size).toBe(2);
    expect(pids).not.toContain(process.pid);
    expect(new Set(pids)).toContain(await pool.run({ what: "answer" }));
  });

  test("tells of a process that ends at its task, which no other task notices", async () => {
    const pool = createPool(2);
    const [crashed, ...others] = await Promise.allSettled([
      pool.run({ what: "crash" }),
      ...Array.from({ length: 5 }, () => pool.run({ what: "answer" })),
    ]);
    expect(crashed).toMatchObject({ status: "rejected", reason: new ProcessLostError("ended") });
    expect(others.map(({ status }) => status)).toEqual(Array(5).fill("fulfilled"));
  });

  test("kills a process that takes too long, and goes on with another", async () => {
    const pool = createPool(1, 3_000);
    const [hung, next] = await Promise.allSettled([pool.run({ what: "hang" }), pool.run({ what: "answer" })]);
    expect(hung).toMatchObject({ status: "rejected", reason: { reason: "time-limit" } });
    expect(next).toMatchObject({ status: "fulfilled" });
  });

  test("goes on after processes that could not be started", async () => {
    const pool = createPool(1);
    const { execPath } = process;
    process.execPath = path.join(directory, "none");
    try {
      for (let i = 0; i < 2; i++) {
        await expect(pool.run({ what: "answer" })).rejects.toEqual(new ProcessLostError("ended"));
      }
    } finally {
      process.execPath = execPath;
    }
    expect(await pool.run({ what: "answer" })).toBeGreaterThan(0);
  });

  test("tells all that wait when the system starts no process", async () => {
    // Longer than a variable may be.
    const env = { TOO_LONG: "x".repeat(1_000_000) };
    const pool = new ProcessPool<Told, number>({ file, size: 2, timeLimitMs: 60_000, env });
    const tasks = Array.from({ length: 4 }, () => pool.run({ what: "answer" }));
    for (const outcome of await Promise.allSettled(tasks)) {
      expect(outcome).toEqual({ status: "rejected", reason: new ProcessLostError("not-started") });
    }
  });

  test("has those that there are go on with what waits when the system starts no more", async () => {
    const env: Record<string, string> = {};
    const pool = new ProcessPool<Told, number>({ file, size: 2, timeLimitMs: 60_000, env });
    const pid = await pool.run({ what: "answer" });
    env.TOO_LONG = "x".repeat(1_000_000);
    const pids = await Promise.all(Array.from({ length: 4 }, () => pool.run({ what: "answer" })));
    expect(pids).toEqual([pid, pid, pid, pid]);
  });

  test("goes on after there were no file descriptors for a process", async () => {
    const script = path.join(directory, "few-files.mjs");
    writeFileSync(
      script,
      `import { closeSync, openSync } from "node:fs";
      import { ProcessPool } from ${JSON.stringify(path.join(import.meta.dirname, "process-pool.ts"))};
      const pool = new ProcessPool({ file: ${JSON.stringify(file)}, size: 1, timeLimitMs: 60_000 });
      const told = [];
      const ask = () => pool.run({ what: "answer" }).then(() => told.push("answered"), ({ reason }) => told.push(reason));
      const open = [];
      try {
        while (true) open.push(openSync("/dev/null"));
      } catch {}
      await Promise.all([ask(), ask()]);
      for (const file of open) closeSync(file);
      await ask();
      process.stdout.write(told.join());`,
    );
    const node = `"${process.execPath}" --import tsx "${script}"`;
    const told = execFileSync("sh", ["-c", `ulimit -n 64 && exec ${node}`], { encoding: "utf8" });
    expect(told).toBe("not-started,not-started,answered");
  });

  test("replaces a process that was ended while nothing was asked of it", async () => {
    const pool = createPool(1);
    const first = await pool.run({ what: "answer" });
    process.kill(first, "SIGKILL");
    // The task may have been sent before the end was told of: then it is lost, and the one after it is answered.
    const second = await pool.run({ what: "answer" }).catch(() => pool.run({ what: "answer" }));
    expect(second).not.toBe(first);
  });

  test("keeps its processes when a whole group is told to stop", async () => {
    const pool = createPool(1);
    const pid = await pool.run({ what: "answer" });
    process.kill(pid, "SIGINT");
    process.kill(pid, "SIGTERM");
    expect(await pool.run({ what: "answer" })).toBe(pid);
  });
});
