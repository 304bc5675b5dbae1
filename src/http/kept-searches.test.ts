import { expect, test } from "vitest";
import { KeptSearches } from "./kept-searches.js";

const embeddings = { front: Float32Array.of(1, 0) };
const picture = (byte: number) => Uint8Array.of(byte, byte, byte);

/** Draws a picture's first byte, and tells which were drawn. */
function drawing() {
  const drawn: number[] = [];
  const draw = async ([byte]: Uint8Array) => {
    drawn.push(byte!);
    return Uint8Array.of(byte!);
  };
  return { drawn, draw };
}

test("a search's pictures are drawn once, when they are asked for", async () => {
  const { drawn, draw } = drawing();
  const searches = new KeptSearches(draw);
  const id = searches.keep(embeddings, { pictures: { front: picture(1), back: picture(2) } });
  expect(searches.embeddings(id)).toBe(embeddings);
  expect(drawn).toEqual([]);
  const asked = await Promise.all([searches.thumbnails(id), searches.thumbnails(id)]);
  expect(asked[0]).toEqual({ front: Uint8Array.of(1), back: Uint8Array.of(2) });
  expect(asked[1]).toBe(asked[0]);
  expect(drawn).toEqual([1, 2]);
});

test("those of searches that go for others are drawn before they do", async () => {
  const { drawn, draw } = drawing();
  const searches = new KeptSearches(draw, 10);
  const [first, second] = [1, 2, 3].map((byte) =>
    searches.keep(embeddings, { pictures: { front: picture(byte) } }),
  );
  // Each takes four bytes: there is room for two.
  expect(searches.picture(first!, "front")).toBeNull();
  expect(await searches.thumbnails(first!)).toEqual({ front: Uint8Array.of(1) });
  expect(searches.picture(second!, "front")?.bytes).toEqual(picture(2));
  expect(drawn).toEqual([1]);
});

test("of searches that go faster than they can be drawn the last are drawn no more", async () => {
  const drawn: number[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const searches = new KeptSearches(async ([byte]) => {
    drawn.push(byte!);
    await held;
    return Uint8Array.of(byte!);
  }, 4);
  const ids = Array.from({ length: 12 }, (_, byte) =>
    searches.keep(embeddings, { pictures: { front: picture(byte) } }),
  );
  release();
  expect(await searches.thumbnails(ids[7]!)).toEqual({ front: Uint8Array.of(7) });
  expect(await searches.thumbnails(ids[8]!)).toEqual({});
  expect(await searches.thumbnails(ids[11]!)).toEqual({ front: Uint8Array.of(11) });
  expect(drawn).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 11]);
});

test("a picture that cannot be drawn is told to whoever asks for it, again and again", async () => {
  const searches = new KeptSearches(async () => {
    throw new Error("not drawn");
  }, 4);
  const id = searches.keep(embeddings, { pictures: { front: picture(1) } });
  searches.keep(embeddings, { pictures: { front: picture(2) } });
  await expect(searches.thumbnails(id)).rejects.toThrow("not drawn");
  await expect(searches.thumbnails(id)).rejects.toThrow("not drawn");
});

test("of a search that is forgotten nothing is left, and nothing drawn", async () => {
  const { drawn, draw } = drawing();
  const searches = new KeptSearches(draw);
  const ids = Array.from({ length: 1001 }, () =>
    searches.keep(embeddings, { pictures: { front: picture(1) } }),
  );
  expect(searches.count).toBe(1000);
  await expect(searches.thumbnails(ids[0]!)).rejects.toThrow(/There is no search/u);
  expect(searches.picture(ids[0]!, "front")).toBeNull();
  expect(drawn).toEqual([]);
});
