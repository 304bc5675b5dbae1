import type { EmbedOptions } from "../core/ports.js";

/**
 * Calls once nobody waits for pictures any more: their time is up, or whoever asked has gone.
 *
 * @returns ends that before.
 */
export function whenNobodyWaits({ timeoutMs, signal }: EmbedOptions, call: () => void): () => void {
  if (signal?.aborted) call();
  signal?.addEventListener("abort", call, { once: true });
  const timer = timeoutMs === undefined ? undefined : setTimeout(call, timeoutMs);
  return () => {
    signal?.removeEventListener("abort", call);
    clearTimeout(timer);
  };
}
