import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Kernels that the build compiles from AssemblyScript, as package.json's imports name them. */
type KernelName = "#exact-scan-kernel" | "#pixel-kernel";

const compiled = new Map<KernelName, WebAssembly.Module>();

/** The functions of a kernel, over a memory of the caller's; the memory's first page is the compiler's. */
export function loadKernel<Functions>(name: KernelName, memory: WebAssembly.Memory): Functions {
  const module =
    compiled.get(name) ?? new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve(name)));
  compiled.set(name, module);
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Functions;
}

/** What a memory is measured in, in bytes. */
export const PAGE_BYTES = 65_536;
