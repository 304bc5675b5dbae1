import { describe, expect, it } from "vitest";
import { DEVICES, type Device } from "../../core/device.js";
import { executionProviders, requireDevice, whyUnavailable } from "./devices.js";

/** One that onnxruntime is not built for on this operating system. */
const absent: Device = process.platform === "win32" ? "coreml" : "dml";

describe("a device", () => {
  it("leaves to the processor what it has no operator for", () => {
    expect(executionProviders("cpu")).toEqual(["cpu"]);
    expect(executionProviders("cuda")).toEqual(["cuda", "cpu"]);
  });

  it.each(DEVICES)("%s can be used exactly when nothing speaks against it", async (device) => {
    const reason = await whyUnavailable(device);
    if (device === "cpu") expect(reason).toBeNull();
    if (device === absent) {
      expect(reason).toBe("onnxruntime was built without it for this operating system");
    }
    if (reason === null) {
      await expect(requireDevice(device)).resolves.toBeUndefined();
      return;
    }
    // It stands in brackets within a sentence.
    expect(reason).toMatch(/^[^\n]*[^\s.]$/u);
    await expect(requireDevice(device)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: `The device "${device}" cannot be used on this machine (${reason}); leave --device out to run on the processor.`,
    });
  });
});
