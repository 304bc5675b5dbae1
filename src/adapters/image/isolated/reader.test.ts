import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { garmentPng } from "../../../../test/fixtures/pictures.js";
import { createImageReader } from "../reader.js";
import { createIsolatedReader } from "./reader.js";

const options = { inputSize: 224, resizePolicy: "trim" } as const;
const reader = createIsolatedReader(options);
const here = createImageReader(options);

/** The processes that this one has started. */
function children(): number[] {
  const told = execFileSync("ps", ["-o", "pid=,comm=", "--ppid", String(process.pid)], { encoding: "utf8" });
  return told
    .split("\n")
    .filter((line) => line.includes("node"))
    .map((line) => Number.parseInt(line, 10));
}

describe("an isolated reader", () => {
  let picture: Buffer;
  beforeAll(async () => {
    picture = await garmentPng();
  });

  test("answers as the reader itself does, crops too", async () => {
    const crop = { left: 0.1, top: 0.2, width: 0.5, height: 0.6 };
    expect(await reader.read(picture, crop)).toEqual(await here.read(picture, crop));
    expect(await reader.toTensor(picture)).toEqual(await here.toTensor(picture));
    expect(await reader.toThumbnail(picture)).toEqual(await here.toThumbnail(picture));
    expect(await reader.toFullSize(picture, crop)).toEqual(await here.toFullSize(picture, crop));
  });

  test("throws what the reader itself throws", async () => {
    const damaged = picture.subarray(0, picture.length / 2);
    const told = await here.read(damaged).catch((error) => error);
    expect(told).toMatchObject({ code: "IMAGE_UNDECODABLE" });
    const { code, message } = told;
    await expect(reader.read(damaged)).rejects.toMatchObject({ code, message });
  });

  test("reads every picture though a process is killed meanwhile", async () => {
    const expected = await here.toTensor(picture);
    const reading = Promise.all(Array.from({ length: 12 }, () => reader.toTensor(picture)));
    const [victim] = children();
    process.kill(victim!, "SIGKILL");
    for (const tensor of await reading) expect(tensor).toEqual(expected);
  });
});
