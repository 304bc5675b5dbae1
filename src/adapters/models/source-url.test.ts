import { describe, expect, it } from "vitest";
import { fileUrl, folderUrl, urlWithin } from "./source-url.js";

describe("a folder's URL", () => {
  it.each([
    ["https://host/clip", "https://host/clip/config.json"],
    ["https://host/clip//", "https://host/clip/config.json"],
    ["https://host/clip?token=T", "https://host/clip/config.json?token=T"],
    ["https://host/clip/?a=1/2#readme", "https://host/clip/config.json?a=1/2"],
    ["https://user:secret@host", "https://user:secret@host/config.json"],
    ["https://host/a/b", "https://host/a/b/config.json"],
    ["https://host/a/b/tree/main", "https://host/a/b/tree/main/config.json"],
    ["https://huggingface.co/org/m", "https://huggingface.co/org/m/resolve/main/config.json"],
    ["https://huggingface.co/org/m/#usage", "https://huggingface.co/org/m/resolve/main/config.json"],
    ["https://huggingface.co/org/m?x=1", "https://huggingface.co/org/m/resolve/main/config.json?x=1"],
    ["https://huggingface.co/org/m/tree/main", "https://huggingface.co/org/m/resolve/main/config.json"],
    ["https://huggingface.co/org/m/tree/v2/sub/", "https://huggingface.co/org/m/resolve/v2/sub/config.json"],
    ["https://huggingface.co/org/m/resolve/v2", "https://huggingface.co/org/m/resolve/v2/config.json"],
  ])("%s", (place, url) => {
    expect(urlWithin(folderUrl(place), "config.json").href).toBe(url);
  });

  it("takes names that a query or the place on a page could begin in", () => {
    const { href } = urlWithin(folderUrl("https://host/clip?token=T"), "onnx/a b?#.onnx");
    expect(href).toBe("https://host/clip/onnx/a%20b%3F%23.onnx?token=T");
  });
});

describe("a file's URL", () => {
  it.each([
    ["https://host/x.tflite#f", "x.tflite", "https://host/x.tflite"],
    ["https://host/a/my%20x.tflite?token=T/1", "my%20x.tflite", "https://host/a/my%20x.tflite?token=T/1"],
    [
      "https://huggingface.co/org/m/blob/main/x.tflite",
      "x.tflite",
      "https://huggingface.co/org/m/resolve/main/x.tflite",
    ],
  ])("%s", (place, name, url) => {
    const { folder, name: received } = fileUrl(place);
    expect(received).toBe(name);
    expect(urlWithin(folder, received).href).toBe(url);
  });

  it.each(["https://host/dir/?token=T", "https://host"])("names a file, as %s does not", (place) => {
    expect(() => fileUrl(place)).toThrow(/ends in the file's name; received https:\/\/host\//u);
  });
});
