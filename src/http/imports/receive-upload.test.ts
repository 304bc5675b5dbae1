import { mkdir, mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { receiveUpload } from "./receive-upload.js";

it("tells that a file cannot be written though its sender has gone quiet, and leaves nothing", async () => {
  const directory = await mkdtemp(join(tmpdir(), "diptych-upload-"));
  // Where the first file would go.
  await mkdir(join(directory, "0"));
  const start = `--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\nabc`;
  const request = new Request("http://localhost/", {
    method: "POST",
    headers: { "Content-Type": "multipart/form-data; boundary=x" },
    body: new ReadableStream({ start: (sending) => sending.enqueue(Buffer.from(start)) }),
    duplex: "half",
  } as RequestInit);
  await expect(receiveUpload(request, directory)).rejects.toMatchObject({
    code: "INVALID_REQUEST",
    message: expect.stringContaining("EISDIR"),
  });
  await expect(stat(directory)).rejects.toMatchObject({ code: "ENOENT" });
});
