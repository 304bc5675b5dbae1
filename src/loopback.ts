import { BlockList, isIP } from "node:net";
import type { AccessToken } from "./access-tokens.js";
import { AppError } from "./errors.js";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an address or name of a host is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === "localhost" : loopback.check(host, version === 4 ? "ipv4" : "ipv6");
}

/**
 * Holds that who listens beyond this machine asks for tokens, or was told that it need not.
 *
 * @param flag that the address is told by.
 * @returns whether it is for this machine alone, by its own names too: it asks for no tokens, and was not told that it need not.
 * @throws AppError INVALID_REQUEST when it does neither.
 */
export function refuseExposure(
  host: string,
  tokens: readonly AccessToken[],
  { flag, insecure = false }: { readonly flag: string; readonly insecure?: boolean | undefined },
): boolean {
  if (tokens.length > 0 || insecure) return false;
  if (isLoopback(host)) return true;
  throw new AppError(
    "INVALID_REQUEST",
    `${flag} ${host} lets others than this machine in, who would need no token; set DIPTYCH_TOKENS (diptych token makes one), or pass --insecure.`,
  );
}
